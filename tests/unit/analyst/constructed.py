"""Results as the tools would give them, made by hand, and a runner that hands them out."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import BaseModel

from providers.alerting import Alert, AlertState
from providers.prometheus import Target
from providers.reading import SourceStatus, State
from providers.series import Sample
from sre_tui.agent.analyst import BuiltInAnalyst
from sre_tui.agent.analyst_protocol import AnalystTask
from sre_tui.agent.events import Evidence
from sre_tui.agent.runner import Quoted, Ran
from sre_tui.agent.session import Exchange
from sre_tui.diagnosis.causes.model import Argument, Cause, Effect, Investigation, Step
from sre_tui.diagnosis.evidence import Evidence as Said
from sre_tui.diagnosis.finding import Severity
from sre_tui.diagnosis.subject import Subject, SubjectKind
from sre_tui.settings import Settings
from sre_tui.tools.grafana_data import AlertListing
from sre_tui.tools.health import HealthListing
from sre_tui.tools.loki_data import LabelValues, PatternListing
from sre_tui.tools.prometheus_data import InstantValues, SeriesListing, TargetListing
from sre_tui.tools.registry import all_tools
from sre_tui.tools.result import result
from sre_tui.tools.runbooks import RunbookMatches, RunbookPassage
from sre_tui.tools.tool import Tool
from sre_tui.tools.what_changed import ChangeListing

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
START = NOW - timedelta(hours=6)
Answerer = Callable[[str, Mapping[str, Any]], BaseModel | None]


def ago(**span: float) -> datetime:
    return NOW - timedelta(**span)


def sample(value: float, metric: str = "", /, **labels: str) -> Sample:
    named = {"__name__": metric} if metric else {}
    return Sample(source="prometheus:main", labels={**named, **labels}, at=NOW, value=value)


def alert(name: str, since: datetime, severity: str = "warning", /, **labels: str) -> Alert:
    return Alert(
        source="grafana:main", name=name, state=AlertState.FIRING, severity=severity,
        labels={"alertname": name, **labels}, active_at=since, fingerprint=name,
        host=labels.get("hostname"), summary=f"{name} of {labels.get('hostname', 'something')}",
    )  # fmt: skip


def target(instance: str, health: str = "up", **labels: str) -> Target:
    return Target.model_validate(
        {
            "source": "prometheus:main", "job": "node", "instance": instance, "health": health,
            "url": f"http://{instance}/metrics", "labels": labels,
        }
    )  # fmt: skip


def passage(title: str, heading: str, text: str) -> RunbookPassage:
    return RunbookPassage(
        id=title.lower().replace(" ", "-"), kind="runbook", title=title, heading=heading,
        source=f"runbooks/{title}.md", score=0.9, matched_by=("text",), passage=text,
    )  # fmt: skip


IDENTITY = (
    sample(1, "pve_guest_info", id="lxc/101", name="media", node="pve2", instance="pve1"),
    sample(1, "pve_guest_info", id="lxc/102", name="dns1", node="pve1", instance="pve1"),
    sample(1, "pve_guest_info", id="qemu/103", name="docker1", node="pve2", instance="pve1"),
    sample(1, "pve_up", id="lxc/101", instance="pve1"),
    sample(1, "smartctl_device", device="sdc", instance="nas1:9633"),
    sample(1, "disk_power_state", disk="sdc", host="nas1", pool="tank", instance="nas1:9100"),
    sample(1, "node_zfs_zpool_state", zpool="tank", state="online", instance="nas1:9100"),
    sample(1e12, "node_filesystem_size_bytes", device="nas1:/mnt/tank/media", fstype="nfs4",
           mountpoint="/mnt/media", instance="media:9100"),
    sample(1, "node_systemd_unit_state", name="jellyfin.service", state="active",
           instance="media:9100"),
    sample(1, "container_start_time_seconds", name="sonarr", instance="docker1:8080"),
    sample(1, "probe_success", instance="https://jellyfin.home.example", job="blackbox-http"),
)  # fmt: skip


def subject(kind: str, name: str) -> Subject:
    return Subject(kind=SubjectKind(kind), name=name)


def metric(says: str, query: str = "node_load1") -> Said:
    return Said(source="prometheus:main", kind="metric", says=says, at=NOW, asked=query,
                command=f"metrics query '{query}'")  # fmt: skip


def line(says: str, host: str) -> Said:
    return Said(source="loki:main", kind="log", says=says, at=NOW, asked=f'{{hostname="{host}"}}',
                command=f"logs query '{{hostname=\"{host}\"}}' --since 6h")  # fmt: skip


def cause(claim: str, kind: str, of: Subject, confidence: float = 0.9, **fields: Any) -> Cause:
    shown = Argument(text=f"{of.own_name} is in trouble", evidence=(metric(f"{of.own_name}: 7"),))
    fields.setdefault("speaks_for", (shown,))
    return Cause(kind=kind, subject=of, claim=claim, confidence=confidence,
                 severity=Severity.CRITICAL, since=ago(hours=3), **fields)  # fmt: skip


DISK = cause(
    "disk sdc on nas1 is failing", "disk_failing", subject("disk", "nas1/sdc"), 0.97,
    speaks_for=(
        Argument(text="sdc has 24 unreadable sectors (Current_Pending_Sector)",
                 evidence=(metric("24 unreadable sectors", "smartctl_device_attribute"),)),
        Argument(text="disk read or write error",
                 evidence=(line("I/O error, dev sdc, sector 4451359100", "nas1"),)),
        Argument(text="it began 30 min before media was affected (media waits for its storage)"),
    ),
    speaks_against=(Argument(text="pool tank shows no errors of it"),),
    would_confirm=("smartctl -x /dev/sdc", "zpool status -v"),
    effects=(
        Effect(kind="storage_wait", subject=subject("guest", "media"), since=ago(hours=2.5),
               text="media waits for its storage", evidence=(line("read timeout", "media"),)),
        Effect(kind="web_slow", subject=subject("site", "jellyfin.home.example"),
               since=ago(hours=2.4), text="the page of jellyfin.home.example is slow"),
    ),
    runbook="disk-smart-warning",
)  # fmt: skip
STEPS = (
    Step(text="What the disk says of itself.", commands=("smartctl -a /dev/sdc",),
         runbook="disk-smart-warning", heading="Checks"),
    Step(text="Replace the disk.", commands=("zpool offline tank sdc", "zpool replace tank sdc"),
         runbook="disk-smart-warning", heading="Fix"),
)  # fmt: skip


def investigation(
    verdict: Any = "nothing_wrong", headline: str = "", **fields: Any
) -> Investigation:
    fields.setdefault("checked", ("111 checks ran", "0 alerts firing or pending"))
    return Investigation(
        asked="why?", verdict=verdict, window_start=START, window_end=NOW,
        headline=headline or "nothing wrong was found with the homelab.", **fields,
    )  # fmt: skip


FAILING_DISK = investigation(
    "cause", "disk sdc on nas1 is failing since 2026-11-22 12:00 UTC (3 h ago).",
    focus=(subject("container", "media/jellyfin"),), causes=(DISK,), since=ago(hours=3),
    impact=(subject("site", "jellyfin.home.example"), subject("guest", "media")), steps=STEPS,
)  # fmt: skip


@dataclass
class World:
    """What the backends hold; every field may be replaced."""

    found: Investigation = field(default_factory=investigation)
    alerts: tuple[Alert, ...] = ()
    identity: tuple[Sample, ...] = IDENTITY
    targets: tuple[Target, ...] = tuple(
        target(f"{host}:9100") for host in ("nas1", "media", "pve1", "pve2", "dns1", "docker1")
    )
    passages: tuple[RunbookPassage, ...] = (
        passage("Disk wear", "Fix", "## Fix\n\n1. Replace the disk now.\n2. Check the others.\n"),
    )
    services: tuple[str, ...] = ("jellyfin", "sonarr", "adguard", "kernel", "traefik")
    other: Mapping[str, BaseModel] = field(default_factory=dict)

    def answer(self, tool: str, arguments: Mapping[str, Any]) -> BaseModel | None:
        """The data of a call; None if it fails."""
        if tool in self.other:
            return self.other[tool]
        query = str(arguments.get("query", ""))
        match tool:
            case "prometheus_instant_query":
                items = self.identity if "pve_guest_info" in query else ()
                return InstantValues(items=items, query=query, at=NOW, kind="vector")
            case "prometheus_range_query":
                return SeriesListing(items=(), query=query, start=START, end=NOW, step=120)
            case "prometheus_targets":
                down = sum(one.health == "down" for one in self.targets)
                up = len(self.targets) - down
                return TargetListing(items=self.targets, up=up, down=down, unknown=0)
            case "grafana_get_alerts":
                return AlertListing(items=self.alerts, total=len(self.alerts))
            case "loki_list_label_values":
                values = [
                    {"source": "loki:main", "label": "service_name", "value": name}
                    for name in self.services
                ]
                return LabelValues.model_validate(
                    {"items": values, "label": "service_name", "start": START, "end": NOW}
                )
            case "loki_patterns":
                return PatternListing(items=(), query=query, start=START, end=NOW, lines=0)
            case "investigate":
                return self.found.model_copy(update={"asked": str(arguments["about"])})
            case "what_changed":
                return ChangeListing(items=(), start=START, end=NOW)
            case "check_health":
                return HealthListing(items=(), ran=9, verdict="ok", sentence="All is well")
            case "runbook_search":
                return RunbookMatches(items=self.passages, query=query, mode="hybrid")
        return None


METRICS_AND_LOGS = tuple(
    tool.name
    for tool in all_tools()
    if not tool.needs & {"proxmox", "pbs", "truenas"} or "loki" in tool.needs
)
"""Tools of a homelab that has nothing else configured."""


class HandedOut:
    """A runner that answers from a world instead of asking backends."""

    def __init__(self, answerer: Answerer, tools: Sequence[str] | None = None) -> None:
        self.tools: tuple[Tool[Any], ...] = tuple(
            tool
            for tool in all_tools()
            if tool.name in (METRICS_AND_LOGS if tools is None else tools)
        )
        self.calls: list[tuple[str, Mapping[str, Any]]] = []
        self.vouched: list[str] = []
        self.quoted: dict[str, Quoted] = {}
        self._answerer = answerer

    async def run_all(
        self, calls: Sequence[tuple[Tool[Any], Mapping[str, object]]]
    ) -> list[Ran[Any]]:
        return [self._run(tool, arguments) for tool, arguments in calls]

    def vouch(self, *stated: str) -> None:
        self.vouched += stated

    def quote(self, quoted: Quoted) -> str:
        known = {one: number for number, one in self.quoted.items()}
        made = known.get(quoted, f"E{100 + len(self.quoted)}")
        self.quoted[made] = quoted
        return made

    def _run(self, tool: Tool[Any], arguments: Mapping[str, object]) -> Ran[Any]:
        tool.parse(arguments)
        self.calls.append((tool.name, arguments))
        data = self._answerer(tool.name, arguments)
        status = SourceStatus(
            source="demo:main", state=State.OK if data is not None else State.UNREACHABLE,
            observed_at=NOW, detail="" if data is not None else "connection refused",
        )  # fmt: skip
        answer = result(data, [status], now=NOW) if data is not None else None
        evidence = Evidence(
            id=f"E{len(self.calls)}", tool=tool.name, arguments=dict(arguments),
            state=status.state, observed_at=NOW, summary="" if answer else "connection refused",
            text="", sources=(status,), elapsed=0.0,
        )  # fmt: skip
        return Ran(evidence, answer)


ALL = {"prometheus": [{"url": "http://p"}], "grafana": [{"url": "http://g"}],
       "loki": [{"url": "http://l"}]}  # fmt: skip


def settings(*backends: str) -> Settings:
    return Settings.model_validate({name: ALL[name] for name in backends or tuple(ALL)})


async def said(
    question: str,
    runner: HandedOut,
    attached: str = "",
    *backends: str,
    earlier: tuple[Exchange, ...] = (),
) -> str:
    task = AnalystTask(
        question=question, attached=attached, now=NOW, settings=settings(*backends),
        earlier=earlier, site="",
    )  # fmt: skip
    analyst = BuiltInAnalyst(zone=UTC, here="media")
    return "".join([piece async for piece in analyst.answer(task, runner)])


def answer_now(question: str, world: World | None = None, attached: str = "") -> str:
    """The whole answer, outside any event loop."""
    runner = HandedOut((world or World()).answer)
    return asyncio.run(said(question, runner, attached))
