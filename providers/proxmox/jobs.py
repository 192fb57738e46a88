"""Jobs of the cluster: backups, what they cover, and replication."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict


class BackupJob(BaseModel):
    """One scheduled backup job.

    Exactly one of ``all_guests``, ``vmids`` and ``pool`` says whom it covers; ``exclude`` takes
    guests away from the first.
    """

    model_config = ConfigDict(frozen=True)

    source: str
    id: str
    enabled: bool = True
    schedule: str = ""
    """A systemd calendar event such as ``01:30`` or ``sat 02:00``."""
    storage: str = ""
    mode: str = ""
    """``snapshot``, ``suspend`` or ``stop``."""
    node: str | None = None
    """Only guests on this node."""
    all_guests: bool = False
    vmids: tuple[int, ...] = ()
    exclude: tuple[int, ...] = ()
    pool: str | None = None
    comment: str = ""
    next_run: AwareDatetime | None = None
    keep: Mapping[str, str] = {}
    """How many backups are kept: ``keep-daily`` to ``7`` …"""
    repeat_missed: bool = False

    @property
    def key(self) -> str:
        """Unique among the jobs of all sources."""
        return f"{self.source}/{self.id}"


class NotBackedUp(BaseModel):
    """A guest that no backup job covers."""

    model_config = ConfigDict(frozen=True)

    source: str
    vmid: int
    name: str = ""
    type: Literal["lxc", "qemu"] | None = None


class ExcludedDisk(BaseModel):
    """A disk that a backup job leaves out of the backup of a guest."""

    model_config = ConfigDict(frozen=True)

    source: str
    job: str
    vmid: int
    slot: str
    """``scsi1``, ``mp0`` …"""
    volume: str = ""


class Replication(BaseModel):
    """The replication of one guest's disks to another node."""

    model_config = ConfigDict(frozen=True)

    source: str
    id: str
    """Vmid and number, ``102-0``."""
    vmid: int | None = None
    node: str = ""
    """Where the guest is."""
    target: str = ""
    schedule: str = ""
    disabled: bool = False
    last_sync: AwareDatetime | None = None
    last_try: AwareDatetime | None = None
    next_sync: AwareDatetime | None = None
    duration: float | None = None
    """Seconds the last one took."""
    failures: int | None = None
    """Failed attempts in a row."""
    error: str = ""

    @property
    def key(self) -> str:
        """Unique among the replications of all sources."""
        return f"{self.source}/{self.id}"
