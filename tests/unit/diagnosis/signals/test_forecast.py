"""When something is full: the right day, an honest interval, and the other answers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from math import inf, nan
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sre_tui.diagnosis.signals.forecast import Forecast, Outlook, forecast
from tests.stubs.slow import sampled

NOW = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
SIZE = 1000.0
LONG, SHORT = 1 / 6, 1 / 96
"""Days between points, in the weeks before and in the last two days."""
RUNS = 150
Course = Callable[[Any, np.random.Generator], Any]


def moments(days: float = 28.0) -> Any:
    """Days relative to now, as they are read: four weeks thinly, two days closely."""
    return np.r_[np.arange(-days, -2.0, LONG), np.arange(-min(days, 2.0), SHORT / 2, SHORT)]


def told(course: Course, *, days: float = 28.0, seed: int = 0, size: float = SIZE) -> Forecast:
    times = moments(days)
    values = course(times, np.random.default_rng(seed))
    points = [
        (NOW + timedelta(days=float(t)), float(v)) for t, v in zip(times, values, strict=True)
    ]
    return forecast(points, size, now=NOW)


def days_until(at: datetime | None) -> float:
    assert at is not None
    return (at - NOW) / timedelta(days=1)


def noise(times: Any, draw: np.random.Generator, width: float = 1.0) -> Any:
    return width * draw.normal(size=len(times))


GROWING: dict[str, tuple[Course, float]] = {
    "a line": (lambda t, d: 500 + 5 * t + noise(t, d), 100),
    "without noise": (lambda t, d: 500 + 5 * t, 100),
    "daily waves": (lambda t, d: 500 + 5 * t + 30 * np.sin(2 * np.pi * t) + noise(t, d), 100),
    "five hours": (
        lambda t, d: 500 + 1440 * np.maximum(0, t + 5 / 24) + noise(t, d, 0.2),
        200 / 1440,
    ),
    "five days": (lambda t, d: 500 + 20 * np.maximum(0, t + 5) + noise(t, d, 0.2), 20),
    "after a cleanup": (lambda t, d: np.where(t < -10, 1000, 500) + 10 * t + noise(t, d), 50),
    "just cleaned up": (lambda t, d: np.where(t < -0.1, 900, 400) + 10 * t + noise(t, d), 60),
}  # fmt: skip


@pytest.mark.parametrize("name", GROWING)
def test_the_right_day(name: str) -> None:
    course, days = GROWING[name]
    found = told(course)
    assert found.outlook is Outlook.GROWING
    assert days_until(found.full_at) == pytest.approx(days, rel=0.08)
    assert found.earliest is not None
    assert found.latest is not None
    assert found.full_at is not None
    assert found.earliest <= found.full_at <= found.latest


def test_other_answers() -> None:
    assert told(lambda t, d: 500 + noise(t, d)).outlook is Outlook.NOT_GROWING
    assert told(lambda t, d: 500 + 0 * t).outlook is Outlook.NOT_GROWING
    assert told(lambda t, d: 500 - 3 * t + noise(t, d)).outlook is Outlook.NOT_GROWING
    assert told(lambda t, d: 999 + 0 * t).outlook is Outlook.FULL
    assert told(lambda t, d: 500 + 5 * t, days=0.2).outlook is Outlook.UNKNOWN
    assert forecast([], SIZE, now=NOW).outlook is Outlook.UNKNOWN
    stopped = told(lambda t, d: 500 + 8 * np.minimum(t, -4) + noise(t, d, 0.2))
    assert stopped.outlook is Outlook.NOT_GROWING
    assert "slower" in stopped.notes[0]


def test_cleanups_that_are_a_habit() -> None:
    steady = told(lambda t, d: 500 + (t % 4) * 60 + noise(t, d))
    assert (steady.outlook, steady.full_at) == (Outlook.SAW_TOOTH, None)
    assert steady.peak == pytest.approx(740, abs=15)
    rising = told(lambda t, d: 600 + 5 * t + (t % 4) * 60 + noise(t, d))
    assert rising.outlook is Outlook.SAW_TOOTH
    assert days_until(rising.full_at) == pytest.approx(32, abs=5)


def test_a_job_every_night_is_no_growth() -> None:
    found = told(lambda t, d: 500 + 80 * ((t % 1 > 0.5) & (t % 1 < 0.6)) + noise(t, d))
    assert found.full_at is None or days_until(found.full_at) > 365


def test_a_larger_disk_is_said_and_counts() -> None:
    times = [NOW + timedelta(days=float(t)) for t in moments()]
    sizes = [(at, SIZE if at < NOW - timedelta(days=7) else 2 * SIZE) for at in times]
    used = [(at, 500 + 5 * (at - NOW) / timedelta(days=1)) for at in times]
    found = forecast(used, sizes, now=NOW)
    assert (found.size, found.ratio) == (2000, 0.25)
    assert days_until(found.full_at) == pytest.approx(300, rel=0.02)
    assert "grew by 100%" in found.notes[0]


def _steps(times: Any, draw: np.random.Generator, width: float) -> Any:
    apart = np.r_[0.0, np.diff(times)]
    return 5.0 * apart + width * np.sqrt(apart) * draw.normal(size=len(times))


PROCESSES: dict[str, tuple[Course, bool]] = {
    "noise around a line": (lambda t, d: 5.0 * (t - t[0]) + noise(t, d, 5.0), True),
    "wandering": (lambda t, d: np.cumsum(_steps(t, d, 5.0)), False),
    "little wandering": (lambda t, d: np.cumsum(_steps(t, d, 1.5)), False),
    "wandering and noise": (lambda t, d: np.cumsum(_steps(t, d, 3.0)) + noise(t, d, 3.0), False),
}


@pytest.mark.parametrize("name", sampled(PROCESSES))
def test_four_of_five_truths_are_within_the_interval(name: str) -> None:
    """The truth is played on from now until it is full; it counts whether that was foreseen."""
    course, is_line = PROCESSES[name]
    room, inside, asked = 150.0, 0, 0
    future = np.arange(0.0, 200.0, LONG)
    for seed in range(RUNS):
        draw = np.random.default_rng(seed)
        times = moments()
        values = course(times, draw)
        last = float(values[-1])
        points = [
            (NOW + timedelta(days=float(t)), float(v))
            for t, v in zip(times, values - values.min(), strict=True)
        ]
        found = forecast(points, last - float(values.min()) + room, now=NOW)
        if found.earliest is None:
            continue
        asked += 1
        width = {"wandering": 5.0, "little wandering": 1.5, "wandering and noise": 3.0}.get(name, 0)
        ahead = 5.0 * (0 - times[0]) + 5.0 * future if is_line else last + np.cumsum(
            _steps(future, draw, width)
        )  # fmt: skip
        reached = np.nonzero(ahead >= last + room)[0]
        full = future[reached[0]] if len(reached) else inf
        late = inf if found.latest is None else days_until(found.latest)
        inside += days_until(found.earliest) <= full <= late
    assert asked >= 0.95 * RUNS
    assert 0.7 <= inside / asked <= 0.92, inside / asked


@given(
    st.lists(
        st.tuples(
            st.floats(-40, 1),
            st.one_of(st.floats(0, 1e3), st.sampled_from([nan, inf, -inf])),
        ),
        max_size=80,
    ),
    st.sampled_from([1e-6, 1.0, 1e15]),
)
def test_any_points_are_survived(raw: list[tuple[float, float]], scale: float) -> None:
    points = [(NOW + timedelta(days=day), value * scale) for day, value in raw]
    found = forecast(points, SIZE * scale, now=NOW)
    if found.full_at is not None and found.earliest is not None:
        assert found.earliest <= found.full_at
        assert found.latest is None or found.full_at <= found.latest


@given(st.sampled_from([1e-6, 1e3, 1e12]), st.integers(0, 23), st.integers(0, 3))
def test_unit_and_hour_do_not_matter(scale: float, hours: int, seed: int) -> None:
    times = moments()
    values = 500 + 5 * times + noise(times, np.random.default_rng(seed))
    moved = NOW + timedelta(hours=hours)
    points = [
        (moved + timedelta(days=float(t)), float(v) * scale)
        for t, v in zip(times, values, strict=True)
    ]
    found = forecast(points, SIZE * scale, now=moved)
    assert found.full_at is not None
    assert (found.full_at - moved) / timedelta(days=1) == pytest.approx(100, rel=0.05)


def _filled(times: Any, draw: np.random.Generator) -> Any:
    """Grows until a day and a half ago, and stands still where hardly any room is left."""
    del draw
    return np.minimum(988.0, 988 + 10 * (times + 1.5))


def test_full_is_told_with_its_beginning() -> None:
    times = moments()
    points = [
        (NOW + timedelta(days=float(t)), float(v))
        for t, v in zip(times, _filled(times, np.random.default_rng(0)), strict=True)
    ]
    by_its_owner = forecast(points, SIZE, now=NOW, full=True)
    assert (by_its_owner.outlook, by_its_owner.growth) == (Outlook.FULL, None)
    # Half a percent of the size is as full: what is left at that pace half a day before.
    assert days_until(by_its_owner.full_since) == pytest.approx(-2.0, abs=0.2)
    assert not by_its_owner.always_full
    always = told(lambda t, d: 999 + 0 * t)
    assert days_until(always.full_since) == pytest.approx(-28, abs=0.1)
    assert always.always_full


def _leapt(times: Any, draw: np.random.Generator) -> Any:
    """Took a third of the size within days, and has stood still since with little room left."""
    del draw
    course = 4 * times + 300 * np.clip((times + 4) / 2.5, 0, 1)
    still = np.where(times > -1.5, course[times <= -1.5][-1], course)
    return still + 988 - still[-1]


def test_an_interval_of_an_hour_to_weeks_is_not_told() -> None:
    found = told(_leapt)
    assert (found.outlook, found.full_at, found.latest) == (Outlook.ERRATIC, None, None)
    assert 0 < days_until(found.earliest) < 0.1
