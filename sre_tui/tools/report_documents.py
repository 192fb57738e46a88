"""Archived reports as documents of the index: a section of each is found by what it says."""

from __future__ import annotations

from typing import Final

from index.documents import Document
from providers.errors import BackendError
from sre_tui.complaint import Complaint
from sre_tui.memory.report import Report
from sre_tui.memory.reports import Reports
from sre_tui.tools.context import ToolContext
from sre_tui.tools.memory_data import asked_reports
from sre_tui.tools.report_text import chapter_lines
from sre_tui.views.report import document_of
from widgets.cell import Display

PLACE: Final = "report/"
"""What the ids of reports stand behind in the index."""
MOST: Final = 26
"""Half a year of weekly reports; what was so before is in the journal, or of no use."""


async def report_documents(context: ToolContext) -> tuple[tuple[Document, ...], str]:
    """The latest reports as documents, and why the archive could not be read."""
    try:
        found, status = await asked_reports(context, _latest)
    except Complaint as error:
        return (), f"the archive of reports was not read: {error}"
    if found is None:
        return (), f"the archive of reports was not read: {status.detail}"
    return tuple(_document(report) for report in found), ""


def _latest(reports: Reports) -> list[Report]:
    found: list[Report] = []
    for row in reports.latest(MOST):
        try:
            found.append(reports.get(row.id))
        except BackendError:
            # One that a later program wrote takes none of the others with it.
            continue
    return found


def _document(report: Report) -> Document:
    worded = document_of(report, Display(report.made, None, True))
    title = f"{worded.title}, {worded.window}"
    chapters = [
        f"## {chapter.title}\n\n" + "\n".join(chapter_lines(chapter, worded))
        for chapter in worded.telling
    ]
    summary = f"## Summary\n\n{report.summary.text}" if report.summary.text else ""
    text = "\n\n".join(filter(None, [f"# {title}", summary, *chapters]))
    return Document(source=f"{PLACE}{report.id}", kind="report", title=title, text=text)
