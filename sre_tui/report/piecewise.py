"""Reads a long window piece by piece, the newest first, for as long as it is worth it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Generic, TypeVar

from providers.reading import Reading
from sre_tui.report.scope import CHUNK

T = TypeVar("T")

ENOUGH: Final = 35.0
"""Seconds after which no further piece is asked for."""


@dataclass(frozen=True)
class Pieces(Generic[T]):
    """What was read of a window.

    Attributes:
        readings: the newest first; only the last of them may be without data.
        since: from where on all of it was read.
        wanted: where the window begins.
    """

    readings: tuple[Reading[T], ...]
    since: datetime
    wanted: datetime

    def __iter__(self) -> Iterator[T]:
        return (one.data for one in self.readings if one.data is not None)

    @property
    def is_whole(self) -> bool:
        """Whether nothing of the window was left out."""
        return self.since <= self.wanted

    def reaches(self, since: datetime) -> bool:
        """Whether everything from then on was read, or whoever was asked said why not."""
        return self.since <= since or not self.readings[-1].state.has_data


def parts_of(start: datetime, end: datetime, longest: timedelta) -> list[tuple[datetime, datetime]]:
    """A window in parts of at most that length, in order; all but the first are of it."""
    parts: list[tuple[datetime, datetime]] = []
    while end > start:
        begin = max(start, end - longest)
        parts.insert(0, (begin, end))
        end = begin
    return parts


async def newest_first(
    start: datetime,
    end: datetime,
    ask: Callable[[datetime, datetime], Awaitable[Reading[T]]],
    longest: timedelta = CHUNK,
) -> Pieces[T]:
    """Ask for one piece after the other, until one does not come or it takes too long.

    Args:
        start: beginning of the window.
        end: its end.
        ask: reads a piece.
        longest: length of a piece.
    """
    readings: list[Reading[T]] = []
    since, loop = end, asyncio.get_running_loop()
    until = loop.time() + ENOUGH
    for begin, stop in reversed(parts_of(start, end, longest)):
        if readings and loop.time() > until:
            break
        readings.append(await ask(begin, stop))
        if not readings[-1].state.has_data:
            break
        since = begin
    return Pieces(tuple(readings), since, start)
