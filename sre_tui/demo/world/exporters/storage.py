"""node_exporter: file systems, ZFS pools and the ARC."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np

from sre_tui.demo.world.exporters.report import Exporter, Point
from sre_tui.demo.world.family import Compute, Family
from sre_tui.demo.world.homelab import Guest
from sre_tui.demo.world.plant import Plant
from sre_tui.demo.world.quantity import Rows
from sre_tui.demo.world.shapes import Floats

POOL_STATES = ("online", "degraded", "faulted", "offline", "removed", "unavail", "suspended")


def families(plant: Plant) -> Iterator[Family]:
    """The families of the collectors filesystem and zfs."""
    node = Exporter(plant, "node")
    lab = plant.homelab

    def mounts() -> Iterator[Point]:
        for name in plant.observed:
            at = f"{name}:9100"
            if name in plant["root.used"].row:
                kind = "zfs" if isinstance(lab.machines[name], Guest) else "ext4"
                kind = "ext4" if name in lab.guest_by_name and _is_vm(plant, name) else kind
                device = {"zfs": f"rpool/data/subvol-{name}-disk-0"}.get(kind, "/dev/sda1")
                yield Point(at, name, {"device": device, "fstype": kind, "mountpoint": "/"})
            for pool in lab.pools:
                if pool.host == name and pool.name == "backup":
                    labels = {"device": "backup/main", "fstype": "zfs"}
                    yield Point(at, pool.id, labels | {"mountpoint": "/mnt/datastore/main"})
                elif pool.host == name:
                    device = "rpool/ROOT/pve-1" if pool.name == "rpool" else pool.name
                    labels = {"device": device, "fstype": "zfs", "mountpoint": pool.mountpoint}
                    yield Point(at, pool.id, labels)
            for mount in getattr(lab.machines[name], "mounts", ()):
                yield Point(
                    at, mount.pool,
                    {"device": mount.device, "fstype": "nfs4", "mountpoint": mount.path},
                )  # fmt: skip
            for storage in lab.storages:
                if storage.node == name and storage.plugin == "nfs":
                    # It is called by the dataset that is exported: fast-vm of fast/vm.
                    host, dataset = storage.pool.partition("/")[0], storage.name.replace("-", "/")
                    labels = {"device": f"{host}:/mnt/{dataset}", "fstype": "nfs4"}
                    yield Point(
                        at, storage.pool, labels | {"mountpoint": f"/mnt/pve/{storage.name}"}
                    )

    for name, text in (
        ("size_bytes", "Filesystem size in bytes."),
        ("avail_bytes", "Filesystem space available to non-root users in bytes."),
        ("free_bytes", "Filesystem free space in bytes."),
        ("files", "Filesystem total file nodes."),
        ("files_free", "Filesystem total free file nodes."),
        ("readonly", "Filesystem read-only status."),
    ):
        yield node.family(
            f"node_filesystem_{name}", "gauge", text, mounts, partial(_space, plant, name)
        )

    def broken(rows: Sequence[Point]) -> Compute:
        nfs = np.array([row.labels["fstype"] == "nfs4" for row in rows])
        level = plant["nfs.broken"]
        at = np.array([level.row[_host(row)] for row in rows], dtype=np.intp)
        return lambda chosen, t: level.value(at[chosen], t) * nfs[chosen, None]

    yield node.family(
        "node_filesystem_device_error", "gauge",
        "Whether an error occurred while getting statistics for the given device.", mounts, broken,
    )  # fmt: skip

    def pool_states() -> Iterator[Point]:
        for pool in lab.pools:
            for state in POOL_STATES:
                yield Point(f"{pool.host}:9100", pool.id, {"zpool": pool.name, "state": state})

    def in_state(rows: Sequence[Point]) -> Compute:
        level = plant["pool.state"]
        at = np.array([level.row[row.subject] for row in rows], dtype=np.intp)
        wanted = np.array([POOL_STATES.index(row.labels["state"]) for row in rows])
        return lambda chosen, t: (level.value(at[chosen], t) == wanted[chosen, None]).astype(float)

    yield node.family(
        "node_zfs_zpool_state", "gauge", "kstat.zfs.misc.state", pool_states, in_state
    )

    def arc() -> Iterator[Point]:
        yield Point("nas1:9100", "nas1", {})

    yield node.gauge("node_zfs_arc_size", "kstat.zfs.misc.arcstats.size", arc, "arc.size")
    yield node.fixed(
        "node_zfs_arc_c_max", "kstat.zfs.misc.arcstats.c_max", arc, lambda _: 44.0 * 2**30
    )
    for what in ("hits", "misses"):
        yield node.counter(
            f"node_zfs_arc_{what}", f"kstat.zfs.misc.arcstats.{what}", arc, f"arc.{what}"
        )


def _is_vm(plant: Plant, name: str) -> bool:
    return plant.homelab.guest_by_name[name].type == "qemu"


def _host(point: Point) -> str:
    return point.instance.removesuffix(":9100")


def _space(plant: Plant, what: str, points: Sequence[Point]) -> Compute:
    pools, roots = plant["pool.used"], plant["root.used"]
    lab = plant.homelab
    pooled = np.array([point.subject in pools.row for point in points])
    at = np.array(
        [(pools if p.subject in pools.row else roots).row[p.subject] for p in points], dtype=np.intp
    )
    sizes = np.array(
        [
            float(lab.pool_by_id[p.subject].size if p.subject in pools.row
                  else plant.root_size(p.subject))
            for p in points
        ]
    )  # fmt: skip
    # ext4 keeps blocks for root; of ZFS, whatever is free is available, as `zfs list` says.
    reserved = np.array([0.02 if point.labels["fstype"] == "ext4" else 0.0 for point in points])

    def compute(rows: Rows, t: Floats) -> Floats:
        size = np.broadcast_to(sizes[rows, None], t.shape)
        if what == "size_bytes":
            return size.copy()
        if what == "readonly":
            return np.zeros_like(t)
        if what == "files":
            return np.floor(size / 16384)
        used = np.empty_like(t)
        pool = pooled[rows]
        used[pool] = pools.value(at[rows][pool], t[pool])
        used[~pool] = roots.value(at[rows][~pool], t[~pool])
        free = np.maximum(size - used, 0.0)
        if what == "files_free":
            return np.floor(free / 16384 * 0.97)
        kept = np.zeros_like(t) if what == "free_bytes" else reserved[rows, None] * size
        return np.floor(np.maximum(free - kept, 0.0) / 4096) * 4096

    return compute
