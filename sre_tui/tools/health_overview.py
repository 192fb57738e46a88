"""The tool that says how the homelab is, on one page."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from providers.reading import SourceStatus
from sre_tui.settings import BACKENDS
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


class HealthOverview(HealthListing):
    """How the homelab is, what is most pressing, and how far each source could be asked."""

    asked: tuple[SourceStatus, ...] = ()
    """One status per configured instance."""


def _render(answer: ToolResult[HealthOverview], view: ModelView) -> str:
    data = answer.data
    page = page_of(answer, view, f"Health: {data.sentence}", nothing="No finding.")
    if data.areas:
        areas = ", ".join(f"{area} {amount}" for area, amount in data.areas.items())
        page.heading.append(f"Findings by area: {areas}")
    fine = [one.source for one in data.asked if one.state.value == "ok"]
    page.heading.append(f"Sources that answered in full: {', '.join(fine) or 'none'}")
    page.rows += [row_text(row, view.now) for row in grouped(data.items, as_given=True)]
    page.notes += skipped_text(data.skipped)
    if note := truncation(data, "findings"):
        page.notes.append(note)
    return page.text()


@tool(
    "status",
    render=_render,
    needs=BACKENDS,
    breadth="anything",
    examples=("status", "status --json"),
)
async def health_overview(
    context: ToolContext,
    limit: Annotated[
        int, Field(description="Most rows of findings.", ge=1, le=200), Short("n"), ForPeople()
    ] = 10,
) -> ToolResult[HealthOverview]:
    """How the homelab is: one sentence, counts by severity and area, sources, top findings."""
    examined = await examine(context)
    findings = causes_first(
        of_interest(examined.report.findings, everything=False), examined.topology
    )
    told: dict[str, Any] = listing_fields(findings, examined)
    sources = examined.picture.sources()
    rows = grouped(findings, as_given=True)[:limit]
    chosen = {id(one) for row in rows for one in (row.finding, *row.others)}
    shown = [one for one in findings if id(one) in chosen]
    data = HealthOverview(
        items=tuple(shown),
        truncated=len(shown) < len(findings),
        total=len(findings),
        asked=sources,
        **told,
    )
    return result(data, sources, now=context.clock())
