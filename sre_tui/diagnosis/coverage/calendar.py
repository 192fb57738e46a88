"""When backup jobs are due: the calendar events of Proxmox, which are a dialect of systemd's.

Proxmox also takes minutes alone (``*/15``, ``30``) and steps from a star (``*/6:00``). Times are
those of the node's own zone, which its next run gives away.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from typing import Final

_STEP: Final = re.compile(r"(?<![\w.])\*/(\d+)")
_DAYS: Final = re.compile(r"[a-z]{3,9}(?:(?:\.\.|,)[a-z]{3,9})*", re.IGNORECASE)
_MINUTES: Final = re.compile(r"[\d*][\d*/.,]*")
_KEYWORDS: Final = frozenset(
    {"minutely", "hourly", "daily", "weekly", "monthly", "yearly", "annually", "quarterly",
     "semiannually", "semi-annually"}
)  # fmt: skip
_LOOKBACKS: Final = (1, 24, 8 * 24, 40 * 24, 400 * 24, 4000 * 24)
"""Hours looked back for the last event, short ones first so that frequent ones are found fast."""
_QUARTER: Final = timedelta(minutes=15)
_WIDEST: Final = 14 * 4
"""Quarters of an hour that a zone is away from UTC at most."""


@dataclass(frozen=True)
class Calendar:
    """One calendar event.

    ``expression`` is the same in systemd's own words; ``offset`` is how far the clocks it is meant
    for are ahead of UTC, None where that is not known.
    """

    text: str
    expression: str
    offset: timedelta | None = None

    def last(self, moment: datetime) -> datetime | None:
        """The last time it was due at or before a moment; None if that is years ago."""
        return next(self.before(moment), None)

    def before(self, moment: datetime) -> Iterator[datetime]:
        """The times it was due up to a moment, the newest first, for some years."""
        until = moment
        while (found := self._last(until)) is not None:
            yield found
            until = found - timedelta(seconds=1)

    def next(self, moment: datetime) -> datetime | None:
        """When it is due next after a moment."""
        return next(self._after(moment), None)

    def interval(self, moment: datetime) -> timedelta | None:
        """The longest pause between the last few times it was due."""
        times = []
        for at in self.before(moment):
            times.append(at)
            if len(times) == _SEEN:
                break
        pauses = [newer - older for newer, older in pairwise(times)]
        return max(pauses, default=None)

    def _last(self, moment: datetime) -> datetime | None:
        for hours in _LOOKBACKS:
            found = None
            for at in self._after(moment - timedelta(hours=hours)):
                if at > moment:
                    break
                found = at
            if found is not None:
                return found
        return None

    def _after(self, moment: datetime) -> Iterator[datetime]:
        from oncalendar import BaseIterator

        zone = timezone(self.offset or timedelta())
        for at in BaseIterator(self.expression, moment.astimezone(zone)):
            yield at.astimezone(UTC)


_SEEN: Final = 9
"""Times looked at for the interval: more than a week of days."""


def read_calendar(text: str, next_run: datetime | None = None) -> Calendar:
    """Read a calendar event as Proxmox takes it.

    Args:
        text: such as ``sat 02:00``, ``mon..fri 21:00``, ``*/6:00``, ``daily``, ``*/15``.
        next_run: when the job runs next, as Proxmox tells; it shows the zone.

    Raises:
        ValueError: if it is none; one line.
    """
    from oncalendar import BaseIterator, OnCalendarError

    plain = " ".join(text.split())
    in_utc = plain.upper().endswith(" UTC")
    expression = _as_systemd(plain[:-4] if in_utc else plain)
    try:
        BaseIterator(expression, datetime(2026, 1, 1, tzinfo=UTC))
    except (OnCalendarError, ValueError, IndexError) as error:
        raise ValueError(f"{text!r} is no calendar event: {error}") from None
    made = Calendar(plain, expression, timedelta() if in_utc else None)
    if in_utc or next_run is None:
        return made
    return Calendar(plain, expression, _offset(made, next_run))


def _as_systemd(text: str) -> str:
    if not text:
        raise ValueError("'' is no calendar event: it is empty")
    if text.lower() in _KEYWORDS:
        return text.lower().replace("-", "")
    parts = text.split(" ")
    days = parts.pop(0) if _DAYS.fullmatch(parts[0].rstrip(",")) else ""
    written = []
    for part in parts:
        if ":" not in part and "-" not in part and _MINUTES.fullmatch(part):
            # Minutes alone are those of every hour.
            written.append(f"*:{_stepped(part, '0')}")
        elif ":" in part:
            written.append(_stepped(part, "0"))
        else:
            written.append(_stepped(part, "1"))
    return " ".join(part for part in (days, *written) if part)


def _stepped(part: str, first: str) -> str:
    return _STEP.sub(rf"{first}/\1", part)


def _offset(calendar: Calendar, next_run: datetime) -> timedelta | None:
    """How far the node's clock is ahead of UTC, the least that makes the next run fit."""
    run = next_run.astimezone(UTC).replace(microsecond=0)
    for quarters in range(_WIDEST + 1):
        for sign in (1, -1):
            shifted = Calendar(calendar.text, calendar.expression, sign * quarters * _QUARTER)
            if shifted.next(run - timedelta(seconds=1)) == run:
                return shifted.offset
    return None
