"""A report as plain text: its page without colour, for mail and for files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from rich.cells import cell_len

from sre_tui.memory.report import Report
from sre_tui.views.page import Line
from sre_tui.views.report import document_of
from sre_tui.views.report_page import page
from widgets.cell import Display
from widgets.text import plain_line, wrap

MAIL: Final = 76
"""Columns that every mail program shows."""


def text_of(report: Report, *, width: int = MAIL, utc: bool | None = None) -> str:
    """The whole report, its lines broken between words.

    Args:
        report: what is told.
        width: columns of a line.
        utc: whether its times are in UTC instead of its own zone.
    """
    document = document_of(report, Display(report.made, utc, True))
    blocks = ["\n".join(_block(block.title, block.lines, width)) for block in page(document, width)]
    return "\n\n".join([*blocks, "\n".join(wrap(document.origin, width))]) + "\n"


def _block(title: str, lines: Iterable[Line], width: int) -> Iterator[str]:
    if title:
        heading = wrap(title, width)
        yield from heading
        yield "-" * max(map(cell_len, heading))
    for line in lines:
        yield from _lines(line, width)


def _lines(line: Line, width: int) -> Iterator[str]:
    first = " " * line.indent + (f"{line.mark} " if line.mark else "")
    words = plain_line("".join(piece.text for piece in line.pieces))
    if line.whole:
        yield f"{first}{words}".rstrip()
        return
    hanging = " " * cell_len(first)
    for number, part in enumerate(wrap(words, max(1, width - len(hanging)))):
        yield f"{hanging if number else first}{part}"
