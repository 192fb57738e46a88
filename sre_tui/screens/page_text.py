"""Pages, records and tables of a tool's result as text of a given width; none of it is markup."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from io import StringIO
from typing import TYPE_CHECKING, Any, Final

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from widgets.cell import Cell, Column, Display, Tone, fit_columns, marked
from widgets.page import toned
from widgets.text import fit, plain_line, plain_lines, wrap

if TYPE_CHECKING:
    from sre_tui.views.page import Branch, Line, Page
    from sre_tui.views.table import TableView

_GAP: Final = 2
_LONGEST: Final = 2_000
"""Characters of one cell that are shown; nobody reads more of a name."""
_NARROWEST: Final = 20
_NAMES: Final = 24
"""Cells that the names of a record take at most."""


def headline(tone: Tone, word: str, name: str) -> Text:
    """First line of a page: how it is, and what it is."""
    return Text.assemble(
        (f"{marked(tone, plain_line(word))}  ", f"bold {toned(tone)}"),
        (f"{plain_line(name)}\n", "bold"),
    )


def section(page: Text, title: str, body: str) -> None:
    """Add a heading with lines below it; nothing where there are none."""
    if body:
        page.append(f"\n{plain_line(title)}\n", "bold")
        if body.strip():
            page.append(f"  {plain_lines(body)}\n")


def pairs(page: Text, values: Mapping[str, str | Cell], room: int | None = None) -> None:
    """Add names with their values, one a line; what is longer than the room goes on below."""
    width = min(_NAMES, max((len(plain_line(name)) for name in values), default=0))
    for name, value in values.items():
        cell = value if isinstance(value, Cell) else Cell(value, None)
        page.append(f"  {plain_line(name):<{width}}  ", "dim")
        lines = plain_lines(cell.text).split("\n")
        if room is not None:
            left = max(_NARROWEST, room - width - 4)
            lines = [part for line in lines for part in wrap(line, left) or [""]]
        hanging = "\n" + " " * (width + 4)
        page.append(f"{hanging.join(lines)}\n", toned(cell.tone))


def result_text(view: TableView[Any], data: Any, display: Display, width: int) -> Text:
    """A tool's result as its view shows it: a page, or tables with what stands above and below.

    What it is about is left to the heading of the page.
    """
    view = view.instead(data) or view
    if view.page is not None:
        return page_text(view.page(data, display, width), width)
    text = Text()
    if view.title(data):
        text.append(f"{plain_lines(view.title(data))}\n")
    if view.text(data):
        text.append(f"{plain_lines(view.text(data))}\n")
    else:
        text.append_text(table_text(view, view.rows(data), display, width))
    for other in view.below(data):
        text.append("\n")
        text.append_text(table_text(other, other.rows(data), display, width))
    for note in view.notes(data):
        text.append(f"{plain_lines(note)}\n", "dim")
    return text


def table_text(view: TableView[Any], rows: Sequence[Any], display: Display, width: int) -> Text:
    """Rows and columns; what is said in the flexible column is broken, not cut."""
    text = Text()
    if not rows:
        text.append(f"{view.nothing}\n", "dim")
        return text
    fitted = _fitted(view.columns, rows, display, max(1, width))
    titles = (fit(column.title, room, column.align) for column, room in fitted)
    text.append((" " * _GAP).join(titles).rstrip() + "\n", "dim")
    before = ""
    for row in rows:
        cells = [(column, room, column.cell(row, display)) for column, room in fitted]
        if view.columns[0].key == "group":
            # The same word on every line tells nothing.
            first = cells[0][2]
            shown = Cell("" if first.text == before else first.text, None, first.tone)
            before = first.text
            cells[0] = (*cells[0][:2], shown)
        text.append_text(_row(cells))
    return text


def page_text(page: Page, width: int) -> Text:
    """Paragraphs and trees."""
    from sre_tui.views.page import Branch

    text = Text()
    for number, part in enumerate(page):
        text.append("\n" if number else "")
        if isinstance(part, Branch):
            for line in _tree(part, "", ""):
                text.append_text(line)
            continue
        if part.title:
            text.append(f"{plain_line(part.title)}\n", "bold")
        for each in part.lines:
            text.append_text(paragraph(each, width))
    return text


def _fitted(
    columns: Sequence[Column[Any]], rows: Sequence[Any], display: Display, width: int
) -> list[tuple[Column[Any], int]]:
    """The columns that say something, as wide as what they say where there is room."""
    natural: dict[str, int] = {}
    for column in columns:
        widest = max(cell_len(plain_line(column.cell(row, display).text)) for row in rows)
        if widest or column is columns[0]:
            natural[column.key] = max(widest, cell_len(column.title))
    telling = [
        replace(column, width=min(column.width, natural[column.key]), flexible=False)
        for column in columns
        if column.key in natural
    ]
    fitted = fit_columns(telling, width, _GAP)
    spare = width - sum(room + _GAP for _, room in fitted)
    shown = {column.key for column in columns if column.flexible}
    grown: list[tuple[Column[Any], int]] = []
    for column, room in fitted:
        more = min(max(0, spare), natural[column.key] - room)
        spare -= more
        grown.append((replace(column, flexible=column.key in shown), room + more))
    if grown and not any(column.flexible for column, _ in grown):
        last, room = grown[-1]
        grown[-1] = (replace(last, flexible=True), room)
    return grown


def _row(cells: Sequence[tuple[Column[Any], int, Cell]]) -> Text:
    lines: list[Text] = []
    offset = 0
    for column, room, cell in cells:
        style = toned(cell.tone)
        if column.flexible:
            parts = wrap(cell.text[:_LONGEST], room) or [""]
        else:
            parts = [fit(cell.text, room, column.align)]
        for number, part in enumerate(parts):
            while len(lines) <= number:
                lines.append(Text())
            line = lines[number]
            line.append(" " * (offset - line.cell_len))
            line.append(part, style)
        offset += room + _GAP
    text = Text()
    for line in lines:
        line.rstrip()
        text.append_text(line)
        text.append("\n")
    return text


def paragraph(line: Line, width: int) -> Text:
    """One paragraph, its further lines hanging under its first."""
    first = " " * line.indent + (f"{line.mark} " if line.mark else "")
    said = Text.assemble(*_pieces(line.pieces))
    if line.whole:
        return Text.assemble(first, said, "\n")
    hanging = " " * cell_len(first)
    text = Text()
    console = Console(width=max(_NARROWEST, width), file=StringIO(), color_system=None)
    parts = said.wrap(console, max(_NARROWEST, width - len(hanging)), overflow="fold")
    for number, part in enumerate(parts):
        part.rstrip()
        text.append(hanging if number else first)
        text.append_text(part)
        text.append("\n")
    return text


def _tree(branch: Branch, lead: str, below: str) -> Iterator[Text]:
    yield Text.assemble((lead, "dim"), *_pieces(branch.pieces), "\n")
    last = len(branch.children) - 1
    for number, child in enumerate(branch.children):
        ends = number == last
        yield from _tree(
            child, below + ("└── " if ends else "├── "), below + ("    " if ends else "│   ")
        )


def _pieces(pieces: Iterable[Cell]) -> Iterator[tuple[str, str]]:
    return ((plain_line(cell.text[:_LONGEST]), toned(cell.tone)) for cell in pieces)
