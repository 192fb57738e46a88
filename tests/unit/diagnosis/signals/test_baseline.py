"""Whether a value is normal at this hour."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import inf, nan

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sre_tui.diagnosis.signals.baseline import Basis, Verdict, judge

NOW = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
Points = list[tuple[datetime, float]]


def fortnight(seed: int, *, days: int = 14) -> Points:
    """A value that is 100 by night and 200 by day, with noise, every ten minutes."""
    draw = np.random.default_rng(seed)
    count = days * 144
    times = [NOW - timedelta(minutes=10 * (count - at)) for at in range(count + 1)]
    return [
        (at, (200.0 if 8 <= at.hour < 20 else 100.0) + 5.0 * float(draw.normal())) for at in times
    ]


def test_what_is_normal_by_day_is_not_by_night() -> None:
    points = fortnight(1)
    day = judge(points, value=200.0, at=NOW)
    assert (day.verdict, day.basis, day.days) == (Verdict.NORMAL, Basis.SAME_HOUR, 14)
    night = judge(points, value=200.0, at=NOW - timedelta(hours=11))
    assert night.verdict is Verdict.HIGH
    assert night.score is not None
    assert night.score > 10
    assert judge(points, value=100.0, at=NOW).verdict is Verdict.LOW
    assert "same hour" in day.rests_on


def test_false_alarms_are_rare() -> None:
    draw = np.random.default_rng(0)
    alarms = sum(
        judge(fortnight(seed), value=200 + 5 * float(draw.normal()), at=NOW).verdict
        is not Verdict.NORMAL
        for seed in range(100)
    )
    assert alarms <= 1


def test_with_few_days_all_hours_count_and_with_few_values_nothing_is_said() -> None:
    assert judge(fortnight(1, days=2), value=200.0, at=NOW).basis is Basis.ALL_HOURS
    few = judge(fortnight(1)[-8:])
    assert (few.verdict, few.basis) == (Verdict.UNKNOWN, Basis.NONE)
    assert "too little data" in few.rests_on
    assert judge([]).verdict is Verdict.UNKNOWN


def test_a_constant_has_no_score_and_a_tremble_is_no_change() -> None:
    points = [(at, 40.0) for at, _ in fortnight(1)]
    assert judge(points, value=40.01, at=NOW).verdict is Verdict.NORMAL
    other = judge(points, value=41.0, at=NOW)
    assert (other.verdict, other.score, other.expected) == (Verdict.HIGH, None, 40.0)


def test_a_counter_is_judged_by_its_pace_and_resets_are_said() -> None:
    times = [at for at, _ in fortnight(1)]
    points = [(at, float(place % 500) * 600.0) for place, at in enumerate(times)]
    found = judge(points, counter=True)
    assert found.verdict is Verdict.NORMAL
    assert found.resets == 4
    assert found.expected == 1.0
    assert "began anew 4 times" in found.rests_on


@given(
    st.lists(
        st.tuples(
            st.integers(0, 20 * 86400),
            st.one_of(st.floats(-1e9, 1e9), st.sampled_from([nan, inf, -inf])),
        ),
        max_size=60,
    ),
    st.booleans(),
)
def test_any_points_are_survived(raw: list[tuple[int, float]], counter: bool) -> None:
    found = judge([(NOW - timedelta(seconds=s), v) for s, v in raw], at=NOW, counter=counter)
    if found.verdict is not Verdict.UNKNOWN:
        assert found.low is not None
        assert found.high is not None
        assert found.low <= found.high
        assert found.values >= 12
