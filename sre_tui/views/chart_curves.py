"""Series of an answer as curves over the whole window that was asked for, gaps left open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from providers.series import Labels, Series
from sre_tui.views.load_curves import points_of
from sre_tui.views.series_names import series_name

_MISSED: Final = 1.5
"""Steps without a point from which on it is a gap."""

Points = tuple[tuple[datetime, float | None], ...]


def framed_points(series: Series, start: datetime, end: datetime, step: float) -> Points:
    """The points of a series with an empty one in every gap, also before the first and after the
    last, so that a curve is as long as the window and says where nothing is known.

    Args:
        series: with its points in order of time.
        start: beginning of the window.
        end: its end.
        step: seconds between two points.
    """
    return with_gaps(points_of(series), start, end, step)


def with_gaps(points: Points, start: datetime, end: datetime, step: float) -> Points:
    """The same for points that are no series."""
    return tuple(_framed(points, start, end, timedelta(seconds=max(step, 1.0))))


def _framed(
    points: Points, start: datetime, end: datetime, step: timedelta
) -> Iterator[tuple[datetime, float | None]]:
    if not points:
        return
    if points[0][0] - start > _MISSED * step:
        yield start, None
        yield points[0][0] - step, None
    for number, point in enumerate(points):
        if number and point[0] - points[number - 1][0] > _MISSED * step:
            yield points[number - 1][0] + step, None
            yield point[0] - step / 2, None
        yield point
    if end - points[-1][0] > _MISSED * step:
        yield points[-1][0] + step, None
        yield end, None


def telling_names(found: Sequence[Series]) -> list[str]:
    """What each of several series is called beside the others: the labels in which they differ."""
    if len(found) < 2:
        return ["" for _ in found]
    same = _shared([one.labels for one in found])
    return [
        series_name(
            one.model_copy(
                update={"labels": {k: v for k, v in one.labels.items() if k not in same}}
            )
        )
        for one in found
    ]


def _shared(labels: Sequence[Labels]) -> Mapping[str, str]:
    first, *others = labels
    return {
        name: value
        for name, value in first.items()
        if all(other.get(name) == value for other in others)
    }
