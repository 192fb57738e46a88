"""The work on one question, whoever does it: events, evidence, what it took, and the answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from providers.llm import Finished
from providers.reading import State
from providers.text import clean
from sre_tui.agent.consent import Consent
from sre_tui.agent.discovery import Names
from sre_tui.agent.events import (
    AgentEvent,
    Answer,
    Degradation,
    Degraded,
    Mode,
    TextDelta,
    TextReset,
    Usage,
)
from sre_tui.agent.evidence import EvidenceStore
from sre_tui.agent.grounding import Grounds, check
from sre_tui.agent.limits import Deadline
from sre_tui.agent.redacted_stream import RedactedStream
from sre_tui.agent.redaction import Redactor
from sre_tui.agent.runner import ToolRunner
from sre_tui.agent.session import Exchange, Session
from sre_tui.agent.session_store import SessionError, SessionStore
from sre_tui.agent.site import seen_names
from sre_tui.tools.context import ToolContext
from sre_tui.tools.tool import Tool


@dataclass
class Turn:
    """One question being answered; keeps what both the model and the analyst need.

    Attributes:
        question: the question, without secrets.
        attached: what was piped in, without secrets.
        position: the place of this exchange in the session.
    """

    question: str
    attached: str
    now: datetime
    mode: Mode
    model: str | None
    session: Session
    sessions: SessionStore
    context: ToolContext
    tools: Sequence[Tool[Any]]
    redactor: Redactor
    deadline: Deadline
    notes: str
    emit: Callable[[AgentEvent], None]
    consent: Consent | None = None
    """Asks the user before a tool writes."""
    site_names: Names = field(default_factory=dict)
    """Hosts and services that are known to exist."""
    complete: bool = True
    text: str = ""
    """The answer so far; what is shown of it has no secrets, and lacks the last words."""
    _degraded: list[Degradation] = field(default_factory=list)
    _model_calls: int = 0
    _prompt_tokens: int = 0
    _completion_tokens: int = 0
    _costs: list[float | None] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.position = len(self.session.exchanges)
        self._stream = RedactedStream(self.redactor)
        self.store = EvidenceStore(self.session, self.tools, self.redactor, self.context.clock)
        self.runner = ToolRunner(
            self.context,
            self.tools,
            self.store,
            self.redactor,
            self.deadline,
            self._tell_of_call,
            self.degrade,
            self.consent,
            self.session.id,
        )

    @property
    def earlier(self) -> tuple[Exchange, ...]:
        """The exchanges before this one."""
        return self.session.exchanges[: self.position]

    @property
    def cost(self) -> float | None:
        """US dollars so far; None if some call's price is not known."""
        if not self._model_calls:
            return 0.0
        known = [cost for cost in self._costs if cost is not None]
        return sum(known) if known and len(known) == len(self._costs) else None

    def say(self, piece: str) -> None:
        """Show a further piece of the answer."""
        piece = clean(piece)
        self.text += piece
        self._show(self._stream.feed(piece))

    def take_back(self) -> None:
        """Drop what was shown: it was not the answer."""
        if self.text:
            self.text = ""
            self._stream = RedactedStream(self.redactor)
            self.emit(TextReset())

    def degrade(self, what: str, detail: str) -> None:
        """Tell, once, that something is not as it should be."""
        made = Degradation(what=what, detail=self.redactor.text(detail))
        if made not in self._degraded:
            self._degraded.append(made)
            self.emit(Degraded(degradation=made))

    def count_call(
        self, model: str, seconds: float, outcome: str, finished: Finished | None = None
    ) -> None:
        """Count a model call; one that failed has no figures."""
        self._model_calls += 1
        if self.context.usage is not None:
            self.context.usage.ended(
                "model",
                model if finished is None else finished.model,
                seconds,
                outcome,
                tokens_in=None if finished is None else finished.prompt_tokens,
                tokens_out=None if finished is None else finished.completion_tokens,
                cost=None if finished is None else finished.cost,
            )
        if finished is not None:
            self._prompt_tokens += finished.prompt_tokens
            self._completion_tokens += finished.completion_tokens
            self._costs.append(finished.cost)

    @property
    def outcome(self) -> str:
        """How the question ended, in the word it is counted under."""
        states = {one.state for one in self.runner.evidence}
        if states and states <= {State.UNREACHABLE, State.UNAUTHORIZED}:
            return min(state.value for state in states)
        return "ok" if self.complete else "partial"

    def count_answer(self, outcome: str) -> None:
        """Count the question, once it is over, and remember it if it was answered."""
        usage = self.context.usage
        if usage is None:
            return
        usage.ended("question", self.mode, self.deadline.worked, outcome)
        if outcome in ("ok", "partial"):
            called = [one.tool for one in self.runner.evidence]
            usage.answered(self.question, self.now, called, self.model or self.mode)

    def known_so_far(self, why: str) -> str:
        """An answer made of the evidence alone, for when nobody else can write one."""
        lines = [f"- {one.summary} [{one.id}]" for one in self.runner.evidence]
        if not lines:
            return f"There is no answer: {why}. Nothing was found until then."
        return "\n".join(
            [f"There is no full answer: {why}. What was found until then:", "", *lines]
        )

    async def finish(self) -> Answer:
        """Check the answer against the evidence, save the session, and give the answer."""
        self._show(self._stream.end())
        answer = await asyncio.to_thread(self._assemble)
        self.put(answer)
        note = await asyncio.to_thread(self.save)
        return self._after_saving(answer, note)

    def finish_now(self) -> Answer:
        """As :meth:`finish`, without giving way to anybody: for the end of a cancelled question."""
        self._show(self._stream.end())
        answer = self._assemble()
        self.put(answer)
        return self._after_saving(answer, self.save())

    def put(self, answer: Answer | None = None) -> None:
        """Bring the session's record of this exchange up to date."""
        exchange = Exchange(
            question=self.question,
            attached=self.attached,
            asked_at=self.now,
            mode=self.mode,
            model=self.model,
            evidence=tuple(self.runner.evidence),
            degraded=tuple(self._degraded),
            usage=self._usage(),
        )
        if answer is not None:
            exchange = exchange.answered(answer)
        self.session.put(exchange, self.position, self.context.clock())

    def save(self) -> str:
        """Save the session; returns what the user has to know about it, if anything."""
        try:
            return self.sessions.save(self.session) or ""
        except SessionError as error:
            return error.detail

    async def keep(self) -> None:
        """Save what came so far, and tell if that is not possible."""
        self.put()
        note = await asyncio.to_thread(self.save)
        if note:
            self.degrade("session", note)

    def _tell_of_call(self, event: AgentEvent) -> None:
        # What was said before a call stands before its line.
        self._show(self._stream.end())
        self.emit(event)

    def _show(self, text: str) -> None:
        if text:
            self.emit(TextDelta(text=text))

    def _after_saving(self, answer: Answer, note: str) -> Answer:
        if note:
            self.degrade("session", note)
        return answer.model_copy(
            update={"degraded": tuple(self._degraded), "session": self.session.id}
        )

    def _assemble(self) -> Answer:
        text = self.redactor.text(self.text).strip()
        evidence = self.store.all
        grounds = Grounds.of(
            evidence=evidence,
            said=(self.question, self.attached, self.notes, *self.runner.vouched),
            names=(*(tool.name for tool in self.tools), *_flat(self.site_names)),
            known=(*_flat(seen_names(evidence)), *_flat(self.site_names)),
            now=self.now,
            index=self.session.index,
        )
        return Answer(
            text=text,
            evidence=tuple(self.runner.evidence),
            unsupported=check(text, grounds),
            usage=self._usage(),
            mode=self.mode,
            model=self.model,
            session=self.session.id,
            degraded=tuple(self._degraded),
            complete=self.complete,
        )

    def _usage(self) -> Usage:
        return Usage(
            prompt_tokens=self._prompt_tokens,
            completion_tokens=self._completion_tokens,
            cost=self.cost,
            model_calls=self._model_calls,
            tool_calls=self.runner.calls,
            elapsed=self.deadline.elapsed,
        )


def _flat(names: Names) -> Iterator[str]:
    for found in names.values():
        yield from found
