"""A worded report as a page: for the terminal, the app and the plain text of a mail."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Any, Final

from rich.cells import cell_len

from sre_tui.views.page import Block, Line, line, piece
from sre_tui.views.report_chart_lines import chart_lines
from sre_tui.views.report_parts import Chapter, Document, Paragraph, Part, Span, Table
from widgets.cell import Cell, Column, Display, Tone, marked
from widgets.layout import GAP, layout
from widgets.text import fit, plain_line, wrap

_INDENT: Final = 2
_EMPTY: Final = Line((), whole=True)


def page(document: Document, width: int | None) -> list[Block]:
    """Blocks in the order they are read: the verdict, the summary, what is to be told, the rest.

    Args:
        document: the report, worded.
        width: cells a line may have; None for any number.
    """
    blocks = [
        Block(document.title, tuple(_top(document, width)), "report"),
        Block("Summary", tuple(_summary(document)), "summary"),
        *(Block(one.title, tuple(_chapter(one, document, width)), one.key)
          for one in document.telling),
        Block("Nothing to report", tuple(_quiet(document)), "quiet"),
    ]  # fmt: skip
    return [block for block in blocks if block.lines]


def _top(document: Document, width: int | None) -> Iterator[Line]:
    yield line(piece(document.window, Tone.MUTED))
    yield _EMPTY
    yield line(
        piece(marked(document.tone, document.verdict), document.tone), f"  {document.sentence}"
    )
    yield from _figures(document, width)
    if document.lacking:
        told = f"Not all is known of: {', '.join(document.lacking)}"
        yield line(piece(marked(Tone.STALE, told), Tone.STALE))


def _figures(document: Document, width: int | None) -> Iterator[Line]:
    """As many on a line as have room, none of them broken."""
    pieces: list[Cell] = []
    for figure in document.figures:
        tone = Tone.NEUTRAL if figure.tone is Tone.OK else figure.tone
        told = piece(marked(tone, f"{figure.value} {figure.name}"), tone)
        so_far = sum(cell_len(each.text) for each in pieces) + cell_len(told.text) + 3
        if pieces and width is not None and so_far > width:
            yield Line(tuple(pieces), whole=True)
            pieces = []
        pieces += [piece(" · ", Tone.MUTED), told] if pieces else [told]
    if pieces:
        yield Line(tuple(pieces), whole=True)


def _summary(document: Document) -> Iterator[Line]:
    before = ""
    for number, each in enumerate(document.summary):
        if number and not (each.mark and before):
            yield _EMPTY
        before = each.mark
        yield paragraph_line(each)
    if not document.summary and not document.remarks:
        return
    yield _EMPTY
    if document.signature:
        yield line(piece(document.signature, Tone.MUTED))
    for remark in document.remarks:
        yield line(piece(marked(Tone.WARNING, remark), Tone.WARNING))


def _chapter(chapter: Chapter, document: Document, width: int | None) -> Iterator[Line]:
    for reason in chapter.lacking:
        yield line(piece(marked(Tone.STALE, reason), Tone.STALE))
    yield line(_mark(chapter.tone), chapter.sentence)
    before: Part | None = None
    for part in chapter.parts:
        lines = tuple(part_lines(part, document, width))
        if lines and not (isinstance(part, Paragraph) and isinstance(before, Paragraph)):
            yield _EMPTY
        before = part
        yield from lines


def _quiet(document: Document) -> Iterator[Line]:
    for chapter in document.quiet:
        told = chapter.sentence.removesuffix(".")
        yield line(f"{chapter.title}: {told[:1].lower()}{told[1:]}", mark=chapter.tone.glyph)


def _mark(tone: Tone) -> Cell:
    return piece("" if tone is Tone.NEUTRAL else f"{tone.glyph} ", tone)


def part_lines(part: Part, document: Document, width: int | None) -> Iterator[Line]:
    """A paragraph, a table or a chart as lines."""
    if isinstance(part, Paragraph):
        yield paragraph_line(part)
    elif isinstance(part, Table):
        yield from table_lines(part, document.display, width)
    else:
        yield from chart_lines(part, width)


def paragraph_line(paragraph: Paragraph) -> Line:
    """A paragraph or an item of a list."""
    indent = 2 * paragraph.depth + (2 if paragraph.verbatim and paragraph.depth == 0 else 0)
    return Line(tuple(_piece(span) for span in paragraph.spans), indent, paragraph.mark)


def _piece(span: Span) -> Cell:
    return piece(span.text, span.tone)


def table_lines(table: Table, display: Display, width: int | None) -> Iterator[Line]:
    """A table, its columns chosen and fitted to the width."""
    if table.title:
        yield line(table.title, indent=_INDENT)
    cells = table.cells(display)
    widths = [
        max([cell_len(column.title), *(cell_len(plain_line(row[i].text)) for row in cells)])
        for i, column in enumerate(table.columns)
    ]
    telling = [
        (i, column) for i, column in enumerate(table.columns)
        if not column.priority or any(row[i].text for row in cells)
    ]  # fmt: skip
    natural = {column.key: widths[i] for i, column in telling}
    if width is None:
        fitted: Sequence[tuple[Column[Any], int]] = [(c, natural[c.key]) for _, c in telling]
    else:
        fitted = layout([column for _, column in telling], natural, max(1, width - _INDENT))
    places = {column.key: i for i, column in telling}
    titles = [piece(fit(column.title, room, column.align), Tone.MUTED) for column, room in fitted]
    yield _row(titles)
    for row in cells:
        shown = [(column, room, row[places[column.key]]) for column, room in fitted]
        yield from _rows(shown, table.folded if width is not None else ())
    if table.more:
        yield line(piece(table.more, Tone.MUTED), indent=_INDENT)


def _rows(shown: Sequence[tuple[Column[Any], int, Cell]], folded: Sequence[str]) -> Iterator[Line]:
    broken = [
        (wrap(cell.text, room) or [""]) if column.key in folded else [fit(cell.text, room)]
        for column, room, cell in shown
    ]
    for texts in zip_longest(*broken, fillvalue=""):
        yield _row([
            piece(fit(text.strip() if column.align == "right" else text, room, column.align),
                  cell.tone)
            for text, (column, room, cell) in zip(texts, shown, strict=True)
        ])  # fmt: skip


def _row(cells: Sequence[Cell]) -> Line:
    pieces: list[Cell] = []
    for number, cell in enumerate(cells):
        if number:
            pieces.append(piece(" " * GAP))
        pieces.append(cell)
    while pieces and not pieces[-1].text.strip():
        pieces.pop()
    if pieces:
        last = pieces[-1]
        pieces[-1] = Cell(last.text.rstrip(), last.sort, last.tone)
    return Line(tuple(pieces), _INDENT, whole=True)
