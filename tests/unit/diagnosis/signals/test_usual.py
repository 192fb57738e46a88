"""What is usual for a series, as a whole and at each hour of the week."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import compress
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sre_tui.diagnosis.signals.baseline import Verdict
from sre_tui.diagnosis.signals.points import Course
from sre_tui.diagnosis.signals.robust import spread
from sre_tui.diagnosis.signals.usual import (
    HOURS,
    Usual,
    hour_of,
    judged,
    quantiles,
    spreads,
    usual_of,
)

NOW = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
STEP = 3300.0
DAY = 86400.0
VALUES = st.floats(-1e6, 1e6, allow_subnormal=False)


def weeks(amount: float, value: Any = lambda day, hour: 10.0, seed: int = 0) -> Course:
    """A series of some weeks: a value by weekday and hour, with a little noise."""
    until = NOW.timestamp()
    times = np.arange(until - amount * 7 * DAY, until, STEP)
    noise = np.random.default_rng(seed).normal(scale=0.2, size=len(times))
    moments = [datetime.fromtimestamp(each, UTC) for each in times]
    base = np.array([value(each.weekday(), each.hour) for each in moments], dtype=float)
    return Course(times.tolist(), (base + noise).tolist())


def at_hour(found: tuple[Usual, ...], day: int, hour: int) -> Usual:
    return next(each for each in found if each.hour == day * 24 + hour)


@given(st.lists(st.lists(VALUES, min_size=1, max_size=9), min_size=1, max_size=5))
def test_figures_of_rows_are_those_of_each_row(rows: list[list[float]]) -> None:
    widest = max(map(len, rows))
    table = np.array([[*row, *[np.nan] * (widest - len(row))] for row in rows])
    for share in (0.5, 0.95):
        wanted = [np.quantile(row, share) for row in rows]
        assert quantiles(table, share) == pytest.approx(wanted, abs=1e-6)
    assert spreads(table) == pytest.approx([spread(row) for row in rows], abs=1e-6)


def test_the_whole_comes_first_and_then_every_hour_that_is_known() -> None:
    course = weeks(4)
    found = usual_of(course)
    assert [each.hour for each in found] == [None, *range(HOURS)]
    whole = found[0]
    assert whole.samples == len(course)
    assert whole.median == pytest.approx(10.0, abs=0.05)
    assert whole.spread == pytest.approx(0.2, abs=0.02)
    assert (whole.least, whole.most) == (min(course.values), max(course.values))
    assert whole.least < whole.median < whole.p95 < whole.most
    # The hours beside it count too, of every week.
    assert all(11 <= each.samples <= 15 for each in found[1:])


def test_what_is_usual_on_sunday_night_is_not_on_a_weekday() -> None:
    course = weeks(4, lambda day, hour: 60.0 if day == 6 and 1 <= hour <= 4 else 10.0)
    found = usual_of(course)
    span = course.span
    assert judged(60.0, at_hour(found, 6, 2), span).verdict is Verdict.NORMAL
    assert judged(10.0, at_hour(found, 6, 2), span).verdict is Verdict.LOW
    assert judged(60.0, at_hour(found, 2, 2), span).verdict is Verdict.HIGH
    assert judged(10.0, at_hour(found, 2, 2), span).verdict is Verdict.NORMAL


@pytest.mark.parametrize(("amount", "day"), [(4, NOW.weekday()), (2, 0)])
def test_an_earlier_incident_does_not_become_the_norm_of_its_hour(amount: int, day: int) -> None:
    quiet = weeks(amount)
    course = Course(quiet.times, [*quiet.values[:-4], *[90.0] * 4])
    found = usual_of(course)
    assert at_hour(found, day, NOW.hour - 1).most == 90.0
    for each in (found[0], at_hour(found, day, NOW.hour - 1)):
        assert judged(90.0, each, course.span).verdict is Verdict.HIGH


def test_what_one_value_in_twenty_exceeds_is_not_high() -> None:
    rush = weeks(4, lambda day, hour: 50.0 if hour in (3, 15) else 10.0)
    whole = usual_of(rush)[0]
    assert whole.p95 > 45
    assert judged(49.0, whole, rush.span).verdict is Verdict.NORMAL
    assert judged(60.0, whole, rush.span).verdict is Verdict.HIGH


@pytest.mark.parametrize(
    ("amount", "hours"), [(0.1, None), (0.5, 0), (0.9, 24), (2.9, 24), (3.3, HOURS)]
)
def test_nothing_is_said_from_too_little(amount: float, hours: int | None) -> None:
    found = usual_of(weeks(amount))
    assert (len(found) - 1 if found else None) == hours


def test_of_two_weeks_the_hours_of_the_day_are_told_apart() -> None:
    course = weeks(2.1, lambda day, hour: 60.0 if 1 <= hour <= 4 else 10.0)
    found = usual_of(course)
    assert [each.hour for each in found] == [None, *range(24)]
    # The hours beside it count too, of every day.
    assert all(40 <= each.samples <= 55 for each in found[1:])
    assert judged(60.0, at_hour(found, 0, 2), course.span).verdict is Verdict.NORMAL
    assert judged(60.0, at_hour(found, 0, 12), course.span).verdict is Verdict.HIGH


def test_gaps_leave_out_the_hours_that_they_take() -> None:
    course = weeks(4)
    day = timedelta(days=1).total_seconds()
    # Never seen on a Monday: 1970 began on a Thursday.
    kept = [(at // day + 3) % 7 != 0 for at in course.times]
    times, values = list(compress(course.times, kept)), list(compress(course.values, kept))
    found = usual_of(Course(times, values))
    known = {each.hour for each in found[1:]}
    # Its first and last hour lie beside hours that were seen, which is too little alone.
    assert known == set(range(24, HOURS))


def test_a_constant_has_no_score() -> None:
    times = weeks(4).times
    course = Course(times, [40.0] * len(times))
    found = usual_of(course)
    same = judged(40.01, found[0], course.span)
    assert (same.verdict, same.score) == (Verdict.NORMAL, None)
    assert judged(41.0, found[0], course.span).verdict is Verdict.HIGH


def test_hours_of_the_week_begin_on_monday() -> None:
    assert hour_of(datetime(2026, 11, 23, 0, 30, tzinfo=UTC)) == 0
    assert hour_of(datetime(2026, 11, 22, 23, 59, tzinfo=UTC)) == HOURS - 1
    assert hour_of(NOW) == 6 * 24 + 14
