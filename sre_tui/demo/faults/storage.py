"""Disks, pools and what stands on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from sre_tui.demo.faults.kind import Fault, Length, TargetKind, fault_kind
from sre_tui.demo.world.homelab import Disk, Homelab, Pool
from sre_tui.demo.world.logs import Source
from sre_tui.demo.world.nas.records import Scan
from sre_tui.demo.world.phrases.template import phrase
from sre_tui.demo.world.plant import DISK_WORK
from sre_tui.demo.world.shapes import FOREVER, line

if TYPE_CHECKING:
    from sre_tui.demo.world.stage import Stage

_STORAGE_WAITS = {
    "jellyfin": "[ERR] MediaBrowser.MediaEncoding: error: transcode stalled: read timeout",
    "nextcloud": "error PHP filemtime(): stat failed, file locked while waiting for storage",
    "paperless": "consumer: timeout while reading document from storage",
    "frigate": "record.maintainer WARNING: unable to keep up with recording segments in cache",
}


DEGRADED, FAULTED, REMOVED, UNAVAIL = 1, 2, 3, 4
"""States of a pool's member, as numbers of the level ``vdev.state``."""
_RESILVER_SPEED = 120e6
"""Bytes a second."""


def resilver_seconds(disk: Disk) -> float:
    """How long it takes to rebuild half a disk."""
    return disk.size * 0.5 / _RESILVER_SPEED


def slow_pool(
    stage: Stage, pool: Pool, start: float, end: float, weight: float, *, without: str = ""
) -> None:
    """What everybody feels who reads from a pool that has become slow; one disk may be gone."""
    lab = stage.lab
    for disk in pool.disks:
        if disk == without:
            continue
        reads = stage.typical("disk.reads", disk)
        stage.raise_("disk.read_time", disk, start, end, reads * 0.02 * weight, 1200)
        stage.raise_("disk.busy", disk, start, end, 0.15 * weight, 1200)
    stage.raise_("cpu.iowait", pool.host, start, end, 0.06 + 0.16 * weight, 1200)
    stage.raise_("pressure.io", pool.host, start, end, 0.1 + 0.3 * weight, 1200)
    stage.raise_("processes.blocked", pool.host, start, end, 1 + 5 * weight, 1200)
    waiting = {g.name: g for g in (*lab.guests_mounting(pool.id), *lab.guests_stored_on(pool.id))}
    # Containers share the node's kernel, so that their waiting is the node's.
    for node in {g.node for g in waiting.values() if g.running and g.type == "lxc"}:
        stage.raise_("cpu.iowait", node, start + 600, end, 0.02 + 0.05 * weight, 1200)
        stage.raise_("pressure.io", node, start + 600, end, 0.08 + 0.25 * weight, 1200)
    for name, guest in waiting.items():
        if not guest.running:
            continue
        late = start + 600
        stage.raise_("cpu.iowait", name, late, end, 0.12 + 0.3 * weight, 1200)
        stage.raise_("pressure.io", name, late, end, 0.15 + 0.4 * weight, 1200)
        stage.raise_("processes.blocked", name, late, end, 1 + 3 * weight, 1200)
        if guest.mounts:
            stage.raise_("nfs.retransmissions", name, late, end, 0.2 + 0.8 * weight)
            stage.murmur(
                Source(name, "kernel", "warning"), 2 + 6 * weight,
                "nfs: server nas1 not responding, still trying (task:<900..30000>)",
                late, end,
            )  # fmt: skip
        for instance in stage.probes_on(name):
            stage.raise_("probe.duration", instance, late, end, 0.6 + 2.4 * weight, 900)
        for service in guest.services:
            text = _STORAGE_WAITS.get(service.name)
            if text:
                stage.murmur(
                    stage.source(name, service.name, "error"),
                    6 + 24 * weight, text, late, end,
                )  # fmt: skip
            if service.url:
                stage.raise_("http.slow", service.name, late, end, 0.05 + 0.2 * weight, 900)


@fault_kind
class DiskFailing(Fault):
    """A disk with growing unreadable sectors; its pool and everything on it slow down."""

    hits: ClassVar[TargetKind] = TargetKind.DISK
    summary: ClassVar[str] = "a disk gets unreadable sectors and slows its pool down"

    def act(self, stage: Stage, start: float, end: float) -> None:
        disk = stage.lab.disk_by_id[self.target]
        pool = stage.lab.pool_by_id[disk.pool]
        sev = self.severity
        hour = 3600.0
        growth = ((0, 0), (0.2, 8), (1, 60), (3, 400), (12, 1600), (72, 2600))
        for name, share in (("reallocated", 1.0), ("pending", 0.12), ("uncorrectable", 0.05)):
            points = [(start + h * hour, n * share * (0.25 + sev)) for h, n in growth]
            stage.add(f"smart.{name}", disk.id, line(points))
        stage.add("smart.media_errors", disk.id, line([(start, 0), (start + 3 * hour, 90 * sev)]))
        if sev >= 0.6:
            stage.hold("smart.passed", disk.id, start + 2 * hour, FOREVER, 0.0)
        reads = stage.typical("disk.reads", disk.id)
        stage.raise_("disk.read_time", disk.id, start, end, reads * (0.08 + 0.35 * sev), 1500)
        stage.raise_("disk.busy", disk.id, start, end, 0.3 + 0.5 * sev, 1500)
        stage.raise_("disk.temperature", disk.id, start, end, 3 + 3 * sev, 3600)
        slow_pool(stage, pool, start, end, sev)
        damage = [(start + h * hour, round(n * (0.25 + sev))) for h, n in growth]
        stage.add("zfs.read_errors", disk.id, line([(t, n * 0.2) for t, n in damage]))
        stage.add("zfs.checksum_errors", disk.id, line([(t, n * 0.08) for t, n in damage]))
        if sev >= 0.85 and pool.layout != "stripe":
            stage.hold("pool.state", pool.id, start + 1.5 * hour, end, 1.0)
            stage.member(disk.id, start + 1.5 * hour, end, FAULTED, gone=False)
        self._tell(stage, disk, pool, start, end)

    def _tell(self, stage: Stage, disk: Disk, pool: Pool, start: float, end: float) -> None:
        sev, name, host = self.severity, disk.name, disk.host

        ata = (
            (
                f"I/O error, dev {name}, sector <1000000000..15000000000> op 0x0:(READ) flags "
                "0x0 phys_seg 9 prio class 2"
            ),
            f"sd 2:0:2:0: [{name}] tag#<0..31> Sense Key : Medium Error [current]",
            f"sd 2:0:2:0: [{name}] tag#<0..31> Add. Sense: Unrecovered read error",
            "ata3.00: exception Emask 0x0 SAct 0x7c00 SErr 0x0 action 0x0",
        )
        nvme = (
            f"critical medium error, dev {name}, sector <1000000..3500000000> op 0x0:(READ)",
            "nvme nvme0: I/O <1..900> QID <1..8> timeout, aborting",
            f"{name}: Read(0x2) @ LBA <1000000..3500000000>, 256 blocks, Unrecovered Read Error",
        )
        io_error = phrase(*(nvme if disk.type == "nvme" else ata))
        zed = (
            f"eid=<1000..9999> class=ereport.fs.zfs.<checksum|io|delay> pool='{pool.name}' "
            f"vdev={name} size=131072 offset=<1000000..900000000> priority=0 err=52"
        )
        smartd = (
            f"Device: /dev/{name} [SAT], <8..60> Currently unreadable (pending) sectors "
            f"(serial {disk.serial})"
        )
        if disk.type == "nvme":
            smartd = (
                f"Device: /dev/{name}, number of Error Log entries increased from <8..60> to "
                f"<61..900> (serial {disk.serial})"
            )
        stage.murmur(Source(host, "kernel", "error"), 10 + 50 * sev, io_error, start + 120, end)
        stage.murmur(Source(host, "zfs-zed", "warning"), 8 + 40 * sev, zed, start + 180, end)
        stage.murmur(Source(host, "smartd", "warning"), 2, smartd, start + 300, end)
        if sev >= 0.6 and pool.layout != "stripe":
            stage.scans.append(Scan(pool.id, "RESILVER", start + 5400, resilver_seconds(disk)))
            resilver = (
                (start + 5400, (
                    f"class=resilver_start pool='{pool.name}' vdev={name}: read errors exceeded "
                    "the limit"
                )),
                (start + 5400 + 60, (
                    f"pool '{pool.name}': resilver in progress, 0.4% done, {disk.size // 10**12} "
                    f"TB disk {name}"
                )),
            )  # fmt: skip
            stage.say(Source(host, "zfs-zed", "warning"), *resilver)


@fault_kind
class PoolDegraded(Fault):
    """A pool lost a member, which vanished from the bus without any sign of wear."""

    hits: ClassVar[TargetKind] = TargetKind.POOL
    summary: ClassVar[str] = "a pool runs without one of its disks"

    disk: str | None = Field(default=None, description="member that vanished; the last by default")

    def names(self, lab: Homelab) -> Mapping[str, Sequence[str]]:
        pool = lab.pool_by_id.get(self.target)
        return {"disk": pool.disks} if pool and self.disk else {}

    def act(self, stage: Stage, start: float, end: float) -> None:
        pool = stage.lab.pool_by_id[self.target]
        member = self.disk or pool.disks[-1]
        name = member.partition("/")[2]
        state = 2.0 if pool.layout == "stripe" else 1.0
        stage.hold("pool.state", pool.id, start, end, state)
        stage.member(member, start, end, REMOVED, gone=True)
        worse = line([(start - 900, 0), (start - 60, 12 + 80 * self.severity)])
        stage.add("smart.crc", member, worse)
        for level in DISK_WORK:
            stage.plant[level].scale(member, start, end, 0.0)
        slow_pool(stage, pool, start, end, 0.2 * self.severity, without=member)
        stage.say(
            Source(pool.host, "kernel", "error"),
            (start - 40, "ata7: SATA link down (SStatus 0 SControl 300)"),
            (start - 30, "ata7.00: disabled"),
            (start - 29, (
                f"sd 6:0:0:0: [{name}] Synchronize Cache(10) failed: Result: "
                "hostbyte=DID_BAD_TARGET"
            )),
        )  # fmt: skip
        stage.say(
            Source(pool.host, "zfs-zed", "error"),
            (start, f"class=statechange pool='{pool.name}' vdev={name} vdev_state=REMOVED"),
            (start + 2, f"class=statechange pool='{pool.name}' pool_state=DEGRADED"),
        )  # fmt: skip


@fault_kind
class PoolFilling(Fault):
    """Something writes without end: the pool grows to nearly full within some hours."""

    hits: ClassVar[TargetKind] = TargetKind.POOL
    summary: ClassVar[str] = "a pool fills up within hours"

    within: Length = Field(default=6 * 3600.0, description="how long it takes to get there")
    writer: str | None = Field(default=None, description="machine that writes; found by default")

    def names(self, lab: Homelab) -> Mapping[str, Sequence[str]]:
        return {"writer": list(lab.machines)} if self.writer else {}

    def act(self, stage: Stage, start: float, end: float) -> None:
        pool = stage.lab.pool_by_id[self.target]
        before = stage.typical("pool.used", pool.id) / pool.size
        full = 0.84 + 0.14 * self.severity
        rise = (full - before) * pool.size
        stop = min(end, start + self.within)
        grown = rise * (stop - start) / self.within
        stage.add("pool.used", pool.id, line([(start, 0.0), (stop, grown)]))
        for store in stage.lab.datastores:
            if store.pool == pool.id:
                more = full * store.size - stage.typical("datastore.used", store.name)
                more *= (stop - start) / self.within
                stage.add("datastore.used", store.name, line([(start, 0.0), (stop, more)]))
        users = [*stage.lab.guests_mounting(pool.id), *stage.lab.guests_stored_on(pool.id)]
        by_use = sorted(users, key=lambda guest: -len(guest.containers))
        writer = self.writer or (by_use[0].name if by_use else pool.host)
        speed = min(rise / self.within, 250e6)
        stage.raise_("net.tx", writer, start, stop, speed)
        stage.raise_("net.rx", pool.host, start, stop, speed)
        stage.raise_("cpu.system", writer, start, stop, 0.06)
        stage.raise_("cpu.iowait", writer, start, stop, 0.05)
        if writer in stage.plant["guest.writes"].row:
            stage.raise_("guest.writes", writer, start, stop, speed * 0.1)
        for disk in pool.disks:
            stage.raise_("disk.writes", disk, start, stop, 40 + 60 * self.severity)
            stage.raise_("disk.write_time", disk, start, stop, 0.15)
            stage.raise_("disk.busy", disk, start, stop, 0.25)
        guest = stage.lab.guest_by_name.get(writer)
        item = guest.containers[-1].name if guest and guest.containers else "rsync"
        stage.murmur(
            stage.source(writer, item) if guest else Source(writer, item), 20,
            f"[Info] writing to {pool.name}: <2..90> GB since start, no limit set",
            start, stop,
        )  # fmt: skip
        full_warning = (
            'Space usage for pool "{}" is {}%. Optimal pool performance requires used space '
            "remain below 80%."
        )
        for percent in (70, 75, 80, 85, 90, 95):
            moment = start + (percent / 100 - before) / (full - before) * self.within
            if start < moment < stop:
                stage.say(
                    Source(pool.host, "middlewared", "warning"),
                    (moment, full_warning.format(pool.name, percent)),
                )


@fault_kind
class DiskSpunUp(Fault):
    """Disks that used to sleep are kept awake by something that reads them all the time."""

    hits: ClassVar[TargetKind] = TargetKind.DISKS
    summary: ClassVar[str] = "disks never go to standby"

    def act(self, stage: Stage, start: float, end: float) -> None:
        pool = stage.lab.pool_by_id.get(self.target)
        for disk in pool.disks if pool else (self.target,):
            stage.raise_("disk.temperature", disk, start, end, 2 + 2 * self.severity, 5400, 5400)
            stage.raise_("disk.reads", disk, start, end, 0.5)
        stage.raise_("ups.load", stage.lab.ups, start, end, 2.0)
        host = self.target.partition("/")[0]
        stage.murmur(
            Source(host, "smbd"), 12,
            "searching /mnt/tank for changes requested by 10.0.30.<20..60>",
            start, end,
        )  # fmt: skip
