"""Level shifts: found where they are, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from math import inf, nan
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sre_tui.diagnosis.signals.change_points import level_shifts

START = datetime(2026, 11, 22, tzinfo=UTC)
COUNT = 360
RUNS = 60
Draw = Callable[[np.random.Generator], Any]


def series(values: Any, step: float = 60.0) -> list[tuple[datetime, float]]:
    return [(START + timedelta(seconds=i * step), float(v)) for i, v in enumerate(values)]


def autoregressive(draw: np.random.Generator, keeps: float) -> Any:
    noise = draw.normal(size=COUNT)
    for at in range(1, COUNT):
        noise[at] += keeps * noise[at - 1]
    return noise


RESTLESS: dict[str, Draw] = {
    "white noise": lambda d: 100 + 5 * d.normal(size=COUNT),
    "noise with memory": lambda d: 100 + 5 * autoregressive(d, 0.9),
    "random walk": lambda d: 100 + np.cumsum(d.normal(size=COUNT)),
    "trend": lambda d: 100 + 0.5 * np.arange(COUNT) + 5 * d.normal(size=COUNT),
    "bend": lambda d: (
        100 + 5 * d.normal(size=COUNT) + 2 * np.maximum(0, np.arange(COUNT) - COUNT * 0.6)
    ),
    "waves": lambda d: 100 + 30 * np.sin(np.arange(COUNT) / 19) + 5 * d.normal(size=COUNT),
    "heavy tails": lambda d: 100 + 5 * d.standard_t(2, size=COUNT),
    "lone spikes": lambda d: 100 + 5 * d.normal(size=COUNT) + 200 * (d.random(COUNT) < 0.01),
    "rare counts": lambda d: d.poisson(0.3, size=COUNT).astype(float),
}


@pytest.mark.parametrize("name", RESTLESS)
def test_false_alarms_are_rare(name: str) -> None:
    alarms = sum(
        bool(level_shifts(series(RESTLESS[name](np.random.default_rng(seed)))))
        for seed in range(RUNS)
    )
    assert alarms <= (6 if name == "rare counts" else 1)


def test_shifts_are_found_where_they_are() -> None:
    found = 0
    for seed in range(RUNS):
        draw = np.random.default_rng(seed)
        place = int(draw.integers(40, 320))
        values = 100 + 5 * draw.normal(size=COUNT)
        values[place:] += 25
        shifts = level_shifts(series(values))
        assert len(shifts) <= 1
        for shift in shifts:
            assert abs((shift.at - START).total_seconds() / 60 - place) <= 5
            assert 18 < shift.change < 32
        found += len(shifts)
    assert found >= 0.95 * RUNS


def test_levels_without_noise_are_told_one_by_one() -> None:
    values = np.ones(COUNT)
    values[100:110] = 0.0
    values[200:230] = 0.0
    shifts = level_shifts(series(values))
    assert [(s.before, s.after) for s in shifts] == [(1, 0), (0, 1), (1, 0), (0, 1)]
    assert shifts[0].at == START + timedelta(minutes=100)


def test_a_job_every_night_is_no_shift_and_a_shift_among_them_is() -> None:
    at = np.arange(7 * 96)
    nights = 100 + 40 * ((at % 96 > 8) & (at % 96 < 20))
    noise = np.random.default_rng(3).normal(size=len(at)) * 2
    assert level_shifts(series(nights + noise, 900)) == ()
    (shift,) = level_shifts(series(nights + noise + np.where(at >= 500, 30, 0), 900))
    assert shift.at == START + timedelta(seconds=500 * 900)


@given(
    st.lists(st.one_of(st.floats(-1e6, 1e6), st.sampled_from([nan, inf, -inf])), max_size=80),
    st.sampled_from([1e-9, 1.0, 1e12]),
    st.integers(0, 86400),
)
def test_any_points_are_survived(values: list[float], scale: float, seconds: int) -> None:
    moved = [
        (at + timedelta(seconds=seconds), value * scale) for at, value in reversed(series(values))
    ]
    for shift in level_shifts(moved):
        assert shift.before != shift.after
        assert np.isfinite([shift.before, shift.after, shift.score]).all()


@given(st.sampled_from([1e-6, 1e-3, 1e3, 1e9]), st.integers(0, 3))
def test_the_unit_does_not_matter(scale: float, seed: int) -> None:
    values = 100 + 5 * np.random.default_rng(seed).normal(size=120)
    values[70:] += 60
    places = [shift.at for shift in level_shifts(series(values))]
    assert [shift.at for shift in level_shifts(series(values * scale))] == places
    assert len(places) == 1
