"""A source of answers that says what a test tells it to say, when it tells it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self

from sre_tui.agent.events import AgentEvent, Answered, Failed
from sre_tui.live.answers import AnswerError, PastExchange, SavedSession


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
