"""Time as a dependency, so that tests and the demo can hold it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Returns the current time as an aware UTC datetime."""


def system_clock() -> datetime:
    """The machine's clock."""
    return datetime.now(UTC)


def age_in_words(seconds: float) -> str:
    """A duration in its two largest units: ``6 min``, ``2 h 5 min``, ``3 d 4 h``."""
    total = max(0, int(seconds))
    if total < 60:
        return f"{total} s"
    steps: list[tuple[int, str, int, str]] = [
        (86400, "d", 3600, "h"),
        (3600, "h", 60, "min"),
        (60, "min", 0, ""),
    ]
    for size, unit, small, small_unit in steps:
        if total >= size:
            head, rest = divmod(total, size)
            tail = rest // small if small else 0
            return f"{head} {unit} {tail} {small_unit}" if tail else f"{head} {unit}"
    return f"{total} s"
