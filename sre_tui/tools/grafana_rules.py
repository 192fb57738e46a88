"""The tool that shows alert rules, from Grafana or from Prometheus itself."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from providers.alerting import AlertRule, AlertState
from providers.text import one_line
from sre_tui.nearest import nearest
from sre_tui.tools.alert_sources import distinct, filter_text, filters_given, rows
from sre_tui.tools.arguments import Completes, ForPeople, Positional, Short
from sre_tui.tools.context import ToolContext, ask_all
from sre_tui.tools.grafana_data import RuleListing
from sre_tui.tools.notes import page_of, sources_text, truncation
from sre_tui.tools.rendering import ModelView, stamp
from sre_tui.tools.result import ToolResult, result
from sre_tui.tools.tool import tool
from sre_tui.views.human import count, duration
from sre_tui.views.severity import severity_rank, state_rank

RuleStateFilter = Literal["firing", "pending", "recovering", "inactive", "paused", "broken"]
_INSTANCES = 5
"""Instances of a rule that a model is shown."""


def _render_rules(answer: ToolResult[RuleListing], view: ModelView) -> str:
    data = answer.data
    page = page_of(
        answer,
        view,
        f"Rules from {sources_text(answer)}{filter_text(data.filters)}: {data.total or 0}",
        nothing="No rules.",
    )
    sources = {rule.source for rule in data.items}
    for rule in data.items:
        where = f" @{rule.source}" if len(sources) > 1 else ""
        page.rows.append(_rule_text(rule, view.now) + where)
    if note := truncation(data, "rules"):
        page.notes.append(note)
    return page.text()


def _rule_text(rule: AlertRule, now: datetime) -> str:
    state = "paused" if rule.paused else (rule.state.value if rule.state else rule.kind)
    severity = f" [{rule.severity}]" if rule.severity else ""
    parts = [f"{rule.name}{severity} {state}", f"query: {one_line(rule.query)}"]
    if rule.threshold:
        parts.append(f"condition {rule.threshold}")
    if rule.kind == "alerting":
        parts.append(f"fires after {duration(rule.hold)}")
    if rule.health not in ("ok", "unknown"):
        parts.append(f"health {rule.health.replace('_', ' ')}: {rule.last_error or 'no reason'}")
    if rule.active_at is not None and rule.state is not AlertState.INACTIVE:
        parts.append(f"active since {stamp(rule.active_at, now)}")
    active = [alert for alert in rule.alerts if alert.state.active]
    if active:
        shown = active[:_INSTANCES]
        names = ", ".join(alert.host or alert.summary or alert.name for alert in shown)
        more = f" and {len(active) - _INSTANCES} more" if len(active) > _INSTANCES else ""
        parts.append(f"{count(len(active), 'active instance')}: {names}{more}")
    if rule.no_data_state:
        parts.append(f"without data: {rule.no_data_state}")
    if rule.group:
        parts.append(f"group {rule.folder}/{rule.group}" if rule.folder else f"group {rule.group}")
    if rule.last_evaluation is not None:
        parts.append(f"evaluated {stamp(rule.last_evaluation, now)}")
    return "; ".join(parts)


@tool(
    "alerts rules",
    render=_render_rules,
    needs=("grafana", "prometheus"),
    examples=("alerts rules", "alerts rules disk --state firing", "alerts rules --state broken"),
)
async def grafana_get_alert_rules(
    context: ToolContext,
    search: Annotated[
        str, Field(description="Part of name, query or folder."), Positional(), Completes("alert")
    ] = "",
    state: Annotated[
        RuleStateFilter | None,
        Field(description="Only this state; broken means not evaluated."),
    ] = None,
    recording: Annotated[bool, Field(description="Recording rules too.")] = False,
    limit: Annotated[
        int, Field(description="Most rules.", ge=1, le=1000), Short("n"), ForPeople()
    ] = 100,
) -> ToolResult[RuleListing]:
    """List alert rules with query, threshold, delay, health and active instances."""
    by_grafana, by_prometheus = await asyncio.gather(
        ask_all(context.grafana, lambda client: client.rules()),
        ask_all(context.prometheus, lambda client: client.rules()),
    )
    known = distinct(rows(by_grafana), rows(by_prometheus), _rule_identity)
    known = [rule for rule in known if recording or rule.kind == "alerting"]
    known.sort(key=_rule_rank)
    found = [rule for rule in known if _rule_fits(rule, search, state)]
    hints: tuple[str, ...] = ()
    readings = [*by_grafana, *by_prometheus]
    if not found and any(reading.state.has_data for reading in readings):
        hints = _why_no_rule(known, search)
    data = RuleListing(
        items=tuple(found[:limit]),
        truncated=len(found) > limit,
        total=len(found),
        hints=hints,
        filters=filters_given(search=search, state=state),
    )
    return result(data, readings, now=context.clock())


def _rule_identity(rule: AlertRule) -> tuple[str, str]:
    return rule.name, " ".join(rule.query.split())


def _rule_rank(rule: AlertRule) -> tuple[Any, ...]:
    broken = rule.health == "error"
    state = state_rank(rule.state) if rule.state is not None else 99
    return (not broken and state >= 90, state, rule.paused, severity_rank(rule.severity), rule.name)


def _rule_fits(rule: AlertRule, search: str, state: RuleStateFilter | None) -> bool:
    match state:
        case None:
            fits = True
        case "paused":
            fits = rule.paused
        case "broken":
            fits = rule.health == "error"
        case _:
            fits = rule.state is not None and rule.state.value == state and not rule.paused
    text = " ".join((rule.name, rule.query, rule.folder or "", rule.group, *rule.labels.values()))
    return fits and all(word in text.casefold() for word in search.casefold().split())


def _why_no_rule(known: Sequence[AlertRule], search: str) -> tuple[str, ...]:
    if not known:
        return ("there are no alert rules",)
    close = nearest(search, {rule.name for rule in known}) if search else []
    tail = f"; names that come close: {', '.join(close)}" if close else ""
    return (f"none of {count(len(known), 'rule')} fits{tail}",)
