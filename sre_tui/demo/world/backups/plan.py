"""What is backed up, by which job, to where, and what else lies about in a grown homelab.

Everything here is static; sizes are bytes, lengths of time seconds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import floor
from typing import Final, Literal

from sre_tui.demo.world.backups.timing import DURATION, KEPT, schedule
from sre_tui.demo.world.homelab import Guest, GuestType
from sre_tui.demo.world.plant import DAY, Plant

GIB: Final = 2**30
NIGHTLY: Final = "backup-8c1f2a4e-7d30"
LAB: Final = "backup-51d09b77-2ac4"
WEEKLY: Final = "backup-e40a6613-9b1f"
BACKUP_USER: Final = "pve@pbs!backup"
NOTES: Final = "{{guestname}}"

_LAB_GUESTS: Final = frozenset({"nodered", "ci-runner", "dev", "k3s-1", "k3s-2"})
_CORE_GUESTS: Final = ("proxy", "dns1", "db", "vaultwarden", "vpn")
_SATURDAY: Final = 2 * DAY
"""From the beginning of 1970, a Thursday."""


@dataclass(frozen=True)
class Store:
    """Where a PVE storage keeps backups: a namespace of a datastore, or a folder of a node."""

    storage: str
    datastore: str = ""
    namespace: str = ""


@dataclass(frozen=True)
class Job:
    """One backup job of the cluster.

    ``period`` and ``offset`` say when it begins: ``offset`` seconds after multiples of ``period``.
    """

    id: str
    schedule: str
    store: Store
    guests: tuple[Guest, ...]
    period: float
    offset: float
    kept: int
    comment: str = ""
    notes_template: str = NOTES

    @property
    def is_nightly(self) -> bool:
        """Whether it runs every night."""
        return self.period == DAY

    def last_begin(self, now: float) -> float:
        """When it began last."""
        return floor((now - self.offset) / self.period) * self.period + self.offset

    def next_begin(self, now: float) -> float:
        """When it begins next."""
        return self.last_begin(now) + self.period

    def guest_offset(self, plant: Plant, guest: Guest) -> float:
        """Seconds after multiples of ``period`` at which a guest has its turn."""
        if self.is_nightly:
            return schedule(plant, guest.name)
        on_node = [item for item in self.guests if item.node == guest.node]
        return self.offset + on_node.index(guest) * DURATION


@dataclass(frozen=True)
class Relic:
    """A guest that takes no part in the life of the homelab: a template, or one long stopped."""

    vmid: int
    name: str
    type: GuestType
    node: str
    cores: int
    memory: int
    disk: int
    storage: str
    template: bool
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class ExcludedDisk:
    """A disk of a guest with ``backup=0``."""

    key: str
    size: int
    why: str


@dataclass(frozen=True)
class FormerGuest:
    """What a guest was until ``days`` before the anchor: another name, or another guest."""

    name: str
    days: float
    recreated: bool


@dataclass(frozen=True)
class OldGroup:
    """Snapshots that no job adds to any more; ``days`` are their ages at the anchor."""

    store: Store
    type: Literal["vm", "ct"]
    vmid: int
    name: str
    size: int
    days: tuple[float, ...]


@dataclass(frozen=True)
class Plan:
    """All of it for one homelab."""

    jobs: tuple[Job, ...]
    relics: tuple[Relic, ...]
    excluded_disks: Mapping[str, tuple[ExcludedDisk, ...]]
    former: Mapping[str, FormerGuest]
    old_groups: tuple[OldGroup, ...]
    stores: tuple[Store, ...]
    removable: str = "usb"
    """A datastore on a disk that lies in a drawer."""
    job_of: Mapping[str, Job] = field(default_factory=dict)
    """The nightly job of every covered guest, by its name."""


MAIN: Final = Store("pbs-main", "main")
LAB_STORE: Final = Store("pbs-lab", "main", "lab")
LOCAL: Final = Store("local")


def plan_of(plant: Plant) -> Plan:
    """The plan for a homelab, whatever its size."""
    covered = [plant.homelab.guest_by_name[name] for name in plant["backup.failing"].row]
    nightly = [guest for guest in covered if guest.name not in _LAB_GUESTS]
    lab = [guest for guest in covered if guest.name in _LAB_GUESTS]
    core = [guest for guest in covered if guest.name in _CORE_GUESTS]
    jobs = [_nightly(plant, NIGHTLY, MAIN, nightly, "every guest")]
    if lab:
        jobs.append(_nightly(plant, LAB, LAB_STORE, lab, "experiments"))
    jobs.append(
        Job(
            WEEKLY,
            "sat 03:30",
            LOCAL,
            tuple(core),
            7 * DAY,
            _SATURDAY + 3.5 * 3600,
            3,
            "to start without the backup server",
        )
    )
    return Plan(
        jobs=tuple(jobs),
        relics=_RELICS,
        excluded_disks={k: v for k, v in _EXCLUDED.items() if k in plant.homelab.guest_by_name},
        former={k: v for k, v in _FORMER.items() if k in plant.homelab.guest_by_name},
        old_groups=_OLD_GROUPS,
        stores=(MAIN, LAB_STORE, LOCAL) if lab else (MAIN, LOCAL),
        job_of={guest.name: job for job in jobs if job.is_nightly for guest in job.guests},
    )


def _nightly(plant: Plant, name: str, store: Store, guests: Sequence[Guest], why: str) -> Job:
    # A job begins on a full five minutes, with the first of its guests.
    first = min(schedule(plant, guest.name) for guest in guests) // 300 * 300
    text = f"{int(first // 3600):02d}:{int(first % 3600 // 60):02d}"
    return Job(name, text, store, tuple(guests), DAY, first, KEPT, why)


_RELICS: Final = (
    Relic(9000, "debian-13-template", "lxc", "pve1", 1, GIB // 2, 4 * GIB, "local-zfs", True),
    Relic(9001, "ubuntu-2404-template", "qemu", "pve2", 2, 2 * GIB, 10 * GIB, "local-zfs", True),
    Relic(
        9010, "win10-old", "qemu", "pve2", 4, 8 * GIB, 120 * GIB, "local-zfs", False,
        ("no-backup",),
    ),
)  # fmt: skip
_EXCLUDED: Final = {
    "docker1": (ExcludedDisk("scsi1", 200 * GIB, "scratch space of downloads"),),
    "frigate": (ExcludedDisk("scsi1", 64 * GIB, "buffer of recordings"),),
}
_FORMER: Final = {
    "gitea": FormerGuest("gogs", 12.4, recreated=False),
    "homeassistant": FormerGuest("domoticz", 9.4, recreated=True),
}
_OLD_GROUPS: Final = (
    OldGroup(MAIN, "ct", 1190, "wiki", 6 * GIB, (47.5, 46.5, 45.5)),
    OldGroup(MAIN, "vm", 9010, "win10-old", 58 * GIB, (212.0, 181.0)),
)
