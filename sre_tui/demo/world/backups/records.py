"""What has happened to backups and what is kept of them, as the simulated backends tell it.

Times are Unix seconds, sizes bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from sre_tui.demo.world.backups.plan import Job, Store
from sre_tui.demo.world.homelab import Guest

GroupType = Literal["vm", "ct", "host"]
UpkeepKind = Literal[
    "garbage_collection", "prunejob", "verificationjob", "syncjob", "verify_group", "logrotate"
]


@dataclass(frozen=True)
class Incident:
    """A time in which the backups of a guest fail; without a reason they do not even start."""

    guest: str
    start: float
    end: float
    reason: str = ""
    deselected: bool = False
    """Whether they do not start because the guest is in no job any more."""

    @property
    def is_absence(self) -> bool:
        """Whether the guest or its node is gone, so that no job can reach it."""
        return not self.reason and not self.deselected

    def covers(self, moment: float) -> bool:
        """Whether it lasts at a moment."""
        return self.start <= moment < self.end


@dataclass(frozen=True)
class Rot:
    """A time in which the newest backups of a guest fail their verification."""

    guest: str
    start: float
    end: float
    reason: str


@dataclass(frozen=True)
class FullStore:
    """A time in which a datastore has no room; garbage collection frees nothing before it."""

    store: str
    since: float
    start: float
    end: float


@dataclass(frozen=True)
class Run:
    """One backup of one guest; it runs while ``start <= now < end``.

    ``name`` is what the guest was called then; ``error`` is empty if it went well.
    """

    job: Job
    guest: Guest
    name: str
    start: float
    end: float
    error: str
    size: int

    @property
    def store(self) -> Store:
        """Where it went."""
        return self.job.store

    @property
    def group(self) -> str:
        """Its group on the backup server: ``vm/100``."""
        return f"{group_type(self.guest)}/{self.guest.vmid}"


@dataclass(frozen=True)
class NodeRun:
    """What one job did on one node in one go: the task that Proxmox VE lists."""

    job: Job
    node: str
    start: float
    end: float
    runs: tuple[Run, ...]

    @property
    def status(self) -> str:
        """``OK`` or ``job errors``, as the task ends."""
        return "job errors" if any(run.error for run in self.runs) else "OK"


@dataclass(frozen=True)
class Snapshot:
    """One snapshot in a datastore; ``time`` is its id on the backup server."""

    store: str
    namespace: str
    type: GroupType
    id: str
    time: int
    size: int
    comment: str
    owner: str
    protected: bool = False
    verified: Literal["ok", "failed"] | None = None
    verified_at: float | None = None


@dataclass(frozen=True)
class Archive:
    """One plain vzdump archive on a storage of a node."""

    storage: str
    node: str
    guest: Guest
    time: int
    size: int
    notes: str

    @property
    def volid(self) -> str:
        """Its volume id."""
        return f"{self.storage}:backup/{self.file}"

    @property
    def file(self) -> str:
        """Its file name, which holds the local time, UTC here."""
        stamp = datetime.fromtimestamp(self.time, UTC).strftime("%Y_%m_%d-%H_%M_%S")
        ending = "tar.zst" if self.guest.type == "lxc" else "vma.zst"
        return f"vzdump-{self.guest.type}-{self.guest.vmid}-{stamp}.{ending}"


@dataclass(frozen=True)
class Upkeep:
    """One run of the backup server's own jobs; it runs while ``start <= now < end``."""

    kind: UpkeepKind
    id: str
    store: str
    start: float
    end: float
    error: str = ""


def group_type(guest: Guest) -> Literal["vm", "ct"]:
    """The backup server's word for the type of a guest."""
    return "vm" if guest.type == "qemu" else "ct"
