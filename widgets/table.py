"""Table that is fed whole snapshots, diffs them by row key and keeps the cursor on its row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from rich.text import Text
from textual import events, on
from textual.binding import Binding, BindingType
from textual.coordinate import Coordinate
from textual.message import Message
from textual.widgets import DataTable
from textual.widgets.data_table import ColumnKey, RowKey
from textual.widgets.data_table import Row as TableRow

from widgets.cell import Column, KeyedRow, Tone, fit_columns, sort_rows
from widgets.layout import squeezed
from widgets.line_table import LineTable
from widgets.text import fit, truncate
from widgets.tones import tone_style


class _KeyMessage(Message):
    def __init__(self, table: KeyedTable, key: str) -> None:
        super().__init__()
        self.table = table
        self.key = key

    @property
    def control(self) -> KeyedTable:
        """The table, so that handlers can be bound by its id."""
        return self.table


class RowSelected(_KeyMessage):
    """Enter or a second click on a row; `key` is the row's key."""


class RowHighlighted(_KeyMessage):
    """The cursor stands on another row; `key` is its key, empty when no row is left."""


class _CellTexts(dict[ColumnKey, Text]):
    """What DataTable may ask about one row: made when it does, from the row of now."""

    __slots__ = ("_key", "_table")

    def __init__(self, table: KeyedTable, key: str) -> None:
        self._table = table
        self._key = key

    def __missing__(self, key: ColumnKey) -> Text:
        return self._table.cell_text(self._key, str(key.value))


class KeyedTable(LineTable):
    """A table whose only way in is `set_rows`; rows are known by key, never by number.

    Sorting and filtering are live. Columns are chosen by the width there is, in the order of
    their priority. No text is ever parsed as markup.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "cursor_down", "Down", show=False, id="table.down"),
        Binding("k", "cursor_up", "Up", show=False, id="table.up"),
        Binding("g", "scroll_top", "Top", show=False, id="table.top"),
        Binding("G", "scroll_bottom", "Bottom", show=False, id="table.bottom"),
    ]

    DEFAULT_CSS = """
    KeyedTable {
        height: 1fr;
        background: transparent;
        scrollbar-gutter: stable;
        scrollbar-size-vertical: 1;
        overflow-x: hidden;
        &:focus { background-tint: $foreground 0%; }
        & > .datatable--header { background: $panel; text-style: bold; }
        &:ansi > .datatable--header { background: $background; text-style: bold underline; }
        /* Turned round, because no two of the terminal's colours are sure to differ. */
        &:ansi > .datatable--cursor {
            color: ansi_default; background: ansi_default; text-style: underline;
        }
        &:ansi:focus > .datatable--cursor { text-style: bold reverse; }
    }
    """

    def __init__(
        self,
        columns: Sequence[Column[Any]],
        *,
        sort_key: str | None = None,
        reverse: bool = False,
        id: str | None = None,  # noqa: A002 - the name every Textual widget uses
        classes: str | None = None,
    ) -> None:
        """A table of these columns.

        Args:
            columns: All columns, in the order they are shown and in which rows bring their cells.
            sort_key: Key of the column to sort by; None keeps the order rows are given in.
            reverse: Whether the greatest value comes first.
            id: Widget id.
            classes: CSS classes.
        """
        super().__init__(id=id, classes=classes)
        self._spec: tuple[Column[Any], ...] = tuple(columns)
        self._index = {column.key: index for index, column in enumerate(self._spec)}
        self._fitted: dict[str, int] = {}
        self._given: tuple[KeyedRow, ...] = ()
        self._shown: list[KeyedRow] = []
        self._places: dict[str, int] = {}
        self._sort_key = sort_key
        self._reverse = reverse
        self._filter = ""
        self._wanted: str | None = None
        self._stand_in: str | None = None
        self._announced: str | None = None
        if sort_key is not None and sort_key not in self._index:
            raise ValueError(f"no column {sort_key!r} to sort by")

    @property
    def cursor_key(self) -> str | None:
        """Key of the row under the cursor, None in an empty table."""
        row = self.cursor_row
        return self._shown[row].key if 0 <= row < len(self._shown) else None

    @property
    def shown_keys(self) -> list[str]:
        """Keys of the rows that pass the filter, in the order shown."""
        return [row.key for row in self._shown]

    @property
    def total(self) -> int:
        """Number of rows before filtering."""
        return len(self._given)

    @property
    def filter_text(self) -> str:
        """The filter in force, empty for none."""
        return self._filter

    @property
    def sorting(self) -> tuple[str | None, bool]:
        """Key of the column sorted by and whether it is reversed."""
        return self._sort_key, self._reverse

    def set_rows(self, rows: Sequence[KeyedRow]) -> None:
        """Show this snapshot instead of the last one.

        Raises:
            ValueError: Two rows share a key, or a row has not one cell for each column.
        """
        seen: set[str] = set()
        for row in rows:
            if row.key in seen:
                raise ValueError(f"two rows have the key {row.key!r}")
            if len(row.cells) != len(self._spec):
                raise ValueError(f"row {row.key!r} has {len(row.cells)} cells")
            seen.add(row.key)
        self._given = tuple(rows)
        self._fit_columns()
        self._update()

    def set_filter(self, text: str) -> None:
        """Show only rows that contain `text` in any cell, ignoring case; ``!text`` inverts."""
        self._filter = text
        self._update()

    def sort_by(self, key: str | None, reverse: bool = False) -> None:
        """Sort by the raw values of a column; None restores the order rows were given in.

        Raises:
            ValueError: There is no such column.
        """
        if key is not None and key not in self._index:
            raise ValueError(f"no column {key!r} to sort by")
        self._sort_key, self._reverse = key, reverse
        self._fit_columns(force=True)
        self._update()

    def move_to_key(self, key: str) -> bool:
        """Put the cursor on a row; False when it is not shown."""
        index = self._places.get(key)
        if index is None:
            return False
        self.move_cursor(row=index)
        self._announce()
        return True

    def action_sort_next(self) -> None:
        """Sort by the next column."""
        self._sort_step(1)

    def action_sort_previous(self) -> None:
        """Sort by the column before."""
        self._sort_step(-1)

    def action_sort_reverse(self) -> None:
        """Turn the order round."""
        self.sort_by(self._sort_key or self._spec[0].key, not self._reverse)

    def cell_text(self, key: str, column: str) -> Text:
        """The text drawn for one cell of a row, exactly as wide as its column."""
        index = self._index[column]
        cell = self._shown[self._places[key]].cells[index]
        shown = fit(cell.text, self._fitted.get(column, 0), self._spec[index].align)
        return Text(shown, style=tone_style(self, cell.tone), no_wrap=True, end="")

    def line_of(self, row: int) -> Iterator[tuple[str, Tone]]:
        """The cells of the columns that there is room for."""
        cells = self._shown[row].cells
        for key, room in self._fitted.items():
            index = self._index[key]
            cell = cells[index]
            yield fit(cell.text, room, self._spec[index].align), cell.tone

    def on_resize(self, _: events.Resize) -> None:
        """Choose the columns that fit into the new width."""
        self._fit_columns()

    @on(DataTable.RowHighlighted)
    def _row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        event.stop()
        self._announce()

    @on(DataTable.RowSelected)
    def _row_selected(self, event: DataTable.RowSelected) -> None:
        event.stop()
        if event.row_key.value is not None:
            self.post_message(RowSelected(self, event.row_key.value))

    @on(DataTable.HeaderSelected)
    def _header_selected(self, event: DataTable.HeaderSelected) -> None:
        event.stop()
        key = event.column_key.value
        self.sort_by(key, not self._reverse if key == self._sort_key else False)

    def _sort_step(self, step: int) -> None:
        at = -1 if self._sort_key is None else self._index[self._sort_key]
        if at < 0 and step < 0:
            at = 0
        self.sort_by(self._spec[(at + step) % len(self._spec)].key)

    def _announce(self) -> None:
        key = self.cursor_key
        if key != self._announced:
            self._announced = key
            self.post_message(RowHighlighted(self, key or ""))

    def _fit_columns(self, force: bool = False) -> None:
        width = self.size.width
        if not width:
            return
        columns, padding = self._telling(), 2 * self.cell_padding
        # A name that is cut is better than no room for what is never to be left out.
        columns = squeezed(columns, width - padding, important=0) or columns
        fitted = {column.key: room for column, room in fit_columns(columns, width, padding)}
        if fitted == self._fitted and not force:
            return
        with self.app.batch_update():
            self._fitted = fitted
            self._data, self.rows = {}, {}
            self.columns.clear()
            self._column_locations = type(self._column_locations)({})
            for key, room in fitted.items():
                self.add_column(self._heading(key, room), width=room, key=key)
            self._store_all()

    def _telling(self) -> list[Column[Any]]:
        """The columns without those in which all rows agree and that are not worth their room then.

        What is sorted by stays, so that one sees what the order means.
        """

        def differ(index: int) -> bool:
            texts = (row.cells[index].text for row in self._given)
            first = next(texts, "")
            return any(text != first for text in texts)

        return [
            column
            for index, column in enumerate(self._spec)
            if not column.differing or column.key == self._sort_key or differ(index)
        ]

    def _heading(self, key: str, room: int) -> Text:
        column = self._spec[self._index[key]]
        if key != self._sort_key:
            return Text(fit(column.title, room, column.align), end="")
        arrow = "▼" if self._reverse else "▲"
        return Text(fit(truncate(column.title, room - 1) + arrow, room, column.align), end="")

    def _update(self) -> None:
        """Filter and sort what was given, and show what is new about it."""
        rows = self._filtered()
        if self._sort_key is not None:
            rows = sort_rows(rows, self._index[self._sort_key], self._reverse)
        before = self._shown
        with self.app.batch_update():
            if [row.key for row in rows] == [row.key for row in before]:
                self._update_cells(before, rows)
            else:
                self._update_order(before, rows)
        self._announce()

    def _filtered(self) -> list[KeyedRow]:
        inverted = self._filter.startswith("!")
        wanted = self._filter.removeprefix("!").casefold()
        if not wanted:
            return list(self._given)
        return [
            row
            for row in self._given
            if any(wanted in cell.text.casefold() for cell in row.cells) is not inverted
        ]

    def _update_cells(self, before: list[KeyedRow], rows: list[KeyedRow]) -> None:
        self._shown = rows
        # Rows out of view are drawn when they come into it.
        for index in self.rows_in_view:
            if before[index] != rows[index]:
                self.refresh_row(index)

    def _update_order(self, before: list[KeyedRow], rows: list[KeyedRow]) -> None:
        current = self.cursor_key
        if current is not None and current != self._stand_in:
            self._wanted = current
        offset = self.cursor_row - self.scroll_offset.y
        in_view = 0 <= offset < self.scrollable_content_region.height
        self._shown = rows
        self._store_all()
        # The new height has to be known before the view can be scrolled within it.
        self._update_dimensions(())
        target = self._place(before)
        self._stand_in = rows[target].key if rows and rows[target].key != self._wanted else None
        self.set_reactive(DataTable.cursor_coordinate, Coordinate(target, 0))
        if in_view:
            self.scroll_to(y=max(0, target - offset), animate=False, force=True, immediate=True)

    def _place(self, before: list[KeyedRow]) -> int:
        """Row for the cursor: the wanted one, else the nearest that is left, else the first."""
        if self._wanted in self._places:
            return self._places[self._wanted]
        at = min(self.cursor_row, len(before) - 1)
        for row in [*before[at:], *reversed(before[: max(0, at)])]:
            if row.key in self._places:
                return self._places[row.key]
        return 0

    def _store_all(self) -> None:
        """Replace all rows at once: adding and removing them one by one takes quadratic time."""
        known = self._places
        self._places = {row.key: index for index, row in enumerate(self._shown)}
        keys = [RowKey(key) for key in self._places]
        if self._places.keys() != known.keys() or len(self.rows) != len(keys):
            self.rows = {key: TableRow(key, 1) for key in keys}
            self._data = {key: _CellTexts(self, str(key.value)) for key in keys}
        self._row_locations = type(self._row_locations)(
            {key: index for index, key in enumerate(keys)}
        )
        self._require_update_dimensions = True
        self._update_count += 1
        self.check_idle()
        self.refresh()
