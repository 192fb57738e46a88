"""How the archive of reports is listed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from sre_tui.memory.report import PreviousReport, zone_named
from sre_tui.memory.reports import ListedReport
from sre_tui.views.cells import state_cell, text_cell, time_cell
from sre_tui.views.human import moment
from sre_tui.views.page import Page
from sre_tui.views.report import document_of
from sre_tui.views.report_now import verdict_of
from sre_tui.views.report_page import page
from sre_tui.views.report_parts import length_of
from sre_tui.views.table import TableView
from widgets.cell import Cell, Column, Display, Tone

_RANKS: Final = {"critical": 0.0, "warning": 1.0, "unknown": 2.0, "ok": 3.0}


def _verdict(row: ListedReport | PreviousReport, _: Display) -> Cell:
    tone, word = verdict_of(row.health)
    return state_cell(word, tone, _RANKS[word])


def _window(row: ListedReport | PreviousReport, display: Display) -> Cell:
    zone = zone_named("UTC" if display.utc else row.timezone)
    first, last = row.since.astimezone(zone), row.until.astimezone(zone)
    span = length_of(row.until - row.since)
    return Cell(f"{first:%Y-%m-%d} to {last:%m-%d}, {span}", row.since)


def _mail(row: ListedReport, display: Display) -> Cell:
    """Whether it was mailed, and if not, why."""
    if row.mailed is not None:
        problem = f", but: {row.mail_problem}" if row.mail_problem else ""
        tone = Tone.WARNING if problem else Tone.OK
        return state_cell(f"mailed {moment(row.mailed, display)}{problem}", tone, 2)
    if row.mail_due:
        why = f": {row.mail_problem}" if row.mail_problem else ""
        return state_cell(f"to be mailed{why}", Tone.WARNING, 1)
    if row.mail_problem:
        return state_cell(f"not mailed: {row.mail_problem}", Tone.ERROR, 0)
    return Cell("not asked for", 3.0, Tone.MUTED)


_MADE: Final[Sequence[Column[Any]]] = (
    Column("id", "Report", lambda row, _: text_cell(row.id), 8),
    Column("made", "Made", lambda row, display: time_cell(row.made, display), 14),
    Column("verdict", "Verdict", _verdict, 10),
    Column("window", "About", _window, 25, 1),
)
_HOW: Final[Column[Any]] = Column(
    "sentence", "How it was", lambda row, _: text_cell(row.health.sentence), 24, 2, flexible=True
)
_MADE_FROM: Final = {"verdict": "health", "window": "since", "sentence": "health.sentence"}

ARCHIVE: TableView[ListedReport] = TableView(
    columns=(*_MADE, Column("mail", "Mail", _mail, 16, flexible=True), _HOW),
    rows=lambda data: data.items,
    key=lambda row: row.id,
    nothing="No report has been made yet: sre report makes one.",
    made_from={**_MADE_FROM, "mail": "mailed"},
    folded=("mail",),
)
"""The reports that are kept, the latest first."""


def _page(report: PreviousReport, display: Display, width: int | None) -> Page:
    document = document_of(report, display)
    if report.asked:
        chapters = tuple(each for each in document.chapters if each.key in report.asked)
        document = replace(document, chapters=chapters, summary=(), signature="", remarks=())
    return page(document, width)


REPORT: TableView[PreviousReport] = TableView(
    columns=(*_MADE, _HOW),
    rows=lambda report: (report,),
    key=lambda report: report.id,
    made_from=_MADE_FROM,
    page=_page,
)
"""One of them; a page for people, one row for those who want some of its fields."""
