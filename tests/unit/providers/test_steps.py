from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.steps import DEFAULT_POINTS, MAX_POINTS, choose_step, grid

END = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
windows = st.floats(min_value=0, max_value=10 * 365 * 86400)


@pytest.mark.parametrize(
    ("window", "step"),
    [(300, 15), (3600, 15), (6 * 3600, 120), (86400, 600), (7 * 86400, 3600), (90 * 86400, 43200)],
)
def test_steps_are_nice_and_give_enough_points(window: float, step: float) -> None:
    assert choose_step(window) == step


@given(windows)
def test_without_a_wish_there_are_about_250_points(window: float) -> None:
    step = choose_step(window)
    assert window / step <= DEFAULT_POINTS
    assert step % 15 == 0


@given(windows, st.floats(min_value=0.001, max_value=1e6))
def test_no_series_ever_exceeds_the_limit(window: float, wanted: float) -> None:
    start = END - timedelta(seconds=window)
    made = grid(start, END, wanted)
    points = round((made.end - made.start).total_seconds() / made.step) + 1
    assert points <= MAX_POINTS
    assert made.end == END
    assert made.start >= start


def test_a_wish_is_kept_where_it_can_be() -> None:
    assert grid(END - timedelta(hours=1), END, 7.5).step == 7.5


def test_a_window_ends_after_it_starts() -> None:
    with pytest.raises(ValueError, match="ends before it starts"):
        grid(END, END - timedelta(seconds=1))
