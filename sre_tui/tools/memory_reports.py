"""The tool that reads an earlier report."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from providers.reading import SourceStatus, State
from sre_tui.memory.place import SOURCE
from sre_tui.memory.report import PreviousReport
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
from sre_tui.views.report import document_of
from widgets.cell import Display


def _render(answer: ToolResult[PreviousReport], view: ModelView) -> str:
    report = answer.data
    document = document_of(report, Display(report.made, None, True))
    page = page_of(
        answer, view, f"Report {report.id}, made {stamp(report.made, view.now)}; it tells the past:"
    )
    page.heading += heading_lines(document)
    if report.summary.text and not report.asked:
        page.rows += report.summary.text.splitlines()
    page.rows += report_lines(report, report.asked)
    return page.text()


@tool(
    "report show",
    render=_render,
    examples=("report show", "report show latest --section backups --json"),
)
async def memory_get_previous_report(
    context: ToolContext,
    report: Annotated[
        str,
        Field(description="latest, its id, or a day such as 2026-11-16."),
        Positional("REPORT"),
    ] = "latest",
    section: Annotated[Heading | None, Field(description="Only this section.")] = None,
) -> ToolResult[PreviousReport]:
    """Read an archived report: what it said about alerts, capacity, backups, errors, changes."""
    now = context.clock()
    stored = await with_reports(
        context, lambda each: each.get(report, zone_of(context.settings.report))
    )
    status = SourceStatus(source=SOURCE, state=State.OK, observed_at=now)
    asked = (section,) if section else ()
    found = PreviousReport.model_validate({**dict(stored), "asked": asked})
    return result(found, [status], now=now)
