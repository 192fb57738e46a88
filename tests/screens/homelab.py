"""Alerts, snapshots and evidence of a made-up homelab, at one moment in time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from providers.alerting import Alert, AlertState, Silence
from providers.reading import SourceStatus, State, joint_state
from sre_tui.agent.events import Answer, Evidence, Unsupported, Usage
from sre_tui.live.snapshot import Snapshot
from sre_tui.tools.grafana_data import AlertListing
from sre_tui.tools.result import ToolResult

NOW = datetime(2026, 11, 20, 14, 2, 11, tzinfo=UTC)
GRAFANA = "grafana:main"
PROMETHEUS = "prometheus:main"


def alert(name: str, host: str | None = "nas1", **changes: Any) -> Alert:
    given: dict[str, Any] = {
        "source": GRAFANA,
        "name": name,
        "state": AlertState.FIRING,
        "severity": "warning",
        "host": host,
        "labels": {"alertname": name, "hostname": host or ""},
        "active_at": NOW - timedelta(minutes=42),
        "fingerprint": f"{name}-{host}",
    }
    return Alert(**(given | changes))


ALERTS = (
    alert(
        "SmartDiskFailing",
        severity="critical",
        active_at=NOW - timedelta(hours=3),
        summary="SMART says sdc on nas1 is failing",
        query="smartctl_device_smart_status == 0",
        value=0.0,
        folder="Storage",
        group="disks",
        labels={"alertname": "SmartDiskFailing", "hostname": "nas1", "device": "sdc"},
        annotations={
            "summary": "SMART says sdc on nas1 is failing",
            "description": "Check backups, then replace it.",
            "runbook_url": "https://runbooks.example/disk-smart-warning",
        },
        receivers=("email",),
    ),
    alert("HighReadLatency", "media"),
    alert("HostHighIoWait", "nextcloud", active_at=NOW - timedelta(days=2)),
    alert("BackupStale", "pbs1", state=AlertState.PENDING, active_at=NOW - timedelta(seconds=50)),
    alert(
        "UpsOnBattery",
        "ups1",
        severity="info",
        silences=(
            Silence(
                source=GRAFANA,
                id="s1",
                state="active",
                ends_at=NOW + timedelta(hours=1),
                created_by="eve",
                comment="testing the UPS",
            ),
        ),
    ),
)


def status(
    source: str, state: State = State.OK, detail: str = "", age_s: float = 0
) -> SourceStatus:
    observed = NOW - timedelta(seconds=age_s)
    return SourceStatus(source=source, state=state, observed_at=observed, detail=detail)


def snapshot(
    *alerts: Alert, sources: tuple[SourceStatus, ...] = (status(GRAFANA), status(PROMETHEUS))
) -> Snapshot:
    good = [one for one in sources if one.state.has_data]
    result = ToolResult[AlertListing](
        tool="grafana_get_alerts",
        state=joint_state([one.state for one in sources]),
        observed_at=min((one.observed_at for one in good), default=NOW),
        sources=sources,
        data=AlertListing(items=alerts, total=len(alerts)),
    )
    return Snapshot("alerts", NOW, result)


def trouble(state: State, detail: str, source: str = "grafana, prometheus") -> Snapshot:
    return Snapshot("alerts", NOW, trouble=status(source, state, detail))


def evidence(number: int, tool: str = "grafana_get_alerts", **changes: Any) -> Evidence:
    given: dict[str, Any] = {
        "id": f"E{number}",
        "tool": tool,
        "arguments": {"search": "SmartDiskFailing"},
        "state": State.OK,
        "observed_at": NOW - timedelta(seconds=3),
        "summary": "1 alert: SmartDiskFailing on nas1",
        "text": "Alerts from grafana:main: 1\nSmartDiskFailing [critical] firing; host nas1",
        "sources": (status(GRAFANA),),
        "elapsed": 0.42,
    }
    return Evidence(**(given | changes))


def answer(text: str, **changes: Any) -> Answer:
    given: dict[str, Any] = {
        "text": text,
        "evidence": (evidence(1),),
        "usage": Usage(tool_calls=1, elapsed=1.25),
        "mode": "analyst",
        "session": "20261120-140211-abcd",
    }
    return Answer(**(given | changes))


def flag(text: str, phrase: str) -> Unsupported:
    start = text.index(phrase)
    return Unsupported(text=phrase, kind="figure", start=start, end=start + len(phrase))
