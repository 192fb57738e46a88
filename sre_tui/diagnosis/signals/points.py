"""Points as backends deliver them, made fit for arithmetic: sorted, finite, without repetitions."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby, pairwise
from math import floor
from operator import itemgetter
from typing import Final, TypeAlias

from sre_tui.diagnosis.signals.robust import median

Points: TypeAlias = Sequence[tuple[datetime, float]]
"""Moments (aware) with the value then, in any order."""
HUGE: Final = 1e150
"""Size from which squares and differences would overflow."""


@dataclass(frozen=True)
class Course:
    """A series, ascending in time.

    Attributes:
        times: Unix seconds.
        values: finite, as many as times.
        left_out: points that were NaN, infinite, or of a moment that was there already.
        resets: times a counter began anew.
    """

    times: Sequence[float]
    values: Sequence[float]
    left_out: int = 0
    resets: int = 0

    def __len__(self) -> int:
        return len(self.times)

    @property
    def span(self) -> float:
        """Seconds from the first point to the last."""
        return self.times[-1] - self.times[0] if len(self.times) else 0.0

    def since(self, moment: float) -> Course:
        """The part from a moment on."""
        return self._cut(bisect_left(self.times, moment), len(self))

    def before(self, moment: float) -> Course:
        """The part before a moment."""
        return self._cut(0, bisect_left(self.times, moment))

    def _cut(self, start: int, end: int) -> Course:
        times, values = self.times[start:end], self.values[start:end]
        return Course(times, values, self.left_out, self.resets)


def course_of(points: Points) -> Course:
    """Sort, and leave out what is no number; of two points of one moment the later given counts."""
    known = {at.timestamp(): float(value) for at, value in points if abs(value) < HUGE}
    times = sorted(known)
    return Course(times, [known[at] for at in times], left_out=len(points) - len(times))


def rates_of(course: Course) -> Course:
    """Change per second of a counter; after a reset it is taken to have begun at zero."""
    rates, resets = [], 0
    steps = zip(pairwise(course.times), pairwise(course.values), strict=True)
    for (earlier, later), (old, new) in steps:
        resets += new < old
        rates.append((new - old if new >= old else max(new, 0.0)) / (later - earlier))
    return Course(course.times[1:], rates, course.left_out, resets)


def moment_of(seconds: float) -> datetime:
    """Unix seconds as an aware UTC time."""
    return datetime.fromtimestamp(seconds, UTC)


def binned(course: Course, start: float, step: float, bins: int) -> Course:
    """Medians of equally wide bins, at their middles; empty bins are left out."""
    times, values = [], []
    placed = (
        (floor((at - start) / step), value)
        for at, value in zip(course.times, course.values, strict=True)
    )
    for place, inside in groupby(placed, key=itemgetter(0)):
        if 0 <= place < bins:
            times.append(start + (place + 0.5) * step)
            values.append(median([value for _, value in inside]))
    return Course(times, values, course.left_out, course.resets)
