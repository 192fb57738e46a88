"""The tool that reads an earlier report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from pydantic import Field

from providers.reading import SourceStatus, State
from providers.text import one_line
from sre_tui.memory.place import SOURCE
from sre_tui.memory.report import ArchivedReport, PreviousReport, Report
from sre_tui.memory.report_sections import Heading
from sre_tui.settings.zone import zone_of
from sre_tui.tools.arguments import Positional
from sre_tui.tools.context import ToolContext
from sre_tui.tools.memory_data import with_reports
from sre_tui.tools.notes import page_of
from sre_tui.tools.rendering import ModelView, stamp
from sre_tui.tools.report_text import heading_lines, report_lines
from sre_tui.tools.result import ToolResult, result
from sre_tui.tools.tool import tool
from sre_tui.views.human import count
from sre_tui.views.report import document_of
from widgets.cell import Display

if TYPE_CHECKING:
    from sre_tui.memory.reports import Reports

KNOWN: Final = 50
"""Reports of the archive that are told beside the one that is read."""


def _render(answer: ToolResult[PreviousReport], view: ModelView) -> str:
    report = answer.data
    document = document_of(report, Display(report.made, None, True))
    page = page_of(
        answer, view, f"Report {report.id}, made {stamp(report.made, view.now)}; it tells the past:"
    )
    page.heading += heading_lines(document)
    page.heading += [line for line in (_archive_line(report, view),) if line]
    if report.summary.text and not report.asked:
        page.rows += report.summary.text.splitlines()
    page.rows += report_lines(report, report.asked)
    return page.text()


def _archive_line(report: PreviousReport, view: ModelView) -> str:
    """What became of its mail, and which others are kept."""
    said = [_mail_text(report.mail, view)] if report.mail is not None else []
    others = [f"{one.id} made {stamp(one.made, view.now)}" for one in report.archive[:3]]
    if report.kept:
        said.append(
            f"{count(report.kept, 'report')} in the archive, the latest: {', '.join(others)}"
        )
    return "; ".join(said)


def _mail_text(row: ArchivedReport, view: ModelView) -> str:
    why = f": {one_line(row.mail_problem, 200)}" if row.mail_problem else ""
    if row.mailed is not None:
        return f"mailed {stamp(row.mailed, view.now)}{why}"
    if row.mail_due:
        return f"still to be mailed{why}"
    return f"not mailed{why}" if why else "no mail of it was asked for"


@tool(
    "report show",
    render=_render,
    examples=("report show", "report show latest --section backups --json"),
)
async def memory_get_previous_report(
    context: ToolContext,
    report: Annotated[
        str,
        Field(description="latest, its id, or the day it was made: 2026-11-16."),
        Positional("REPORT"),
    ] = "latest",
    section: Annotated[Heading | None, Field(description="Only this section.")] = None,
) -> ToolResult[PreviousReport]:
    """Read an archived report: what it said about alerts, capacity, backups, errors, changes."""
    now = context.clock()
    zone = zone_of(context.settings.report)

    def read(reports: Reports) -> tuple[Report, tuple[ArchivedReport, ...], int]:
        return reports.get(report, zone), reports.latest(KNOWN), reports.amount()

    stored, latest, kept = await with_reports(context, read)
    archive = tuple(one.model_copy(update={"summary": ""}) for one in latest)
    status = SourceStatus(source=SOURCE, state=State.OK, observed_at=now)
    asked = (section,) if section else ()
    found = PreviousReport.model_validate(
        {**dict(stored), "asked": asked, "archive": archive, "kept": kept}
    )
    return result(found, [status], now=now)
