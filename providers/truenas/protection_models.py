"""Snapshots, the tasks that make them, and replication."""

from __future__ import annotations

from pydantic import AwareDatetime, BaseModel, ConfigDict


class SnapshotGroup(BaseModel):
    """The snapshots of one dataset."""

    model_config = ConfigDict(frozen=True)

    source: str
    dataset: str
    pool: str
    count: int
    automatic: int = 0
    """Those named as a snapshot task names them."""
    oldest: AwareDatetime | None = None
    newest: AwareDatetime | None = None
    newest_name: str = ""
    used: int | None = None
    """Bytes that one snapshot alone holds, summed; what several share is not in it."""

    @property
    def key(self) -> str:
        """Unique among the datasets of all sources."""
        return f"{self.source}/{self.dataset}"


class SnapshotTask(BaseModel):
    """One periodic snapshot task."""

    model_config = ConfigDict(frozen=True)

    source: str
    id: int
    dataset: str
    recursive: bool = False
    enabled: bool = True
    keep: float | None = None
    """Seconds a snapshot is kept."""
    interval: float | None = None
    """Seconds between runs, from its schedule; None if that is irregular."""
    schedule: str = ""
    """The five cron fields."""
    naming: str = ""
    excluded: tuple[str, ...] = ()
    state: str = ""
    """``finished``, ``error``, ``pending`` …"""
    ran_at: AwareDatetime | None = None
    error: str = ""


class Replication(BaseModel):
    """One replication task and how it is."""

    model_config = ConfigDict(frozen=True)

    source: str
    id: int
    name: str
    direction: str = ""
    """``push`` or ``pull``."""
    transport: str = ""
    """``local``, ``ssh`` or ``ssh+netcat``."""
    datasets: tuple[str, ...] = ()
    target: str = ""
    recursive: bool | None = None
    """Whether the datasets below are copied as well; None if not reported."""
    excluded: tuple[str, ...] = ()
    """Datasets below that are left out."""
    enabled: bool = True
    automatic: bool = True
    interval: float | None = None
    """Seconds between runs, from its own schedule; None if it follows a snapshot task."""
    state: str = ""
    """``pending``, ``waiting``, ``running``, ``finished``, ``error``, ``hold``."""
    ran_at: AwareDatetime | None = None
    last_snapshot: str = ""
    last_snapshot_at: AwareDatetime | None = None
    """When the last snapshot that arrived was taken."""
    progress: float | None = None
    """0..1, while it runs."""
    error: str = ""

    @property
    def key(self) -> str:
        """Unique among the replications of all sources."""
        return f"{self.source}/{self.id}"


class ProtectionReport(BaseModel):
    """How a NAS protects its data; None marks a section that was not reported."""

    model_config = ConfigDict(frozen=True)

    groups: tuple[SnapshotGroup, ...] | None = None
    tasks: tuple[SnapshotTask, ...] | None = None
    replications: tuple[Replication, ...] | None = None
