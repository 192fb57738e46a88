"""Storages and what lies on them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, computed_field

StorageState = Literal["available", "inactive", "disabled", "unknown"]


class Storage(BaseModel):
    """One storage; a shared one is listed once, with every node that has it. Sizes are bytes."""

    model_config = ConfigDict(frozen=True)

    source: str
    name: str
    nodes: tuple[str, ...]
    type: str = ""
    """``dir``, ``zfspool``, ``lvmthin``, ``nfs``, ``pbs`` …"""
    content: tuple[str, ...] = ()
    """What it may hold: ``images``, ``rootdir``, ``backup``, ``iso`` …"""
    shared: bool = False
    status: StorageState = "unknown"
    used: int | None = None
    size: int | None = None
    troubled: tuple[str, ...] = ()
    """Nodes on which a shared storage is not available though it is on others."""
    counts: Mapping[str, int] | None = None
    """Volumes by kind of content; None if they were not counted."""
    newest_backup: AwareDatetime | None = None
    """The newest of the counted backups."""

    @property
    def key(self) -> str:
        """Unique among the storages of all sources."""
        return f"{self.source}/{'' if self.shared else self.nodes[0]}/{self.name}"

    @property
    def ratio(self) -> float | None:
        """Used share, 0..1."""
        return None if self.used is None or not self.size else self.used / self.size

    @computed_field  # type: ignore[prop-decorator]
    @property
    def free(self) -> int | None:
        """Bytes left."""
        return None if self.used is None or self.size is None else max(0, self.size - self.used)


class BackupVolume(BaseModel):
    """One backup of a guest on a storage: a vzdump archive, or a snapshot of a backup server."""

    model_config = ConfigDict(frozen=True)

    source: str
    storage: str
    node: str
    """Where it was seen; for a shared storage one of several."""
    shared: bool
    volume: str
    """Its id, such as ``pbs-main:backup/ct/101/2026-11-22T01:30:00Z``."""
    vmid: int | None = None
    guest_type: Literal["lxc", "qemu"] | None = None
    at: AwareDatetime | None = None
    size: int | None = None
    format: str = ""
    notes: str = ""
    protected: bool = False
    verified: Literal["ok", "failed"] | None = None
    """Only a backup server verifies; None if it has not."""
    encrypted: bool = False

    @property
    def key(self) -> str:
        """Unique among the volumes of all sources."""
        return f"{self.source}/{'' if self.shared else self.node}/{self.volume}"
