"""prometheus-pve-exporter: nodes, guests and storages as the cluster sees them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from sre_tui.demo.world.backups.timing import DURATION, schedule
from sre_tui.demo.world.exporters.report import Exporter, Point, gauge_of
from sre_tui.demo.world.family import Compute, Family
from sre_tui.demo.world.homelab import Storage
from sre_tui.demo.world.plant import Plant
from sre_tui.demo.world.quantity import Rows
from sre_tui.demo.world.shapes import Floats, whole

VERSION = "9.2.11"
_AT = "pve1"


def families(plant: Plant) -> Iterator[Family]:
    """The families of the exporter's default collectors."""
    pve = Exporter(plant, "pve")
    lab = plant.homelab

    def nodes() -> Iterator[Point]:
        return (Point(_AT, node.name, {"id": f"node/{node.name}"}) for node in lab.nodes)

    def guests() -> Iterator[Point]:
        return (Point(_AT, guest.name, {"id": guest.id}) for guest in lab.guests)

    def machines() -> Iterator[Point]:
        yield from nodes()
        yield from guests()

    def storages() -> Iterator[Point]:
        return (Point(_AT, _kept_on(item), {"id": item.id}) for item in lab.storages)

    def everything() -> Iterator[Point]:
        yield from machines()
        yield from storages()
        yield Point(_AT, "", {"id": "cluster/homelab"})

    yield pve.family(
        "pve_up", "gauge", "Node/VM/CT-Status is online/running", everything,
        lambda rows: _up(plant, rows),
    )  # fmt: skip
    yield pve.family(
        "pve_cpu_usage_ratio", "gauge", "CPU usage (value between 0.0 and pve_cpu_usage_limit)",
        machines, lambda rows: _cpu(plant, rows),
    )  # fmt: skip
    yield pve.fixed(
        "pve_cpu_usage_limit", "Maximum allowed CPU usage", machines,
        lambda point: float(lab.machines[point.subject].cores),
    )  # fmt: skip
    yield pve.family(
        "pve_memory_size_bytes", "gauge", "Size of memory", machines,
        lambda rows: _memory(plant, rows, True),
    )  # fmt: skip
    yield pve.family(
        "pve_memory_usage_bytes", "gauge", "Memory usage in bytes", machines,
        lambda rows: _memory(plant, rows, False),
    )  # fmt: skip

    def sized() -> Iterator[Point]:
        yield from guests()
        yield from storages()

    yield pve.family(
        "pve_disk_size_bytes", "gauge", "Size of storage device", sized,
        lambda rows: _disk(plant, rows, True),
    )  # fmt: skip
    yield pve.family(
        "pve_disk_usage_bytes", "gauge", "Disk usage in bytes", sized,
        lambda rows: _disk(plant, rows, False),
    )  # fmt: skip
    yield from _traffic(plant, pve)

    def uptime(rows: Sequence[Point]) -> Compute:
        at = np.array([plant.machines.row[row.subject] for row in rows], dtype=np.intp)
        up = _up(plant, rows)
        return lambda chosen, t: np.floor(
            (t - plant.machines.since(at[chosen], t)) * (up(chosen, t) > 0)
        )

    yield pve.family(
        "pve_uptime_seconds", "gauge", "Uptime of node or virtual guest in seconds", machines,
        uptime,
    )  # fmt: skip
    yield from _facts(plant, pve)


def _up(plant: Plant, points: Sequence[Point]) -> Compute:
    level = plant["machine.up"]
    at = np.array([level.row.get(point.subject, -1) for point in points], dtype=np.intp)

    def compute(rows: Rows, t: Floats) -> Floats:
        out = np.ones_like(t)
        known = at[rows] >= 0
        out[known] = level.value(at[rows][known], t[known])
        return out

    return compute


def _cpu(plant: Plant, points: Sequence[Point]) -> Compute:
    parts = [gauge_of(plant[f"cpu.{m}"], [p.subject for p in points]) for m in ("user", "system")]
    up = _up(plant, points)
    return lambda rows, t: sum((part(rows, t) for part in parts), np.zeros_like(t)) * up(rows, t)


def _memory(plant: Plant, points: Sequence[Point], size: bool) -> Compute:
    total = np.array([float(plant.memory(point.subject)) for point in points])
    used, up = gauge_of(plant["memory.used"], [p.subject for p in points]), _up(plant, points)

    def compute(rows: Rows, t: Floats) -> Floats:
        most = np.broadcast_to(total[rows, None], t.shape)
        if size:
            return most.copy()
        return whole(np.minimum(used(rows, t) * 1.04, most) * up(rows, t))

    return compute


def _kept_on(storage: Storage) -> str:
    """What fills a storage: a pool, or the datastore of a backup server."""
    return "main" if storage.plugin == "pbs" else storage.pool


def _disk(plant: Plant, points: Sequence[Point], size: bool) -> Compute:
    lab = plant.homelab
    levels = [plant["pool.used"], plant["datastore.used"], plant["root.used"]]
    which = np.array(
        [next(n for n, level in enumerate(levels) if p.subject in level.row) for p in points]
    )
    at = np.array(
        [levels[n].row[p.subject] for n, p in zip(which, points, strict=True)], dtype=np.intp
    )
    known = {
        **{pool.id: pool.size for pool in lab.pools},
        **{store.name: store.size for store in lab.datastores},
        **{guest.name: guest.disk for guest in lab.guests},
    }
    sizes = np.array([float(known[point.subject]) for point in points])
    # Proxmox cannot look into a virtual machine's disk and reports zero for it.
    blind = np.array(
        [
            p.subject in lab.guest_by_name and lab.guest_by_name[p.subject].type == "qemu"
            for p in points
        ]
    )

    def compute(rows: Rows, t: Floats) -> Floats:
        if size:
            return np.broadcast_to(sizes[rows, None], t.shape).copy()
        used = np.empty_like(t)
        for number, level in enumerate(levels):
            mine = which[rows] == number
            used[mine] = level.value(at[rows][mine], t[mine])
        used[blind[rows]] = 0.0
        return np.floor(used)

    return compute


def _traffic(plant: Plant, pve: Exporter) -> Iterator[Family]:
    def running() -> Iterator[Point]:
        for guest in plant.homelab.guests:
            yield Point(_AT, guest.name, {"id": guest.id})

    for names, text, level, factor in (
        (("network_receive_bytes_total", "network_receive_bytes"), "received over the network",
         "net.rx", 1.0),
        (("network_transmit_bytes_total", "network_transmit_bytes"), "sent over the network",
         "net.tx", 1.0),
        (("disk_read_bytes_total", "disk_read_bytes"), "read from storage", "guest.reads", 1.0),
        (("disk_written_bytes_total", "disk_write_bytes"), "written to storage", "guest.writes",
         1.0),
    ):  # fmt: skip
        for name, kind in zip(names, ("counter", "gauge"), strict=True):
            yield pve.counter(
                f"pve_{name}", f"The amount of bytes {text}", running, level, factor=factor,
                kind="counter" if kind == "counter" else "gauge",
            )  # fmt: skip


def _facts(plant: Plant, pve: Exporter) -> Iterator[Family]:
    lab = plant.homelab

    def guest_info() -> Iterator[Point]:
        for guest in lab.guests:
            yield Point(
                _AT, guest.name,
                {"id": guest.id, "node": guest.node, "name": guest.name, "type": guest.type,
                 "template": "0", "tags": ";".join(guest.tags)},
            )  # fmt: skip

    def node_info() -> Iterator[Point]:
        for number, node in enumerate(lab.nodes, start=1):
            yield Point(
                _AT, node.name,
                {"id": f"node/{node.name}", "level": "", "name": node.name, "nodeid": str(number)},
            )  # fmt: skip

    def storage_info() -> Iterator[Point]:
        for item in lab.storages:
            yield Point(
                _AT, item.pool,
                {"id": item.id, "node": item.node, "storage": item.name,
                 "plugintype": item.plugin, "content": item.content},
            )  # fmt: skip

    def shared() -> Iterator[Point]:
        for item in lab.storages:
            yield Point(_AT, "1" if item.shared else "0", {"id": item.id})

    def onboot() -> Iterator[Point]:
        for guest in lab.guests:
            yield Point(
                _AT, "1" if guest.onboot else "0",
                {"id": guest.id, "node": guest.node, "type": guest.type},
            )  # fmt: skip

    yield pve.fixed("pve_guest_info", "VM/CT info", guest_info, lambda _: 1.0)
    yield pve.fixed("pve_node_info", "Node info", node_info, lambda _: 1.0)
    yield pve.fixed("pve_storage_info", "Storage info", storage_info, lambda _: 1.0)
    yield pve.fixed(
        "pve_storage_shared", "Whether or not the storage is shared among cluster nodes", shared,
        lambda point: float(point.subject),
    )  # fmt: skip
    yield pve.fixed(
        "pve_onboot_status", "Proxmox vm config onboot value", onboot,
        lambda point: float(point.subject),
    )  # fmt: skip

    def version() -> Iterator[Point]:
        yield Point(_AT, "", {"version": VERSION, "release": "9.2", "repoid": "4c2f1e7a"})

    yield pve.fixed("pve_version_info", "Proxmox VE version info", version, lambda _: 1.0)

    def cluster() -> Iterator[Point]:
        yield Point(_AT, "", {"id": "cluster/homelab"})

    yield from _not_backed_up(plant, pve, cluster)

    def locks() -> Iterator[Point]:
        for guest in lab.guests:
            if guest.backed_up:
                yield Point(_AT, guest.name, {"id": guest.id, "state": "backup"})

    def locked(rows: Sequence[Point]) -> Compute:
        at = np.array([schedule(plant, row.subject) for row in rows])
        up = _up(plant, rows)
        return lambda chosen, t: (
            (np.mod(t - at[chosen, None], 86400.0) < DURATION) * (up(chosen, t) > 0)
        ).astype(np.float64)

    yield pve.family("pve_lock_state", "gauge", "The guest's config lock state", locks, locked)

    def replicated() -> Iterator[Point]:
        for name in ("dns1", "proxy", "db", "vaultwarden"):
            guest = lab.guest_by_name.get(name)
            if guest:
                yield Point(_AT, name, {"id": f"{guest.vmid}-0"})

    yield pve.fixed(
        "pve_replication_failed_syncs", "Number of failed replication syncs", replicated,
        lambda _: 0.0,
    )  # fmt: skip
    yield pve.fixed(
        "pve_replication_duration_seconds", "Last replication duration", replicated, lambda _: 14.0
    )
    yield pve.family(
        "pve_replication_last_sync_timestamp_seconds", "gauge", "Last successful sync", replicated,
        lambda _: lambda _, t: np.floor(t / 900) * 900,
    )  # fmt: skip


def _not_backed_up(
    plant: Plant, pve: Exporter, cluster: Callable[[], Iterator[Point]]
) -> Iterator[Family]:
    """How many guests no backup job selects, and which."""
    lab, level = plant.homelab, plant["backup.selected"]
    never = sum(not guest.backed_up for guest in lab.guests)
    every = np.arange(len(level.row))

    def left_out() -> Iterator[Point]:
        for guest in lab.guests:
            if not guest.backed_up or level.holds(level.row[guest.name]):
                yield Point(_AT, guest.name, {"id": guest.id})

    def total(_: Sequence[Point]) -> Compute:
        def compute(_: Rows, t: Floats) -> Floats:
            moments = np.broadcast_to(t[0], (len(every), t.shape[1]))
            left = (level.value(every, moments) < 0.5).sum(axis=0)
            return np.broadcast_to(left + float(never), t.shape).copy()

        return compute

    def missing(rows: Sequence[Point]) -> Compute:
        at = np.array([level.row.get(row.subject, -1) for row in rows], dtype=np.intp)

        def compute(chosen: Rows, t: Floats) -> Floats:
            out = np.ones_like(t)
            known = at[chosen] >= 0
            selected = level.value(at[chosen][known], t[known]) > 0.5
            out[known] = np.where(selected, np.nan, 1.0)
            return out

        return compute

    yield pve.family(
        "pve_not_backed_up_total", "gauge", "Number of guests not backed up by any job", cluster,
        total,
    )  # fmt: skip
    yield pve.family(
        "pve_not_backed_up_info", "gauge", "Present if a guest is not backed up by any job",
        left_out, missing, gaps=True,
    )  # fmt: skip
