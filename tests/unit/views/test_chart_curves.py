from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from providers.series import Series, SeriesStats
from sre_tui.views.chart_curves import framed_points, telling_names
from tests.screens.homelab import NOW

START = NOW - timedelta(hours=1)


def series(minutes: Sequence[int], **labels: str) -> Series:
    points = tuple((START + timedelta(minutes=at), float(at)) for at in minutes)
    return Series(
        source="prometheus:main",
        labels=labels,
        points=points,
        stats=SeriesStats(points=len(points)),
    )


def _gaps(found: Sequence[tuple[datetime, float | None]]) -> list[int]:
    return [round((at - START).total_seconds() / 60) for at, value in found if value is None]


def test_a_curve_is_as_long_as_its_window_and_open_where_nothing_is_known() -> None:
    found = framed_points(series([20, 21, 22, 30, 31]), START, NOW, 60.0)
    assert (found[0][0], found[-1][0]) == (START, NOW)
    assert _gaps(found) == [0, 19, 23, 30, 32, 60]
    assert [value for _, value in found if value is not None] == [20, 21, 22, 30, 31]


def test_a_curve_without_gaps_stays_as_it_is() -> None:
    whole = series(range(61))
    assert framed_points(whole, START, NOW, 60.0) == whole.points
    assert framed_points(series([]), START, NOW, 60.0) == ()


@given(st.lists(st.integers(0, 60), unique=True, max_size=30).map(sorted))
def test_every_missing_minute_lies_in_a_gap(minutes: list[int]) -> None:
    found = framed_points(series(minutes), START, NOW, 60.0)
    assert [at for at, _ in found] == sorted(at for at, _ in found)
    known = {at for at, value in found if value is not None}
    assert known == {START + timedelta(minutes=at) for at in minutes}
    for one, two in pairwise(found):
        if one[1] is not None and two[1] is not None:
            assert two[0] - one[0] == timedelta(minutes=1)


def test_several_series_are_called_by_what_tells_them_apart() -> None:
    found = [series([1], job="node", instance=name) for name in ("media", "nas1")]
    assert telling_names(found) == ["instance=media", "instance=nas1"]
    assert telling_names(found[:1]) == [""]
    assert telling_names([series([1], __name__="a"), series([1], __name__="b")]) == ["a", "b"]
