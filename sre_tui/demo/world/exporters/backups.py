"""PBS exporter: datastores and the newest snapshot of every guest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np

from sre_tui.demo.world.backups.plan import Plan, plan_of
from sre_tui.demo.world.backups.timing import DURATION, KEPT, schedule
from sre_tui.demo.world.exporters.report import Exporter, Point
from sre_tui.demo.world.family import Compute, Family, constant
from sre_tui.demo.world.plant import DAY, Plant
from sre_tui.demo.world.quantity import Rows
from sre_tui.demo.world.shapes import Floats, whole


def families(plant: Plant) -> Iterator[Family]:
    """The families of the exporter."""
    pbs = Exporter(plant, "pbs")
    lab = plant.homelab
    plan = plan_of(plant)

    def stores() -> Iterator[Point]:
        return (Point("pbs", store.name, {"datastore": store.name}) for store in lab.datastores)

    def server() -> Iterator[Point]:
        yield Point("pbs", "pbs", {})

    def snapshots() -> Iterator[Point]:
        for name in plant["backup.failing"].row:
            yield Point(
                "pbs", name,
                {"datastore": "main", "namespace": plan.job_of[name].store.namespace,
                 "vm_id": str(lab.guest_by_name[name].vmid), "vm_name": name},
            )  # fmt: skip

    yield pbs.fixed(
        "pbs_up", "Was the last query of Proxmox Backup Server successful?", server, lambda _: 1.0
    )
    for what in ("size", "used", "available"):
        text = f"The {what} bytes of the underlying storage."
        yield pbs.family(f"pbs_{what}", "gauge", text, stores, partial(_space, plant, what))
    yield pbs.fixed(
        "pbs_snapshot_vm_count", "The total number of backups per VM.", snapshots,
        lambda _: float(KEPT),
    )  # fmt: skip
    yield pbs.family(
        "pbs_snapshot_count", "gauge", "The total number of backups.",
        lambda: [Point("pbs", n, {"datastore": "main", "namespace": n}) for n in _counts(plan)],
        lambda _: constant(list(_counts(plan).values())),
    )  # fmt: skip
    yield pbs.family(
        "pbs_snapshot_vm_last_timestamp", "gauge", "The timestamp of the last backup of a VM.",
        snapshots, lambda rows: _newest(plant, rows),
    )  # fmt: skip
    yield pbs.gauge(
        "pbs_snapshot_vm_last_verify", "The verify status of the last backup of a VM.", snapshots,
        "backup.verified",
    )  # fmt: skip


def _counts(plan: Plan) -> dict[str, float]:
    """Snapshots that are kept in each namespace."""
    found: dict[str, float] = {}
    for job in plan.job_of.values():
        found[job.store.namespace] = found.get(job.store.namespace, 0.0) + KEPT
    for group in plan.old_groups:
        found[group.store.namespace] += len(group.days)
    return found


def _space(plant: Plant, what: str, points: Sequence[Point]) -> Compute:
    level = plant["datastore.used"]
    at = np.array([level.row[point.subject] for point in points], dtype=np.intp)
    size = np.array([float(plant.homelab.datastore_by_name[p.subject].size) for p in points])

    def compute(rows: Rows, t: Floats) -> Floats:
        total = np.broadcast_to(size[rows, None], t.shape)
        used = np.minimum(level.value(at[rows], t), total)
        return whole({"size": total, "used": used, "available": total - used}[what])

    return compute


def _newest(plant: Plant, points: Sequence[Point]) -> Compute:
    failing = plant["backup.failing"]
    at = np.array([failing.row[point.subject] for point in points], dtype=np.intp)
    start = np.array([schedule(plant, point.subject) for point in points])

    def compute(rows: Rows, t: Floats) -> Floats:
        first = start[rows, None]
        newest: Floats = np.floor((t - first - DURATION) / DAY) * DAY + first
        # A run counts only if nothing made it fail at its time; failures may last for weeks.
        for _ in range(40):
            failed = failing.value(at[rows], newest) > 0.5
            if not failed.any():
                break
            newest = np.where(failed, newest - DAY, newest)
        return newest

    return compute
