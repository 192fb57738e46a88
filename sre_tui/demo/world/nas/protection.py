"""Snapshots and replication at a moment."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from sre_tui.demo.world import dice
from sre_tui.demo.world.nas import inventory
from sre_tui.demo.world.nas.nas import EXCESS_SIZE, Nas
from sre_tui.demo.world.nas.records import NasSnapshot, ReplicationPlan, Run, SnapshotPlan

DAY: Final = 86400.0
NO_BASE: Final = (
    "cannot receive incremental stream: most recent snapshot of {target} does not match "
    "incremental source"
)


def snapshot_name(prefix: str, taken: float) -> str:
    """The name a task gives, by its naming schema."""
    return f"{prefix}-{datetime.fromtimestamp(taken, UTC):%Y-%m-%d_%H-%M}"


def snapshots(nas: Nas, now: float) -> Iterator[NasSnapshot]:
    """Every snapshot there is, by dataset, in order of time."""
    sizes = {space.dataset.name: space for space in nas.space(now)}
    for name, space in sizes.items():
        dataset = space.dataset
        if name.startswith(inventory.PBS_DATASET) or name == inventory.REPLICA:
            continue
        taken = [
            (moment, plan.prefix)
            for plan in inventory.SNAPSHOTS
            if name.partition("/")[0] == plan.dataset
            for moment in _kept(plan, now)
        ]
        share = space.snapshots / max(1, len(taken))
        for moment, prefix in sorted(taken):
            size = share * (0.3 + 1.4 * dice.unit(nas.plant.seed, name, int(moment)))
            yield NasSnapshot(name, snapshot_name(prefix, moment), moment, int(size))
        if dataset.id in nas.plant["snapshots.excess"].row:
            yield from _excess(nas, dataset.id, name, now)


def _kept(plan: SnapshotPlan, now: float) -> list[float]:
    last = now // plan.period * plan.period
    count = int(plan.keep // plan.period)
    return [last - plan.period * i for i in range(count)]


def _excess(nas: Nas, subject: str, name: str, now: float) -> Iterator[NasSnapshot]:
    amount = int(nas.level("snapshots.excess", subject, now))
    if not amount:
        return
    began = nas.since("snapshots.excess", subject, now, lambda value: value >= 1, 60 * DAY, 900.0)
    step = max(1.0, (now - began) / amount)
    for number in range(amount):
        moment = math.floor(began + step * number)
        label = datetime.fromtimestamp(moment, UTC)
        yield NasSnapshot(name, f"sync-{label:%Y-%m-%d_%H-%M-%S}", moment, EXCESS_SIZE)


def replication_run(nas: Nas, plan: ReplicationPlan, now: float) -> Run:
    """How a replication stands."""
    last = (now - plan.at) // DAY * DAY + plan.at
    good = last
    while _fails(nas, plan, good) and good > last - 60 * DAY:
        good -= DAY
    if now < last + plan.seconds and good == last:
        return Run("RUNNING", last, last - DAY)
    if good == last:
        return Run("FINISHED", last + plan.seconds, good)
    return Run("ERROR", last + 20, good, NO_BASE.format(target=plan.target))


def _fails(nas: Nas, plan: ReplicationPlan, at: float) -> bool:
    return nas.level("replication.failing", plan.id, at) > 0.5


def replicated_snapshot(plan: ReplicationPlan, run: Run) -> str:
    """The full name of the last snapshot that arrived."""
    midnight = run.last_success // DAY * DAY
    return f"{plan.sources[0]}@{snapshot_name('daily', midnight)}"
