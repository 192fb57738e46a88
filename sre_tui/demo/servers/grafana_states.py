"""Turns evaluated rules into Grafana's alert states."""

from __future__ import annotations

import hashlib
import math
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sre_tui.demo.promql.alerting import Ruler, RuleState
from sre_tui.demo.promql.formatting import format_scientific
from sre_tui.demo.promql.rule_record import EVALUATION_INTERVAL
from sre_tui.demo.promql.templates import expand
from sre_tui.demo.servers.grafana_answers import slug
from sre_tui.demo.servers.grafana_history import RESOLVED, Change, state_changes
from sre_tui.demo.servers.grafana_source import GrafanaSource
from sre_tui.demo.telemetry import AlertRule, RawAlert, Silence, select_labels

DATASOURCE_UID = "prometheus"
_RAW_FOLDER = "Homelab"
RAW_GROUP = "external"
_NO_DATA = {
    "NoData": "NoData",
    "OK": "Normal (NoData)",
    "Alerting": "Alerting (NoData)",
    "KeepLast": "Normal (NoData, KeepLast)",
}


@dataclass(frozen=True)
class Instance:
    """One alert instance; ``state`` is Grafana's text with its reason, times are Unix seconds."""

    rule: AlertRule
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    state: str
    active_at: float
    firing_since: float | None
    value: float | None

    @property
    def base_state(self) -> str:
        """The state without its reason, in lower case, such as ``nodata``."""
        return self.state.partition(" ")[0].lower()


@dataclass(frozen=True)
class EvaluatedRule:
    """A rule with its instances; ``state`` and ``health`` are Grafana's words for a rule."""

    rule: AlertRule
    state: str
    health: str
    last_error: str
    evaluated_at: float
    duration: float
    instances: Sequence[Instance]


class AlertBoard:
    """The states of all rules, evaluated once per evaluation interval."""

    def __init__(self, source: GrafanaSource, ruler: Ruler) -> None:
        self._source = source
        self._ruler = ruler
        self._lock = threading.Lock()
        self._tick = math.nan
        self._states: Sequence[RuleState] = ()
        self._resolved: Sequence[Change] = ()
        self._odd_since: dict[tuple[str, str], float] = {}

    def rules(self, now: float) -> list[EvaluatedRule]:
        """Every rule as of its last evaluation, raw alerts as rules of their own."""
        with self._lock:
            self._evaluate(now)
            evaluated = {
                state.rule.uid: _evaluated(
                    state,
                    self._odd_since.get((state.rule.uid, _oddity(state))),
                    [one for one in self._resolved if one.labels["alertname"] == state.rule.name],
                )
                for state in self._states
            }
        uids = {rule.rule.name: uid for uid, rule in evaluated.items()}
        for raw in self._source.raw_alerts(now):
            joined = _with_raw(evaluated.get(uids.get(raw.name, "")), raw, now)
            evaluated[joined.rule.uid] = joined
            uids[raw.name] = joined.rule.uid
        return list(evaluated.values())

    def firing(self, now: float) -> list[Instance]:
        """The instances that were handed to the Alertmanager."""
        return [
            instance
            for rule in self.rules(now)
            for instance in rule.instances
            if instance.firing_since is not None
        ]

    def silenced_by(self, labels: Mapping[str, str], now: float) -> list[str]:
        """Ids of the active silences that match an alert."""
        return [
            silence.id
            for silence in self._source.silences(now)
            if silence_state(silence, now) == "active" and select_labels(silence.matchers, labels)
        ]

    def _evaluate(self, now: float) -> None:
        tick = math.floor(now / EVALUATION_INTERVAL)
        if tick == self._tick:
            return
        self._states = self._ruler.states(now)
        self._resolved = _just_resolved(self._ruler, now)
        self._tick = tick
        odd = {(state.rule.uid, _oddity(state)): state.evaluated_at for state in self._states}
        self._odd_since = {key: self._odd_since.get(key, at) for key, at in odd.items()}


def _oddity(state: RuleState) -> str:
    """What keeps a rule from having a result."""
    return "error" if state.last_error else "nodata" if state.no_data else ""


def silence_state(silence: Silence, now: float) -> str:
    """``pending``, ``active`` or ``expired``."""
    if now < silence.starts_at:
        return "pending"
    return "active" if now < silence.ends_at else "expired"


def notified_labels(instance: Instance) -> dict[str, str]:
    """The labels of an instance as the Alertmanager has them."""
    labels = {**instance.labels, "__alert_rule_uid__": instance.rule.uid}
    if instance.base_state in ("nodata", "error"):
        kind = "NoData" if instance.base_state == "nodata" else "Error"
        labels |= {"alertname": f"Datasource{kind}", "rulename": instance.rule.name}
    return labels


def fingerprint(labels: Mapping[str, str]) -> str:
    """Sixteen hexadecimal digits that identify a label set."""
    text = "\xff".join(f"{name}\xff{value}" for name, value in sorted(labels.items()))
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def value_text(instance: Instance) -> str:
    """An instance's value as the rules endpoint gives it: ``9.5e+00``, empty when normal."""
    return "" if instance.value is None else format_scientific(instance.value)


def _just_resolved(ruler: Ruler, now: float) -> list[Change]:
    """Instances without a series any more; Grafana drops them after two evaluations."""
    tick = math.floor(now / EVALUATION_INTERVAL) * EVALUATION_INTERVAL
    changes = state_changes(ruler, tick - EVALUATION_INTERVAL, tick)
    latest = {tuple(sorted(change.labels.items())): change for change in changes}
    return [change for change in latest.values() if change.after == RESOLVED]


def _evaluated(
    state: RuleState, odd_since: float | None, resolved: Sequence[Change]
) -> EvaluatedRule:
    rule = state.rule
    since = state.evaluated_at if odd_since is None else odd_since
    instances = [
        Instance(
            rule=rule,
            labels={**active.labels, "alertname": rule.name, "grafana_folder": rule.folder},
            annotations=active.annotations,
            state="Alerting" if active.state == "firing" else "Pending",
            active_at=active.active_at,
            firing_since=active.active_at + rule.hold if active.state == "firing" else None,
            value=active.value,
        )
        for active in state.instances
    ]
    instances += [_missing(rule, change) for change in resolved]
    health = "ok"
    if state.last_error:
        health = "error"
        instances = [_stand_in(rule, "Error", since)]
    elif not instances and not rule.paused:
        health = "nodata" if state.no_data and rule.no_data_state == "NoData" else "ok"
        text = _NO_DATA[rule.no_data_state] if state.no_data else "Normal"
        instances = [_stand_in(rule, text, since)]
    return EvaluatedRule(
        rule=rule,
        state=_rule_state(instances),
        health="unknown" if rule.paused else health,
        last_error=state.last_error,
        evaluated_at=state.evaluated_at,
        duration=state.duration,
        instances=instances,
    )


def _stand_in(rule: AlertRule, state: str, at: float) -> Instance:
    labels = {**rule.labels, "alertname": rule.name, "grafana_folder": rule.folder}
    if state != "Normal":
        labels |= {"datasource_uid": DATASOURCE_UID, "ref_id": "A"}
    # Only a plain Normal or a reason that was mapped to Normal stays with Grafana.
    fires = not state.startswith("Normal")
    annotations = {name: expand(text, labels, math.nan) for name, text in rule.annotations.items()}
    return Instance(rule, labels, annotations, state, at, at if fires else None, None)


def _missing(rule: AlertRule, change: Change) -> Instance:
    labels = {**change.labels, "grafana_folder": rule.folder}
    annotations = {name: expand(text, labels, math.nan) for name, text in rule.annotations.items()}
    return Instance(rule, labels, annotations, change.after, change.time, None, None)


def _rule_state(instances: Sequence[Instance]) -> str:
    states = {instance.base_state for instance in instances}
    if "alerting" in states:
        return "firing"
    return "pending" if "pending" in states else "inactive"


def _with_raw(existing: EvaluatedRule | None, raw: RawAlert, now: float) -> EvaluatedRule:
    rule = existing.rule if existing else _raw_rule(raw)
    instance = Instance(
        rule=rule,
        labels={**raw.labels, "alertname": raw.name, "grafana_folder": rule.folder},
        annotations=raw.annotations,
        state="Alerting",
        active_at=raw.active_since,
        firing_since=raw.active_since,
        value=1.0,
    )
    others = [one for one in existing.instances if one.base_state != "normal"] if existing else []
    tick = math.floor(now / EVALUATION_INTERVAL) * EVALUATION_INTERVAL
    return EvaluatedRule(rule, "firing", "ok", "", tick, 0.001, [*others, instance])


def _raw_rule(raw: RawAlert) -> AlertRule:
    return AlertRule(
        uid=f"raw-{slug(raw.name)}",
        name=raw.name,
        expr=f'ALERTS{{alertname="{raw.name}"}}',
        hold=0.0,
        labels={},
        annotations=raw.annotations,
        group=RAW_GROUP,
        folder=_RAW_FOLDER,
    )
