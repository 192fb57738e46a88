"""How fast something grows, and how sure that is: one line through points and what is off it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import inf, isfinite, sqrt
from typing import TYPE_CHECKING, Final

from sre_tui.diagnosis.signals.points import binned
from sre_tui.diagnosis.signals.robust import mean, slope

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sre_tui.diagnosis.signals.points import Course

BINS: Final = 64
"""Points a line is drawn through at most: all pairs of them are looked at."""
LEAST: Final = 6
"""Points a line needs."""
COVERED: Final = 0.8
"""Share of cases in which the truth is to be within the interval."""
# Of Student's distribution, by degrees of freedom; between them on straight lines.
_QUANTILES: Final = ((2.0, 1.886), (3.0, 1.638), (5.0, 1.476), (8.0, 1.397), (15.0, 1.341),
                     (30.0, 1.310), (1000.0, 1.282))  # fmt: skip


@dataclass(frozen=True)
class Pace:
    """A line through a course.

    Attributes:
        slope: per second.
        doubt: standard error of the slope.
        noise: variance of single points around where the course really is.
        wander: variance that the course itself gathers per second, as writes come in lumps.
        freedom: how many independent pieces of evidence that rests on, less one.
        span: seconds it was drawn through.
        points: how many points it was drawn through.
    """

    slope: float
    doubt: float
    noise: float
    wander: float
    freedom: float
    span: float
    points: int

    @property
    def quantile(self) -> float:
        """Standard errors to each side that make the interval."""
        known = _QUANTILES
        if self.freedom <= known[0][0]:
            return known[0][1]
        for (few, high), (many, low) in pairwise(known):
            if self.freedom <= many:
                return high + (low - high) * (self.freedom - few) / (many - few)
        return known[-1][1]

    @property
    def fastest(self) -> float:
        """The slope at the fast end of the interval."""
        return self.slope + self.quantile * self.doubt

    @property
    def slowest(self) -> float:
        """The slope at its slow end."""
        return self.slope - self.quantile * self.doubt

    def reaches(self, room: float) -> tuple[float, float, float]:
        """Seconds until something grew by ``room``: soonest, best guess, latest; may be endless."""
        best = room / self.slope if self.slope > 0 else inf
        return self._crossing(room, 1.0), best, self._crossing(room, -1.0)

    def _crossing(self, room: float, side: float) -> float:
        """When the fast or slow edge of what is to be expected reaches ``room``."""

        def edge(seconds: float) -> float:
            astray = self.doubt * seconds
            variance = astray * astray + self.wander * seconds + self.noise
            return self.slope * seconds + side * self.quantile * sqrt(variance)

        end = 1.0
        while edge(end) < room:
            end *= 2.0
            if end > _ENDLESS:
                return inf
        start = 0.0
        for _ in range(60):
            middle = (start + end) / 2
            start, end = (start, middle) if edge(middle) >= room else (middle, end)
        return end


_ENDLESS: Final = 1e12
"""Seconds beyond which nobody looks ahead."""


def pace_of(course: Course) -> Pace | None:
    """The line through a course; None with too few points.

    What is off the line is parted into noise of single points and wandering of the course itself
    by how the differences grow with the distance (the variogram): after a lump of writes a course
    stays up, after a noisy point it comes back. Only the former makes the future uncertain.
    """
    if len(course) < LEAST:
        return None
    bins = min(BINS, len(course))
    step = course.span / max(1, bins - 1)
    even = binned(course, course.times[0] - step / 2, step, bins + 1)
    count = len(even)
    if count < LEAST:
        return None
    span = even.span
    middle = slope(even.times, even.values)
    whole = (even.values[-1] - even.values[0]) / span
    gone = [at - even.times[0] for at in even.times]
    found, noise, wander, share = middle, 0.0, 0.0, 0.0
    for _ in range(2):
        off = [value - found * after for value, after in zip(even.values, gone, strict=True)]
        noise, wander = _parted(gone, off)
        ours, theirs = wander * span, 12.0 * noise / count
        share = ours / max(ours + theirs, 1e-300)
        # Of a wandering course nothing tells more than how far it came; of a noisy one, less.
        found = share * whole + (1.0 - share) * middle
    # Errors of a line through a wandering course, and through noise around a steady one.
    doubt = sqrt(wander / span + 12.0 * noise / (count * span**2))
    freedom = max(2.0, share * min(count, 16) / 5 + (1 - share) * (count - 2))
    if not isfinite(doubt):
        return None
    # The median of a bin is steadier than the single point that a forecast starts from.
    single = noise * max(1.0, len(course) / count / 1.5)
    return Pace(found, doubt, single, wander, freedom, span, count)


def _parted(times: Sequence[float], off: Sequence[float]) -> tuple[float, float]:
    """Variance of noise, and of wandering per second."""
    count = len(off)
    lags = sorted({lag for lag in (1, 2, 3, 5, 8, 12, 16) if lag <= max(2, count // 4)})
    far, half, weight = [], [], []
    for lag in lags:
        apart = [later - earlier for earlier, later in zip(off, off[lag:], strict=False)]
        far.append(
            mean([later - before for before, later in zip(times, times[lag:], strict=False)])
        )
        half.append(mean([one * one for one in apart]) / 2)
        weight.append(len(apart) / lag)
    # half the mean square = noise + wander / 2 * distance, neither below 0.
    mean_far, mean_half = _weighted(far, weight), _weighted(half, weight)
    aside = [one - mean_far for one in far]
    across = _weighted([one * one for one in aside], weight)
    along = _weighted([x * (y - mean_half) for x, y in zip(aside, half, strict=True)], weight)
    tilt = along / across if across > 0 else 0.0
    level = mean_half - tilt * mean_far
    if level < 0:
        tilt, level = _weighted([y / x for x, y in zip(far, half, strict=True)], weight), 0.0
    if tilt < 0:
        tilt, level = 0.0, mean_half
    # The line took some of the wandering with it.
    return level, 2.0 * tilt * (1.0 + 2.0 * mean_far / max(times[-1] - times[0], 1.0))


def _weighted(values: Sequence[float], weights: Sequence[float]) -> float:
    return sum(v * w for v, w in zip(values, weights, strict=True)) / sum(weights)
