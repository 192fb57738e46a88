"""A report as Markdown with the tables of GitHub; texts of outsiders stay texts in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from sre_tui.memory.report import Report
from sre_tui.views.human import number
from sre_tui.views.report import document_of
from sre_tui.views.report_parts import (
    Bars,
    Chapter,
    Curves,
    Document,
    Figure,
    Paragraph,
    Part,
    Span,
    Table,
)
from widgets.cell import Cell, Column, Display, Tone, marked
from widgets.text import plain_line

_ALWAYS: Final = re.compile(r"[\\`*\[\]<>|~$]")
_SOMETIMES: Final = re.compile(
    r"(?<![^\W_])_|_(?![^\W_])"  # within a word it is no emphasis
    r"|&(?=#?\w+;)|:(?=//)|@(?=\w)|(?<=www)\.|(?<=mailto):|(?<=xmpp):",
    re.IGNORECASE,
)
_AT_START: Final = re.compile(r"^(?:[-+](?=\s|$)|#{1,6}(?=\s|$)|[-=]+$|(\d+)([.)])(?=\s|$))")
_BACKTICKS: Final = re.compile(r"`+")


def markdown_of(report: Report, *, utc: bool | None = None) -> str:
    """The whole report.

    Args:
        report: what is told.
        utc: whether its times are in UTC instead of its own zone.
    """
    document = document_of(report, Display(report.made, utc, True))
    return "\n\n".join(_blocks(document)) + "\n"


def escaped(text: str) -> str:
    """A text on one line of which Markdown takes nothing for markup, wherever it stands."""
    flat = " ".join(plain_line(text).split())
    safe = _SOMETIMES.sub(lambda found: f"\\{found[0]}", _ALWAYS.sub(r"\\\g<0>", flat))
    return _AT_START.sub(_start, safe)


def _start(found: re.Match[str]) -> str:
    return f"{found[1]}\\{found[2]}" if found[1] else f"\\{found[0]}"


def code(text: str) -> str:
    """A text as code, with as many backticks around it as it takes."""
    flat = " ".join(plain_line(text).split())
    if not flat:
        return ""
    fence = "`" * (1 + max((len(run) for run in _BACKTICKS.findall(flat)), default=0))
    room = " " if flat[0] == "`" or flat[-1] == "`" else ""
    return f"{fence}{room}{flat}{room}{fence}"


def _blocks(document: Document) -> Iterator[str]:
    yield f"# {escaped(document.title)}"
    yield escaped(document.window)
    yield f"**{marked(document.tone, document.verdict)}** {escaped(document.sentence)}"
    if document.figures:
        yield "\n".join(_figure(figure) for figure in document.figures)
    if document.lacking:
        yield f"> {marked(Tone.STALE, 'Not all is known of')}: {', '.join(document.lacking)}"
    if document.summary or document.remarks:
        yield "## Summary"
        yield from _paragraphs(document.summary)
        if document.signature:
            yield f"*{escaped(document.signature)}*"
        yield from (f"> {marked(Tone.WARNING, escaped(each))}" for each in document.remarks)
    for chapter in document.telling:
        yield from _chapter(chapter, document)
    if document.quiet:
        yield "## Nothing to report"
        yield "\n".join(
            f"- {one.tone.glyph} **{one.title}**: {escaped(one.sentence)}" for one in document.quiet
        )


def _figure(figure: Figure) -> str:
    mark = "" if figure.tone in (Tone.NEUTRAL, Tone.OK) else f"{figure.tone.glyph} "
    note = f" ({escaped(figure.note)})" if figure.note else ""
    return f"- {mark}**{escaped(figure.value)}** {escaped(figure.name)}{note}"


def _chapter(chapter: Chapter, document: Document) -> Iterator[str]:
    yield f"## {chapter.title}"
    yield from (f"> {marked(Tone.STALE, escaped(reason))}" for reason in chapter.lacking)
    mark = "" if chapter.tone is Tone.NEUTRAL else f"{chapter.tone.glyph} "
    yield f"{mark}{escaped(chapter.sentence)}"
    paragraphs: list[Paragraph] = []
    for part in chapter.parts:
        if isinstance(part, Paragraph):
            paragraphs.append(part)
            continue
        yield from _paragraphs(paragraphs)
        paragraphs = []
        yield from _part(part, document)
    yield from _paragraphs(paragraphs)


def _part(part: Part, document: Document) -> Iterator[str]:
    if isinstance(part, Table):
        yield from _table(part, document.display)
    elif isinstance(part, Curves):
        yield escaped(part.told)
    elif isinstance(part, Bars) and part.days:
        yield f"{escaped(part.title)}:"
        titles = ["Day", *(escaped(stack.name) for stack in part.stacks)]
        rows = [
            [escaped(label), *(number(stack.values[place]) for stack in part.stacks)]
            for place, label in enumerate(part.labels)
        ]
        yield _grid(titles, [False, *(True for _ in part.stacks)], rows)


def _paragraphs(paragraphs: Iterable[Paragraph]) -> Iterator[str]:
    """Paragraphs by themselves, items of a list and what belongs to them one below the other."""
    items: list[str] = []
    for one in paragraphs:
        if one.mark or (items and one.depth):
            items.append(_item(one))
            continue
        if items:
            yield "\n".join(items)
            items = []
        yield "".join(_spans(one))
    if items:
        yield "\n".join(items)


def _item(one: Paragraph) -> str:
    indent = "   " * one.depth
    words = "".join(_spans(one))
    if one.mark[:1].isdigit():
        return f"{indent}{one.mark} {words}"
    sign = f"{one.mark} " if one.mark and one.mark != "·" else ""
    return f"{indent}- {sign}{words}"


def _spans(one: Paragraph) -> Iterator[str]:
    """Its pieces; blanks at their ends stay outside what is set bold, where they would undo it."""
    for span in one.spans:
        flat = plain_line(span.text)
        words = flat.strip()
        lead = " " if flat[:1].isspace() and words else ""
        tail = " " if flat[-1:].isspace() else ""
        yield f"{lead}{_worded(span, words)}{tail}"


def _worded(span: Span, words: str) -> str:
    if not words:
        return ""
    if span.code:
        return code(words)
    return f"**{escaped(words)}**" if span.strong else escaped(words)


def _table(table: Table, display: Display) -> Iterator[str]:
    cells = table.cells(display)
    told = [
        place for place, column in enumerate(table.columns)
        if not column.priority or any(row[place].text for row in cells)
    ]  # fmt: skip
    columns = [table.columns[place] for place in told]
    rows = [[_cell(row[place], table.columns[place], table) for place in told] for row in cells]
    if table.title:
        yield f"{escaped(table.title)}:"
    yield _grid(
        [escaped(column.title) for column in columns],
        [column.align == "right" for column in columns],
        rows,
    )
    if table.more:
        yield escaped(table.more)


def _cell(cell: Cell, column: Column[Any], table: Table) -> str:
    return escaped(table.words(column, cell))


def _grid(titles: list[str], right: list[bool], rows: list[list[str]]) -> str:
    lines = [titles, ["---:" if each else "---" for each in right], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
