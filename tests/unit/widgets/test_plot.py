from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from math import nan

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.unit.widgets.hostile import hostile
from widgets.plot import Series, heading, plot_lines

START = datetime(2026, 11, 20, tzinfo=UTC)


def _series(values: Sequence[float | None], step_s: float = 60, **more: object) -> Series:
    points = tuple(
        (START + timedelta(seconds=index * step_s), value) for index, value in enumerate(values)
    )
    return Series("load", points, utc=True, **more)  # type: ignore[arg-type]


def test_heading_states_value_range_unit_length_and_limit() -> None:
    series = _series([1, 9, None, 4], step_s=3600, unit="req/s", threshold=8)
    assert heading(series) == "load · now 4 · 1 to 9 req/s · 3 h · ╌ limit 8"
    assert heading(_series([1, None])) == "load · now not reported · 1 to 1 · 1 min"
    assert heading(_series([None])) == "load · no data"


def test_axes_and_limit_line() -> None:
    lines = plot_lines(_series([0.0] * 30 + [10.0] * 30, threshold=5), 60, 12)
    assert len(lines) == 12
    assert lines[0].startswith("10 ┤")
    assert lines[10].startswith(" 0 ┤")
    assert lines[11].startswith("   └00:00")
    assert lines[11].endswith("00:59 UTC")
    assert sum("╌" in line for line in lines) == 1


def test_what_is_foreseen_goes_on_as_a_dotted_line() -> None:
    ahead = tuple((START + timedelta(hours=10 * each), 10.0) for each in range(1, 3))
    whole = plot_lines(_series([10.0] * 11, 3600, low=0, high=10, foreseen=ahead), 60, 12)
    top = whole[0].partition("┤")[2]
    solid, dotted = top[: len(top) // 2 - 1], top[len(top) // 2 + 1 :]
    assert set(solid) == {"⠉"}
    assert set(dotted) == {"⠁", " "}
    assert whole[-1].endswith("20:00 UTC")


def test_gap_is_not_bridged() -> None:
    whole = plot_lines(_series([5.0] * 60), 60, 8)
    holed = plot_lines(_series([5.0] * 20 + [None] * 20 + [nan] + [5.0] * 19), 60, 8)
    drawn = [max(lines, key=lambda line: sum(c > "⠀" for c in line)) for lines in (whole, holed)]
    middle = drawn[1][25:38]
    assert not middle.strip()
    assert drawn[0][25:38].strip()


def test_missing_scrapes_are_a_gap_too() -> None:
    minutes = [*range(20), *range(40, 60)]
    series = Series("x", tuple((START + timedelta(minutes=m), 5.0) for m in minutes), utc=True)
    assert any(line[28:36] == " " * 8 and line[10:15].strip() for line in plot_lines(series, 60, 8))


def test_long_time_shows_days() -> None:
    lines = plot_lines(_series([1, 2, 3, 4], step_s=2 * 86400), 60, 8)
    assert "20 Nov" in lines[-1]
    assert "26 Nov" in lines[-1]


def test_no_data_and_no_room_are_said() -> None:
    assert plot_lines(_series([]), 60, 10) == ["no data in this time"]
    assert plot_lines(_series([1, 2]), 10, 10) == ["too littl…"]


@given(
    values=st.lists(st.one_of(st.none(), st.floats()), max_size=40),
    width=st.integers(0, 100),
    height=st.integers(0, 20),
    threshold=st.one_of(st.none(), st.floats()),
    words=hostile,
)
def test_chart_always_fits(
    values: list[float | None], width: int, height: int, threshold: float | None, words: str
) -> None:
    points = tuple((START + timedelta(minutes=i), value) for i, value in enumerate(values))
    series = Series(words, points, unit=words, threshold=threshold, utc=True)
    lines = plot_lines(series, width, height)
    assert all(cell_len(line) <= width for line in lines)
    assert len(lines) <= max(1, height)
    assert "\n" not in heading(series)


def _labels(lines: Sequence[str]) -> list[str]:
    return [line.partition("┤")[0].strip() for line in lines if "┤" in line]


def test_an_axis_is_as_wide_as_its_labels_can_tell() -> None:
    noise = [0.48501, 0.48502, 0.48503] * 10
    lines = plot_lines(_series(noise, show="{:.1%}".format), 60, 9)
    assert len(set(_labels(lines))) == 3
    assert len({line[8:].strip("│┤ ") for line in lines[:-1]} - {""}) <= 2
    still = plot_lines(_series([0.0, 0.0], show="{:.0%}".format, low=0.0), 60, 9)
    assert _labels(still) == ["100%", "50%", "0%"]
    fixed = plot_lines(_series(noise, show="{:.0%}".format, low=0.0, high=0.001), 60, 9)
    assert len(fixed) == 9


def test_heading_without_a_title_begins_with_the_value() -> None:
    series = Series("", _series([1, 2]).points)
    assert heading(series) == "now 2 · 1 to 2 · 1 min"
    assert heading(Series("", ())) == "no data"
