"""Widths of table columns in terminals of any size."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from widgets.cell import Cell, Column
from widgets.layout import GAP, layout


def column(key: str, width: int, priority: int = 0, flexible: bool = False) -> Column[str]:
    return Column(key, key, lambda row, _: Cell(row, row), width, priority, flexible=flexible)


def total(fitted: list[tuple[Column[str], int]]) -> int:
    return sum(width for _, width in fitted) + GAP * (len(fitted) - 1)


def widths(fitted: list[tuple[Column[str], int]]) -> dict[str, int]:
    return {column.key: width for column, width in fitted}


COLUMNS = (column("name", 10), column("text", 20, 1, True), column("source", 8, 2))


def test_all_columns_get_what_they_need_if_there_is_room() -> None:
    natural = {"name": 14, "text": 60, "source": 12}
    assert widths(layout(COLUMNS, natural, 200)) == natural


def test_names_are_whole_before_texts_grow() -> None:
    fitted = widths(layout(COLUMNS, {"name": 14, "text": 60, "source": 12}, 60))
    assert fitted == {"name": 14, "text": 30, "source": 12}


def test_short_cells_leave_room_for_further_columns() -> None:
    assert len(layout(COLUMNS, {"name": 10, "text": 20, "source": 8}, 41)) == 2
    assert len(layout(COLUMNS, {"name": 4, "text": 20, "source": 8}, 41)) == 3


def test_the_least_important_column_goes_first() -> None:
    assert list(widths(layout(COLUMNS, {"name": 10, "text": 90, "source": 12}, 35))) == [
        "name",
        "text",
    ]


@given(
    st.lists(
        st.tuples(st.integers(1, 40), st.integers(0, 120), st.integers(0, 3), st.booleans()),
        min_size=1,
        max_size=12,
    ),
    st.integers(1, 250),
)
def test_it_fits_and_wastes_nothing(shapes: list[tuple[int, int, int, bool]], width: int) -> None:
    columns = [column(f"c{i}", w, p, f) for i, (w, _, p, f) in enumerate(shapes)]
    natural = {f"c{i}": max(2, n) for i, (_, n, _, _) in enumerate(shapes)}
    fitted = layout(columns, natural, width)
    assert fitted
    assert total(fitted) <= width
    assert all(1 <= given <= natural[column.key] for column, given in fitted)
    cut = [column for column, given in fitted if given < natural[column.key]]
    assert not cut or total(fitted) == width
    order = [column.key for column, _ in fitted]
    assert order == [column.key for column in columns if column.key in order]


def test_columns_that_are_all_wanted_are_narrowed_before_one_goes() -> None:
    wanted = (column("a", 20), column("b", 8), column("c", 30, flexible=True))
    fitted = widths(layout(wanted, {"a": 20, "b": 8, "c": 30}, 34))
    assert sum(fitted.values()) + 2 * GAP == 34
    assert fitted["b"] == 8
    assert list(widths(layout(wanted, {"a": 20, "b": 8, "c": 30}, 14))) == ["a", "b"]
