"""All pollers, in a thread of their own: reading answers and judging them takes time that the
thread that draws does not have.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import suppress
from functools import partial
from typing import Final

from providers.clock import Clock
from sre_tui.live.daemon_threads import DaemonThreads
from sre_tui.live.feed import Feed
from sre_tui.live.poller import Poller
from sre_tui.live.snapshot import Snapshot

log = logging.getLogger(__name__)

LEAVE_WITHIN: Final = 0.3
"""Seconds the end of the app waits for connections to be closed."""

Deliver = Callable[[Snapshot], object]


class LiveData:
    """Asks feeds from `start` to `stop`.

    Every method returns at once and may be called from any thread.

    Args:
        feeds: what is asked.
        deliver: takes each snapshot, called in the thread of the pollers; must return at once.
        clock: tells when a snapshot came.
        release: closes what the feeds have opened, after the last of them has ended.
        ask_again: lets sources be asked at once that were to be left alone for a while.
    """

    def __init__(
        self,
        feeds: Sequence[Feed],
        deliver: Deliver,
        clock: Clock,
        release: Callable[[], Awaitable[None]] | None = None,
        ask_again: Callable[[], None] | None = None,
    ) -> None:
        self._deliver = deliver
        self._clock = clock
        self._release = release
        self._ask_again = ask_again
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._end = asyncio.Event()
        self._pollers = {feed.name: Poller(feed, deliver, clock) for feed in feeds}
        self._tasks: dict[Poller, asyncio.Task[None]] = {}
        self._paused = False

    def start(self) -> None:
        """Begin to ask."""
        if self._thread is None:
            self._loop = asyncio.new_event_loop()
            self._loop.set_default_executor(DaemonThreads())
            # The end of the process must not wait for a backend that does not answer.
            self._thread = threading.Thread(target=self._work, name="live data", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Ask no more, and wait a moment for the thread to end."""
        if self._thread is not None:
            self._call(self._end.set)
            self._thread.join(LEAVE_WITHIN)

    def pause(self) -> None:
        """Begin no further rounds."""
        self._each(Poller.pause)

    def resume(self) -> None:
        """Go on, with a round at once."""
        self._each(Poller.resume)

    def refresh(self) -> None:
        """Ask everybody now."""
        if self._ask_again is not None:
            self._call(self._ask_again)
        self._each(Poller.refresh)

    def show_only(self, names: Collection[str]) -> None:
        """Ask these feeds on; the others rest after the round they are in."""
        shown = frozenset(names)

        def change(poller: Poller) -> None:
            if poller.feed.name in shown:
                poller.show()
            else:
                poller.hide()

        for poller in self._pollers.values():
            self._call(partial(change, poller))

    def watch(self, feed: Feed, deliver: Deliver) -> Callable[[], None]:
        """Ask another feed, until what is returned is called."""
        poller = Poller(feed, deliver, self._clock)
        self._call(lambda: self._begin(poller))
        return lambda: self._call(lambda: self._cancel(poller))

    def _each(self, change: Callable[[Poller], None]) -> None:
        # Those of opened details are known to the thread alone.
        self._call(lambda: self._change(change))

    def _change(self, change: Callable[[Poller], None]) -> None:
        for poller in self._tasks:
            change(poller)

    def _call(self, what: Callable[[], object]) -> None:
        if self._loop is not None:
            with suppress(RuntimeError):  # the loop has been closed: there is nobody to tell
                self._loop.call_soon_threadsafe(what)

    def _begin(self, poller: Poller) -> None:
        if not self._end.is_set():
            self._tasks[poller] = asyncio.get_running_loop().create_task(
                poller.run(), name=poller.feed.name
            )

    def _cancel(self, poller: Poller) -> None:
        if (task := self._tasks.pop(poller, None)) is not None:
            task.cancel()

    def _work(self) -> None:
        loop = self._loop
        if loop is None:
            return
        try:
            loop.run_until_complete(self._run())
        except Exception:
            log.exception("the live data broke off")
        finally:
            loop.close()

    async def _run(self) -> None:
        for poller in self._pollers.values():
            self._begin(poller)
        await self._end.wait()
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._release is not None:
            await self._release()
