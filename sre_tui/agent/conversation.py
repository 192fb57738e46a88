"""The messages a model gets: whole while they fit, older results shortened first when they do not.

The rules, the question and the latest results stay to the last. What is shortened here is still
whole in the evidence, and the model can read on in it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sre_tui.agent.events import Evidence
from sre_tui.agent.evidence import EvidenceStore
from sre_tui.agent.prompt import READ_EVIDENCE
from sre_tui.agent.session import Exchange
from sre_tui.agent.untrusted import Fence, bounded
from sre_tui.tools.rendering import estimate_tokens

SMALLEST_RESULT: Final = 150
LARGEST_RESULT: Final = 2500
_HISTORY_SHARE: Final = 0.25
_MESSAGE_TOKENS: Final = 8
"""What a message costs beside its text."""


@dataclass(frozen=True)
class CallReply:
    """A tool call of the model and what it got for it.

    Attributes:
        evidence: what the call brought; None if it was refused or only read on in evidence.
        text: what is replied if there is no evidence.
    """

    call_id: str
    name: str
    arguments: dict[str, Any]
    evidence: Evidence | None
    text: str = ""


@dataclass
class _Round:
    text: str
    replies: tuple[CallReply, ...]
    budget: int
    is_short: bool = False


@dataclass
class Conversation:
    """What has been said while answering one question.

    Attributes:
        system: the system prompt.
        question: the user's message.
        earlier: the exchanges before this one.
        room: tokens the messages may take.
    """

    system: str
    question: str
    earlier: Sequence[Exchange]
    store: EvidenceStore
    fence: Fence
    room: int
    closing: str = ""
    """Said last: why no tools are offered any more."""
    _rounds: list[_Round] = field(default_factory=list)
    _dropped: list[CallReply] = field(default_factory=list)

    def add(self, text: str, replies: Sequence[CallReply]) -> None:
        """Add a turn of the model with the replies to its calls."""
        free = self.room - self._tokens(self._fixed())
        share = int(free / 2 / max(1, len(replies)))
        budget = max(SMALLEST_RESULT, min(LARGEST_RESULT, share))
        self._rounds.append(_Round(text, tuple(replies), budget))

    def messages(self) -> list[dict[str, Any]]:
        """The messages, shortened until they fit."""
        made = self._build()
        while self._tokens(made) > self.room and self._shorten():
            made = self._build()
        return made

    def shrink(self) -> bool:
        """Take a good deal less room, because it was too much for the model; False at the end."""
        before = self._tokens(self.messages())
        smallest = self._tokens(self._fixed())
        self.room = int(min(self.room, before) * 0.6)
        after = self._tokens(self.messages())
        return after < before and after >= smallest

    def reading_budget(self) -> int:
        """Tokens a page of evidence may take."""
        return max(SMALLEST_RESULT, min(LARGEST_RESULT, self.room // 4))

    def _build(self) -> list[dict[str, Any]]:
        made = [{"role": "system", "content": self.system}, *self._history()]
        made.append({"role": "user", "content": self._question_text()})
        for round_ in self._rounds:
            made += self._round_messages(round_)
        if self.closing:
            made.append({"role": "user", "content": self.closing})
        return made

    def _fixed(self) -> list[dict[str, Any]]:
        texts = (self.system, self._question_text(), self.closing)
        return [{"content": text} for text in texts if text]

    def _question_text(self) -> str:
        if not self._dropped:
            return self.question
        lines = "\n".join(
            self.store.line(reply.evidence) if reply.evidence else f"{reply.name}: {reply.text}"
            for reply in self._dropped
        )
        done = self.fence.wrap("done", bounded(lines, max(SMALLEST_RESULT, self.room // 4)))
        return f"{self.question}\n\nYou already called, do not call again:\n{done}"

    def _history(self) -> list[dict[str, Any]]:
        budget = int(self.room * _HISTORY_SHARE)
        made: list[dict[str, Any]] = []
        for exchange in reversed(self.earlier):
            if exchange.text is None:
                continue
            lines = "\n".join(self.store.line(one) for one in exchange.evidence)
            asked = bounded(exchange.question, 300)
            if lines:
                asked += "\n" + self.fence.wrap("evidence", bounded(lines, 300))
            pair = [
                {"role": "user", "content": asked},
                {"role": "assistant", "content": bounded(exchange.text, 500)},
            ]
            budget -= self._tokens(pair)
            if budget < 0:
                break
            made = [*pair, *made]
        return made

    def _round_messages(self, round_: _Round) -> list[dict[str, Any]]:
        calls = [
            {
                "id": reply.call_id,
                "type": "function",
                "function": {
                    "name": reply.name,
                    "arguments": json.dumps(reply.arguments, ensure_ascii=False),
                },
            }
            for reply in round_.replies
        ]
        made: list[dict[str, Any]] = [
            {"role": "assistant", "content": round_.text or None, "tool_calls": calls}
        ]
        for reply in round_.replies:
            text = self._reply_text(reply, round_)
            made.append({"role": "tool", "tool_call_id": reply.call_id, "content": text})
        return made

    def _reply_text(self, reply: CallReply, round_: _Round) -> str:
        if reply.evidence is None:
            return bounded(reply.text, SMALLEST_RESULT) if round_.is_short else reply.text
        evidence = reply.evidence
        heading = self.store.heading(evidence)
        if round_.is_short:
            inner = f"{evidence.summary}\n(shortened; {READ_EVIDENCE} shows it again)"
        else:
            inner = self.store.shown(evidence, round_.budget)
        said = f"{heading}\n{self.fence.wrap(evidence.id, inner)}"
        return f"{reply.text}\n{said}" if reply.text else said

    def _shorten(self) -> bool:
        """Make the messages shorter by one step; False if there is nothing left to give."""
        older = next((one for one in self._rounds[:-1] if not one.is_short), None)
        if older is not None:
            older.is_short = True
            return True
        if self.earlier:
            self.earlier = self.earlier[1:]
            return True
        if self._rounds and self._rounds[-1].budget > SMALLEST_RESULT:
            last = self._rounds[-1]
            last.budget = max(SMALLEST_RESULT, last.budget // 2)
            return True
        if len(self._rounds) > 1:
            self._dropped += self._rounds.pop(0).replies
            return True
        if self._rounds and not self._rounds[-1].is_short:
            self._rounds[-1].is_short = True
            return True
        return False

    def _tokens(self, messages: Sequence[dict[str, Any]]) -> int:
        total = 0
        for message in messages:
            total += estimate_tokens(message.get("content") or "") + _MESSAGE_TOKENS
            if "tool_calls" in message:
                total += estimate_tokens(json.dumps(message["tool_calls"]))
        return total
