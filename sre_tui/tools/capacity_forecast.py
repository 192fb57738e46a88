"""The tool that tells what fills up, and when."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field

from providers.reading import by_source
from providers.text import one_line
from sre_tui.diagnosis.signals.capacity import read_capacity
from sre_tui.diagnosis.signals.capacity_model import KINDS, Capacity, Kind
from sre_tui.tools.alert_sources import filter_text, filters_given
from sre_tui.tools.arguments import ForPeople, Positional, Short, Window, format_window
from sre_tui.tools.context import ToolContext
from sre_tui.tools.notes import page_of, sources_text, truncation
from sre_tui.tools.rendering import ModelView
from sre_tui.tools.result import Listing, ToolResult, result
from sre_tui.tools.tool import tool
from sre_tui.tools.truenas_names import check_known
from sre_tui.views.forecasts import basis_text, outlook_text
from sre_tui.views.human import count, percent, size

NEAR = timedelta(days=3)
"""How far ahead the hour of a date means something."""
FAR = timedelta(days=730)
"""How far ahead the day does."""


class CapacityListing(Listing[Capacity]):
    """What may fill up or run out: what presses first, then by kind."""

    filters: dict[str, str] = Field(default_factory=dict)

    def gist(self) -> str:
        """How many things, and what the first of them is up to."""
        if not self.items:
            return "nothing"
        first = self.items[0]
        when = f" {first.first:%Y-%m-%d %H:%M} UTC" if first.first is not None else ""
        return f"{self.counted('thing')}, first: {first.subject} {first.outlook}{when}"


def _render(answer: ToolResult[CapacityListing], view: ModelView) -> str:
    data = answer.data
    page = page_of(
        answer,
        view,
        f"Forecast of {sources_text(answer)}{filter_text(data.filters)}: "
        f"{count(data.total or 0, 'thing')}, what presses first, then by kind; "
        "intervals hold 4 times of 5",
        nothing="Nothing is foreseen to be full." if data.filters else "Nothing to foretell.",
    )
    page.rows += [_row_text(row, view.now) for row in data.items]
    if note := truncation(data, "things"):
        page.notes.append(note)
    return page.text()


def _row_text(row: Capacity, now: datetime) -> str:
    parts = [f"{row.kind} {one_line(str(row.subject), 80)}: {outlook_text(row, now)}"]
    if row.full_at is not None and row.full_at < now + NEAR:
        parts.append(f"{row.full_at:%Y-%m-%d %H:%M} UTC")
    elif row.full_at is not None and row.full_at < now + FAR:
        parts.append(f"{row.full_at:%Y-%m-%d}")
    if row.used is not None and row.size and row.ratio is not None:
        left = size(max(0.0, row.size - row.used))
        parts.append(f"now {percent(row.ratio)} of {size(row.size)}, {left} left")
    elif row.kind != "certificate":
        parts.append("fill not reported")
    if row.growth is not None and row.outlook != "not growing":
        parts.append(f"{'+' if row.growth >= 0 else '-'}{size(abs(row.growth))} a day")
    if basis := basis_text(row):
        parts.append(f"from {basis}")
    return "; ".join([*parts, *row.notes])


@tool(
    "forecast",
    render=_render,
    needs=("prometheus", "truenas", "pbs", "proxmox"),
    breadth="overview",
    examples=("forecast", "forecast tank", "forecast --kind certificate --within 30d --json"),
)
async def capacity_forecast(
    context: ToolContext,
    name: Annotated[
        str, Field(description="Only this pool, datastore, host or guest."), Positional()
    ] = "",
    kind: Annotated[Kind | None, Field(description="Only this kind.")] = None,
    within: Annotated[
        Window | None, Field(description="Only what may be full within that time.")
    ] = None,
    limit: Annotated[
        int, Field(description="Most rows.", ge=1, le=5000), Short("n"), ForPeople()
    ] = 200,
) -> ToolResult[CapacityListing]:
    """When pools, datastores, storages and disks are full, and certificates expire."""
    now = context.clock()
    report = await read_capacity(context, now, (kind,) if kind else KINDS)
    known = [row for row in report.rows if kind in (None, row.kind)]
    names = {each for row in known for each in _names(row)}
    check_known("pool, datastore, host or guest", name.casefold(), names, report.readings)
    found = [row for row in known if not name or name.casefold() in _names(row)]
    if within is not None:
        end = now + within
        found = [row for row in found if _by(row, end)]
    data = CapacityListing(
        items=tuple(found[:limit]),
        truncated=len(found) > limit,
        total=len(found),
        hints=_hints(found, known),
        filters=filters_given(
            name=name, kind=kind, within=format_window(within) if within is not None else None
        ),
    )
    return result(data, by_source(report.readings), now=now)


def _names(row: Capacity) -> set[str]:
    subject = row.subject
    all_of_it = {subject.name, subject.own_name, subject.host, str(subject)}
    return {each.casefold() for each in all_of_it if each}


def _by(row: Capacity, end: datetime) -> bool:
    if row.outlook in ("full", "expired"):
        return True
    moments = [each for each in (row.full_at, row.earliest) if each is not None]
    return any(each <= end for each in moments)


def _hints(found: list[Capacity], known: list[Capacity]) -> tuple[str, ...]:
    """What stands behind an empty answer, and what could not be foretold."""
    unknown = Counter(row.kind for row in found if row.outlook == "too little data")
    said = [f"{count(amount, each)} with too little history" for each, amount in unknown.items()]
    if not found and known:
        said.append(f"{count(len(known), 'thing')} looked at, none is full by then")
    return tuple(said)
