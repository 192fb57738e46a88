"""How long a server asks to wait before it is asked again."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from providers.clock import Clock, system_clock


def retry_after(headers: Mapping[str, str], clock: Clock = system_clock) -> float | None:
    """Seconds from ``Retry-After``, 0 if the time is past; None if it is not there or unreadable.

    Both forms are read: a number of seconds, and a date. A date is compared with the ``Date`` of
    the same answer, so that a clock that is wrong on either side does no harm.

    Args:
        headers: of the answer, whose names are found however they are written.
        clock: compared with where the answer has no ``Date``.
    """
    value = headers.get("retry-after", "").strip()
    try:
        seconds = float(value)
    except ValueError:
        then = _time(value)
        if then is None:
            return None
        seconds = (then - (_time(headers.get("date", "")) or clock())).total_seconds()
    return max(0.0, seconds) if math.isfinite(seconds) else None


def _time(text: str) -> datetime | None:
    try:
        parsed = parsedate_to_datetime(text)
    except (TypeError, ValueError, OverflowError, IndexError):
        return None
    return parsed if parsed.tzinfo is not None else parsed.replace(tzinfo=UTC)
