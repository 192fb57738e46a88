"""Reads which storage holds the disks of which guest, with one question per storage."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from functools import partial
from typing import Final

from pydantic import TypeAdapter

from providers.attempt import attempt, missing_parts
from providers.coercion import Text, Whole
from providers.collector import uncollected
from providers.errors import BackendError
from providers.proxmox.api import Api
from providers.proxmox.members import read_inventory
from providers.proxmox.storage import Storage
from providers.proxmox.volumes import GuestVolume
from providers.wire import Wire

DISK_CONTENT: Final = ("images", "rootdir")


class _Volume(Wire):
    volid: Text
    content: Text = ""
    size: Whole = None
    vmid: Whole = None


_VOLUMES: Final = TypeAdapter(list[_Volume])


async def read_guest_volumes(
    api: Api, only: Collection[str]
) -> tuple[tuple[GuestVolume, ...], str]:
    """The disks of guests on all storages, and one line naming storages that cannot be read.

    A shared storage is read once; one that is not active is left out.

    Raises:
        BackendError: if there is no usable answer.
    """
    known = await read_inventory(api, only, "storage")
    readable = [
        storage
        for storage in known.storages
        if storage.status == "available" and set(DISK_CONTENT) & set(storage.content)
    ]
    parts = await asyncio.gather(*(attempt(partial(_read, api, storage)) for storage in readable))
    errors = [part for part in parts if isinstance(part, BackendError)]
    if errors and len(errors) == len(parts):
        raise errors[0]
    names = [f"disks on {storage.name} of {', '.join(storage.nodes)}" for storage in readable]
    found = [each for part in parts if not isinstance(part, BackendError) for each in part]
    return tuple(found), missing_parts(dict(zip(names, parts, strict=True)))


async def _read(api: Api, storage: Storage) -> tuple[GuestVolume, ...]:
    node = next((one for one in storage.nodes if one not in storage.troubled), storage.nodes[0])
    rows = await api.rows(_VOLUMES, f"/nodes/{node}/storage/{storage.name}/content")
    with uncollected():
        return tuple(
            GuestVolume(
                source=api.source,
                vmid=row.vmid,
                storage=storage.name,
                node=node,
                shared=storage.shared,
                volume=row.volid,
                size=row.size,
            )
            for row in rows
            if row.vmid is not None and row.content in DISK_CONTENT
        )
