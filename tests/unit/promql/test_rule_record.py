"""What is remembered of rules is what would be evaluated."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sre_tui.demo.promql import Engine, QueryError
from sre_tui.demo.promql.rule_record import EVALUATION_INTERVAL, RuleRecord
from sre_tui.demo.telemetry import Series
from tests.stubs.series import MemorySeries, series

TICK = 1_795_000_020.0
EXPR = "up == 0"
MOMENTS = st.integers(min_value=-90, max_value=0)


def source() -> MemorySeries:
    minutes = range(-120, 1)
    return MemorySeries(
        [
            series("up", [(TICK + 60 * m, 0.0 if m % 17 < 6 else 1.0) for m in minutes], job="a"),
            series("up", [(TICK + 60 * m, 0.0 if m > -20 else 1.0) for m in minutes], job="b"),
            series("up", [(TICK + 60 * m, 0.0) for m in minutes if m < -60], job="c"),
        ]
    )


def told(found: Sequence[Series]) -> list[tuple[dict[str, str], list[float], list[float]]]:
    return [(dict(one.labels), one.times.tolist(), one.values.tolist()) for one in found]


@given(st.lists(st.tuples(MOMENTS, MOMENTS).map(sorted), min_size=1, max_size=6))
def test_any_windows_in_any_order_hold_what_is_evaluated_for_them(windows: list[list[int]]) -> None:
    record, engine = RuleRecord(source()), Engine(source())
    for begin, end in windows:
        first, last = TICK + 60 * begin, TICK + 60 * end
        expected = engine.range(EXPR, first, last, EVALUATION_INTERVAL).series
        assert told(record.series(EXPR, first, last)) == told(expected)


def test_only_what_is_new_is_evaluated() -> None:
    held = source()
    record = RuleRecord(held)
    record.series(EXPR, TICK - 3600, TICK - 600)
    held.asked.clear()
    record.series(EXPR, TICK - 1800, TICK - 600)
    assert held.asked == []
    record.series(EXPR, TICK - 1800, TICK)
    ((start, _),) = held.asked
    assert start > TICK - 1000
    record.series(EXPR, TICK - 7200, TICK - 7200)
    record.series(EXPR, TICK - 3600, TICK)
    assert len(held.asked) == 2


def test_a_mistake_is_told_each_time() -> None:
    record = RuleRecord(source())
    for _ in range(2):
        with pytest.raises(QueryError):
            record.series("up{", TICK - 60, TICK)
