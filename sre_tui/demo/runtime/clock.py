"""What the demo takes for the time."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

# Unix seconds.
Clock: TypeAlias = Callable[[], float]


def frozen_clock(at: float) -> Clock:
    """A clock that stands still."""
    return lambda: at
