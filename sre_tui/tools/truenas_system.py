"""The tools that show the NAS itself and its apps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from providers.truenas import App, Job, NasAlert, Service, SystemInfo, SystemReport, Update, Ups
from sre_tui.tools.alert_sources import filter_text, filters_given, rows
from sre_tui.tools.arguments import ForPeople, Positional, Short
from sre_tui.tools.context import ToolContext, ask_all
from sre_tui.tools.notes import page_of, sources_text, truncation
from sre_tui.tools.rendering import ModelView, stamp
from sre_tui.tools.result import ToolResult, result
from sre_tui.tools.tool import tool
from sre_tui.tools.truenas_data import AppListing, Section, Severity, StatusItem, StatusListing
from sre_tui.tools.truenas_names import place
from sre_tui.views.human import count, duration, number, percent, size

AppState = Literal["running", "stopped", "crashed", "deploying", "stopping"]

_ALERT_SEVERITY: dict[str, Severity] = {
    "emergency": "critical",
    "alert": "critical",
    "critical": "critical",
    "error": "error",
    "warning": "warning",
    "notice": "info",
    "info": "info",
}
_RANK: dict[Severity, int] = {"critical": 0, "error": 1, "warning": 2, "info": 3, "ok": 4}
_SECTIONS: tuple[Section, ...] = ("system", "update", "ups", "alert", "job", "service")


def _render_status(answer: ToolResult[StatusListing], view: ModelView) -> str:
    data = answer.data
    heading = f"Status of {sources_text(answer)}{filter_text(data.filters)}"
    page = page_of(answer, view, heading, nothing="Nothing to report.")
    page.rows = [_item_text(item, place(answer, item.source), view.now) for item in data.items]
    if note := truncation(data, "items"):
        page.notes.append(note)
    return page.text()


def _item_text(item: StatusItem, where: str, now: datetime) -> str:
    parts = [f"{item.section} {item.name}{where} [{item.severity}] {item.state}"]
    if item.since is not None:
        parts.append(f"since {stamp(item.since, now)}")
    if item.detail:
        parts.append(item.detail)
    return "; ".join(parts)


@tool(
    "nas status",
    render=_render_status,
    needs=("truenas",),
    examples=("nas status", "nas status --section alert"),
)
async def truenas_system_status(
    context: ToolContext,
    section: Annotated[Section | None, Field(description="Only this part.")] = None,
    problems: Annotated[bool, Field(description="Only what needs a look.")] = False,
    dismissed: Annotated[bool, Field(description="Dismissed alerts too.")] = False,
    limit: Annotated[
        int, Field(description="Most lines.", ge=1, le=1000), Short("n"), ForPeople()
    ] = 100,
) -> ToolResult[StatusListing]:
    """The NAS itself: version, load, its own alerts, running and failed jobs, services, UPS."""
    readings = await ask_all(context.truenas, lambda client: client.status())
    reports = [reading.data for reading in readings if reading.data is not None]
    found = [
        item
        for report in reports
        for item in _items(report, dismissed=dismissed)
        if section in (None, item.section) and (not problems or _RANK[item.severity] < 3)
    ]
    found.sort(key=_order)
    data = StatusListing(
        items=tuple(found[:limit]),
        truncated=len(found) > limit,
        total=len(found),
        filters=filters_given(section=section, problems="yes" if problems else None),
        systems=tuple(reports),
    )
    return result(data, readings, now=context.clock())


def _order(item: StatusItem) -> tuple[int, int, float, str]:
    since = -item.since.timestamp() if item.since else 0.0
    return _RANK[item.severity], _SECTIONS.index(item.section), since, item.key


def _items(report: SystemReport, *, dismissed: bool) -> Iterator[StatusItem]:
    source = report.source
    if report.info is not None:
        yield _system(report.info)
    if report.update is not None:
        yield _update(source, report.update)
    if report.ups is not None:
        yield _ups(source, report.ups)
    for alert in report.alerts or ():
        if dismissed or not alert.dismissed:
            yield _alert(alert)
    for job in report.jobs or ():
        yield _job(job)
    for service in report.services or ():
        yield _service(source, service)


def _system(info: SystemInfo) -> StatusItem:
    parts = [f"TrueNAS {info.version}" if info.version else "version not reported"]
    if info.memory is not None:
        parts.append(f"{size(info.memory)} memory")
    if info.cores is not None:
        parts.append(f"{info.cores} cores")
    if info.load:
        parts.append(f"load {' '.join(number(round(each, 2)) for each in info.load)}")
    if info.uptime is not None:
        parts.append(f"up {duration(info.uptime)}")
    busy = bool(info.load and info.cores and info.load[-1] > 2 * info.cores)
    return StatusItem(
        source=info.source,
        section="system",
        name=info.hostname or "system",
        state="overloaded" if busy else "running",
        severity="warning" if busy else "ok",
        detail=", ".join(parts),
        since=info.booted_at,
    )


def _update(source: str, update: Update) -> StatusItem:
    state = "not reported" if update.available is None else "up to date"
    if update.reboot_required:
        state = "reboot required"
    elif update.available:
        state = "update available"
    return StatusItem(
        source=source,
        section="update",
        name="version",
        state=state,
        severity="ok" if state == "up to date" else "info",
        detail=update.version or update.error,
    )


def _ups(source: str, ups: Ups) -> StatusItem:
    severity: Severity = "ok"
    state = "on line power"
    if ups.running is False:
        severity, state = "warning", "service stopped"
    elif ups.on_battery:
        severity, state = "critical", "battery low" if ups.low_battery else "on battery"
    elif ups.on_battery is None:
        severity, state = "info", "not reported"
    parts = []
    if ups.charge is not None:
        parts.append(f"battery {percent(ups.charge)}")
    if ups.runtime is not None:
        parts.append(f"lasts {duration(ups.runtime)}")
    if ups.load is not None:
        parts.append(f"load {percent(ups.load)}")
    detail = ", ".join(parts) or "charge not reported"
    return StatusItem(
        source=source, section="ups", name=ups.name, state=state, severity=severity, detail=detail
    )


def _alert(alert: NasAlert) -> StatusItem:
    return StatusItem(
        source=alert.source,
        section="alert",
        name=alert.klass or alert.id,
        state=f"{alert.level}, dismissed" if alert.dismissed else alert.level,
        severity="info" if alert.dismissed else _ALERT_SEVERITY.get(alert.level, "warning"),
        detail=alert.text,
        since=alert.since,
    )


def _job(job: Job) -> StatusItem:
    parts = [job.description] if job.description else []
    if job.progress is not None:
        parts.append(f"{percent(job.progress)} done")
    if job.error:
        parts.append(job.error)
    severities: dict[str, Severity] = {
        "failed": "error", "aborted": "warning", "running": "info", "waiting": "info",
    }  # fmt: skip
    return StatusItem(
        source=job.source,
        section="job",
        name=f"{job.method} #{job.id}",
        state=job.state,
        severity=severities.get(job.state, "ok"),
        detail=", ".join(parts),
        since=job.ended or job.started,
    )


def _service(source: str, service: Service) -> StatusItem:
    state, severity = "stopped", "ok"
    if service.running:
        state = "running"
    elif service.running is None:
        state = "not reported"
    elif service.enabled:
        state, severity = "stopped though enabled", "warning"
    return StatusItem(
        source=source,
        section="service",
        name=service.name,
        state=state,
        severity=severity,
        detail="starts at boot" if service.enabled else "does not start at boot",
    )


def _render_apps(answer: ToolResult[AppListing], view: ModelView) -> str:
    data = answer.data
    heading = f"Apps of {sources_text(answer)}{filter_text(data.filters)}: {data.total or 0}"
    page = page_of(answer, view, heading, nothing="No apps.")
    page.rows = [_app_text(app, place(answer, app.source)) for app in data.items]
    if note := truncation(data, "apps"):
        page.notes.append(note)
    return page.text()


def _app_text(app: App, where: str) -> str:
    parts = [f"{app.name}{where} [{app.state}] {app.version or 'version not reported'}"]
    if app.upgrade_available:
        parts.append(f"upgrade to {app.latest_version or 'a newer version'} available")
    if app.image_updates:
        parts.append("newer images available")
    parts += [f"{each.name} {each.state} ({each.image})" for each in app.containers]
    if app.ports:
        parts.append(f"ports {', '.join(map(str, app.ports))}")
    return "; ".join(parts)


@tool(
    "nas apps",
    render=_render_apps,
    needs=("truenas",),
    examples=("nas apps", "nas apps --updates"),
)
async def truenas_apps(
    context: ToolContext,
    search: Annotated[str, Field(description="Part of name or image."), Positional()] = "",
    state: Annotated[AppState | None, Field(description="Only this state.")] = None,
    updates: Annotated[bool, Field(description="Only those with an update.")] = False,
    limit: Annotated[
        int, Field(description="Most apps.", ge=1, le=1000), Short("n"), ForPeople()
    ] = 100,
) -> ToolResult[AppListing]:
    """Apps on the NAS: state, version, available update, containers."""
    readings = await ask_all(context.truenas, lambda client: client.apps())
    known = rows(readings)
    found = [app for app in known if _app_fits(app, search.casefold(), state, updates=updates)]
    found.sort(key=lambda app: (app.state == "running", app.name, app.key))
    data = AppListing(
        items=tuple(found[:limit]),
        truncated=len(found) > limit,
        total=len(found),
        hints=_no_apps(known, found),
        filters=filters_given(search=search, state=state, updates="yes" if updates else None),
    )
    return result(data, readings, now=context.clock())


def _app_fits(app: App, search: str, state: str | None, *, updates: bool) -> bool:
    text = " ".join((app.name, *(each.image for each in app.containers))).casefold()
    newer = app.upgrade_available or app.image_updates
    return search in text and state in (None, app.state) and (newer or not updates)


def _no_apps(known: Sequence[App], found: Sequence[App]) -> tuple[str, ...]:
    if known and not found:
        return (f"{count(len(known), 'app')} without these filters",)
    return ()
