"""What is known of the backups of one guest, and what is concluded from it."""

from __future__ import annotations

from typing import Any, Final, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, computed_field

from providers.proxmox import GuestState, GuestType

Verdict = Literal[
    "ok", "stale", "never", "damaged", "not_covered", "pending", "unknown", "excluded", "template"
]
"""``ok``: a good backup of the last run that was due. ``stale``: the newest good one is older.
``damaged``: newer ones fail their verification. ``never``: covered, but there is none.
``not_covered``: no enabled job selects the guest. ``pending``: its first run is yet to come.
``unknown``: what would tell could not be read. ``excluded``: left out on purpose."""
Identity = Literal["same", "renamed", "recreated", "unclear"]
"""Whether older backups under the guest's id carry another name, and what that means."""
PROBLEMS: Final[tuple[Verdict, ...]] = ("never", "not_covered", "damaged", "stale")
"""Verdicts under which the guest cannot be restored as it should be, the gravest first."""
ORDER: Final[tuple[Verdict, ...]] = (
    *PROBLEMS, "unknown", "pending", "ok", "excluded", "template",
)  # fmt: skip


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True)


class BackupCopy(_Model):
    """One backup at one place."""

    place: str
    """Where it is: ``pbs:main/main`` with its namespace after a colon, or a storage of a node."""
    kind: Literal["snapshot", "archive"]
    """On a backup server, or a plain vzdump archive."""
    at: AwareDatetime
    size: int | None = None
    name: str | None = None
    """What the guest was called then, where its notes tell."""
    verified: Literal["ok", "failed"] | None = None
    """None if it has not been verified; archives never are."""
    protected: bool = False
    storage: str | None = None
    """The storage of Proxmox VE through which it is seen too; None if it is not."""


class CoveringJob(_Model):
    """One backup job that selects the guest."""

    id: str
    schedule: str = ""
    storage: str = ""
    next_run: AwareDatetime | None = None
    late: bool = False
    """Whether its own storage lacks the backup of its last run, though another one may have it."""


class GuestCoverage(_Model):
    """How well one guest is backed up."""

    source: str
    vmid: int
    name: str | None = None
    type: GuestType
    node: str
    status: GuestState = "unknown"
    verdict: Verdict
    reason: str = ""
    """Why the verdict is what it is, in one line."""
    jobs: tuple[CoveringJob, ...] = ()
    due: AwareDatetime | None = None
    """The last run that must have left a backup by now."""
    interval: float | None = None
    """Seconds between runs, the longest pause of the schedule."""
    newest: BackupCopy | None = None
    """The newest backup that has not failed its verification."""
    damaged: BackupCopy | None = None
    """The newest backup, if it failed its verification."""
    age: float | None = None
    """Seconds since the newest good backup."""
    copies: int = 0
    """Good backups of this guest, wherever they are."""
    places: tuple[str, ...] = ()
    running: bool = False
    """Whether a backup is being made now."""
    error: str = ""
    """How the last failed run ended, if it is newer than the newest good backup."""
    error_place: str = ""
    """Where that run was meant to go: ``pbs:main/main``."""
    identity: Identity = "same"
    former_names: tuple[str, ...] = ()
    """Other names that older backups under this id carry."""
    excluded_disks: tuple[str, ...] = ()
    """Its disks that are in no backup."""

    @computed_field  # type: ignore[prop-decorator]
    @property
    def problem(self) -> bool:
        """Whether it could not be restored as its jobs promise, or is promised nothing."""
        return self.verdict in PROBLEMS

    @computed_field  # type: ignore[prop-decorator]
    @property
    def in_part(self) -> bool:
        """Whether there is a good backup, though not of every disk."""
        return self.verdict == "ok" and bool(self.excluded_disks)

    @property
    def counted_as(self) -> str:
        """The verdict; ``ok_in_part`` where only some of its disks are backed up."""
        return "ok_in_part" if self.in_part else self.verdict

    @property
    def without(self) -> str:
        """The disks that are in no backup, and why: ``without scsi1 (…)``; empty if none is."""
        if not self.excluded_disks:
            return ""
        # A disk of a machine is backed up unless somebody says no, a mount point if somebody does.
        why = "left out on purpose: backup=0" if self.type == "qemu" else "no backup=1 is set"
        return f"without {', '.join(self.excluded_disks)} ({why})"

    @property
    def key(self) -> str:
        """Unique among the guests of all sources."""
        return f"{self.source}/{self.type}/{self.vmid}"

    @property
    def label(self) -> str:
        """Name and id: ``media (101)``."""
        return f"{self.name} ({self.vmid})" if self.name else str(self.vmid)


class Orphan(_Model):
    """Backups of a guest that does not exist any more."""

    type: GuestType
    vmid: int
    name: str | None = None
    newest: AwareDatetime
    copies: int
    size: int | None = None
    """Bytes of the newest one."""
    places: tuple[str, ...]
    reason: str


def rank(item: GuestCoverage) -> tuple[Any, ...]:
    """Sorts what needs attention first, and of the same kind the oldest backup."""
    return (ORDER.index(item.verdict), -(item.age or 0.0), item.source, item.vmid)
