"""A series in a few figures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from math import isfinite, isnan
from operator import itemgetter
from statistics import median

from providers.series import Point, SeriesStats, Trend

GAP_STEPS = 1.5
"""A distance between points of more than so many steps is a gap."""
_VALUE = itemgetter(1)


def series_stats(
    points: Sequence[Point], start: datetime, end: datetime, step: float
) -> SeriesStats:
    """The figures of a series over the window ``start`` to ``end`` with ``step`` seconds."""
    numbers = [point for point in points if not isnan(point[1])]
    nan_points = len(points) - len(numbers)
    if not points:
        return SeriesStats(points=0, missing_start=(end - start).total_seconds())
    times = [at.timestamp() for at, _ in points]
    gaps = sum(later - earlier > GAP_STEPS * step for earlier, later in pairwise(times) if step > 0)
    edges = {
        "gaps": gaps,
        "missing_start": max(0.0, times[0] - start.timestamp()),
        "missing_end": max(0.0, end.timestamp() - times[-1]),
    }
    if not numbers:
        return SeriesStats(
            points=len(points), nan_points=nan_points, last_at=points[-1][0], **edges
        )
    lowest = min(numbers, key=_VALUE)
    highest = max(numbers, key=_VALUE)
    values = [value for _, value in numbers]
    finite = [value for value in values if isfinite(value)]
    return SeriesStats(
        points=len(points),
        nan_points=nan_points,
        first=values[0],
        last=values[-1],
        last_at=numbers[-1][0],
        min=lowest[1],
        min_at=lowest[0],
        avg=_mean(finite) if len(finite) == len(values) else None,
        max=highest[1],
        max_at=highest[0],
        trend=_trend(finite),
        **edges,
    )


def _trend(values: Sequence[float]) -> Trend:
    if len(values) < 3:
        return "unknown"
    fifth = max(1, len(values) // 5)
    before, after = median(values[:fifth]), median(values[-fifth:])
    spread = max(values) - min(values)
    size = max(abs(before), abs(after))
    if spread <= 1e-9 or spread <= 0.02 * size:
        return "flat"
    change = after - before
    # A move that is lost in the noise of the ends is no trend.
    noise = max(_deviation(values[:fifth]), _deviation(values[-fifth:]))
    if abs(change) < max(0.25 * spread, noise, 0.02 * size):
        return "varying"
    return "rising" if change > 0 else "falling"


def _mean(values: Sequence[float]) -> float:
    # Divided first: the sum of large values would overflow.
    count = len(values)
    return sum([value / count for value in values])


def _deviation(values: Sequence[float]) -> float:
    """The mean distance from the mean."""
    mean = _mean(values)
    return _mean([abs(value - mean) for value in values])
