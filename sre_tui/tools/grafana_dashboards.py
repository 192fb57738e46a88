"""The tools that find dashboards and read what they ask and where they draw the line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field

from providers.grafana import Dashboard, DashboardHit, Panel, Variable
from providers.reading import Reading
from sre_tui.nearest import nearest
from sre_tui.tools.alert_sources import rows
from sre_tui.tools.arguments import Completes, ForPeople, Positional, Short
from sre_tui.tools.context import ToolContext, ask_all
from sre_tui.tools.grafana_data import DashboardDetail, DashboardListing
from sre_tui.tools.notes import page_of, truncation
from sre_tui.tools.rendering import ModelView, stamp
from sre_tui.tools.result import ToolResult, result
from sre_tui.tools.tool import tool
from sre_tui.views.dashboards import datasource_text, threshold_text

FEW = 12
"""Dashboards that are named where none fits."""
SEARCHED = 1000
"""Dashboards looked at where the title alone does not find one."""


def _render_dashboards(answer: ToolResult[DashboardListing], view: ModelView) -> str:
    data = answer.data
    matching = f" matching {data.query!r}" if data.query else ""
    page = page_of(
        answer, view, f"Dashboards{matching}: {len(data.items)}", nothing="No dashboards."
    )
    for hit in data.items:
        tags = f", tags {', '.join(hit.tags)}" if hit.tags else ""
        folder = f" in {hit.folder}" if hit.folder else ""
        page.rows.append(f"{hit.title} (uid {hit.uid}){folder}{tags}")
    if note := truncation(data, "dashboards"):
        page.notes.append(note)
    return page.text()


@tool(
    "dashboards search",
    render=_render_dashboards,
    needs=("grafana",),
    examples=("dashboards search", "dashboards search zfs --tag storage"),
)
async def grafana_search_dashboards(
    context: ToolContext,
    query: Annotated[
        str, Field(description="Part of the title."), Positional(), Completes("dashboard")
    ] = "",
    tag: Annotated[str | None, Field(description="Only with this tag.")] = None,
    limit: Annotated[
        int, Field(description="Most dashboards.", ge=1, le=1000), Short("n"), ForPeople()
    ] = 50,
) -> ToolResult[DashboardListing]:
    """Find dashboards by title, with uid, folder and tags."""
    tags = (tag,) if tag else ()
    readings = await ask_all(
        context.grafana, lambda client: client.search_dashboards(query, tags, limit)
    )
    found = [hit for reading in readings for hit in reading.data or ()]
    more = len(found) > limit or any(reading.warnings for reading in readings)
    hints: tuple[str, ...] = ()
    if not found and (query or tag) and any(reading.state.has_data for reading in readings):
        hints = await _why_no_dashboard(context, query, tag)
    data = DashboardListing(items=tuple(found[:limit]), truncated=more, hints=hints, query=query)
    return result(data, readings, now=context.clock())


async def _why_no_dashboard(context: ToolContext, query: str, tag: str | None) -> tuple[str, ...]:
    known = rows(await _all_dashboards(context))
    if not known:
        return ("there are no dashboards that this token may see",)
    hints: list[str] = []
    tags = {name for hit in known for name in hit.tags}
    if tag and tag not in tags:
        close = nearest(tag, tags)
        shown = ", ".join(close or sorted(tags)[:8])
        there = f"; {'close to it' if close else 'tags are'}: {shown}" if shown else ""
        hints.append(f"no dashboard has the tag {tag}{there}")
    if query:
        hints.append(_close_titles(query, known))
    return tuple(hints)


def _close_titles(text: str, known: Sequence[DashboardHit]) -> str:
    """Dashboards that may be meant: by title, by tag, or all of them where there are few."""
    wanted = text.casefold()
    partly = [hit for hit in known if wanted in hit.title.casefold()]
    if len(partly) > 1:
        return f"{text!r} is in several titles: {_named(partly)}"
    partly = partly or [hit for hit in known if wanted in hit.tags]
    names = {hit.title: hit for hit in known} | {tag: hit for hit in known for tag in hit.tags}
    names |= {hit.uid: hit for hit in known}
    close = partly or [names[name] for name in nearest(text, names)]
    if close:
        distinct_ones = {hit.key: hit for hit in close}
        return f"no dashboard is called {text!r}; close to it: {_named([*distinct_ones.values()])}"
    if len(known) > FEW:
        return f"none of {len(known)} dashboards is called {text!r}"
    return f"no dashboard is called {text!r}; there are {_named(known)}"


def _named(hits: Sequence[DashboardHit]) -> str:
    return ", ".join(f"{hit.title} (uid {hit.uid})" for hit in hits[:FEW])


async def _all_dashboards(context: ToolContext) -> list[Reading[tuple[DashboardHit, ...]]]:
    return await ask_all(context.grafana, lambda client: client.search_dashboards(limit=SEARCHED))


def _render_dashboard(answer: ToolResult[DashboardDetail], view: ModelView) -> str:
    data = answer.data
    dashboard = data.dashboard
    if dashboard is None:
        return page_of(answer, view, nothing="There is no such dashboard.").text()
    folder = f" in {dashboard.folder}" if dashboard.folder else ""
    page = page_of(
        answer,
        view,
        f"Dashboard {dashboard.title} (uid {dashboard.uid}){folder}: {len(data.items)} panels",
        f"changed {stamp(dashboard.updated, view.now)}" if dashboard.updated else "",
        dashboard.description,
        nothing="It has no panels.",
    )
    variables = [_variable_text(each) for each in dashboard.variables]
    if variables:
        page.heading.append(f"Variables: {'; '.join(variables)}")
    page.rows += [_panel_text(panel) for panel in data.items]
    return page.text()


def _variable_text(variable: Variable) -> str:
    current = ", ".join("all" if value == "$__all" else value for value in variable.current)
    return f"${variable.name} = {current or 'not set'}" + (
        f" ({variable.query})" if variable.query else ""
    )


def _panel_text(panel: Panel) -> str:
    row = f"{panel.row} / " if panel.row else ""
    parts = [f"{row}{panel.title or 'untitled'} ({panel.type}, panel {panel.id})"]
    if panel.unit:
        parts.append(f"unit {panel.unit}")
    if thresholds := threshold_text(panel):
        parts.append(f"thresholds {thresholds}")
    if panel.library_panel and not panel.queries:
        parts.append(f"content in library panel {panel.library_panel}")
    for query in panel.queries:
        hidden = " (hidden)" if query.hidden else ""
        source = datasource_text(query.datasource)
        parts.append(f"{query.ref_id} [{source}]{hidden}: {query.expression or 'no text query'}")
    return "; ".join(parts)


@tool(
    "dashboards show",
    render=_render_dashboard,
    needs=("grafana",),
    examples=("dashboards show homelab-node", "dashboards show 'Storage' --panel disk"),
)
async def grafana_get_dashboard(
    context: ToolContext,
    dashboard: Annotated[
        str, Field(description="Uid or title."), Positional(), Completes("dashboard")
    ],
    panel: Annotated[str, Field(description="Only panels with this in title or query.")] = "",
) -> ToolResult[DashboardDetail]:
    """Show a dashboard's panels with queries, units, thresholds and variables."""
    searched = await _all_dashboards(context)
    hits = rows(searched)
    uid = _uid_of(dashboard, hits)
    found: Dashboard | None = None
    readings: Sequence[Reading[Any]] = searched
    if uid is not None:
        source = next((hit.source for hit in hits if hit.uid == uid), None)
        clients = [each for each in context.grafana if source in (None, each.source)]
        read = await ask_all(clients, lambda client: client.dashboard(uid))
        found = next((reading.data for reading in read if reading.data is not None), None)
        readings = read
    panels = found.panels if found is not None else ()
    wanted = [each for each in panels if _panel_fits(each, panel)]
    hints: tuple[str, ...] = ()
    if found is None and any(reading.state.has_data for reading in readings):
        hints = (_close_titles(dashboard, hits),)
    elif panel and not wanted:
        close = nearest(panel, [each.title for each in panels])
        tail = f"; titles that come close: {', '.join(close)}" if close else ""
        hints = (f"none of its {len(panels)} panels has {panel!r}{tail}",)
    data = DashboardDetail(
        items=tuple(wanted),
        total=len(panels),
        hints=hints,
        dashboard=found.model_copy(update={"panels": ()}) if found is not None else None,
    )
    return result(data, readings, now=context.clock())


def _uid_of(text: str, hits: Sequence[DashboardHit]) -> str | None:
    """The uid meant: a uid itself, the title of one dashboard, or a part of exactly one."""
    if any(hit.uid == text for hit in hits):
        return text
    wanted = text.casefold()
    exact = [hit.uid for hit in hits if hit.title.casefold() == wanted]
    partly = [hit.uid for hit in hits if wanted in hit.title.casefold()]
    meant = exact or partly
    if len(meant) == 1:
        return meant[0]
    return text if not hits and " " not in text else None


def _panel_fits(panel: Panel, text: str) -> bool:
    content = (panel.title, panel.row or "", *(query.expression for query in panel.queries))
    return text.casefold() in " ".join(content).casefold()
