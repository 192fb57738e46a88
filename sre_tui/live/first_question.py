"""A question whose answerer is loaded with it, not in the thread that draws."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Self

from sre_tui.live.answers import AnswerRun

if TYPE_CHECKING:
    from sre_tui.agent.events import AgentEvent


class LoadingRun:
    """Like the run it waits for, which begins with the first event asked for.

    Args:
        load: loads what answers; may block for a part of a second.
        begin: takes the question on, once that is loaded.
    """

    def __init__(self, load: Callable[[], object], begin: Callable[[], AnswerRun]) -> None:
        self._load = load
        self._begin = begin
        self._run: AnswerRun | None = None
        self._is_cancelled = False

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> AgentEvent:
        if self._run is None:
            await asyncio.to_thread(self._load)
            self._run = self._begin()
            if self._is_cancelled:
                self._run.cancel()
        return await anext(aiter(self._run))

    def cancel(self) -> None:
        """Stop the work, or do not begin it; the last event comes in any case."""
        self._is_cancelled = True
        if self._run is not None:
            self._run.cancel()

    async def aclose(self) -> None:
        """Stop the work and forget further events."""
        if self._run is not None:
            await self._run.aclose()
