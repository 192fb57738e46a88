"""What the NAS itself raises alerts about: the same levels the metrics and logs tell of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import Final

from sre_tui.demo.world.nas import inventory
from sre_tui.demo.world.nas.nas import POOL_STATES, Nas
from sre_tui.demo.world.nas.protection import replication_run, snapshots
from sre_tui.demo.world.nas.records import Level, Trouble

_UNITS: Final = ("bytes", "KiB", "MiB", "GiB", "TiB")
MOST_SNAPSHOTS: Final = 512
"""Per dataset, from which on the NAS warns."""
_FULL: Final[tuple[tuple[float, Level, str], ...]] = (
    (0.9, "CRITICAL", "ZpoolCapacityCritical"),
    (0.8, "WARNING", "ZpoolCapacityWarning"),
)
_QUOTA: Final[tuple[tuple[float, Level, str], ...]] = (
    (0.95, "CRITICAL", "QuotaCritical"),
    (0.8, "WARNING", "QuotaWarning"),
)
"""Shares from which on the NAS says so unless it is told otherwise."""


def troubles(nas: Nas, now: float) -> list[Trouble]:
    """Every alert that is active, dismissed by nobody."""
    return [
        *_pools(nas, now),
        *_disks(nas, now),
        *_replications(nas, now),
        *_snapshots(nas, now),
        *_quotas(nas, now),
        *_power(nas, now),
    ]


def _pools(nas: Nas, now: float) -> Iterator[Trouble]:
    for pool in nas.pools:
        state = nas.pool_state(pool, now)
        if state != "ONLINE":
            bad = [m for m in nas.members(pool, now) if m.state != "ONLINE"]
            devices = "".join(
                f"<li>Disk {m.disk.model} {m.disk.serial} is {m.state}</li>" for m in bad
            )
            text = (
                f"Pool {pool.name} state is {state}: One or more devices are faulted or missing. "
                "Sufficient replicas exist for the pool to continue functioning in a degraded "
                f"state.<br>The following devices are not healthy:<br><ul>{devices}</ul>"
            )
            number = POOL_STATES.index(state)
            began = nas.since("pool.state", pool.id, now, partial(_is, number))
            yield Trouble("VolumeStatus", "CRITICAL", pool.name, text, began)
        found = int(nas.level("scrub.errors", pool.id, now))
        if found:
            text = (
                f"Scrub of pool '{pool.name}' finished with {found} errors.<br>"
                "See <b>zpool status -v</b> for the files that are damaged."
            )
            began = nas.since("scrub.errors", pool.id, now, lambda v: v >= 1)
            yield Trouble("ScrubFinishedWithErrors", "CRITICAL", pool.name, text, began)
        yield from _capacity(nas, pool.name, pool.id, pool.size, now)


def _capacity(nas: Nas, name: str, subject: str, size: int, now: float) -> Iterator[Trouble]:
    share = nas.level("pool.used", subject, now) / size
    for limit, level, klass in _FULL:
        if share >= limit:
            text = (
                f'Space usage for pool "{name}" is {share:.0%}. Optimal pool performance '
                "requires used space remain below 80%."
            )
            began = nas.since("pool.used", subject, now, partial(_reaches, limit * size))
            yield Trouble(klass, level, name, text, began)
            return


def _disks(nas: Nas, now: float) -> Iterator[Trouble]:
    for disk in nas.disks(now):
        if nas.level("smart.passed", disk.id, now) < 0.5:
            text = (
                f"Device: /dev/{disk.name} [SAT], FAILED SMART self-check. BACK UP DATA NOW!"
                f"<br>Serial {disk.serial}"
            )
            began = nas.since("smart.passed", disk.id, now, lambda v: v < 0.5)
            yield Trouble("SMART", "CRITICAL", disk.name, text, began)
        pending = int(nas.level("smart.pending", disk.id, now))
        if pending:
            text = (
                f"Device: /dev/{disk.name} [SAT], {pending} Currently unreadable (pending) "
                f"sectors.<br>Serial {disk.serial}"
            )
            began = nas.since("smart.pending", disk.id, now, lambda v: v >= 1)
            yield Trouble("SMART", "WARNING", f"{disk.name} pending", text, began)
        warm = nas.temperature(disk, now)
        if warm is not None and warm >= 55:
            text = f"Disk {disk.name} is at {warm}&deg;C."
            began = nas.since("disk.temperature", disk.id, now, lambda v: v >= 54.5)
            yield Trouble("DiskTemperatureTooHot", "WARNING", disk.name, text, began)


def _replications(nas: Nas, now: float) -> Iterator[Trouble]:
    for plan in inventory.replications(nas.lab):
        run = replication_run(nas, plan, now)
        if run.state == "ERROR":
            text = f'Replication "{plan.name}" failed: <pre>{run.error}.</pre>'
            yield Trouble("ReplicationFailed", "CRITICAL", plan.name, text, run.at)


def _snapshots(nas: Nas, now: float) -> Iterator[Trouble]:
    counts = Counter(snapshot.dataset for snapshot in snapshots(nas, now))
    for name, count in sorted(counts.items()):
        if count > MOST_SNAPSHOTS:
            text = (
                f"Dataset {name} has more snapshots ({count}) than recommended "
                f"({MOST_SNAPSHOTS}). Performance or functionality might degrade."
            )
            subject = f"{nas.host}/{name}"
            more = MOST_SNAPSHOTS - 78
            began = nas.since("snapshots.excess", subject, now, partial(_reaches, more + 1.0))
            yield Trouble("SnapshotCount", "WARNING", name, text, began)


def _quotas(nas: Nas, now: float) -> Iterator[Trouble]:
    for space in nas.space(now):
        dataset, limit = space.dataset, space.dataset.quota
        hit = next((each for each in _QUOTA if limit and space.used >= each[0] * limit), None)
        if hit is None:
            continue
        share, level, klass = hit
        text = (
            f"Quota exceeded on dataset {dataset.name}. Used {space.used / limit:.2%} "
            f"({_size(space.used)} of {_size(limit)})."
        )
        began = nas.since("dataset.used", dataset.id, now, partial(_reaches, share * limit))
        yield Trouble(klass, level, dataset.name, text, began)


def _size(amount: int) -> str:
    """As the NAS writes it: binary units, two decimals at most."""
    power = min(4, max(0, (amount.bit_length() - 1) // 10))
    return f"{amount / 1024**power:.2f}".rstrip("0").rstrip(".") + f" {_UNITS[power]}"


def _power(nas: Nas, now: float) -> Iterator[Trouble]:
    if not nas.on_battery(now):
        return
    ups = nas.lab.ups
    charge = nas.level("ups.charge", ups, now)
    began = nas.since("ups.on_battery", ups, now, lambda v: v > 0.5, step=15.0)
    text = f"UPS {ups} is on battery power.<br><br>battery.charge: {charge:.0f}"
    yield Trouble("UPSOnBattery", "CRITICAL", ups, text, began)
    if charge < 20:
        low = nas.since("ups.charge", ups, now, lambda v: v < 20, step=15.0)
        yield Trouble("UPSBatteryLow", "ALERT", ups, f"UPS {ups} battery is low.", low)


def _is(state: int, value: float) -> bool:
    return int(value) == state


def _reaches(limit: float, value: float) -> bool:
    return value >= limit
