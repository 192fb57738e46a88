"""A report in lines for a model: every chapter with its sentence, its tables row by row."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from sre_tui.memory.report import Report
from sre_tui.memory.report_sections import Heading
from sre_tui.views.report import document_of
from sre_tui.views.report_parts import Chapter, Document, Paragraph, Table
from widgets.cell import Display


def heading_lines(document: Document) -> list[str]:
    """What the report is of, its verdict, and what is missing in it."""
    told = [f"{document.title}: {document.window}", f"{document.verdict}: {document.sentence}"]
    return [*told, *(f"! not known: {each}" for each in document.lacking)]


def report_lines(report: Report, only: Collection[Heading] = ()) -> Iterator[str]:
    """The chapters, in the order they are read.

    Args:
        report: what is told; its summary is left out.
        only: the chapters that are wanted; all if empty.
    """
    document = document_of(report, Display(report.made, None, True))
    for chapter in document.chapters:
        if not only or chapter.key in only:
            yield from chapter_lines(chapter, document)


def report_words(report: Report) -> str:
    """All of a report but its summary."""
    document = document_of(report, Display(report.made, None, True))
    return "\n".join([*heading_lines(document), *report_lines(report)])


def chapter_lines(chapter: Chapter, document: Document) -> Iterator[str]:
    """One chapter: its sentence, what is missing, and what bears it out."""
    yield f"{chapter.title}: {chapter.sentence}"
    yield from (f"! not known: {reason}" for reason in chapter.lacking)
    for part in chapter.parts:
        if isinstance(part, Paragraph):
            yield f"{'  ' * (1 + part.depth)}{part.text.strip()}"
        elif isinstance(part, Table):
            yield from _rows(part, document)
        else:
            yield f"  {part.told}"


def _rows(table: Table, document: Document) -> Iterator[str]:
    if table.title:
        yield f"  {table.title}:"
    for cells in table.cells(document.display):
        # What the first column has is what the row is about.
        (_, subject), *others = (
            (column.title.casefold(), table.words(column, cell))
            for column, cell in zip(table.columns, cells, strict=True)
        )
        told = "; ".join(f"{title} {words}" for title, words in others if words)
        yield f"  - {subject}: {told}" if told else f"  - {subject}"
    if table.more:
        yield f"  {table.more}"
