"""Rows, cells and tones: what a table shows, said without any front.

The same columns feed a pane of the full-screen app, the Rich table of a command and a detail
screen, so nothing here imports Textual.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from math import isnan
from typing import Any, Generic, Literal, TypeAlias, TypeVar, overload

RowT = TypeVar("RowT")

SortKey: TypeAlias = str | float | datetime | tuple[str | float, ...] | None
"""The raw value a cell is sorted by: a number, a time, a text, or a tuple; None sorts last."""


class Tone(StrEnum):
    """What a cell means. Fronts choose the colour."""

    OK = "ok"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"
    CRITICAL = "critical"
    MUTED = "muted"
    NEUTRAL = "neutral"
    STALE = "stale"

    @property
    def glyph(self) -> str:
        """One cell wide sign that tells the tone apart without colour; a space for NEUTRAL."""
        return _GLYPHS[self]


_GLYPHS: dict[Tone, str] = {
    Tone.OK: "✓",
    Tone.INFO: "•",
    Tone.WARNING: "▲",
    Tone.ERROR: "✗",
    Tone.CRITICAL: "◆",
    Tone.MUTED: "·",
    Tone.NEUTRAL: " ",
    Tone.STALE: "◌",
}


def marked(tone: Tone, word: str) -> str:
    """Glyph and word, for example ``✗ down``: legible where colour is not."""
    return word if tone is Tone.NEUTRAL else f"{tone.glyph} {word}"


def unmarked(cell: Cell) -> str:
    """The text of a cell without the glyph of its tone in front."""
    return cell.text.removeprefix(f"{cell.tone.glyph} ")


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: the text people read, the raw value it is sorted by, and what it means."""

    text: str
    sort: SortKey
    tone: Tone = Tone.NEUTRAL


@dataclass(frozen=True, slots=True)
class Display:
    """How values are made human.

    Attributes:
        now: Aware UTC time that relative times are counted from.
        utc: None shows relative times, True absolute UTC, False absolute local time.
        wide: Whether there is room for long forms.
    """

    now: datetime
    utc: bool | None
    wide: bool


@dataclass(frozen=True, slots=True)
class Column(Generic[RowT]):
    """One column of a table of `RowT`.

    Attributes:
        key: Stable id, used for sorting and for choosing fields.
        title: Heading.
        cell: Makes the cell of a row.
        width: Width of the content in terminal cells; the least width if the column is flexible.
        priority: Columns with higher numbers are dropped first when there is no room.
        align: Side the text is aligned to.
        flexible: Whether the column takes its share of the room left over.
        tells_apart: Whether it is there to tell rows of several sources apart: it is not worth any
            room where all rows agree in it, and is never dropped where they do not.
        narrow: Width down to which a column gives way before one of a priority up to 2 is dropped,
            in a pane before one of priority 0 is; 0 if it does not.
        differing: Whether a pane leaves it out while all rows agree in it.
    """

    key: str
    title: str
    cell: Callable[[RowT, Display], Cell]
    width: int
    priority: int = 0
    align: Literal["left", "right"] = "left"
    flexible: bool = False
    tells_apart: bool = False
    narrow: int = 0
    differing: bool = False


@dataclass(frozen=True, slots=True)
class KeyedRow:
    """A row ready to show: its key, unique in the table, and a cell for each column."""

    key: str
    cells: Sequence[Cell]


class _RowCells(Sequence[Cell]):
    """Cells made when they are first looked at: of 1,000 rows only a screenful ever is."""

    __slots__ = ("_columns", "_display", "_made", "_row")

    def __init__(self, row: RowT, columns: Sequence[Column[RowT]], display: Display) -> None:
        self._row = row
        self._columns: Sequence[Column[Any]] = columns
        self._display = display
        self._made: dict[int, Cell] = {}

    def __len__(self) -> int:
        return len(self._columns)

    @overload
    def __getitem__(self, index: int) -> Cell: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Cell]: ...
    def __getitem__(self, index: int | slice) -> Cell | Sequence[Cell]:
        if isinstance(index, slice):
            return tuple(self)[index]
        cell = self._made.get(index)
        if cell is None:
            cell = self._made[index] = self._columns[index].cell(self._row, self._display)
        return cell

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self))


def keyed_rows(
    rows: Iterable[RowT],
    columns: Sequence[Column[RowT]],
    display: Display,
    key: Callable[[RowT], str],
) -> list[KeyedRow]:
    """Rows with a cell for each of `columns`, in their order."""
    return [KeyedRow(key(row), _RowCells(row, columns, display)) for row in rows]


def fit_columns(
    columns: Sequence[Column[RowT]], width: int, padding: int = 2
) -> list[tuple[Column[RowT], int]]:
    """Choose the columns that fit and their widths.

    Args:
        columns: All columns, in the order they are shown.
        width: Room in terminal cells.
        padding: Cells that each column needs beside its content.

    Returns:
        Columns in their order with the width of the content. Columns of the highest priority
        number go first (of equal ones the rightmost); one column always remains. What is left
        over is shared by the flexible columns.
    """
    kept = list(enumerate(columns))
    needed = sum(column.width + padding for _, column in kept)
    while len(kept) > 1 and needed > width:
        worst = max(kept, key=lambda item: (item[1].priority, item[0]))
        kept.remove(worst)
        needed -= worst[1].width + padding
    spare = max(0, width - needed)
    growing = [index for index, column in kept if column.flexible]
    share, rest = divmod(spare, len(growing)) if growing else (0, 0)
    fitted: list[tuple[Column[RowT], int]] = []
    for index, column in kept:
        extra = 0
        if column.flexible:
            extra = share + (1 if growing.index(index) < rest else 0)
        least = max(1, min(column.width, width - padding)) if len(kept) == 1 else column.width
        fitted.append((column, least + extra))
    return fitted


def sort_rows(rows: Iterable[KeyedRow], column: int, reverse: bool = False) -> list[KeyedRow]:
    """Sort rows by the raw value of one column; rows without a value stay last either way.

    Equal values are ordered by key, so that the same rows always come in the same order.
    """
    ordered = sorted(rows, key=lambda row: row.key)
    values = [(row.cells[column].sort, row) for row in ordered]
    missing = [row for value, row in values if _is_missing(value)]
    present = [(_rank(value), row) for value, row in values if not _is_missing(value)]
    present.sort(key=lambda ranked: ranked[0], reverse=reverse)
    return [row for _, row in present] + missing


def _is_missing(value: SortKey) -> bool:
    # NaN compares false with everything, which would leave the order to chance.
    return value is None or (isinstance(value, float) and isnan(value))


def _rank(value: SortKey) -> tuple[int, float, str, tuple[tuple[int, float, str], ...]]:
    """Total order over all kinds of value: numbers, then times, then texts, then tuples."""
    if isinstance(value, datetime):
        return (1, value.timestamp(), "", ())
    if isinstance(value, str):
        return (2, 0.0, value.casefold(), ())
    if isinstance(value, tuple):
        return (3, 0.0, "", tuple(_rank(part)[:3] for part in value))
    return (0, float(value or 0), "", ())
