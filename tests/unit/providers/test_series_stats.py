from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.series import Point, Series, SeriesStats, Trend
from providers.series_stats import series_stats

START = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def minutes(values: Sequence[float | None]) -> list[Point]:
    return [
        (START + timedelta(minutes=index), value)
        for index, value in enumerate(values)
        if value is not None
    ]


def stats(values: Sequence[float | None]) -> SeriesStats:
    end = START + timedelta(minutes=max(0, len(values) - 1))
    return series_stats(minutes(values), START, end, 60.0)


@pytest.mark.parametrize(
    ("values", "trend"),
    [
        ([1.0] * 20, "flat"),
        ([0.0] * 20, "flat"),
        (list(range(20)), "rising"),
        ([20.0 - x for x in range(20)], "falling"),
        ([1.0, 9.0] * 10, "varying"),
        ([1.0] * 10 + [9.0] * 10, "rising"),
        ([1.0] * 8 + [9.0] * 4 + [1.0] * 8, "varying"),
        ([100.0, 100.5] * 10, "flat"),
        ([1.0], "unknown"),
    ],
)
def test_trend_says_where_the_value_went(values: list[float], trend: Trend) -> None:
    assert stats(values).trend == trend


def test_gaps_and_edges_are_counted() -> None:
    found = stats([None, None, 1.0, 2.0, None, None, 3.0, None])
    assert (found.gaps, found.missing_start, found.missing_end) == (1, 120.0, 60.0)
    assert (found.first, found.last) == (1.0, 3.0)


def test_nan_is_counted_and_left_out_of_the_figures() -> None:
    found = stats([1.0, nan, 3.0])
    assert (found.points, found.nan_points, found.avg) == (3, 1, 2.0)
    assert stats([nan, nan]).last is None


def test_infinity_is_an_extreme_but_has_no_average() -> None:
    found = stats([1.0, inf, 3.0])
    assert (found.max, found.avg) == (inf, None)


def test_no_points_at_all() -> None:
    found = series_stats((), START, START + timedelta(hours=1), 60.0)
    assert (found.points, found.missing_start, found.trend) == (0, 3600.0, "unknown")


def test_values_near_the_end_of_floats_do_not_overflow() -> None:
    assert stats([1.7e308] * 20).avg == pytest.approx(1.7e308)
    assert stats([-1.7e308, 1.7e308] * 20).trend == "varying"


@given(st.lists(st.one_of(st.none(), st.floats()), max_size=40))
def test_figures_are_consistent_for_any_values(values: list[float | None]) -> None:
    found = stats(values)
    assert found.points == sum(value is not None for value in values)
    if found.min is not None and found.max is not None and found.last is not None:
        assert found.min <= found.last <= found.max


def test_values_that_are_not_finite_survive_json() -> None:
    points = minutes([nan, inf, -inf, 0.5])
    series = Series(source="s", labels={}, points=tuple(points), stats=stats([inf]))
    document = series.model_dump(mode="json")
    assert [value for _, value in document["points"]] == ["NaN", "+Inf", "-Inf", 0.5]
    assert "NaN" in series.model_dump_json()
    again = Series.model_validate(document)
    assert str(again.points[0][1]) == "nan"
    assert again.points[1:] == series.points[1:]
