"""DataTable whose rows are one line of plain text each, so that a thousand cost what a screen does.

DataTable adds up the heights of all rows and lays out every cell as a renderable. Neither is
needed where each row is one line with a cursor across all of it.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.cache import LRUCache
from textual.geometry import Region, Spacing
from textual.strip import Strip
from textual.widgets import DataTable
from textual.widgets.data_table import RowKey

from widgets.cell import Tone
from widgets.tones import tone_style

_COMPONENTS: Final = frozenset(
    f"datatable--{part}" for part in ("cursor", "hover", "header", "header-hover")
)
_HEADINGS: Final = 4
"""Headings that are kept as they were drawn: with and without the focus, and under the mouse."""
_COLUMNS: Final = 32
"""Columns at most."""


class LineTable(DataTable[Text]):
    """Draws the rows on the screen and no other; whoever knows the rows says what is in them."""

    def __init__(
        self,
        *,
        id: str | None = None,  # noqa: A002 - the name every Textual widget uses
        classes: str | None = None,
    ) -> None:
        """A table with a cursor across the row."""
        super().__init__(
            id=id, classes=classes, cursor_type="row", show_row_labels=False, zebra_stripes=False
        )
        # Only the heading is drawn as DataTable does, and each change of the rows would leave one
        # more of it in caches made for thousands.
        self._line_cache = LRUCache(_HEADINGS)
        self._row_render_cache = LRUCache(_HEADINGS)
        self._row_renderable_cache = LRUCache(_HEADINGS)
        self._cell_render_cache = LRUCache(_HEADINGS * _COLUMNS)
        self._ground: Style | None = None
        self._looks: dict[tuple[bool, bool, Tone | None], Style] = {}

    @abstractmethod
    def line_of(self, row: int) -> Iterable[tuple[str, Tone]]:
        """Text and tone of each cell of a row, every text as wide as its column."""

    @property
    def rows_in_view(self) -> range:
        """The rows that have a line on the screen."""
        first = self.scroll_offset.y
        return range(first, min(self.row_count, first + max(0, self.size.height - self._top)))

    @property
    def rich_style(self) -> Style:
        """The style of the ground, looked up once for all the lines that are drawn together."""
        return self._ground or super().rich_style

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines of a region, all drawn on the same ground."""
        self._ground = super().rich_style
        self._looks = {}
        try:
            return super().render_lines(crop)
        finally:
            self._ground = None

    def render_line(self, y: int) -> Strip:
        """The heading as DataTable draws it, or one row."""
        if y < self._top:
            return super().render_line(y)
        width = self.size.width
        row = y - self._top + self.scroll_offset.y
        if row >= self.row_count:
            return Strip.blank(width, self.rich_style)
        pad = " " * self.cell_padding
        # A segment each, though some look alike: an exported picture places every segment anew.
        line = [
            Segment(f"{pad}{text}{pad}", self._look(row, tone) + _place(row, column))
            for column, (text, tone) in enumerate(self.line_of(row))
        ]
        return Strip(line).adjust_cell_length(width, self._look(row, None) + _place(row, 0))

    def _look(self, row: int, tone: Tone | None) -> Style:
        """Style of a tone in a row; None is the ground right of the last cell."""
        hover, cursor = row == self.hover_coordinate.row, row == self.cursor_coordinate.row
        known = self._looks.get((hover, cursor, tone))
        if known is not None:
            return known
        looks, priority = self._get_styles_to_render_cell(
            False,
            False,
            False,
            hover,
            cursor,
            self.show_cursor,
            self._show_hover_cursor,
            self.cursor_foreground_priority == "css",
            self.cursor_background_priority == "css",
        )
        style = self.rich_style + looks
        if tone is not None:
            style = style + tone_style(self, tone) + priority
        self._looks[hover, cursor, tone] = style
        return style

    @classmethod
    def _get_component_classes(cls) -> frozenset[str]:  # type: ignore[override]
        # Each is styled anew whenever the table is, and DataTable has twice as many.
        return _COMPONENTS

    @property
    def _top(self) -> int:
        return self.header_height if self.show_header else 0

    @property
    def _total_row_height(self) -> int:
        return self.row_count

    def _get_offsets(self, y: int) -> tuple[RowKey, int]:
        if y < self._top:
            return self._header_row_key, y
        if not self.is_valid_row_index(y - self._top):
            raise LookupError(f"there is no row on line {y}")
        return self._row_locations.get_key(y - self._top) or self._header_row_key, 0

    def _get_row_region(self, row_index: int) -> Region:
        if not self.is_valid_row_index(row_index):
            return Region(0, 0, 0, 0)
        return Region(0, self._top + row_index, self.size.width, 1)

    def _get_fixed_offset(self) -> Spacing:
        return Spacing(self._top, 0, 0, 0)


@lru_cache(maxsize=8192)
def _place(row: int, column: int) -> Style:
    """What tells the mouse which cell it is on."""
    return Style.from_meta({"row": row, "column": column})
