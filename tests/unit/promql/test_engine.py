import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sre_tui.demo.promql import (
    PROMETHEUS_3,
    Engine,
    InvalidRangeError,
    MatrixResult,
    NotSupportedError,
    ParseError,
    VectorResult,
)
from sre_tui.demo.promql.annotations import infos
from sre_tui.demo.promql.formatting import (
    format_duration,
    format_sample,
    format_scientific,
    format_time,
    format_value,
    parse_duration,
)
from tests.stubs.series import MemorySeries, series

NOW = 1_795_000_000.0
NOT_A_COUNTER = (
    "PromQL info: metric might not be a counter, name does not end in"
    ' _total/_sum/_count/_bucket: "{}" ({})'
)
COUNTING = series("requests_total", [(NOW - 600 + 60 * step, step) for step in range(11)])


def engine(*, modern: bool = False) -> Engine:
    source = MemorySeries([COUNTING, series("load", [(NOW - 300, 1.0)], host="a")])
    return Engine(source, PROMETHEUS_3) if modern else Engine(source)


def value(query: str, *, modern: bool = False, time: float = NOW) -> float:
    result = engine(modern=modern).instant(query, time)
    assert isinstance(result, VectorResult)
    (sample,) = result.samples
    return sample.value


def test_version_2_counts_a_sample_at_the_start_of_its_window_and_version_3_does_not() -> None:
    assert value("count_over_time(requests_total[5m])") == 6
    assert value("count_over_time(requests_total[5m])", modern=True) == 5
    assert value("count_over_time(requests_total[5m:20s])") == 16
    assert value("count_over_time(requests_total[5m:20s])", modern=True) == 15


def test_lookback_ends_at_five_minutes_in_version_2_and_before_in_version_3() -> None:
    assert value("load") == 1
    assert engine().instant("load", NOW + 0.001) == VectorResult(NOW + 0.001, [])
    assert engine(modern=True).instant("load", NOW) == VectorResult(NOW, [])


def test_holt_winters_has_another_name_in_version_3() -> None:
    query = "{}(requests_total[5m], 0.5, 0.5)"
    smoothed = value(query.format("double_exponential_smoothing"), modern=True)
    assert smoothed == pytest.approx(10)
    with pytest.raises(ParseError, match='unknown function with name "holt_winters"'):
        value(query.format("holt_winters"), modern=True)
    with pytest.raises(ParseError, match='unknown function with name "double_exponential_smoothi'):
        value(query.format("double_exponential_smoothing"))


@pytest.mark.parametrize(
    ("query", "feature"),
    [
        ("histogram_fraction(0, 1, load)", "histogram_fraction"),
        ("histogram_count(load)", "histogram_count"),
        ("load @ -5", "@ with a time before 1970"),
    ],
)
def test_refuses_by_name(query: str, feature: str) -> None:
    with pytest.raises(NotSupportedError) as refusal:
        value(query)
    assert str(refusal.value) == f"not supported by the demo: {feature}"


@pytest.mark.parametrize(
    ("query", "feature"),
    [
        ("mad_over_time(load[5m])", "mad_over_time"),
        ('sort_by_label(load, "host")', "sort_by_label"),
        ("limitk(1, load)", "limitk"),
        ('load{a="b" or c="d"}', "'or' between label matchers"),
        ("info(load)", "info"),
    ],
)
def test_refuses_new_parts_by_name_in_version_3(query: str, feature: str) -> None:
    with pytest.raises(NotSupportedError, match=feature):
        value(query, modern=True)


@pytest.mark.parametrize(
    ("query", "window"),
    [
        ("load", (300, 0)),
        ("load offset 1h", (3900, 3600)),
        ("rate(load[10m])", (600, 0)),
        ("rate(load[10m] offset 5m)", (900, 300)),
        (f"load @ {NOW - 7200}", (7500, 7200)),
    ],
)
def test_asks_only_for_the_window_it_needs(query: str, window: tuple[float, float]) -> None:
    source = MemorySeries([COUNTING])
    Engine(source).instant(query, NOW)
    ((start, end),) = source.asked
    assert start == pytest.approx(NOW - window[0], abs=0.01)
    assert end == pytest.approx(NOW - window[1], abs=0.01)


def test_a_subquery_asks_for_its_range_and_the_lookback() -> None:
    source = MemorySeries([COUNTING])
    Engine(source).instant("max_over_time(load[1h:1m])", NOW)
    ((start, end),) = source.asked
    assert NOW - 3900.01 <= start < NOW - 3840
    assert NOW - 60 < end < NOW + 0.01


@pytest.mark.parametrize(
    ("start", "end", "step", "message"),
    [
        (5, 2, 1, 'invalid parameter "end": end timestamp must not be before start time'),
        (1, 2, 0, 'invalid parameter "step": zero or negative query resolution'),
        (0, 11_001, 1, "exceeded maximum resolution of 11,000 points per timeseries"),
    ],
)
def test_refuses_ranges(start: float, end: float, step: float, message: str) -> None:
    with pytest.raises(InvalidRangeError) as refusal:
        engine().range("load", start, end, step)
    assert str(refusal.value).startswith(message)


@given(
    st.lists(st.floats(0, 1e6), min_size=2, max_size=40),
    st.integers(15, 900),
)
def test_a_range_query_is_the_instant_queries_at_its_steps(
    values: list[float], window: int
) -> None:
    points = [(NOW - 900 + 20.0 * index, one) for index, one in enumerate(values)]
    subject = Engine(MemorySeries([series("some_total", points, host="a")]))
    for query in (f"rate(some_total[{window}s])", f"max_over_time(some_total[{window}s])"):
        whole = subject.range(query, NOW - 900, NOW, 100)
        found = {
            time: number
            for one in whole.series
            for time, number in zip(one.times.tolist(), one.values.tolist(), strict=True)
        }
        for time in np.arange(NOW - 900, NOW + 1, 100).tolist():
            single = subject.instant(query, time)
            assert isinstance(single, VectorResult)
            assert [sample.value for sample in single.samples] == (
                [pytest.approx(found[time])] if time in found else []
            )


def test_a_matrix_is_answered_as_it_is() -> None:
    result = engine().instant("requests_total[2m]", NOW)
    assert isinstance(result, MatrixResult)
    assert result.series[0].times.tolist() == [NOW - 120, NOW - 60, NOW]
    assert result.series[0].values.tolist() == [8, 9, 10]


def test_a_rate_of_a_gauge_is_hinted_at_in_version_3_only() -> None:
    query = "sum(rate(load[5m])) + sum(rate(requests_total[5m]))"
    assert infos(query, engine().dialect) == []
    assert infos(query, PROMETHEUS_3) == [NOT_A_COUNTER.format("load", "1:10")]


@pytest.mark.parametrize(
    ("number", "plain", "sample", "scientific"),
    [
        (0.0, "0", "0", "0e+00"),
        (1.0, "1", "1", "1e+00"),
        (-2.5, "-2.5", "-2.5", "-2.5e+00"),
        (1e-7, "0.0000001", "1e-07", "1e-07"),
        (1e21, "1" + "0" * 21, "1e+21", "1e+21"),
        (
            123456789012345680.0,
            "123456789012345680",
            "123456789012345680",
            "1.2345678901234568e+17",
        ),
        (math.inf, "+Inf", "+Inf", "+Inf"),
        (-math.inf, "-Inf", "-Inf", "-Inf"),
        (math.nan, "NaN", "NaN", "NaN"),
    ],
)
def test_writes_numbers(number: float, plain: str, sample: str, scientific: str) -> None:
    assert format_value(number) == plain
    assert format_sample(number) == sample
    assert format_scientific(number) == scientific


@given(st.floats(allow_nan=False))
def test_written_numbers_read_back(number: float) -> None:
    assert float(format_value(number)) == number
    assert float(format_sample(number)) == number


@given(st.integers(1, 10**9))
def test_durations_read_back(milliseconds: int) -> None:
    text = format_duration(milliseconds / 1000)
    assert parse_duration(text) == pytest.approx(milliseconds / 1000)


def test_times_and_odd_durations() -> None:
    assert format_time(1795358686.151) == "2026-11-22T14:44:46.151Z"
    assert parse_duration("1y2w3d") == (365 + 14 + 3) * 86400
    assert parse_duration("") is None
    assert parse_duration("5") is None
    assert parse_duration("5 m") is None
