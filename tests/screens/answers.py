"""A source of answers that says what a test tells it to say, when it tells it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self

from sre_tui.agent.events import AgentEvent, Answered, Failed
from sre_tui.live.answers import AnswerError, ModelOffer, PastExchange, SavedSession


class ScriptedRun:
    """Events come when `send` is called; `on_cancel` is what a cancelled run says last."""

    def __init__(self, on_cancel: AgentEvent | None) -> None:
        self.cancelled = False
        self.closed = False
        self._on_cancel = on_cancel
        self._events: asyncio.Queue[AgentEvent | Exception] = asyncio.Queue()
        self._over = False

    def send(self, *events: AgentEvent | Exception) -> None:
        for event in events:
            self._events.put_nowait(event)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> AgentEvent:
        if self._over:
            raise StopAsyncIteration
        event = await self._events.get()
        if isinstance(event, Exception):
            raise event
        self._over = isinstance(event, Answered | Failed)
        return event

    def cancel(self) -> None:
        self.cancelled = True
        if self._on_cancel is not None:
            self.send(self._on_cancel)

    async def aclose(self) -> None:
        self.closed = True


@dataclass
class ScriptedAnswers:
    model: str | None = None
    on_cancel: AgentEvent | None = field(
        default_factory=lambda: Failed(code="cancelled", detail="the question was cancelled")
    )
    sessions: Sequence[SavedSession] = ()
    past: Sequence[PastExchange] = ()
    asked: list[str] = field(default_factory=list)
    attached: list[str] = field(default_factory=list)
    runs: list[ScriptedRun] = field(default_factory=list)
    begun: int = 0
    resumed: list[str] = field(default_factory=list)
    warmed: bool = False
    refuse: Exception | None = None
    session: str | None = None
    configured: Sequence[str] = ()
    """Models that can be chosen beside the analyst."""
    history: Sequence[str] | AnswerError = ()
    remembered: list[str] = field(default_factory=list)
    unwritable: str = ""
    """Why nothing can be written, if so."""

    @property
    def models(self) -> Sequence[ModelOffer]:
        names = [*self.configured, "none"]
        asked = self.model or "none"
        return [ModelOffer(name, f"words of {name}", name == asked) for name in names]

    async def choose(self, name: str) -> None:
        if name not in (*self.configured, "none"):
            raise AnswerError(f"nothing tells which provider serves the model {name!r}")
        self.model = None if name == "none" else name

    async def save(self, file: str) -> str:
        if self.unwritable:
            raise AnswerError(self.unwritable)
        return f"/home/{file or 'sre-s1.md'}"

    async def recalled(self) -> Sequence[str]:
        if isinstance(self.history, AnswerError):
            raise self.history
        return self.history

    async def remember(self, question: str) -> None:
        if self.unwritable:
            raise AnswerError(self.unwritable)
        self.remembered.append(question)

    def ask(self, question: str, attached: str = "") -> ScriptedRun:
        if self.refuse is not None:
            raise self.refuse
        self.asked.append(question)
        self.attached.append(attached)
        self.runs.append(ScriptedRun(self.on_cancel))
        return self.runs[-1]

    def begin(self) -> None:
        self.begun += 1

    async def saved(self) -> Sequence[SavedSession]:
        return self.sessions

    async def resume(self, session: str) -> Sequence[PastExchange]:
        if session not in [one.id for one in self.sessions if not one.problem]:
            raise AnswerError(f"there is no session {session!r}")
        self.resumed.append(session)
        return self.past

    def warm_up(self) -> None:
        self.warmed = True
