"""What a cron job on the NAS writes for the textfile collector: ZFS errors, snapshots, copies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from sre_tui.demo.world.exporters.report import Exporter, Point
from sre_tui.demo.world.family import Compute, Family
from sre_tui.demo.world.nas import inventory
from sre_tui.demo.world.plant import DAY, Plant
from sre_tui.demo.world.quantity import Rows
from sre_tui.demo.world.shapes import Floats, whole

_KINDS = ("read", "write", "checksum")


def families(plant: Plant) -> Iterator[Family]:
    """Families of ``zpool status``, ``zfs list`` and the replication tasks."""
    node = Exporter(plant, "node")
    lab = plant.homelab
    at = f"{lab.nas.name}:9100"

    def members() -> Iterator[Point]:
        for disk in lab.disks:
            if disk.host == lab.nas.name:
                for kind in _KINDS:
                    labels = {"zpool": disk.pool.partition("/")[2], "disk": disk.name}
                    yield Point(at, f"{kind}:{disk.id}", labels | {"type": kind})

    def counted(rows: Sequence[Point]) -> Compute:
        split = [row.subject.partition(":") for row in rows]
        kinds = np.array([_KINDS.index(kind) for kind, _, _ in split])
        levels = [plant[f"zfs.{kind}_errors"] for kind in _KINDS]
        at = np.array([levels[0].row[disk] for _, _, disk in split], dtype=np.intp)

        def compute(chosen: Rows, t: Floats) -> Floats:
            out = np.zeros_like(t)
            for number, level in enumerate(levels):
                mine = kinds[chosen] == number
                if mine.any():
                    out[mine] = np.floor(level.value(at[chosen][mine], t[mine]))
            return out

        return compute

    yield node.family(
        "zpool_device_errors", "gauge", "Error counters of zpool status.", members, counted
    )

    def pools() -> Iterator[Point]:
        for pool in lab.pools:
            if pool.host == lab.nas.name:
                yield Point(at, pool.id, {"zpool": pool.name})

    yield node.gauge(
        "zpool_scrub_errors", "Errors that the last scrub could not repair.", pools, "scrub.errors"
    )

    def datasets() -> Iterator[Point]:
        for dataset in inventory.datasets(lab):
            yield Point(at, dataset.id, {"dataset": dataset.name})

    def held(rows: Sequence[Point]) -> Compute:
        level = plant["snapshots.excess"]
        subjects = np.array([level.row[row.subject] for row in rows], dtype=np.intp)
        usual = np.array([_usual(row.labels["dataset"]) for row in rows])
        return lambda chosen, t: usual[chosen, None] + whole(level.value(subjects[chosen], t))

    yield node.family("zfs_dataset_snapshots", "gauge", "Number of snapshots.", datasets, held)

    def copies() -> Iterator[Point]:
        for plan in inventory.replications(lab):
            yield Point(at, plan.id, {"task": plan.name})

    def succeeded(rows: Sequence[Point]) -> Compute:
        level = plant["replication.failing"]
        subjects = np.array([level.row[row.subject] for row in rows], dtype=np.intp)
        plans = {plan.id: plan for plan in inventory.replications(lab)}
        ends = np.array([plans[row.subject].at + plans[row.subject].seconds for row in rows])

        def compute(chosen: Rows, t: Floats) -> Floats:
            first = ends[chosen, None]
            last: Floats = np.floor((t - first) / DAY) * DAY + first
            for _ in range(30):
                failed = level.value(subjects[chosen], last) > 0.5
                if not failed.any():
                    break
                last = np.where(failed, last - DAY, last)
            return last

        return compute

    yield node.family(
        "zfs_replication_last_success_timestamp_seconds", "gauge",
        "When a replication task last ended well.", copies, succeeded,
    )  # fmt: skip


def _usual(dataset: str) -> int:
    if dataset.startswith(inventory.PBS_DATASET) or dataset == inventory.REPLICA:
        return 0
    return sum(
        int(plan.keep // plan.period)
        for plan in inventory.SNAPSHOTS
        if dataset.partition("/")[0] == plan.dataset
    )
