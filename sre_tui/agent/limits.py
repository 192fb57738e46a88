"""How long and how dear the work on one question may get."""

from __future__ import annotations

import time


class Deadline:
    """A point in time after which no further tool or model call begins."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._started = time.monotonic()

    @property
    def elapsed(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._started

    @property
    def left(self) -> float:
        """Seconds that remain, never below 0."""
        return max(0.0, self.seconds - self.elapsed)

    @property
    def passed(self) -> bool:
        """Whether the time is up."""
        return self.left <= 0

    @property
    def grace(self) -> float:
        """Seconds granted for a last answer once the time is up."""
        return self.seconds / 4
