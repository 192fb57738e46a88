"""A report as one HTML document: for a browser, and for mail with its pictures attached.

It has no script and asks nobody for anything. What it looks like is said inline, as some mail
clients keep nothing else; a style sheet adds what those that know it can do: the dark, narrow
screens.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Literal

from rich.cells import cell_len

from sre_tui.memory.report import Report
from sre_tui.report.drawing import Drawing, drawn, has_something
from sre_tui.views.report import document_of
from sre_tui.views.report_parts import Chapter, Document, Paragraph, Span, Table
from sre_tui.views.report_parts import text as words
from widgets.cell import Cell, Column, Display, Tone
from widgets.layout import layout
from widgets.text import plain_line

if TYPE_CHECKING:
    from jinja2 import Template

_ROOM: Final = 88
"""Characters of a table that have room; columns that matter less are left out beyond that."""
_UNBROKEN: Final = 22
"""Characters up to which a cell is kept on one line."""
_NO_NAME: Final = re.compile(r"[^A-Za-z0-9.-]+")


@dataclass(frozen=True)
class Picture:
    """A picture of a document.

    Attributes:
        cid: what the document calls it by: the content id of a part of a mail, without brackets.
        name: of a file.
        png: what it shows.
    """

    cid: str
    name: str
    png: bytes


@dataclass(frozen=True)
class Html:
    """A document, and the pictures that it wants beside it; none if it has them in itself."""

    text: str
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True)
class _Shown:
    """A cell of a table: how it is aligned and broken, and the bar in front of its text."""

    text: str
    tone: str
    align: str
    unbroken: bool
    minor: bool
    share: float | None = None


@dataclass(frozen=True)
class _Grid:
    """A table as it is set."""

    title: str
    heads: tuple[_Shown, ...]
    rows: tuple[tuple[_Shown, ...], ...]
    more: str
    kind: str = "grid"


@dataclass(frozen=True)
class _Items:
    """Items of a list, each with what belongs to it."""

    items: tuple[tuple[Paragraph, tuple[Paragraph, ...]], ...]
    kind: str = "items"


@dataclass(frozen=True)
class _Words:
    """A paragraph."""

    paragraph: Paragraph
    kind: str = "words"


@dataclass(frozen=True)
class _Image:
    """A chart."""

    source: str
    told: str
    width: int
    height: int
    kind: str = "image"


def html_of(
    report: Report, *, pictures: Literal["inside", "attached"] = "inside", utc: bool | None = None
) -> Html:
    """The whole report.

    Args:
        report: what is told.
        pictures: whether the document has its pictures in itself, as a file in a browser wants
            it, or calls them by content ids, as mail wants it.
        utc: whether its times are in UTC instead of its own zone.
    """
    document = document_of(report, Display(report.made, utc, True))
    drawings = drawn(document.charts)
    beside = tuple(
        Picture(_cid(key, report.id), f"{key}.png", one.png) for key, one in drawings.items()
    )
    if pictures == "inside":
        sources = {key: f"data:image/png;base64,{b64encode(one.png).decode()}"
                   for key, one in drawings.items()}  # fmt: skip
    else:
        sources = {key: f"cid:{one.cid}" for key, one in zip(drawings, beside, strict=True)}
    text = _template().render(
        document=document,
        chapters=[
            (chapter, tuple(_chapter(chapter, document, drawings, sources)))
            for chapter in document.telling
        ],
        summary=tuple(_grouped(document.summary)),
        is_file=pictures == "inside",
        stale=Tone.STALE,
        warning=Tone.WARNING,
    )
    return Html(text, beside if pictures == "attached" else ())


def _cid(key: str, report: str) -> str:
    return f"{key}.{_NO_NAME.sub('-', report)[:60]}@sre-tui"


@cache
def _template() -> Template:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("sre_tui.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_flat,
    )
    return environment.get_template("report.html")


def _flat(value: Any) -> Any:
    """Every text on one line without control characters; what was set already stays as it is."""
    return plain_line(value) if type(value) is str else value


def _chapter(
    chapter: Chapter,
    document: Document,
    drawings: Mapping[str, Drawing],
    sources: Mapping[str, str],
) -> Iterator[_Grid | _Items | _Words | _Image]:
    waiting: list[Paragraph] = []
    for part in chapter.parts:
        if isinstance(part, Paragraph):
            waiting.append(part)
            continue
        yield from _grouped(waiting)
        waiting = []
        if isinstance(part, Table):
            yield _grid(part, document.display)
        elif part.key in drawings:
            one = drawings[part.key]
            yield _Image(sources[part.key], part.told, one.width, one.height)
        elif has_something(part):
            yield _Words(words(Span(f"{part.told} (The chart could not be drawn.)", Tone.MUTED)))
    yield from _grouped(waiting)


def _grouped(paragraphs: tuple[Paragraph, ...] | list[Paragraph]) -> Iterator[_Items | _Words]:
    items: list[tuple[Paragraph, list[Paragraph]]] = []
    for one in paragraphs:
        if one.mark and not one.depth:
            items.append((one, []))
        elif one.depth and items:
            items[-1][1].append(one)
        else:
            if items:
                yield _items(items)
                items = []
            yield _Words(one)
    if items:
        yield _items(items)


def _items(items: list[tuple[Paragraph, list[Paragraph]]]) -> _Items:
    return _Items(tuple((first, tuple(more)) for first, more in items))


def _grid(table: Table, display: Display) -> _Grid:
    cells = table.cells(display)
    natural = {
        column.key: max([cell_len(column.title), *(cell_len(row[i].text) for row in cells)])
        for i, column in enumerate(table.columns)
    }
    telling = [
        column for i, column in enumerate(table.columns)
        if not column.priority or any(row[i].text for row in cells)
    ]  # fmt: skip
    kept = {column.key for column, _ in layout(telling, natural, _ROOM)}
    places = [(i, column) for i, column in enumerate(table.columns) if column.key in kept]
    return _Grid(
        table.title,
        tuple(_Shown(column.title, "muted", column.align, True, column.priority > 0)
              for _, column in places),
        tuple(tuple(_shown(row[i], column, table) for i, column in places) for row in cells),
        table.more,
    )  # fmt: skip


def _shown(cell: Cell, column: Column[Any], table: Table) -> _Shown:
    text, share = table.words(column, cell), None
    if column.key in table.bars and isinstance(cell.sort, float):
        share = min(1.0, max(0.0, cell.sort))
    return _Shown(
        text, cell.tone.value, column.align, cell_len(text) <= _UNBROKEN, column.priority > 0, share
    )
