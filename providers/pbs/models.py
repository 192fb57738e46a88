"""What a Proxmox Backup Server keeps and does. Sizes are bytes, ratios 0..1, spans seconds."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

from providers.proxmox.tasks import ServerTask

RunState = Literal["never", "running", "ok", "warning", "error", "unknown"]
"""How the last run of something ended; ``never`` if there was none."""
BackupType = Literal["vm", "ct", "host"]
NEARLY_FULL: Final = 0.95
"""Share in use from which a datastore that does not grow counts as full, not as fine."""
JobKind = Literal["verify", "prune", "sync", "garbage_collection"]
Trend = Literal["growing", "not_growing", "full", "unknown"]
"""``full``: it does not grow because there is hardly any room left."""
Basis = Literal["recent", "month"]
"""What a date rests on: the pace of the last days, or the server's own line through a month."""


_CLOSED: Final = ("offline", "unmount", "delete", "s3-refresh")
"""Kinds of maintenance in which nothing can be read; in the others nothing can be written."""


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True)


class GarbageCollection(_Model):
    """What the last garbage collection of a datastore did, and when the next one is due."""

    state: RunState = "unknown"
    status: str = ""
    """The same in the server's own words, for a failed one the error."""
    schedule: str = ""
    last_run: AwareDatetime | None = None
    next_run: AwareDatetime | None = None
    duration: float | None = None
    logical: int | None = None
    """Bytes of all backups as if nothing were shared."""
    stored: int | None = None
    """Bytes of the chunks that hold them."""
    removed: int | None = None
    """Bytes freed by the last run."""
    pending: int | None = None
    """Bytes no longer needed that are still too young to be freed."""
    bad_chunks: int | None = None
    """Damaged chunks that are still there."""

    @property
    def deduplication(self) -> float | None:
        """How many times over each stored byte is used."""
        return None if self.logical is None or not self.stored else self.logical / self.stored


class Datastore(_Model):
    """One datastore; one that cannot be read has an ``error`` and no sizes."""

    source: str
    name: str
    comment: str = ""
    total: int | None = None
    used: int | None = None
    available: int | None = None
    growth: float | None = None
    """Bytes a day over the last weeks; None with too little data."""
    recent_growth: float | None = None
    """Bytes a day over the last two days; None with too little data."""
    full_at: AwareDatetime | None = None
    """When it is full, by the earlier estimate; None if it does not grow, or is full already."""
    full_basis: Basis | None = None
    server_full_at: AwareDatetime | None = None
    """When the server itself says that it is full, if it says so."""
    trend: Trend = "unknown"
    full_since: AwareDatetime | None = None
    """Since when it has been as full as it is, if it is full and its history of a month tells."""
    mount: Literal["mounted", "notmounted", "nonremovable"] | None = None
    """Whether a removable datastore is there; None where the version does not tell."""
    backend: str = ""
    """``filesystem`` or ``s3``; of the latter, sizes are those of the local cache."""
    maintenance: str = ""
    """``offline``, ``read-only`` … with its message, if it is in maintenance mode."""
    error: str = ""
    gc: GarbageCollection | None = None
    """None if its state could not be read."""

    @property
    def key(self) -> str:
        """Unique among the datastores of all sources."""
        return f"{self.source}/{self.name}"

    @property
    def ratio(self) -> float | None:
        """Used share, 0..1."""
        return None if self.used is None or not self.total else self.used / self.total

    @property
    def is_nearly_full(self) -> bool:
        """Whether more than 95 % are in use."""
        return self.ratio is not None and self.ratio > NEARLY_FULL

    @property
    def is_away(self) -> bool:
        """Whether it is meant not to be readable now: unplugged, or in maintenance."""
        return self.mount == "notmounted" or self.maintenance.startswith(_CLOSED)


class Snapshot(_Model):
    """One backup: a point in time of a group in a namespace."""

    source: str
    datastore: str
    namespace: str = ""
    """Empty for the root."""
    type: BackupType
    id: str
    """The vmid of a guest, the name of a host."""
    at: AwareDatetime
    size: int | None = None
    comment: str = ""
    """What Proxmox VE notes, by default the guest's name."""
    owner: str = ""
    protected: bool = False
    verified: Literal["ok", "failed"] | None = None
    """None if it has not been verified."""
    encrypted: bool = False

    @property
    def key(self) -> str:
        """Unique among the snapshots of all sources."""
        space = f"{self.namespace}/" if self.namespace else ""
        stamp = f"{self.at:%Y-%m-%dT%H:%M:%SZ}"
        return f"{self.source}/{self.datastore}/{space}{self.type}/{self.id}/{stamp}"


class Unfinished(_Model):
    """A snapshot that cannot be restored from, because its manifest, written last, is missing."""

    datastore: str
    namespace: str = ""
    type: BackupType
    id: str
    at: AwareDatetime


class Skipped(_Model):
    """A datastore that was not looked into, because it is meant to be away."""

    datastore: str
    reason: str
    maintenance: bool = False
    """Whether it is away for a while only, with what it holds in use; else it is unplugged."""


class Contents(_Model):
    """The snapshots of one server."""

    snapshots: tuple[Snapshot, ...] = ()
    unfinished: tuple[Unfinished, ...] = ()
    """Those without a manifest: they are being written, or were left half-way."""
    namespaces: tuple[tuple[str, str], ...] = ()
    """Datastore and namespace of everything that was looked into."""
    skipped: tuple[Skipped, ...] = ()


class Job(_Model):
    """One of the server's own jobs with its last and next run."""

    source: str
    kind: JobKind
    id: str
    datastore: str
    namespace: str = ""
    schedule: str = ""
    """Empty if it only runs by hand."""
    enabled: bool = True
    comment: str = ""
    origin: str = ""
    """The other end of a sync job: ``remote:datastore``."""
    pushes: bool = False
    """Whether a sync job copies to the other end instead of from it."""
    keep: str = ""
    """What a prune job keeps: ``daily 21, weekly 8``."""
    state: RunState = "unknown"
    status: str = ""
    upid: str = ""
    last_run: AwareDatetime | None = None
    next_run: AwareDatetime | None = None

    @property
    def key(self) -> str:
        """Unique among the jobs of all sources."""
        return f"{self.source}/{self.kind}/{self.id}"


class Task(ServerTask):
    """One task of the server."""

    datastore: str = ""
    group: str = ""
    """``vm/100``, where it is about one group."""
    guest: str | None = None
    """The name of that group's guest, where an inventory tells it: the server knows ids alone."""


class TaskLog(_Model):
    """What a task wrote, and how it ended."""

    task: Task
    lines: tuple[str, ...]
    total: int | None = None
    """Lines there are in all; more than ``lines`` if only the last were read."""


class TaskPage(_Model):
    """Tasks, the newest first."""

    tasks: tuple[Task, ...] = ()
    more: bool = False
    """Whether there are older ones that fit as well."""


class ServerStatus(_Model):
    """The machine itself."""

    source: str
    version: str = ""
    uptime: float | None = None
    cpu: float | None = None
    """Share of all processors in use, 0..1."""
    io_wait: float | None = None
    load: tuple[float, ...] = ()
    memory_total: int | None = None
    memory_used: int | None = None
    root_total: int | None = None
    root_used: int | None = None
    kernel: str = ""
