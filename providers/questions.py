"""How a question about time is named, so that its last good answer is found again.

A question about now is the same a minute later; one about the past, or about a longer window, is
another.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

RECENT: Final = 90.0
"""Seconds within which a moment counts as now."""


def moment_key(at: datetime | None, now: datetime) -> str:
    """What tells a question about a moment in the past from the same one about now."""
    if at is None or abs((now - at).total_seconds()) <= RECENT:
        return ""
    return f" at {at.timestamp():.3f}"


def window_key(start: datetime | None, end: datetime | None, now: datetime) -> str:
    """What tells a question about a window from the same one about another.

    Args:
        start: where it begins; None for as far back as there is anything.
        end: where it ends; None for now.
        now: when it is asked.
    """
    length = "" if start is None else f" {round(((end or now) - start).total_seconds())}"
    return f"{length}{moment_key(end, now)}"
