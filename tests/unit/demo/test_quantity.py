"""Values and exact integrals of shapes and quantities."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sre_tui.demo.world.quantity import Lives, Quantity
from sre_tui.demo.world.shapes import FOREVER, line, plateau

START = 1.79e9
ROW = np.zeros(1, dtype=np.intp)


def quantity() -> Quantity:
    return Quantity("test", ["a", "b"], 3.0, seed=1, rhythm="home", swing=0.4, rough=0.5)


def numeric(of: Quantity, end: float, step: float = 1.0) -> float:
    t = np.arange(START, end, step)[None] + step / 2
    return float(of.value(ROW, t).sum() * step)


def test_a_shape_is_flat_before_and_after_its_points() -> None:
    shape = line([(10, 0), (20, 4)])
    assert shape.value(np.array([0.0, 10, 15, 20, 99])).tolist() == [0, 0, 2, 4, 4]
    assert shape.integral(np.array([10.0, 15, 20, 30])).tolist() == [0, 5, 20, 60]


def test_a_plateau_comes_and_goes() -> None:
    shape = plateau(100, 200, 6, rise=10, fall=20)
    assert shape.value(np.array([100.0, 105, 110, 200, 210, 220])).tolist() == [0, 3, 6, 6, 3, 0]
    assert plateau(100, FOREVER, 6).value(np.array([1e9])).tolist() == [6]


def test_the_integral_is_the_area_under_the_value() -> None:
    plain = quantity()
    grown = plain.integral(ROW, np.array([[START, START + 50_000.0]]))[0]
    assert grown[1] - grown[0] == pytest.approx(numeric(plain, START + 50_000.0), rel=1e-5)


def test_faults_change_value_and_integral_alike() -> None:
    hit = quantity()
    hit.add("a", plateau(START + 1000, START + 3000, 5.0))
    hit.scale("a", START + 2000, START + 4000, 0.25)
    grown = hit.integral(ROW, np.array([[START, START + 8000.0]]))[0]
    assert grown[1] - grown[0] == pytest.approx(numeric(hit, START + 8000.0, 0.5), rel=1e-3)


def test_a_hold_pins_the_level_and_leaves_other_subjects_alone() -> None:
    pinned, free = quantity(), quantity()
    pinned.hold("a", START, START + 100, 42.0)
    t = np.array([[START - 1, START, START + 99, START + 100]])
    assert pinned.value(ROW, t)[0, 1:3].tolist() == [42, 42]
    assert pinned.value(ROW, t)[0, 3] == free.value(ROW, t)[0, 3]
    other = np.ones(1, dtype=np.intp)
    assert pinned.value(other, t).tolist() == free.value(other, t).tolist()


def test_events_make_the_integral_jump_by_one() -> None:
    counted = Quantity("kills", ["a"], 0.0, seed=1)
    counted.happen("a", np.array([START + 10, START + 20]))
    t = np.array([[START, START + 10, START + 15, START + 25]])
    assert counted.integral(ROW, t).tolist() == [[0, 1, 1, 2]]


def test_a_restart_begins_again_at_zero() -> None:
    lives = Lives(["a"], np.array([START]))
    lives.restart("a", np.array([START + 1000]))
    steady = Quantity("steady", ["a"], 2.0, seed=1)
    t = np.array([[START + 10, START + 999, START + 1000, START + 1010]])
    assert lives.grown(steady, ROW, ROW, t)[0] == pytest.approx([20, 1998, 0, 20])
    assert lives.since(ROW, t)[0].tolist() == [START, START, START + 1000, START + 1000]


@settings(derandomize=True, deadline=None, max_examples=60)
@given(seed=st.integers(0, 10**6), offset=st.floats(-1e7, 1e7), rough=st.floats(0, 0.6))
def test_integrals_never_fall_whatever_the_seed(seed: int, offset: float, rough: float) -> None:
    any_one = Quantity("x", ["a"], 1.0, seed=seed, rhythm="night", swing=0.3, rough=rough)
    t = START + offset + np.arange(0, 40_000, 15.0)[None]
    assert (np.diff(any_one.integral(ROW, t)[0]) >= 0).all()
