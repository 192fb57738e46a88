"""What can be asked about storages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from providers.proxmox.connection import ProxmoxConnection
from providers.reading import Reading
from providers.readings import Fetched

if TYPE_CHECKING:
    from providers.proxmox.backup_targets import BackupTarget
    from providers.proxmox.history import History, Timeframe
    from providers.proxmox.storage import BackupVolume, Storage
    from providers.proxmox.volumes import GuestVolume

T = TypeVar("T")


class StorageQuestions(ProxmoxConnection):
    """Storages, the backups on them, their fill over time."""

    async def storages(self, *, counted: bool = False) -> Reading[tuple[Storage, ...]]:
        """Storages with their fill, shared ones once (``/nodes/{node}/storage`` of each node).

        Args:
            counted: also counts the volumes of each (``…/storage/{storage}/content``), which may
                take long and wake disks.
        """
        from providers.proxmox.permissions import STORAGES, recipe, with_permissions
        from providers.proxmox.storage import Storage
        from providers.proxmox.storage_reader import read_all_storages

        async def fetch() -> Fetched[tuple[Storage, ...]]:
            (found, missing), held = await with_permissions(
                self._api, partial(read_all_storages, self._api, self._only, counted=counted)
            )
            unseen = STORAGES.unseen(self._api, held, recipe(self._api), empty=not found)
            return Fetched(found, missing="; ".join(filter(None, (missing, unseen))))

        return await self._http.reading(f"storages {counted}", tuple[Storage, ...], fetch)

    async def storage_backups(self) -> Reading[tuple[BackupVolume, ...]]:
        """Backups of guests on the storages: vzdump archives and snapshots of backup servers.

        Sources: ``/cluster/resources?type=storage``, and
        ``/nodes/{node}/storage/{storage}/content?content=backup`` of every storage that holds
        backups, a shared one through one node. Partial if one cannot be read.
        """
        from providers.proxmox.storage import BackupVolume
        from providers.proxmox.storage_reader import read_all_backups

        async def fetch() -> Fetched[tuple[BackupVolume, ...]]:
            return await self._on_storages(partial(read_all_backups, self._api, self._only))

        return await self._http.reading("storage backups", tuple[BackupVolume, ...], fetch)

    async def backup_targets(self) -> Reading[tuple[BackupTarget, ...]]:
        """Which backup server and datastore each storage of type ``pbs`` points to (``/storage``).

        A storage on which the token lacks Datastore.Audit is not among them.
        """
        from providers.proxmox.backup_targets import BackupTarget, read_backup_targets

        async def fetch() -> Fetched[tuple[BackupTarget, ...]]:
            return Fetched(await read_backup_targets(self._api))

        return await self._http.reading("backup targets", tuple[BackupTarget, ...], fetch)

    async def guest_volumes(self) -> Reading[tuple[GuestVolume, ...]]:
        """Which storage holds the disks of which guest.

        Sources: ``/cluster/resources?type=storage``, and
        ``/nodes/{node}/storage/{storage}/content`` of every storage that holds disks of guests, a
        shared one through one node. Partial if one cannot be read. Directories of a node that are
        mounted into a container are not among them.
        """
        from providers.proxmox.volume_reader import read_guest_volumes
        from providers.proxmox.volumes import GuestVolume

        async def fetch() -> Fetched[tuple[GuestVolume, ...]]:
            return await self._on_storages(partial(read_guest_volumes, self._api, self._only))

        return await self._http.reading("guest volumes", tuple[GuestVolume, ...], fetch)

    async def _on_storages(
        self, call: Callable[[], Awaitable[tuple[tuple[T, ...], str]]]
    ) -> Fetched[tuple[T, ...]]:
        """Volumes of guests: those on storages that may not be seen, and those of guests that may
        not be, are left out without a word.

        Raises:
            Unauthorized: if nothing is seen, and a right is missing.
        """
        from providers.proxmox.permissions import GUESTS, STORAGES, recipe, with_permissions

        (found, missing), held = await with_permissions(self._api, call)
        how = recipe(self._api)
        lacks = [area.unseen(self._api, held, how, empty=not found) for area in (STORAGES, GUESTS)]
        return Fetched(found, missing="; ".join(filter(None, (missing, *lacks))))

    async def storage_history(
        self, node: str, storage: str, timeframe: Timeframe = "day"
    ) -> Reading[History]:
        """Fill of a storage, as one node sees it, over time."""
        subject = f"storage/{node}/{storage}"
        return await self._history(f"/nodes/{node}/storage/{storage}", subject, timeframe)
