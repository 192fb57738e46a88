"""How far apart the points of a range query are."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import ceil, floor
from typing import Final, NamedTuple

MAX_POINTS: Final = 11_000
"""Points per series that Prometheus and Loki allow at most."""
DEFAULT_POINTS: Final = 250

_NICE: Final = (15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400)


class Grid(NamedTuple):
    """The moments a range query is evaluated at: ``start``, ``start + step`` … ``end``."""

    start: datetime
    end: datetime
    step: float
    """Seconds."""


def choose_step(window: float, wanted: float | None = None, points: int = DEFAULT_POINTS) -> float:
    """Seconds between points.

    Args:
        window: length of the window in seconds.
        wanted: step asked for; it is kept unless it would exceed the backend's limit.
        points: about how many points are enough if no step was asked for.
    """
    if wanted is not None and wanted > 0 and window / wanted < MAX_POINTS:
        return wanted
    if wanted is not None:
        points = MAX_POINTS - 1
    for step in _NICE:
        if window / step <= points:
            return float(step)
    return float(ceil(window / points / 86400) * 86400)


def grid(start: datetime, end: datetime, wanted: float | None = None) -> Grid:
    """The evaluation grid for a window; it ends exactly at ``end``, so that the last point is new.

    Raises:
        ValueError: if the window ends before it starts.
    """
    window = (end - start).total_seconds()
    if window < 0:
        raise ValueError("the window ends before it starts")
    step = choose_step(window, wanted)
    return Grid(end - timedelta(seconds=floor(window / step) * step), end, step)
