"""One question under way: an iterator of events that can be cancelled."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, Self

from providers.closing import Closing
from sre_tui.agent.events import AgentEvent, Answered, Failed

Work = Callable[[Callable[[AgentEvent], None]], Coroutine[Any, Any, None]]


class Run(Closing):
    """The events of one question, in order; the last one is ``Answered`` or ``Failed``.

    Used with ``async for``, best inside ``async with``, so that the work ends with its reader. If
    the reading task is cancelled, the work is cancelled too, and what came so far is saved.
    """

    def __init__(self, work: Work) -> None:
        self._work = work
        self._events: asyncio.Queue[AgentEvent | None] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None
        self._is_over = False

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> AgentEvent:
        if self._is_over:
            raise StopAsyncIteration
        self._start()
        try:
            event = await self._events.get()
        except asyncio.CancelledError:
            await self.aclose()
            raise
        if event is None:
            # The work was stopped before its first step.
            event = Failed(code="cancelled", detail="the question was cancelled")
        if isinstance(event, Answered | Failed):
            self._is_over = True
            await self._ended()
        return event

    def cancel(self) -> None:
        """Stop the work; the events go on to the last one, which has what came so far."""
        self._start()
        if self._task is not None:
            self._task.cancel()

    async def aclose(self) -> None:
        """Stop the work, save what came so far, and forget further events."""
        self._is_over = True
        if self._task is not None:
            self._task.cancel()
            await self._ended()

    def _start(self) -> None:
        if self._task is None:
            self._task = asyncio.create_task(self._work(self._events.put_nowait))
            self._task.add_done_callback(lambda _: self._events.put_nowait(None))

    async def _ended(self) -> None:
        if self._task is not None:
            with suppress(asyncio.CancelledError):
                await self._task
