"""The tool that lets the checks look."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from sre_tui.diagnosis.finding import Severity
from sre_tui.settings import BACKENDS
from sre_tui.tools.alert_sources import filter_text, filters_given
from sre_tui.tools.arguments import ForPeople, Short
from sre_tui.tools.context import ToolContext
from sre_tui.tools.health import (
    HealthListing,
    causes_first,
    examine,
    listing_fields,
    of_interest,
    row_text,
    skipped_text,
)
from sre_tui.tools.notes import page_of, truncation
from sre_tui.tools.rendering import ModelView
from sre_tui.tools.result import ToolResult, result
from sre_tui.tools.tool import tool
from sre_tui.views.findings import grouped


def _render(answer: ToolResult[HealthListing], view: ModelView) -> str:
    data = answer.data
    heading = f"Checks{filter_text(data.filters)}: {data.sentence}"
    page = page_of(answer, view, heading, nothing="No finding.")
    page.rows += [row_text(row, view.now) for row in grouped(data.items, as_given=True)]
    page.notes += skipped_text(data.skipped)
    if note := truncation(data, "findings"):
        page.notes.append(note)
    return page.text()


@tool(
    "check",
    render=_render,
    needs=BACKENDS,
    breadth="overview",
    examples=("check", "check --only backups", "check --severity warning --exit-code"),
)
async def check_health(
    context: ToolContext,
    only: Annotated[
        str, Field(description="Only these areas or checks, separated by commas.")
    ] = "",
    severity: Annotated[
        Literal["critical", "warning", "note"], Field(description="Only this severity or worse.")
    ] = "note",
    all: Annotated[  # noqa: A002 - the word of the command line
        bool, Field(description="Also what is over, and what only helps to find a cause.")
    ] = False,
    limit: Annotated[
        int, Field(description="Most findings.", ge=1, le=5000), Short("n"), ForPeople()
    ] = 500,
) -> ToolResult[HealthListing]:
    """Run the checks: what is wrong now, where, since when, why it matters, what to do first.

    About a hundred checks of nodes, guests, containers, storage, pools, disks, snapshots, backups,
    certificates, network, sites, power, clocks, monitoring, logs and updates. Limits are altered
    in config.toml under [checks.ID].
    """
    examined = await examine(context, only)
    findings = [
        one
        for one in causes_first(
            of_interest(examined.report.findings, everything=all), examined.topology
        )
        if one.severity.rank <= Severity(severity).rank
    ]
    told: dict[str, Any] = listing_fields(findings, examined)
    filters = filters_given(
        only=only, severity=None if severity == "note" else severity, all="yes" if all else None
    )
    data = HealthListing(
        items=tuple(findings[:limit]),
        truncated=len(findings) > limit,
        total=len(findings),
        filters=filters,
        **told,
    )
    return result(data, examined.picture.sources(), now=context.clock())
