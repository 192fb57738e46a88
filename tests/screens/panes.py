"""Guests, pools and backups of the made-up homelab, as the feeds of their panes bring them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from pydantic import BaseModel

from providers.pbs import Datastore, GarbageCollection
from providers.proxmox import Guest
from providers.reading import SourceStatus, State, joint_state
from providers.series import Series, SeriesStats
from providers.truenas import Pool, Replication, Scan, SnapshotGroup, Vdev
from sre_tui.diagnosis.coverage.model import BackupCopy, GuestCoverage
from sre_tui.diagnosis.signals.capacity_model import Capacity
from sre_tui.diagnosis.subject import Subject, SubjectKind
from sre_tui.live.homelab import (
    ALERTS,
    COVERAGE,
    DATASTORES,
    FORECAST,
    GUEST_LOAD,
    GUESTS,
    POOLS,
    SNAPSHOTS,
)
from sre_tui.live.snapshot import Snapshot
from sre_tui.tools.backup_coverage_listing import CoverageListing
from sre_tui.tools.capacity_forecast import CapacityListing
from sre_tui.tools.grafana_data import AlertListing
from sre_tui.tools.pbs_data import DatastoreListing
from sre_tui.tools.prometheus_data import SeriesListing
from sre_tui.tools.proxmox_guest_data import GuestListing
from sre_tui.tools.result import ToolResult
from sre_tui.tools.truenas_data import PoolListing, SnapshotListing
from tests.screens.homelab import ALERTS as ALERT_ROWS
from tests.screens.homelab import NOW, status

PROXMOX, PBS, TRUENAS = "proxmox:main", "pbs:main", "truenas:main"
GIB = 1 << 30
TIB = 1 << 40


def guest(vmid: int, name: str | None, **changes: Any) -> Guest:
    given: dict[str, Any] = {
        "source": PROXMOX,
        "vmid": vmid,
        "type": "lxc",
        "node": "pve1",
        "name": name,
        "status": "running",
        "uptime": 40 * 86400.0,
        "cpus": 4.0,
        "cpu": 0.07,
        "memory": 3 * GIB,
        "memory_size": 8 * GIB,
        "disk": 28 * GIB,
        "disk_size": 64 * GIB,
    }
    return Guest(**(given | changes))


GUEST_ROWS = (
    guest(103, "nextcloud", status="stopped", onboot=True, node="pve2"),
    guest(101, "media", cpu=0.97, memory=8 * GIB),
    guest(104, "db", type="qemu", disk=None),
    guest(9000, "debian", type="qemu", status="stopped", template=True),
)


def coverage(of: Guest, verdict: str, hours: float | None = 20, **changes: Any) -> GuestCoverage:
    newest = None
    if hours is not None:
        at = NOW - timedelta(hours=hours)
        newest = BackupCopy(place="pbs:main/main", kind="snapshot", at=at, verified="ok")
    given: dict[str, Any] = {
        "source": of.source,
        "vmid": of.vmid,
        "name": of.name,
        "type": of.type,
        "node": of.node,
        "status": of.status,
        "verdict": verdict,
        "newest": newest,
        "copies": 0 if hours is None else 31,
    }
    return GuestCoverage(**(given | changes))


COVERAGE_ROWS = (
    coverage(GUEST_ROWS[0], "not_covered", None, reason="no enabled job selects it"),
    coverage(
        GUEST_ROWS[1],
        "stale",
        219,
        reason="the last run failed",
        error="job errors: ENOSPC: No space left on device",
    ),
    coverage(GUEST_ROWS[2], "ok"),
    coverage(GUEST_ROWS[3], "template", None),
)
STORE_ROWS = (
    Datastore(
        source=PBS,
        name="main",
        total=7 * TIB,
        used=int(6.86 * TIB),
        trend="growing",
        full_at=NOW + timedelta(days=9),
        gc=GarbageCollection(state="ok", last_run=NOW - timedelta(hours=4)),
    ),
    Datastore(
        source=PBS,
        name="archive",
        total=28 * TIB,
        used=14 * TIB,
        trend="growing",
        full_at=NOW + timedelta(days=3650),
    ),
)


def pool(name: str, **changes: Any) -> Pool:
    disks = tuple(
        Vdev(name=each, type="disk", state="ONLINE", disk=each) for each in ("sda", "sdb")
    )
    given: dict[str, Any] = {
        "source": TRUENAS,
        "name": name,
        "state": "ONLINE",
        "usable": 10 * TIB,
        "usable_used": 5 * TIB,
        "scan": Scan(function="scrub", state="finished", ended=NOW - timedelta(days=8)),
        "vdevs": (Vdev(name="mirror-0", type="mirror", state="ONLINE", children=disks),),
    }
    return Pool(**(given | changes))


DEAD = Vdev(name="sdh", type="disk", state="REMOVED", disk="sdh", missing=True)
POOL_ROWS = (
    pool(
        "fast",
        state="DEGRADED",
        healthy=False,
        vdevs=(Vdev(name="mirror-0", type="mirror", state="DEGRADED", children=(DEAD,)),),
        scan=Scan(function="resilver", state="running", started=NOW, progress=0.42, left=7200.0),
    ),
    pool("tank"),
)
FORECAST_ROWS = (
    Capacity(
        kind="pool",
        subject=Subject(kind=SubjectKind.POOL, name="nas1/tank"),
        source=TRUENAS,
        outlook="growing",
        growth=11.0 * GIB,
        full_at=NOW + timedelta(days=41),
        earliest=NOW + timedelta(days=35),
    ),
)
PROTECTION = SnapshotListing(
    items=(SnapshotGroup(source=TRUENAS, dataset="tank/sync", pool="tank", count=2094),),
    snapshots=2094,
    replications=(
        Replication(
            source=TRUENAS,
            id=1,
            name="tank-to-pbs",
            datasets=("tank/documents",),
            state="finished",
            interval=86400.0,
            last_snapshot_at=NOW - timedelta(days=5),
        ),
    ),
)
LOAD = tuple(
    Series(
        source="prometheus:main",
        labels={"id": f"{one.type}/{one.vmid}"},
        points=tuple((NOW - timedelta(minutes=60 - at * 5), at / 12) for at in range(13)),
        stats=SeriesStats(points=13),
    )
    for one in GUEST_ROWS
)


def answered(feed: str, data: BaseModel, *sources: SourceStatus) -> Snapshot:
    """What a feed brings when its tool answers so."""
    good = [one for one in sources if one.state.has_data]
    result = ToolResult[Any](
        tool=feed,
        state=joint_state([one.state for one in sources]),
        observed_at=min((one.observed_at for one in good), default=NOW),
        sources=sources,
        data=data,
    )
    return Snapshot(feed, NOW, result)


SOURCE = {
    ALERTS: "grafana:main",
    GUESTS: PROXMOX,
    POOLS: TRUENAS,
    COVERAGE: PBS,
    DATASTORES: PBS,
}
"""Who is asked by the feeds that bring rows."""
FULL: dict[str, BaseModel] = {
    ALERTS: AlertListing(items=ALERT_ROWS),
    GUESTS: GuestListing(items=GUEST_ROWS),
    POOLS: PoolListing(items=POOL_ROWS),
    COVERAGE: CoverageListing(items=COVERAGE_ROWS),
    DATASTORES: DatastoreListing(items=STORE_ROWS),
}
EMPTY: dict[str, BaseModel] = {feed: type(data)() for feed, data in FULL.items()}


def in_state(state: State, detail: str = "", data: dict[str, BaseModel] = FULL) -> list[Snapshot]:
    """All feeds of rows in one state; one that lacks a source has another that answered."""
    age = 372.0 if state is State.STALE else 0.0
    made = []
    for feed, source in SOURCE.items():
        told = status(source, state, detail, age_s=age)
        if state is State.NOT_CONFIGURED:
            made.append(Snapshot(feed, NOW, trouble=told.model_copy(
                update={"source": source.partition(":")[0]})))  # fmt: skip
        elif state is State.PARTIAL:
            away = status(source.replace("main", "other"), State.UNREACHABLE, detail)
            made.append(answered(feed, data[feed], status(source), away))
        else:
            made.append(answered(feed, data[feed] if state.has_data else EMPTY[feed], told))
    return made


def beside() -> list[Snapshot]:
    """What only adds to rows."""
    load = SeriesListing(items=LOAD, query="q", start=NOW, end=NOW, step=300.0)
    return [
        answered(GUEST_LOAD, load, status("prometheus:main")),
        answered(FORECAST, CapacityListing(items=FORECAST_ROWS), status(TRUENAS)),
        answered(SNAPSHOTS, PROTECTION, status(TRUENAS)),
    ]


def everything() -> list[Snapshot]:
    """All that the panes live on, all well."""
    return [*in_state(State.OK), *beside()]
