"""What lies on the storages of the nodes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from sre_tui.demo.world.backups import Backups, Snapshot
from sre_tui.demo.world.homelab import GuestType, Storage
from sre_tui.demo.world.plant import DAY, Plant
from sre_tui.demo.world.virtualization.records import Entry, HostTask, Volume

MIB, GIB = 2**20, 2**30
_IMAGES = (("debian-13.2.0-amd64-netinst.iso", 784 * MIB), ("virtio-win-0.1.285.iso", 754 * MIB))
_TEMPLATES = (("debian-13-standard_13.1-2_amd64.tar.zst", 124 * MIB),)
_TYPES: dict[str, GuestType] = {"vm": "qemu", "ct": "lxc"}


class Volumes:
    """The content of storages as a function of time."""

    def __init__(self, plant: Plant, backups: Backups, entries: Sequence[Entry]) -> None:
        self._plant = plant
        self._backups = backups
        self._entries = tuple(entries)
        self._stores = {store.storage: store for store in backups.plan.stores}

    def on(self, storage: Storage, now: float) -> list[Volume]:
        """Everything on a storage, as its node sees it."""
        match storage.plugin:
            case "pbs":
                return list(self._snapshots(storage, now))
            case "dir":
                return [*self._files(storage), *self._archives(storage, now)]
            case _:
                return list(self._disks(storage))

    def _snapshots(self, storage: Storage, now: float) -> Iterator[Volume]:
        store = self._stores.get(storage.name)
        if store is None:
            return
        for snapshot in self._backups.snapshots(store.datastore, now):
            if snapshot.namespace == store.namespace and snapshot.type in _TYPES:
                yield _backup(storage.name, snapshot)

    def _archives(self, storage: Storage, now: float) -> Iterator[Volume]:
        for archive in self._backups.archives(now):
            if (archive.storage, archive.node) == (storage.name, storage.node):
                yield Volume(
                    archive.volid, "backup", "tar.zst" if archive.guest.type == "lxc" else
                    "vma.zst", archive.size, archive.time, archive.guest.vmid,
                    archive.guest.type, archive.notes,
                )  # fmt: skip

    def _files(self, storage: Storage) -> Iterator[Volume]:
        at = int(self._plant.anchor - 120 * DAY)
        for name, size in _IMAGES:
            yield Volume(f"{storage.name}:iso/{name}", "iso", "iso", size, at)
        for name, size in _TEMPLATES:
            yield Volume(f"{storage.name}:vztmpl/{name}", "vztmpl", "tzst", size, at)

    def _disks(self, storage: Storage) -> Iterator[Volume]:
        for entry in self._entries:
            if entry.storage != storage.name:
                continue
            if not storage.shared and entry.node != storage.node:
                continue
            qemu = entry.type == "qemu"
            name = f"{'vm' if qemu else 'subvol'}-{entry.vmid}-disk-0"
            yield Volume(
                f"{storage.name}:{name}", "images" if qemu else "rootdir",
                "raw" if qemu else "subvol", entry.disk, vmid=entry.vmid,
            )  # fmt: skip


def _backup(storage: str, snapshot: Snapshot) -> Volume:
    stamp = f"{datetime.fromtimestamp(snapshot.time, UTC):%Y-%m-%dT%H:%M:%SZ}"
    verified = snapshot.verified or ""
    task = HostTask("pbs", "verify_snapshot", f"{snapshot.store}:{snapshot.type}",
                    snapshot.verified_at or 0.0, 0.0)  # fmt: skip
    return Volume(
        volid=f"{storage}:backup/{snapshot.type}/{snapshot.id}/{stamp}",
        content="backup",
        format=f"pbs-{snapshot.type}",
        size=snapshot.size,
        at=snapshot.time,
        vmid=int(snapshot.id),
        type=_TYPES[snapshot.type],
        notes=snapshot.comment,
        protected=snapshot.protected,
        verified=verified,
        verify_upid=task.upid if verified else "",
    )
