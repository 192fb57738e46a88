"""Asks a feed at its interval, slower while it fails, not at all while paused or hidden."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from typing import Final

from providers.clock import Clock
from providers.errors import BackendError, InvalidQuery
from providers.reading import SourceStatus, State
from sre_tui.complaint import Complaint
from sre_tui.live.feed import Feed, NotConfigured
from sre_tui.live.snapshot import Snapshot

log = logging.getLogger(__name__)

JITTER: Final = 0.1
"""Share of the interval by which rounds are moved, so that feeds do not ask in step."""
LONGEST: Final = 30.0
"""Seconds between two rounds at most, however often it failed: who mends a backend is waiting."""

Wait = Callable[[asyncio.Event, float], Awaitable[None]]


async def wait_for(event: asyncio.Event, seconds: float) -> None:
    """Wait until the event is set, or that long."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()


class Poller:
    """Delivers one snapshot of a feed after the other; the next round begins after the last ended.

    Args:
        feed: whom to ask.
        deliver: takes each snapshot; must return at once.
        clock: tells when a snapshot came.
        wait: how time passes.
        chance: numbers from 0 to 1 for the jitter.
    """

    def __init__(
        self,
        feed: Feed,
        deliver: Callable[[Snapshot], object],
        clock: Clock,
        *,
        wait: Wait = wait_for,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.feed = feed
        self._deliver = deliver
        self._clock = clock
        self._wait = wait
        self._chance = chance
        self._wake = asyncio.Event()
        self._failures = 0
        self._paused = False
        self._hidden = False
        self._resting = False
        self._asked = False

    @property
    def paused(self) -> bool:
        """Whether no round begins by itself."""
        return self._paused

    def pause(self) -> None:
        """Begin no further round; one that is under way is still delivered."""
        self._paused = True

    def resume(self) -> None:
        """Go on, with a round at once."""
        self._paused = False
        self.refresh()

    def hide(self) -> None:
        """Begin no further round, because nobody sees what it would bring."""
        self._hidden = True

    def show(self) -> None:
        """Go on; with a round at once if one has become due."""
        self._hidden = False
        if self._resting:
            self._wake.set()

    def refresh(self) -> None:
        """Begin a round as soon as the last one is over, even while paused."""
        self._asked = True
        self._wake.set()

    async def run(self) -> None:
        """Ask until cancelled."""
        try:
            recalled = await self.feed.recall()
        except Exception:
            log.exception("what was known of %s cannot be read", self.feed.name)
            recalled = None
        if recalled is not None:
            self._deliver(Snapshot(self.feed.name, self._clock(), recalled))
        while True:
            self._asked = False
            self._wake.clear()
            snapshot = await self._round()
            self._deliver(snapshot)
            self._failures = 0 if _is_answered(snapshot) else self._failures + 1
            await self._wait(self._wake, self.delay)
            self._resting = True
            while (self._paused or self._hidden) and not self._asked:
                self._wake.clear()
                await self._wake.wait()
            self._resting = False

    @property
    def delay(self) -> float:
        """Seconds until the next round: the interval, doubled for each failure in a row."""
        spread = 1 + JITTER * (2 * self._chance() - 1)
        slower = self.feed.interval * 2.0 ** min(self._failures, 10)
        return min(slower, max(LONGEST, self.feed.interval)) * spread

    async def _round(self) -> Snapshot:
        try:
            answer = await self.feed.fetch()
        except NotConfigured as error:
            return self._trouble(State.NOT_CONFIGURED, ", ".join(error.backends), str(error))
        except InvalidQuery as error:
            rejected = self._trouble(State.BAD_RESPONSE, self.feed.name, error.message)
            return replace(rejected, mistake=error)
        except Complaint as error:
            refused = self._trouble(State.BAD_RESPONSE, self.feed.name, str(error))
            return replace(refused, complaint=error)
        except BackendError as error:
            return self._trouble(error.state, self.feed.name, error.detail)
        except Exception as error:
            log.exception("asking %s failed", self.feed.name)
            detail = f"something went wrong inside ({type(error).__name__}); the log has details"
            return self._trouble(State.BAD_RESPONSE, self.feed.name, detail)
        return Snapshot(self.feed.name, self._clock(), answer)

    def _trouble(self, state: State, source: str, detail: str) -> Snapshot:
        now = self._clock()
        status = SourceStatus(source=source, state=state, observed_at=now, detail=detail)
        return Snapshot(self.feed.name, now, trouble=status)


def _is_answered(snapshot: Snapshot) -> bool:
    """Whether asking at the same pace makes sense: something live came, or nobody is there."""
    return snapshot.state in (State.OK, State.PARTIAL, State.NOT_CONFIGURED)
