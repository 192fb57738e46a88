"""Reads alert rules in the form Prometheus invented and Grafana speaks as well."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Literal

from pydantic import AliasChoices, Field, JsonValue, TypeAdapter

from providers.alerting import Alert, AlertRule, AlertState, host_of
from providers.series import Labels
from providers.wire import Wire, WireTime, parsed

SUMMARY_ANNOTATIONS = ("summary", "description", "message")

_STATES = {
    "firing": AlertState.FIRING,
    "alerting": AlertState.FIRING,
    "active": AlertState.FIRING,
    "pending": AlertState.PENDING,
    "recovering": AlertState.RECOVERING,
    "nodata": AlertState.NO_DATA,
    "error": AlertState.ERROR,
    "err": AlertState.ERROR,
    "normal": AlertState.INACTIVE,
    "inactive": AlertState.INACTIVE,
    "ok": AlertState.INACTIVE,
}
_PANEL = re.compile(r"[0-9]{1,18}")
_HEALTH: dict[str, Literal["ok", "error", "no_data", "unknown"]] = {
    "ok": "ok",
    "err": "error",
    "error": "error",
    "nodata": "no_data",
}
_FNV_OFFSET, _FNV_PRIME, _FNV_MASK = 14695981039346656037, 1099511628211, (1 << 64) - 1


class WireAlert(Wire):
    """An alert instance inside a rule or in ``/api/v1/alerts``."""

    labels: Labels = Field(default_factory=dict)
    annotations: Labels | None = None
    state: str
    active_at: WireTime = Field(None, alias="activeAt")
    value: str | float | None = None


class WireRule(Wire):
    """A rule of ``/api/v1/rules``."""

    name: str = ""
    query: str = ""
    type: str = "alerting"
    state: str | None = None
    duration: float | None = None
    keep_firing: float | None = Field(None, alias="keepFiringFor")
    labels: Labels | None = None
    annotations: Labels | None = None
    alerts: list[WireAlert] | None = None
    health: str | None = None
    last_error: str | None = Field(None, alias="lastError")
    evaluation_time: float | None = Field(None, alias="evaluationTime")
    last_evaluation: WireTime = Field(None, alias="lastEvaluation")
    active_at: WireTime = Field(None, alias="activeAt")
    uid: str | None = None
    paused: bool | None = Field(None, alias="isPaused")
    provenance: str | None = None


class WireGroup(Wire):
    """A rule group of ``/api/v1/rules``."""

    name: str = ""
    file: str | None = None
    interval: float | None = None
    rules: list[WireRule] | None = None


class WireGroups(Wire):
    """The data of ``/api/v1/rules``."""

    groups: list[WireGroup] | None = None
    next_token: str | None = Field(
        None, validation_alias=AliasChoices("groupNextToken", "next_token")
    )


_GROUPS = TypeAdapter(WireGroups)


def rule_groups(data: JsonValue, what: str) -> WireGroups:
    """The rule groups of an answer.

    Raises:
        BadResponse: if it is none.
    """
    return parsed(_GROUPS, data, what)


def rules_of(source: str, groups: WireGroups) -> Iterator[AlertRule]:
    """Every rule of the groups, with its alerts."""
    for group in groups.groups or ():
        for rule in group.rules or ():
            yield _rule(source, group, rule)


def _rule(source: str, group: WireGroup, rule: WireRule) -> AlertRule:
    annotations = rule.annotations or {}
    labels = rule.labels or {}
    state = None if rule.state is None else state_and_reason(rule.state)[0]
    health = _HEALTH.get((rule.health or "").lower(), "unknown")
    made = AlertRule(
        source=source,
        uid=rule.uid or labels.get("__alert_rule_uid__"),
        name=rule.name,
        kind="recording" if rule.type == "recording" else "alerting",
        state=None if rule.type == "recording" else state,
        health=health,
        last_error=rule.last_error or "",
        query=rule.query,
        hold=rule.duration or 0.0,
        keep_firing=rule.keep_firing or 0.0,
        severity=labels.get("severity"),
        labels=public(labels),
        annotations=public(annotations),
        folder=group.file,
        group=group.name,
        interval=group.interval,
        last_evaluation=rule.last_evaluation,
        evaluation_time=rule.evaluation_time,
        active_at=rule.active_at,
        paused=bool(rule.paused),
        provisioned_by=rule.provenance or "",
        dashboard_uid=annotations.get("__dashboardUid__"),
        panel_id=_whole(annotations.get("__panelId__")),
    )
    alerts = tuple(alert_of(source, alert, made) for alert in rule.alerts or ())
    since = [
        alert.active_at for alert in alerts if alert.state.active and alert.active_at is not None
    ]
    return made.model_copy(
        update={"alerts": alerts, "active_at": made.active_at or min(since, default=None)}
    )


def alert_of(source: str, wire: WireAlert, rule: AlertRule | None = None) -> Alert:
    """The alert of an instance; ``rule`` adds what only the rule knows."""
    annotations = wire.annotations or {}
    state, reason = state_and_reason(wire.state)
    values = _values(wire.value)
    labels = public(wire.labels)
    return Alert(
        source=source,
        name=wire.labels.get("alertname") or (rule.name if rule else "unnamed alert"),
        state=state,
        reason=reason,
        severity=labels.get("severity") or (rule.severity if rule else None),
        host=host_of(labels),
        labels=labels,
        annotations=public(annotations),
        summary=summary_of(annotations),
        active_at=wire.active_at if state.active else None,
        value=_compared(values),
        values={name: value for name, value in values.items() if name},
        query=rule.query if rule else "",
        folder=rule.folder if rule else wire.labels.get("grafana_folder"),
        group=rule.group if rule else None,
        rule_uid=(rule.uid if rule else None) or wire.labels.get("__alert_rule_uid__"),
        dashboard_uid=annotations.get("__dashboardUid__") or (rule.dashboard_uid if rule else None),
        panel_id=_whole(annotations.get("__panelId__")) or (rule.panel_id if rule else None),
        fingerprint=fingerprint(labels),
    )


def state_and_reason(text: str) -> tuple[AlertState, str]:
    """State and reason of ``firing``, ``Alerting`` or ``Normal (MissingSeries)``.

    A state this module does not know counts as an error, so that no alert is hidden.
    """
    word, opened, rest = text.strip().partition("(")
    state = _STATES.get(word.strip().lower().replace(" ", "").replace("_", ""))
    if state is None or (opened and not rest.endswith(")")):
        return AlertState.ERROR, text
    return state, rest.removesuffix(")")


def public(labels: Labels) -> Labels:
    """The labels without the internal ones, whose names begin with two underscores."""
    return {name: value for name, value in labels.items() if not name.startswith("__")}


def summary_of(annotations: Labels) -> str:
    """The annotation that says in words what is going on; empty if there is none."""
    return next((annotations[n] for n in SUMMARY_ANNOTATIONS if annotations.get(n)), "")


def fingerprint(labels: Labels) -> str:
    """Alertmanager's fingerprint of a label set: FNV-1a, 64 bits, 16 hexadecimal digits."""
    digest = _FNV_OFFSET
    for name in sorted(labels):
        for byte in (*name.encode(), 255, *labels[name].encode(), 255):
            digest = ((digest ^ byte) * _FNV_PRIME) & _FNV_MASK
    return f"{digest:016x}"


def _values(value: str | float | None) -> dict[str, float]:
    """``1e+00`` as value of the empty name, ``A: 1e+00, B: 2e+00`` by letter."""
    if value is None or value == "":
        return {}
    found: dict[str, float] = {}
    for part in str(value).split(","):
        name, _, number = part.rpartition(":")
        with suppress(ValueError):
            found[name.strip()] = float(number)
    return found


def _compared(values: dict[str, float]) -> float | None:
    """The value a rule compared: of several, the last letter is the verdict, not the value."""
    numbers = list(values.values())
    if not numbers:
        return None
    return numbers[-2] if len(numbers) > 1 else numbers[0]


def _whole(text: str | None) -> int | None:
    return int(text) if text is not None and _PANEL.fullmatch(text) else None
