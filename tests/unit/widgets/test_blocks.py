from __future__ import annotations

from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from widgets.blocks import fill_bar, percent, sparkline


@pytest.mark.parametrize(
    ("ratio", "bar"),
    [
        (0.0, "░░░░"),
        (0.001, "█░░░"),
        (0.5, "██░░"),
        (0.999, "███░"),
        (1.0, "████"),
        (1.7, "████"),
        (-1.0, "░░░░"),
        (None, "····"),
        (nan, "····"),
    ],
)
def test_fill_bar(ratio: float | None, bar: str) -> None:
    assert fill_bar(ratio, 4) == bar


@given(ratio=st.one_of(st.none(), st.floats()), width=st.integers(-1, 40))
def test_fill_bar_keeps_its_width(ratio: float | None, width: int) -> None:
    assert len(fill_bar(ratio, width)) == max(0, width)


def test_percent_never_rounds_to_the_ends() -> None:
    assert [percent(ratio) for ratio in (0, 0.004, 0.42, 0.996, 1)] == [
        "0%",
        "<1%",
        "42%",
        ">99%",
        "100%",
    ]


def test_sparkline_shows_gaps() -> None:
    assert sparkline([0, None, 4, nan, 8]) == "▁·▅·█"
    assert sparkline([3, 3]) == "▁▁"
    assert sparkline([None, nan]) == "··"
    assert sparkline([]) == ""
    assert sparkline([5, 20], low=0, high=10) == "▅█"
    assert sparkline([-5, inf], low=0, high=10) == "▁·"


def test_sparkline_keeps_peaks_when_merged() -> None:
    assert sparkline([0, 0, 9, 0, 0, 0, 0, 1], width=4) == "▁█▁▁"
    assert sparkline([1, 2], width=10) == "▁█"
    assert sparkline([1, 2], width=0) == ""


@given(
    values=st.lists(st.one_of(st.none(), st.floats()), max_size=50),
    width=st.one_of(st.none(), st.integers(0, 20)),
)
def test_sparkline_never_fails(values: list[float | None], width: int | None) -> None:
    wanted = len(values) if width is None else min(width, len(values))
    assert len(sparkline(values, width)) == wanted
