"""How long the work on one question may take."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Deadline:
    """A point in time after which no further tool or model call begins."""

    def __init__(self, seconds: float) -> None:
        self.grace = seconds / 4
        """Seconds granted for a last answer once the time is up."""
        self._started = time.monotonic()
        self._end = self._started + seconds
        self._waited = 0.0

    @property
    def elapsed(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._started

    @property
    def worked(self) -> float:
        """Seconds since the start without those in which the user was waited for."""
        return self.elapsed - self._waited

    @property
    def left(self) -> float:
        """Seconds that remain, never below 0."""
        return max(0.0, self._end - time.monotonic())

    @property
    def passed(self) -> bool:
        """Whether the time is up."""
        return self.left <= 0

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Let the time stand still: it is the user who is waited for."""
        since = time.monotonic()
        try:
            yield
        finally:
            waited = time.monotonic() - since
            self._end += waited
            self._waited += waited

    def grant_grace(self) -> None:
        """Leave at least the grace: somebody else takes over when the time is nearly up."""
        self._end = max(self._end, time.monotonic() + self.grace)
