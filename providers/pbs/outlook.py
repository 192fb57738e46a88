"""When a datastore will be full: by the server's own estimate and by what it did of late.

The server draws one straight line through a month, so a datastore that filled up within two days
seems to have weeks left. The pace of the last days, applied to the room there is, corrects that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from pydantic import JsonValue

from providers.coercion import amount, epoch
from providers.pbs.models import NEARLY_FULL, Basis, Trend

DAY: Final = 86400.0
LEAST_POINTS: Final = 7
"""Points of history from which a pace can be told; the server wants as many."""
RECENT: Final = 2 * DAY
"""Seconds of history that count as recent: whole days, as backups come and go daily."""
LATEST: Final = 4
"""Points at the end of which the mean is taken, so that none of them decides alone."""
REACH: Final = timedelta(days=90)
"""How far ahead a pace of so few days is believed."""
SAME: Final = 0.005
"""Share of its size by which a datastore may have been less full and count as being as full."""
AT_REST: Final = 0.001
"""Share of its size a day below which a datastore stands still."""


@dataclass(frozen=True)
class History:
    """Fill of a datastore over time: shares of ``total`` at a fixed step, the last one now.

    ``step`` is in seconds, ``total`` in bytes, ``start`` the Unix time of the first share.
    """

    shares: Sequence[JsonValue]
    step: float
    total: int
    start: float | None = None

    def growth(self) -> float | None:
        """Bytes a day, from a straight line through everything; None with too few points."""
        points = [
            (index * self.step, share)
            for index, value in enumerate(self.shares)
            if (share := amount(value)) is not None
        ]
        if len(points) < LEAST_POINTS:
            return None
        mean_x = sum(x for x, _ in points) / len(points)
        mean_y = sum(y for _, y in points) / len(points)
        spread = sum((x - mean_x) ** 2 for x, _ in points)
        slope = sum((x - mean_x) * (y - mean_y) for x, y in points) / spread
        return slope * self.total * DAY

    def recent_growth(self, span: float = RECENT) -> float | None:
        """Bytes a day by which it is fuller than a whole number of days ago.

        A line through so few days would take the nightly rise and fall for growth. None if the
        history does not reach back that far.
        """
        back = round(span / self.step)
        if not 0 < back < len(self.shares):
            return None
        changes = []
        for index in range(max(back, len(self.shares) - LATEST), len(self.shares)):
            now, then = amount(self.shares[index]), amount(self.shares[index - back])
            if now is not None and then is not None:
                changes.append(now - then)
        if not changes:
            return None
        return sum(changes) / len(changes) * self.total * DAY / (back * self.step)

    def as_full_since(self, now: datetime) -> datetime | None:
        """Since when it has been about as full as it is; None if it was on the first point too."""
        last = amount(self.shares[-1]) if self.shares else None
        if last is None:
            return None
        for back, value in enumerate(reversed(self.shares)):
            share = amount(value)
            if share is not None and share < last - SAME:
                # The steps stand still while the clock goes on, and so does what began at one.
                after = len(self.shares) - back
                known = None if self.start is None else epoch(self.start + after * self.step)
                if known is not None and known <= now:
                    return known
                return now - timedelta(seconds=(back - 1) * self.step)
        return None


@dataclass(frozen=True)
class Outlook:
    """When it is full, and what that rests on; None if it is not foreseen."""

    full_at: datetime | None
    basis: Basis | None
    trend: Trend


def outlook(
    *,
    estimate: float | None,
    used: int | None,
    total: int,
    available: int | None,
    recent_growth: float | None,
    last_growth: float | None,
    now: datetime,
) -> Outlook:
    """The earlier of the server's date and that of the recent pace.

    Args:
        estimate: Unix seconds as the server tells: absent with too little data, and not ahead if
            nothing grows.
        used: bytes.
        total: bytes.
        available: bytes, which the server may reckon with what is reserved.
        recent_growth: bytes a day over the last days.
        last_growth: bytes a day over the last one.
        now: when.
    """
    room = available if available is not None else total - (used or 0)
    stands = last_growth is not None and last_growth <= AT_REST * total
    if room <= 0 or (stands and used is not None and used > NEARLY_FULL * total):
        return Outlook(None, None, "full")
    told = date_ahead(estimate, now)
    paced = None
    if recent_growth is not None and recent_growth > 0:
        days = room / recent_growth
        if days <= REACH / timedelta(days=1):
            paced = now + timedelta(days=days)
    if paced is not None and (told is None or paced < told):
        return Outlook(paced, "recent", "growing")
    if told is not None:
        return Outlook(told, "month", "growing")
    return Outlook(None, None, "unknown" if estimate is None else "not_growing")


def date_ahead(estimate: float | None, now: datetime) -> datetime | None:
    """The server's date; None if it has none, or none that lies ahead."""
    if estimate is None or estimate <= now.timestamp():
        return None
    try:
        return datetime.fromtimestamp(estimate, UTC)
    except (ValueError, OverflowError, OSError):
        return None
