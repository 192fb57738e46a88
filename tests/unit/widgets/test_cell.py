from __future__ import annotations

from datetime import UTC, datetime
from math import nan

from hypothesis import given
from hypothesis import strategies as st

from widgets.cell import (
    Cell,
    Column,
    Display,
    KeyedRow,
    SortKey,
    Tone,
    fit_columns,
    keyed_rows,
    marked,
    sort_rows,
)

Row = tuple[str, float]


def _column(key: str, width: int, priority: int = 0, flexible: bool = False) -> Column[Row]:
    return Column(key, key, lambda row, _: Cell(row[0], row[1]), width, priority, flexible=flexible)


COLUMNS = [_column("a", 10, 0, True), _column("b", 8, 2), _column("c", 8, 1), _column("d", 8, 2)]


def _fitted(width: int) -> list[tuple[str, int]]:
    return [(column.key, room) for column, room in fit_columns(COLUMNS, width)]


def test_columns_are_dropped_by_priority_and_flexible_ones_grow() -> None:
    assert _fitted(42) == [("a", 10), ("b", 8), ("c", 8), ("d", 8)]
    assert _fitted(50) == [("a", 18), ("b", 8), ("c", 8), ("d", 8)]
    assert _fitted(41) == [("a", 19), ("b", 8), ("c", 8)]
    assert _fitted(25) == [("a", 13), ("c", 8)]
    assert _fitted(15) == [("a", 13)]
    assert _fitted(6) == [("a", 4)]
    assert _fitted(0) == [("a", 1)]


@given(width=st.integers(0, 300))
def test_columns_fit(width: int) -> None:
    fitted = fit_columns(COLUMNS, width)
    assert fitted
    assert len(fitted) == 1 or sum(room + 2 for _, room in fitted) <= width


def _row(key: str, sort: SortKey) -> KeyedRow:
    return KeyedRow(key, (Cell(key, sort),))


def test_rows_without_a_value_stay_last() -> None:
    rows = [_row("none", None), _row("two", 2), _row("nan", nan), _row("ten", 10)]
    assert [row.key for row in sort_rows(rows, 0)] == ["two", "ten", "nan", "none"]
    assert [row.key for row in sort_rows(rows, 0, reverse=True)] == ["ten", "two", "nan", "none"]


_SORTS = st.one_of(
    st.none(),
    st.integers(-99, 99),
    st.floats(),
    st.text(max_size=3),
    st.datetimes(timezones=st.just(UTC), min_value=datetime(1990, 1, 1)),  # noqa: DTZ001
    st.tuples(st.integers(0, 9), st.text(max_size=2)),
)


@given(sorts=st.lists(_SORTS, max_size=12), reverse=st.booleans())
def test_any_mix_of_values_has_one_order(sorts: list[SortKey], reverse: bool) -> None:
    rows = [_row(f"{index:02}", sort) for index, sort in enumerate(sorts)]
    ordered = sort_rows(rows, 0, reverse)
    assert sorted(row.key for row in ordered) == [row.key for row in rows]
    assert sort_rows(list(reversed(rows)), 0, reverse) == ordered


def test_keyed_rows_and_marks() -> None:
    display = Display(now=datetime(2026, 1, 1, tzinfo=UTC), utc=True, wide=True)
    rows = keyed_rows([("x", 1.0)], COLUMNS[:2], display, lambda row: f"key-{row[0]}")
    assert rows == [KeyedRow("key-x", (Cell("x", 1.0), Cell("x", 1.0)))]
    assert marked(Tone.ERROR, "down") == "✗ down"
    assert marked(Tone.NEUTRAL, "up") == "up"
    assert len({tone.glyph for tone in Tone}) == len(Tone)
