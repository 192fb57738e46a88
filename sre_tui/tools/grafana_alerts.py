"""The tools that show alerts and alert rules, from Grafana or from Prometheus itself."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from providers.alerting import Alert, Silence, without_port
from providers.reading import State
from providers.text import one_line
from sre_tui.nearest import nearest
from sre_tui.tools.alert_sources import distinct, filter_text, filters_given, rows
from sre_tui.tools.arguments import Completes, ForPeople, Positional, Short
from sre_tui.tools.context import ToolContext, ask_all
from sre_tui.tools.grafana_data import AlertListing
from sre_tui.tools.journal import recorded_before
from sre_tui.tools.notes import page_of, sources_text, truncation
from sre_tui.tools.rendering import ModelView, stamp
from sre_tui.tools.result import ToolResult, result
from sre_tui.tools.tool import tool
from sre_tui.views.human import count
from sre_tui.views.incidents import past_line
from sre_tui.views.severity import severity_rank, state_rank
from sre_tui.views.units import value_of_query

StateFilter = Literal["firing", "pending", "recovering", "no_data", "error", "silenced"]

# Labels that the alert's line shows anyway, or that only say where the rule is filed.
SUMMED_UP = 4
"""From so many instances of an alert on a model is shown them in one line."""
_SHOWN_LABELS = frozenset({"alertname", "severity", "grafana_folder"})


def _render_alerts(answer: ToolResult[AlertListing], view: ModelView) -> str:
    data = answer.data
    heading = f"Alerts from {sources_text(answer)}{filter_text(data.filters)}: {data.total or 0}"
    if data.counts:
        heading += f" (of all: {_counts_text(data.counts)})"
    page = page_of(answer, view, heading, nothing="No alerts.")
    page.rows += [_group_text(group, view.now) for group in _groups(data.items)]
    if note := truncation(data, "alerts"):
        page.notes.append(note)
    page.notes += [past_line(past, view.now) for past in data.recorded]
    return page.text()


def _groups(alerts: Iterable[Alert]) -> list[list[Alert]]:
    """Alerts that differ only in what they are about, together; in the order of their first."""
    groups: dict[tuple[Any, ...], list[Alert]] = {}
    for alert in alerts:
        silences = tuple(silence.id for silence in alert.silences)
        kind = (alert.source, alert.name, alert.severity, alert.state, alert.reason, silences)
        groups.setdefault(kind, []).append(alert)
    return list(groups.values())


def _group_text(group: Sequence[Alert], now: datetime) -> str:
    first = group[0]
    if len(group) < SUMMED_UP:
        return "\n".join(_alert_text(alert, now) for alert in group)
    subjects = [
        f"{alert.host or alert.summary or alert.fingerprint}"
        + (f" {value_of_query(alert.value, first.query)}" if alert.value is not None else "")
        for alert in group
    ]
    since = [alert.active_at for alert in group if alert.active_at is not None]
    parts = [f"{_title(first)}, {len(group)} instances: {', '.join(subjects)}"]
    if since:
        parts.append(f"since {stamp(min(since), now)}")
        if max(since) != min(since):
            parts.append(f"the newest since {stamp(max(since), now)}")
    parts += [_silence_text(silence, now) for silence in first.silences]
    if first.query:
        parts.append(f"rule: {one_line(first.query)}")
    return "; ".join(parts)


def _title(alert: Alert) -> str:
    state = alert.state.value.replace("_", " ")
    if alert.reason:
        state += f" ({alert.reason})"
    return f"{alert.name} [{alert.severity or 'severity not reported'}] {state}"


def _alert_text(alert: Alert, now: datetime) -> str:
    parts = [_title(alert)]
    if alert.active_at is not None:
        parts.append(f"since {stamp(alert.active_at, now)}")
    if alert.host:
        parts.append(f"host {alert.host}")
    labels = {
        name: value
        for name, value in sorted(alert.labels.items())
        if name not in _SHOWN_LABELS and without_port(value) != alert.host
    }
    if labels:
        parts.append(" ".join(f"{name}={value}" for name, value in labels.items()))
    if alert.value is not None:
        parts.append(f"value {value_of_query(alert.value, alert.query)}")
    parts += [_silence_text(silence, now) for silence in alert.silences]
    if alert.inhibited:
        parts.append("inhibited by another alert")
    if alert.summary and alert.summary != alert.name:
        parts.append(alert.summary)
    if alert.query:
        parts.append(f"rule: {one_line(alert.query)}")
    return "; ".join(parts)


def _silence_text(silence: Silence, now: datetime) -> str:
    by = f" by {silence.created_by}" if silence.created_by else ""
    until = f" until {stamp(silence.ends_at, now)}" if silence.ends_at else ""
    why = f" ({silence.comment})" if silence.comment else ""
    return f"silenced{by}{until}{why}"


@tool(
    "alerts list",
    render=_render_alerts,
    needs=("grafana", "prometheus"),
    breadth="anything",
    examples=("alerts list", "alerts list --state firing --severity critical", "alerts list nas"),
)
async def grafana_get_alerts(
    context: ToolContext,
    search: Annotated[
        str, Field(description="Part of name, labels or summary."), Positional(), Completes("alert")
    ] = "",
    state: Annotated[StateFilter | None, Field(description="Only this state.")] = None,
    severity: Annotated[str | None, Field(description="Only this severity label.")] = None,
    host: Annotated[str | None, Field(description="Only this machine."), Completes("host")] = None,
    limit: Annotated[
        int, Field(description="Most alerts.", ge=1, le=1000), Short("n"), ForPeople()
    ] = 100,
) -> ToolResult[AlertListing]:
    """List firing, pending and silenced alerts with cause, start, value and silences."""
    by_grafana, by_prometheus = await asyncio.gather(
        ask_all(context.grafana, lambda client: client.alerts()),
        ask_all(context.prometheus, lambda client: client.alerts()),
    )
    known = distinct(rows(by_grafana), rows(by_prometheus), _alert_identity)
    known.sort(key=_alert_rank)
    filters = filters_given(search=search, state=state, severity=severity, host=host)
    found = [alert for alert in known if _alert_fits(alert, search, state, severity, host)]
    readings = [*by_grafana, *by_prometheus]
    hints: tuple[str, ...] = ()
    if known and not found:
        hints = _why_no_alert(known, filters)
    if not known and all(reading.state.has_data for reading in readings):
        hints = await _without_rules(context)
    recorded, trouble = await recorded_before(context, [alert.name for alert in found[:limit]])
    data = AlertListing(
        items=tuple(found[:limit]),
        truncated=len(found) > limit,
        total=len(found),
        hints=(*hints, trouble) if trouble else hints,
        filters=filters,
        recorded=recorded,
        counts=_counts(known),
    )
    return result(data, readings, now=context.clock())


async def _without_rules(context: ToolContext) -> tuple[str, ...]:
    """That nothing can fire, where there is no rule that could."""
    asked = await asyncio.gather(
        ask_all(context.grafana, lambda client: client.rules()),
        ask_all(context.prometheus, lambda client: client.rules()),
    )
    readings = [reading for each in asked for reading in each]
    if not all(reading.state is State.OK for reading in readings):
        return ()
    if any(rule.kind == "alerting" for rule in rows(readings)):
        return ()
    asked_of = [name for name, each in zip(("Grafana", "Prometheus"), asked, strict=True) if each]
    verb = "has" if len(asked_of) == 1 else "have"
    return (f"{' and '.join(asked_of)} {verb} no alert rules: nothing can fire there",)


def _alert_identity(alert: Alert) -> tuple[str, frozenset[tuple[str, str]]]:
    telling = {k: v for k, v in alert.labels.items() if k != "grafana_folder"}
    return alert.name, frozenset(telling.items())


def _alert_rank(alert: Alert) -> tuple[Any, ...]:
    since = alert.active_at.timestamp() if alert.active_at else 0.0
    return (
        alert.silenced,
        state_rank(alert.state),
        severity_rank(alert.severity),
        -since,
        alert.name,
        alert.key,
    )


def _alert_fits(
    alert: Alert, search: str, state: str | None, severity: str | None, host: str | None
) -> bool:
    if state == "silenced" and not alert.silenced:
        return False
    if state not in (None, "silenced") and (alert.state.value != state or alert.silenced):
        return False
    if severity is not None and (alert.severity or "").casefold() != severity.casefold():
        return False
    if host is not None and not is_about(alert, host.casefold()):
        return False
    text = " ".join((alert.name, alert.summary, *alert.labels.values(), alert.host or ""))
    return all(word in text.casefold() for word in search.casefold().split())


def is_about(alert: Alert, host: str) -> bool:
    """Whether an alert is about that machine, in lower case: by its host or any of its labels."""
    if (alert.host or "").casefold() == host:
        return True
    values = (value.casefold() for value in alert.labels.values())
    return any(value == host or value.startswith((f"{host}:", f"{host}.")) for value in values)


def _counts(alerts: Iterable[Alert]) -> dict[str, int]:
    return dict(Counter("silenced" if alert.silenced else alert.state.value for alert in alerts))


def _counts_text(counts: dict[str, int]) -> str:
    return ", ".join(f"{amount} {state.replace('_', ' ')}" for state, amount in counts.items())


def _why_no_alert(known: Sequence[Alert], filters: dict[str, str]) -> tuple[str, ...]:
    hints = [f"{count(len(known), 'alert')} without these filters: {_counts_text(_counts(known))}"]
    offered: dict[str, set[str | None]] = {
        "severity": {alert.severity for alert in known},
        "host": {alert.host for alert in known},
        "search": {alert.name for alert in known},
    }
    for name, values in offered.items():
        asked = filters.get(name)
        there = sorted(value for value in values if value)
        if asked and there and asked.casefold() not in (value.casefold() for value in there):
            close = nearest(asked, there)
            what = "names" if name == "search" else f"values of {name}"
            lead = f"{what} that come close" if close else f"{what} there are"
            hints.append(f"{lead}: {', '.join(close or there[:6])}")
    return tuple(hints)
