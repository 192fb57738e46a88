"""What backends tell about single things of the made-up homelab, and who answers with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest
from pydantic import BaseModel

from providers.alerting import AlertRule, RuleQuery
from providers.loki import LabelValue, LogEntry
from providers.pbs import Job
from providers.pbs import Task as BackupTask
from providers.pbs import TaskLog as BackupTaskLog
from providers.proxmox import Disk, Node, NodeDisks, NodeReport, NodeStatus, Storage, Task
from providers.proxmox.node_status import Space
from providers.reading import State
from providers.series import Sample, Series, SeriesStats
from providers.truenas import Dataset, SnapshotGroup, SnapshotTask
from sre_tui.live.snapshot import Snapshot
from sre_tui.tools.capacity_forecast import CapacityListing
from sre_tui.tools.grafana_data import AlertListing, RuleListing
from sre_tui.tools.loki_data import LabelValues, LogListing
from sre_tui.tools.pbs_data import Backup, BackupListing, BackupTaskListing, DatastoreListing
from sre_tui.tools.prometheus_data import InstantValues, SeriesListing
from sre_tui.tools.proxmox_data import NodeListing, StorageListing, TaskListing
from sre_tui.tools.proxmox_guest_data import GuestListing, GuestProperties, Property
from sre_tui.tools.runbooks import RunbookMatches, RunbookPassage
from sre_tui.tools.truenas_data import PoolListing, SnapshotListing
from tests.screens.homelab import ALERTS, NOW, status
from tests.screens.panes import (
    FORECAST_ROWS,
    GIB,
    GUEST_ROWS,
    PBS,
    POOL_ROWS,
    PROTECTION,
    PROXMOX,
    STORE_ROWS,
    TIB,
    TRUENAS,
    answered,
)
from tests.screens.stage import Scene

Answer = BaseModel | Snapshot | Callable[[Mapping[str, Any]], BaseModel | Snapshot]
PROMETHEUS = "prometheus:main"
UPID = "UPID:pbs:1:2:3:4:backup:main:ct/101:root@pam:"


def curve(labels: Mapping[str, str], *values: float, minutes: int = 5) -> Series:
    points = tuple(
        (NOW - timedelta(minutes=minutes * (len(values) - 1 - at)), value)
        for at, value in enumerate(values)
    )
    return Series(
        source=PROMETHEUS, labels=dict(labels), points=points,
        stats=SeriesStats(points=len(points)),
    )  # fmt: skip


def series(*found: Series, query: str = "q", step: float = 300.0) -> SeriesListing:
    start = NOW - timedelta(hours=1)
    return SeriesListing(items=found, query=query, start=start, end=NOW, step=step)


def _range(arguments: Mapping[str, Any]) -> BaseModel:
    query = str(arguments["query"])
    if query.endswith("== 0"):
        # The condition held for half an hour yesterday, and holds since 15 minutes.
        held = curve({"device": "sdc"}, 0.0, 0.0, 0.0, 0.0)
        before = tuple((at - timedelta(days=1), value) for at, value in held.points)
        return series(held.model_copy(update={"points": (*before, *held.points)}), query=query)
    if query.startswith("smartctl"):
        return series(curve({"device": "sdb"}, 1.0, 1.0), curve({"device": "sdc"}, 1.0, 1.0, 0.0))
    if "rate(" in query:
        return series()
    if "memory" in query:
        return series(curve({"id": "lxc/101"}, *(float(n * GIB) for n in (3, 4, 6, 7, 8))))
    if "pve_" in query:
        return series(curve({"id": "lxc/101"}, 0.2, 0.4, 0.97))
    return series()


def run(day: int, state: Any, kind: str = "backup", **changes: Any) -> BackupTask:
    given: dict[str, Any] = {
        "source": PBS,
        "upid": f"{UPID}{day}{kind}",
        "type": kind,
        "subject": "main:ct/101",
        "user": "root@pam",
        "started": NOW - timedelta(days=day, hours=12),
        "ended": NOW - timedelta(days=day, hours=11),
        "state": state,
        "status": "OK" if state == "ok" else "ENOSPC: No space left on device",
        "datastore": "main",
        "group": "ct/101",
    }
    return BackupTask(**(given | changes))


RUNS = (run(0, "error"), run(1, "warning"), *(run(day, "ok") for day in range(2, 20) if day != 5))
LOG = BackupTaskLog(
    task=RUNS[0],
    lines=("INFO: starting backup", "WARN: slow chunk store", "ERROR: ENOSPC: [b]No space[/b]",
           "TASK ERROR: job errors"),
    total=900,
)  # fmt: skip


def _backup_tasks(arguments: Mapping[str, Any]) -> BaseModel:
    if "log" in arguments:
        return BackupTaskListing(items=(RUNS[0],), log=LOG)
    return BackupTaskListing(items=RUNS, total=len(RUNS))


def copy(day: int, verified: Any, namespace: str = "", **changes: Any) -> Backup:
    given: dict[str, Any] = {
        "source": PBS, "datastore": "main", "namespace": namespace, "type": "ct", "id": "101",
        "at": NOW - timedelta(days=day), "size": 36 * GIB, "verified": verified,
        "owner": "root@pam", "name": "media",
    }  # fmt: skip
    return Backup(**(given | changes))


COPIES = (copy(1, None), copy(2, "ok"), copy(3, "failed", "lab", failed_count=1), copy(4, "ok"))
TASK = Task(
    source=PROXMOX, upid="UPID:pve1:1:2:3:vzdump:101:root@pam:", node="pve1", type="vzdump",
    subject="101", user="root@pam", started=NOW - timedelta(hours=9),
    ended=NOW - timedelta(hours=8), state="error", status="job errors", vmid=101, guest="media",
)  # fmt: skip
PROPERTIES = GuestProperties(
    asked="101",
    items=(
        Property(group="status", name="state", value="running"),
        Property(group="status", name="memory", value=8 * GIB, unit="B", note="of 8.0 GiB"),
        Property(group="network", name="eth0", value="vmbr0", note="[b]10.0.20.111/24[/b]"),
        Property(group="snapshots", name="before-upgrade", value=NOW - timedelta(days=3),
                 note="[red]with memory[/red]"),
        Property(group="tasks", name="vzdump", value=NOW, note="OK"),
    ),
)  # fmt: skip
RULE = AlertRule(
    source="grafana:main", uid="r1", name="SmartDiskFailing", query=ALERTS[0].query,
    threshold="C: A = 0", hold=60.0, interval=60.0, health="ok", group="disks", folder="Storage",
    queries=(RuleQuery(ref_id="A", datasource_uid="p", expression="smartctl[/]"),),
)  # fmt: skip
PASSAGE = {"kind": "runbook", "source": "runbooks/x.md", "score": 1.0, "matched_by": ("text",)}
RUNBOOKS = RunbookMatches(
    query="q",
    mode="text",
    items=(
        RunbookPassage(id="disk-smart-warning", title="Disk wear [and] SMART", heading="Checks",
                       passage="p", **PASSAGE),
        RunbookPassage(id="zfs-pool-degraded", title="ZFS pool degraded", heading="Fix",
                       passage="p", **PASSAGE),
        RunbookPassage(id="disk-smart-warning", title="Disk wear [and] SMART", heading="Fix",
                       passage="p", **PASSAGE),
    ),
)  # fmt: skip
NODE = NodeReport(
    node=Node(source=PROXMOX, name="pve1", status="online"),
    status=NodeStatus(
        source=PROXMOX, node="pve1", cpu=0.31, wait=0.27, load=(2.1, 2.0, 1.9), cpus=16,
        cpu_model="Ryzen [9]", memory=Space(used=40 * GIB, size=64 * GIB), uptime=41 * 86400.0,
        version="9.2.11",
    ),
    guests_running=2,
    guests=3,
)  # fmt: skip
DISKS = NodeDisks(
    disks=(
        Disk(source=PROXMOX, node="pve1", path="/dev/nvme0n1", type="nvme", size=2 * TIB,
             model="SN770 [x]", serial="S1", healthy=True, health="PASSED", wear=0.93),
        Disk(source=PROXMOX, node="pve1", path="/dev/sda", type="hdd", size=8 * TIB,
             serial="S2", healthy=False, health="FAILED"),
    )
)  # fmt: skip
HEAT = InstantValues(
    query="q", at=NOW, kind="vector",
    items=(
        Sample(source=PROMETHEUS, labels={"device": "sda"}, at=NOW, value=57.0),
        Sample(source=PROMETHEUS, labels={"device": "nvme0n1"}, at=NOW, value=39.0),
    ),
)  # fmt: skip
STORAGE = Storage(
    source=PROXMOX, name="local-zfs", type="zfspool", nodes=("pve1",), used=GIB, size=2 * GIB,
    content=("images",),
)  # fmt: skip
DATASETS = tuple(
    Dataset(source=TRUENAS, name=name, pool="fast", used=used, available=TIB)
    for name, used in (("fast", 3 * TIB), ("fast/vm", TIB), ("fast/media", 2 * TIB))
)
POOL = POOL_ROWS[0].model_copy(update={"datasets": DATASETS})
OF_POOL = SnapshotListing(
    items=(SnapshotGroup(source=TRUENAS, dataset="fast/vm", pool="fast", count=700, used=GIB),),
    replications=tuple(
        one.model_copy(update={"datasets": ("fast/vm",), "target": "backup/replica"})
        for one in PROTECTION.replications
    ),
    tasks=(
        SnapshotTask(source=TRUENAS, id=1, dataset="fast", recursive=True, schedule="0 * * * *",
                     state="finished", ran_at=NOW - timedelta(minutes=40)),
    ),
)  # fmt: skip
JOB = Job(
    source=PBS, kind="prune", id="daily", datastore="main", schedule="daily", keep="daily 21",
    state="error", status="cannot lock [/]", upid=UPID, last_run=NOW - timedelta(hours=2),
)  # fmt: skip


def entry(second: int, line: str, level: Any = "error", service: str = "jellyfin") -> LogEntry:
    at = NOW - timedelta(seconds=second)
    labels = {"hostname": "media", "service_name": service}
    return LogEntry(
        source="loki:main", at=at, time_ns=int(at.timestamp()) * 10**9, labels=labels, line=line,
        level=level, host="media", service=service,
    )  # fmt: skip


LINES = LogListing(
    items=(entry(5, "transcode [b]stalled[/b] \x1b[31mred"), entry(9, "started", "info", "cron")),
    query="q", start=NOW, end=NOW,
)  # fmt: skip
LABELS = LabelValues(
    items=tuple(LabelValue(source="loki:main", label="", value=one) for one in ("job", "host")),
    label=None, start=NOW, end=NOW,
)  # fmt: skip
ANSWERS: dict[str, Answer] = {
    "prometheus_range_query": _range,
    "prometheus_instant_query": HEAT,
    "grafana_get_alerts": AlertListing(items=ALERTS[1:3]),
    "grafana_get_alert_rules": RuleListing(items=(RULE,)),
    "runbook_search": RUNBOOKS,
    "proxmox_get_guest_config": PROPERTIES,
    "proxmox_list_guests": GuestListing(items=GUEST_ROWS),
    "proxmox_node_status": NodeListing(items=(NODE,), disks=DISKS),
    "proxmox_storage": StorageListing(items=(STORAGE,)),
    "proxmox_list_tasks": TaskListing(items=(TASK,)),
    "loki_list_label_values": LABELS,
    "loki_query_logs": LINES,
    "pbs_list_tasks": _backup_tasks,
    "pbs_list_backups": BackupListing(items=COPIES, total=9, truncated=True),
    "pbs_datastore_status": DatastoreListing(items=STORE_ROWS[:1], jobs=(JOB,)),
    "truenas_pool_status": PoolListing(items=(POOL,), detailed=True),
    "truenas_snapshots": OF_POOL,
    "capacity_forecast": CapacityListing(items=FORECAST_ROWS),
}


class Backends:
    """Answers what details ask for at once; a tool without an answer never does."""

    def __init__(self, answers: Mapping[str, Answer] = ANSWERS) -> None:
        self.answers = dict(answers)
        self.asked: list[tuple[str, Mapping[str, Any]]] = []
        self.asking: list[str] = []

    def watch(
        self, tool: str, arguments: Mapping[str, Any], deliver: Callable[[Snapshot], object]
    ) -> Callable[[], None]:
        self.asked.append((tool, arguments))
        self.asking.append(tool)
        answer = self.answers.get(tool)
        if callable(answer):
            answer = answer(arguments)
        if isinstance(answer, BaseModel):
            answer = answered(tool, answer, status("backend:main"))
        if answer is not None:
            deliver(answer)
        return lambda: self.asking.remove(tool)


def dead(tool: str, detail: str = "nothing listens there") -> Snapshot:
    source = status(f"{tool}:main", State.UNREACHABLE, detail)
    return Snapshot(tool, NOW, trouble=source)


def backends(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, answers: Mapping[str, Answer] = ANSWERS
) -> Backends:
    """Put them into the place of the app's pollers."""
    made = Backends(answers)
    monkeypatch.setattr(scene.app, "watch_feed", made.watch)
    return made
