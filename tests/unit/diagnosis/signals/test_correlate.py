"""What moves together, and what only seems to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import nan
from typing import Any

import numpy as np

from sre_tui.diagnosis.signals.correlate import Correlation, correlate

START = datetime(2026, 11, 22, tzinfo=UTC)
COUNT = 360
END = START + timedelta(minutes=COUNT)


def series(values: Any, offset: float = 0.0) -> list[tuple[datetime, float]]:
    return [(START + timedelta(minutes=i, seconds=offset), float(v)) for i, v in enumerate(values)]


def found(reference: Any, candidates: dict[str, Any]) -> tuple[Correlation, ...]:
    told = {name: series(values, 7) for name, values in candidates.items()}
    return correlate(series(reference), told, start=START, end=END, step=60.0)


def test_strangers_are_not_told() -> None:
    told = 0
    for seed in range(15):
        draw = np.random.default_rng(seed)
        walks = {str(each): np.cumsum(draw.normal(size=COUNT)) for each in range(20)}
        told += len(found(np.cumsum(draw.normal(size=COUNT)), walks))
    assert told <= 1


def test_followers_mirrors_and_gaps() -> None:
    draw = np.random.default_rng(1)
    reference = np.cumsum(draw.normal(size=COUNT))
    late = np.r_[np.zeros(3), reference[:-3]] * 5 + draw.normal(size=COUNT) * 0.5
    late[50:90] = nan
    walk = np.cumsum(draw.normal(size=COUNT))
    told = found(
        reference,
        {"late": late, "mirror": -reference, "constant": np.ones(COUNT), "stranger": walk},
    )
    assert {one.name for one in told} == {"late", "mirror"}
    by_name = {one.name: one for one in told}
    assert by_name["late"].lag == 180
    assert by_name["mirror"].strength < -0.9
    assert by_name["late"].pairs < COUNT - 40


def test_what_broke_together_is_told_by_its_shift() -> None:
    draw = np.random.default_rng(2)
    reference = draw.normal(size=COUNT)
    reference[200:] += 15
    other = 100 + draw.normal(size=COUNT)
    other[201:] += 20
    elsewhere = 100 + draw.normal(size=COUNT)
    elsewhere[90:] += 20
    (one,) = found(reference, {"other": other, "calm": draw.normal(size=COUNT)})
    assert (one.name, one.lag) == ("other", 67)
    assert one.shift is not None
    assert one.shift.change > 15
    assert found(reference, {"elsewhere": elsewhere}) == ()


def test_what_broke_with_a_series_that_only_broke_is_told_among_many_that_broke_elsewhere() -> None:
    draw = np.random.default_rng(3)
    count = 180

    def broken(at: int) -> Any:
        values = draw.normal(size=count)
        values[at:] += 15
        return values

    reference = broken(120)
    strangers = {f"stranger {at}": broken(at) for at in range(20, 110)}
    together = {f"companion {number}": broken(120) for number in range(5)}
    told = found(reference, strangers | together)
    assert {one.name for one in told} >= set(together)
    assert sum(one.name in strangers for one in told) <= 0.1 * len(told)


def test_too_little_is_nothing() -> None:
    assert found([1.0, 2.0], {"a": [1.0, 2.0], "b": []}) == ()
    assert found(np.ones(COUNT), {"a": np.arange(COUNT)}) == ()
