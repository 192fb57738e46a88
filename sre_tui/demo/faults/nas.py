"""What goes wrong on the NAS besides failing disks: dead ones, damaged data, stuck copies."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from sre_tui.demo.faults.kind import Fault, TargetKind, fault_kind
from sre_tui.demo.faults.storage import UNAVAIL, slow_pool
from sre_tui.demo.world import dice
from sre_tui.demo.world.logs import Source
from sre_tui.demo.world.nas.inventory import replications
from sre_tui.demo.world.nas.nas import EXCESS_SIZE
from sre_tui.demo.world.nas.protection import NO_BASE
from sre_tui.demo.world.nas.records import ReplicationPlan, Scan
from sre_tui.demo.world.plant import DISK_WORK
from sre_tui.demo.world.shapes import FOREVER, line

if TYPE_CHECKING:
    from sre_tui.demo.world.stage import Stage

_DAY = 86400.0
_ATA_DIES = (
    (35, "{disk}: command timed out, resetting the link"),
    (20, "ata3: hard resetting link"),
    (5, "ata3: COMRESET failed (errno=-16)"),
    (2, "sd 2:0:2:0: [{disk}] Unit Not Ready, rejecting I/O to dead device"),
)
"""What the kernel says, and how many seconds before the disk is given up."""
_NVME_DIES = (
    (35, "nvme nvme0: I/O 118 QID 3 timeout, aborting"),
    (20, "nvme nvme0: controller is down; will reset: CSTS=0xffffffff, PCI_STATUS=0xffff"),
    (5, "nvme nvme0: Disabling device after reset failure: -19"),
    (2, "{disk}: detected capacity change, rejecting I/O to dead device"),
)


@fault_kind
class DiskDead(Fault):
    """A disk stops answering from one moment to the next; nothing reports of it any more."""

    hits: ClassVar[TargetKind] = TargetKind.DISK
    summary: ClassVar[str] = "a disk dies at once, its pool runs without it"

    def act(self, stage: Stage, start: float, end: float) -> None:
        disk = stage.lab.disk_by_id[self.target]
        pool = stage.lab.pool_by_id[disk.pool]
        stage.hold("pool.state", pool.id, start, end, 2.0 if pool.layout == "stripe" else 1.0)
        stage.member(disk.id, start, end, UNAVAIL, gone=True)
        failed = line([(start - 1, 0), (start, 40 + 60 * self.severity)])
        stage.add("zfs.write_errors", disk.id, failed)
        for level in DISK_WORK:
            stage.plant[level].scale(disk.id, start, end, 0.0)
        slow_pool(stage, pool, start, end, 0.3 * self.severity, without=disk.id)
        said = _NVME_DIES if disk.type == "nvme" else _ATA_DIES
        stage.say(
            Source(disk.host, "kernel", "error"),
            *((start - before, text.format(disk=disk.name)) for before, text in said),
        )
        stage.say(
            Source(disk.host, "zfs-zed", "error"),
            (start, f"class=statechange pool='{pool.name}' vdev={disk.name} vdev_state=UNAVAIL"),
            (start + 1, f"class=statechange pool='{pool.name}' pool_state=DEGRADED"),
        )
        stage.murmur(
            Source(disk.host, "smartd", "warning"), 2,
            f"Device: /dev/{disk.name} [SAT], unable to open device (serial {disk.serial})",
            start + 60, end,
        )  # fmt: skip


@fault_kind
class ScrubErrors(Fault):
    """A scrub meets blocks it cannot repair: a cable or memory damaged data on one disk."""

    hits: ClassVar[TargetKind] = TargetKind.POOL
    summary: ClassVar[str] = "a scrub finds damaged data"

    def act(self, stage: Stage, start: float, end: float) -> None:
        pool = stage.lab.pool_by_id[self.target]
        errors = 1 + int(12 * self.severity)
        member = pool.disks[int(dice.unit(stage.plant.seed, "scrub", pool.id) * len(pool.disks))]
        name = member.partition("/")[2]
        stage.scans.append(Scan(pool.id, "SCRUB", start - 1800, 1800.0, errors))
        stage.hold("scrub.errors", pool.id, start, end, float(errors))
        damaged = 20.0 + 180.0 * self.severity
        stage.add("zfs.checksum_errors", member, line([(start - 1500, 0), (start, damaged)]))
        if end < FOREVER:
            stage.add("zfs.checksum_errors", member, line([(end, 0), (end + 1, -damaged)]))
        stage.murmur(
            Source(pool.host, "zfs-zed", "warning"), 60,
            f"eid=<1000..9999> class=ereport.fs.zfs.checksum pool='{pool.name}' vdev={name} "
            "size=131072 offset=<1000000..900000000> priority=4",
            start - 1500, start,
        )  # fmt: skip
        stage.say(
            Source(pool.host, "zfs-zed", "error"),
            (start, f"class=scrub_finish pool='{pool.name}': scrub found {errors} errors"),
            (start + 1, f"pool '{pool.name}': permanent errors detected in {errors} files"),
        )  # fmt: skip


@fault_kind
class SnapshotPileup(Fault):
    """A stray job makes a snapshot every few minutes and nothing ever removes one."""

    hits: ClassVar[TargetKind] = TargetKind.DATASET
    summary: ClassVar[str] = "snapshots of a dataset pile up without end"

    per_hour: float | None = Field(
        default=None, gt=0, le=120, description="snapshots an hour; by severity if not given"
    )

    def act(self, stage: Stage, start: float, end: float) -> None:
        dataset = self.target.partition("/")[2]
        host = self.target.partition("/")[0]
        pool = f"{host}/{dataset.partition('/')[0]}"
        rate = (self.per_hour or 10 + 30 * self.severity) / 3600
        stop = min(end, start + 60 * _DAY)
        points = [(start, 0.0), (stop, rate * (stop - start))]
        if end < FOREVER:
            points.append((stop + 60, 0.0))
        stage.add("snapshots.excess", self.target, line(points))
        stage.add("pool.used", pool, line([(t, n * EXCESS_SIZE) for t, n in points]))
        stage.murmur(
            Source(host, "middlewared", "warning"), 6,
            f"zettarepl: retention: {dataset}@sync-<10..99> does not match any naming schema, "
            "skipping removal",
            start, end,
        )  # fmt: skip


@fault_kind
class ReplicationStuck(Fault):
    """Source and copy have no snapshot in common any more; every run fails."""

    hits: ClassVar[TargetKind] = TargetKind.REPLICATION
    summary: ClassVar[str] = "replication fails, the copy grows old"

    def act(self, stage: Stage, start: float, end: float) -> None:
        plan = _plan(stage, self.target)
        stage.hold("replication.failing", plan.id, start, end, 1.0)
        first = (start - plan.at) // _DAY * _DAY + plan.at
        runs = [first + _DAY * i for i in range(1, 61)]
        reason = NO_BASE.format(target=plan.target)
        stage.say(
            Source(plan.host, "middlewared", "error"),
            *((run + 20, f"zettarepl: replication task {plan.name} failed: {reason}")
              for run in runs if start <= run < end),
        )  # fmt: skip


def _plan(stage: Stage, name: str) -> ReplicationPlan:
    return {plan.id: plan for plan in replications(stage.lab)}[name]
