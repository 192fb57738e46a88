"""How the NAS stands at a moment: pools, members, disks, datasets, UPS."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

from sre_tui.demo.world import dice
from sre_tui.demo.world.homelab import Disk, Pool
from sre_tui.demo.world.nas import inventory
from sre_tui.demo.world.nas.records import NasDataset, NasShare, Scan

if TYPE_CHECKING:
    from sre_tui.demo.world.plant import Plant

DAY: Final = 86400.0
WEEK: Final = 7 * DAY
SCRUB_PERIOD: Final = 4 * WEEK
_SUNDAY: Final = 3 * DAY
"""1 January 1970 was a Thursday."""
_SPEED: Final = {"hdd": 140e6, "ssd": 420e6, "nvme": 1.6e9}
VDEV_STATES: Final = ("ONLINE", "DEGRADED", "FAULTED", "REMOVED", "UNAVAIL")
POOL_STATES: Final = (
    "ONLINE", "DEGRADED", "FAULTED", "OFFLINE", "REMOVED", "UNAVAIL", "SUSPENDED",
)  # fmt: skip
EXCESS_SIZE: Final = 40_000_000
"""Bytes that each snapshot too many holds on to."""


@dataclass(frozen=True)
class Member:
    """One disk of a pool as ZFS sees it."""

    disk: Disk
    state: str
    present: bool
    read_errors: int
    write_errors: int
    checksum_errors: int


@dataclass(frozen=True)
class DatasetSpace:
    """Bytes of one dataset; ``used`` contains its children and snapshots."""

    dataset: NasDataset
    used: int
    snapshots: int
    available: int


class Nas:
    """The NAS over time.

    Args:
        plant: the homelab in motion.
        scans: scrubs and resilvers beside the ordinary scrubs.
    """

    def __init__(self, plant: Plant, scans: Sequence[Scan] = ()) -> None:
        self.plant = plant
        self.lab = plant.homelab
        self.host = plant.homelab.nas.name
        self._scans = tuple(scans)

    @cached_property
    def pools(self) -> tuple[Pool, ...]:
        """The pools of the NAS."""
        return tuple(pool for pool in self.lab.pools if pool.host == self.host)

    @cached_property
    def datasets(self) -> tuple[NasDataset, ...]:
        """Every dataset under the roots of the pools."""
        return inventory.datasets(self.lab)

    @cached_property
    def shares(self) -> tuple[NasShare, ...]:
        """What it offers."""
        return inventory.shares(self.lab)

    def level(self, name: str, subject: str, now: float) -> float:
        """A quantity of the homelab at a moment."""
        quantity = self.plant[name]
        rows = np.array([quantity.row[subject]], dtype=np.intp)
        return float(quantity.value(rows, np.array([[float(now)]]))[0, 0])

    def since(
        self, name: str, subject: str, now: float, test: Callable[[float], bool],
        back: float = 7 * DAY, step: float = 300.0,
    ) -> float:  # fmt: skip
        """Since when a quantity has passed a test that it passes now, to the step."""
        quantity = self.plant[name]
        rows = np.array([quantity.row[subject]], dtype=np.intp)
        # On a fixed grid, so that the same trouble has the same beginning whenever it is asked for.
        times = np.arange(now // step * step, now - back, -step, dtype=np.float64)
        values = quantity.value(rows, times[None, :])[0]
        for time, value in zip(times.tolist(), values.tolist(), strict=True):
            if not test(value):
                return float(time + step)
        return now - back

    # -- pools --------------------------------------------------------------------------------
    def pool_state(self, pool: Pool, now: float) -> str:
        """ZFS' word for the state of a pool."""
        return POOL_STATES[int(self.level("pool.state", pool.id, now))]

    def members(self, pool: Pool, now: float) -> list[Member]:
        """The disks of a pool with their errors."""
        return [self._member(self.lab.disk_by_id[disk], now) for disk in pool.disks]

    def _member(self, disk: Disk, now: float) -> Member:
        def count(kind: str) -> int:
            return int(self.level(f"zfs.{kind}_errors", disk.id, now))

        return Member(
            disk=disk,
            state=VDEV_STATES[int(self.level("vdev.state", disk.id, now))],
            present=self.level("disk.present", disk.id, now) > 0.5,
            read_errors=count("read"),
            write_errors=count("write"),
            checksum_errors=count("checksum"),
        )

    def disks(self, now: float) -> list[Disk]:
        """The disks the system sees."""
        mine = (disk for disk in self.lab.disks if disk.host == self.host)
        return [d for d in mine if self.level("disk.present", d.id, now) > 0.5]

    def temperature(self, disk: Disk, now: float) -> int | None:
        """Degrees Celsius; None in standby."""
        rest = self.plant.rests.get(disk.id)
        if rest is not None and rest.asleep(np.array([now]))[0]:
            return None
        return round(self.level("disk.temperature", disk.id, now))

    def raw_size(self, pool: Pool) -> int:
        """Bytes of a pool with its redundancy, as ``zpool list`` counts."""
        sizes = [self.lab.disk_by_id[disk].size for disk in pool.disks]
        return min(sizes) if pool.layout == "mirror" else sum(sizes)

    def used(self, pool: Pool, now: float) -> int:
        """Usable bytes in use."""
        return int(min(self.level("pool.used", pool.id, now), pool.size))

    def scan(self, pool: Pool, now: float) -> Scan:
        """The last scan that began, ordinary or not."""
        begun = [s for s in self._scans if s.pool == pool.id and s.start <= now]
        return max([self._ordinary_scrub(pool, now), *begun], key=lambda scan: scan.start)

    def keep_awake_while_scanned(self) -> None:
        """Let no disk sleep while all of its pool is read."""
        for pool in self.pools:
            anchor = self.plant.anchor
            turns = [self._ordinary_scrub(pool, anchor + n * SCRUB_PERIOD) for n in range(-6, 3)]
            for scan in (*turns, *(each for each in self._scans if each.pool == pool.id)):
                for disk in pool.disks:
                    if disk in self.plant.rests:
                        self.plant.rests[disk].wake(scan.start, scan.start + scan.seconds)

    def _ordinary_scrub(self, pool: Pool, now: float) -> Scan:
        # Not this Sunday and not long ago: two and a half weeks before or after the anchor.
        week = 1 + int(2 * dice.unit(self.plant.seed, "scrub", pool.id))
        first = (self.plant.anchor - _SUNDAY) // WEEK * WEEK + _SUNDAY - week * WEEK
        start = first + (now - first) // SCRUB_PERIOD * SCRUB_PERIOD
        return Scan(pool.id, "SCRUB", start, self.scan_seconds(pool))

    def scan_seconds(self, pool: Pool) -> float:
        """How long it takes to read all of a pool."""
        disk = self.lab.disk_by_id[pool.disks[0]]
        filled = self.plant["pool.used"]
        share = float(filled.base[filled.row[pool.id]]) / pool.size
        return share * disk.size / _SPEED[disk.type]

    # -- datasets -----------------------------------------------------------------------------
    def space(self, now: float) -> list[DatasetSpace]:
        """What each dataset holds, roots first; what a pool has in use is shared out by weight."""
        found: list[DatasetSpace] = []
        for pool in self.pools:
            mine = [d for d in self.datasets if d.pool == pool.id]
            used, free = self.used(pool, now), max(0, pool.size - self.used(pool, now))
            found.append(DatasetSpace(NasDataset(self.host, pool.name, 0.0), used, 0, free))
            held = {d.name: self._fixed(d, used, now) for d in mine}
            rest = used - sum(held.values())
            weights = sum(d.weight for d in mine if not held[d.name])
            for dataset in mine:
                size = held[dataset.name] or int(rest * 0.995 * dataset.weight / weights)
                excess = int(self.level("snapshots.excess", dataset.id, now)) * EXCESS_SIZE
                snapshots = min(size, int(size * 0.04) + excess)
                left = free if not dataset.quota else min(free, max(0, dataset.quota - size))
                found.append(DatasetSpace(dataset, size, snapshots, left))
        return found

    def _fixed(self, dataset: NasDataset, used: int, now: float) -> int:
        given = self.level("dataset.used", dataset.id, now)
        if given:
            return int(min(given, used))
        if dataset.name == inventory.PBS_DATASET:
            # What faults add fills the whole pool, not this dataset.
            stored = self.plant["datastore.used"]
            return int(min(float(stored.base[stored.row["archive"]]), 0.6 * used))
        if dataset.name == inventory.REPLICA:
            copied = self.level("pool.used", f"{self.host}/fast", now)
            return int(min(0.85 * copied, 0.1 * used))
        return 0

    # -- system -------------------------------------------------------------------------------
    def booted(self, now: float) -> float:
        """When it last started."""
        lives = self.plant.machines
        rows = np.array([lives.row[self.host]], dtype=np.intp)
        return float(lives.since(rows, np.array([[now]]))[0, 0])

    def own_time(self, now: float) -> float:
        """What its own clock shows, which may have run away."""
        return self.plant.own_time(self.host, now)

    def load(self, now: float) -> tuple[float, float, float]:
        """Load averages of 1, 5 and 15 minutes."""

        def at(moment: float) -> float:
            busy = sum(self.level(f"cpu.{kind}", self.host, moment) for kind in ("user", "system"))
            waiting = self.level("cpu.iowait", self.host, moment)
            blocked = self.level("processes.blocked", self.host, moment)
            return round((busy + waiting) * self.lab.nas.cores + blocked, 2)

        return at(now), at(now - 150), at(now - 450)

    def on_battery(self, now: float) -> bool:
        """Whether the UPS has lost the mains."""
        return self.level("ups.on_battery", self.lab.ups, now) > 0.5
