"""A small world in memory: a few series, rules, alerts, silences and dashboards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sre_tui.demo.telemetry import (
    AlertRule,
    Annotation,
    LogSource,
    Matcher,
    RawAlert,
    RecordingRule,
    ScrapeTarget,
    SeriesSource,
    Silence,
)
from tests.stubs.logs import MemoryLogs, stream
from tests.stubs.series import MemorySeries, series

NOW = 1_795_358_400.0
MINUTE = 60.0


def rule(name: str, expr: str, **changes: Any) -> AlertRule:
    """An alert rule with defaults for what a test does not care about."""
    given: dict[str, Any] = {
        "uid": f"uid-{name.lower()}",
        "name": name,
        "expr": expr,
        "hold": 300.0,
        "labels": {"severity": "warning"},
        "annotations": {"summary": f"{name} on {{{{ $labels.instance }}}}"},
        "group": "hosts",
        "folder": "Homelab",
    }
    return AlertRule(**(given | changes))


def _minutes(*values: float) -> list[tuple[float, float]]:
    return [(NOW - MINUTE * (len(values) - 1 - i), value) for i, value in enumerate(values)]


SERIES = [
    series("load", _minutes(*[1.0] * 20, *[9.0] * 11), instance="media"),
    series("load", _minutes(*[1.0] * 29, *[8.0] * 2), instance="nas"),
    series("temperature", _minutes(*[40.0] * 10, *[70.0] * 20, 45.0), instance="nas"),
    series("up", _minutes(*[1.0] * 31), instance="media"),
]
RULES = [
    rule("HighLoad", "load > 5"),
    rule("HostDown", "up == 0", hold=0.0),
    rule("Flapped", "temperature > 60"),
    rule("Gone", "missing_metric > 1", no_data_state="NoData", group="silent"),
    rule("GoneBad", "missing_metric > 2", no_data_state="Alerting", group="silent"),
    rule("GoneFine", "missing_metric > 3", group="silent"),
    rule("Paused", "load > 5", paused=True, group="zz"),
    rule("Broken", "load +", group="zz", folder="Other"),
]
PANEL = {
    "id": 1,
    "title": "Load",
    "type": "timeseries",
    "targets": [{"refId": "A", "expr": "load"}],
}
V2_PANEL = {
    "kind": "Panel",
    "spec": {
        "id": 1,
        "title": "Power",
        "vizConfig": {"kind": "stat"},
        "data": {
            "kind": "QueryGroup",
            "spec": {
                "queries": [
                    {"spec": {"refId": "A", "query": {"kind": "p", "spec": {"expr": "watts"}}}}
                ]
            },
        },
    },
}
DASHBOARDS: list[dict[str, Any]] = [
    {
        "uid": "hosts",
        "title": "Hosts overview",
        "tags": ["hosts"],
        "folder": "Homelab",
        "panels": [PANEL],
    },
    {"uid": "logs", "title": "Logs", "tags": ["logs", "loki"], "panels": []},
    {
        "uid": "power",
        "title": "Power",
        "tags": [],
        "elements": {"panel-1": V2_PANEL},
        "layout": {"kind": "GridLayout", "spec": {"items": []}},
    },
]


@dataclass(frozen=True)
class MemoryHomelab:
    """Everything as given, whatever the time."""

    series: SeriesSource = field(default_factory=lambda: MemorySeries(SERIES))
    logs: LogSource = field(
        default_factory=lambda: MemoryLogs([stream({"app": "web"}, (NOW - 30, "level=info"))])
    )

    def alert_rules(self) -> Sequence[AlertRule]:
        return RULES

    def recording_rules(self) -> Sequence[RecordingRule]:
        return []

    def targets(self, now: float) -> Sequence[ScrapeTarget]:
        return []

    def silences(self, now: float) -> Sequence[Silence]:
        matchers = (Matcher("alertname", "=", "UpsOnBattery"),)
        regex = (Matcher("alertname", "=~", "High.*"),)
        return [
            Silence("s-active", matchers, now - 60, now + 3600, "eve", "testing the UPS"),
            Silence("s-old", regex, now - 7200, now - 3600, "eve", "over"),
            Silence("s-next", regex, now + 3600, now + 7200, "eve", "planned"),
        ]

    def annotations(self, start: float, end: float) -> Sequence[Annotation]:
        at = NOW - 1800
        one = Annotation(7, at, at, "jellyfin 10.11", ("deploy", "media"))
        return [one] if start <= at <= end else []

    def raw_alerts(self, now: float) -> Sequence[RawAlert]:
        labels = {"instance": "ups", "severity": "critical"}
        return [RawAlert("UpsOnBattery", labels, {"summary": "on battery"}, now - 600)]

    def dashboards(self) -> Sequence[Mapping[str, Any]]:
        return DASHBOARDS
