"""What each Proxmox VE and each backup server answered when it was asked about backups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from providers.pbs import Contents, PbsClient, TaskPage
from providers.proxmox import (
    BackupJob,
    BackupTarget,
    BackupVolume,
    ExcludedDisk,
    Inventory,
    NotBackedUp,
    ProxmoxClient,
)
from providers.reading import Reading, State
from sre_tui.diagnosis.coverage.owners import Key


@dataclass(frozen=True)
class Host:
    """What one Proxmox VE answered."""

    client: ProxmoxClient
    inventory: Reading[Inventory]
    jobs: Reading[tuple[BackupJob, ...]]
    volumes: Reading[tuple[BackupVolume, ...]]
    uncovered: Reading[tuple[NotBackedUp, ...]]
    targets: Reading[tuple[BackupTarget, ...]]
    excluded: Reading[tuple[ExcludedDisk, ...]] | None
    created: Mapping[Key, datetime | None]
    """Of virtual machines that were looked up; None if their configuration does not tell."""

    @property
    def source(self) -> str:
        """Backend and instance."""
        return self.client.source

    @property
    def on_servers(self) -> frozenset[str]:
        """Its storages that lie on a backup server."""
        storages = self.inventory.data.storages if self.inventory.data else ()
        named = {storage.name for storage in storages if storage.type == "pbs"}
        return frozenset(named | {target.storage for target in self.targets.data or ()})


@dataclass(frozen=True)
class Server:
    """What one backup server answered."""

    client: PbsClient
    contents: Reading[Contents]
    failures: Reading[TaskPage]

    @property
    def source(self) -> str:
        """Backend and instance."""
        return self.client.source

    @property
    def is_read(self) -> bool:
        """Whether all that it holds was seen; a disk in a drawer is not missed."""
        contents = self.contents
        closed = any(one.maintenance for one in contents.data.skipped) if contents.data else False
        return contents.state is State.OK and not closed
