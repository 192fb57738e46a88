from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sre_tui.screens.stacking import LEAST, heights

COUNTS = st.lists(st.integers(0, 2000), min_size=4, max_size=4)


@given(COUNTS, st.integers(0, 3), st.integers(20, 120))
def test_all_lines_are_given_and_nobody_gets_too_few(
    rows: list[int], front: int, room: int
) -> None:
    shares = heights(rows, front, room)
    assert sum(shares) == room
    assert min(shares) >= LEAST


def test_small_panes_leave_room_to_those_that_need_it() -> None:
    assert heights([4, 43, 2, 46], 0, 37) == [9, 11, 6, 11]


def test_the_pane_in_front_has_up_to_half() -> None:
    assert heights([4, 43, 2, 46], 1, 37) == [7, 18, 6, 6]


def test_a_row_more_or_less_moves_nothing() -> None:
    assert heights([4, 43, 2, 46], 0, 37) == heights([6, 44, 3, 45], 0, 37)


def test_too_little_room_gives_everyone_the_least() -> None:
    assert heights([9, 9, 9, 9], 0, 12) == [LEAST] * 4
