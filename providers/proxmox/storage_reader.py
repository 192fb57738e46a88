"""Reads storages and their content."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final, cast, get_args

from pydantic import TypeAdapter

from providers.attempt import attempt, missing_parts
from providers.coercion import Amount, Flag, MaybeFlag, Text, Whole, epoch, flag, text, whole
from providers.collector import uncollected
from providers.errors import BackendError
from providers.proxmox.api import Api
from providers.proxmox.guests import ARCHIVED_AS, GuestType
from providers.proxmox.members import ask_nodes, read_inventory
from providers.proxmox.resources import joined_storages
from providers.proxmox.storage import BackupVolume, Storage
from providers.shared_reads import shared, unshared
from providers.wire import Wire

_VZDUMP: Final = re.compile(
    r"vzdump-(?P<type>qemu|lxc)-(?P<vmid>\d+)-(?P<at>\d{4}_\d\d_\d\d-\d\d_\d\d_\d\d)"
)
_PBS: Final = re.compile(r":backup/(?:.+/)?(?P<type>vm|ct)/(?P<vmid>\d+)/(?P<at>[\dTZ:-]+)$")
_GUEST_TYPES: Final = frozenset(get_args(GuestType))


class _Storage(Wire):
    storage: Text
    type: Text = ""
    content: Text = ""
    shared: Flag = False
    enabled: MaybeFlag = None
    active: MaybeFlag = None
    used: Whole = None
    total: Whole = None
    avail: Whole = None
    used_fraction: Amount = None


_STORAGES: Final = TypeAdapter(list[_Storage])
_VOLUMES: Final = TypeAdapter(list[dict[str, Any]])
"""There may be tens of thousands, so their fields are read one by one, without a model."""
_BACKUPS: Final = TypeAdapter(tuple[BackupVolume, ...])


async def read_storages(api: Api, node: str) -> tuple[Storage, ...]:
    """The storages of one node (``/nodes/{node}/storage``).

    One that is not active reports zero bytes, which are left out.

    Raises:
        BackendError: if there is no usable answer.
    """
    found = []
    for row in await api.rows(_STORAGES, f"/nodes/{node}/storage"):
        is_active = row.active is True
        found.append(
            Storage(
                source=api.source,
                name=row.storage,
                nodes=(node,),
                type=row.type,
                content=tuple(sorted(part for part in row.content.split(",") if part)),
                shared=row.shared,
                status="disabled"
                if row.enabled is False
                else "available"
                if is_active
                else "inactive",
                used=row.used if is_active else None,
                size=row.total or None if is_active else None,
            )
        )
    return tuple(found)


async def read_counts(api: Api, storage: Storage, node: str) -> Storage:
    """The storage with its volumes counted by content (``/nodes/{node}/storage/{s}/content``).

    Raises:
        BackendError: if there is no usable answer.
    """
    rows = await api.rows(_VOLUMES, f"/nodes/{node}/storage/{storage.name}/content")
    contents = [text(row.get("content")) for row in rows]
    moments = [
        epoch(row.get("ctime"))
        for row, content in zip(rows, contents, strict=True)
        if content == "backup"
    ]
    return storage.model_copy(
        update={
            "counts": dict(sorted(Counter(content or "other" for content in contents).items())),
            "newest_backup": max((at for at in moments if at is not None), default=None),
        }
    )


async def read_backups(api: Api, storage: Storage, node: str) -> tuple[BackupVolume, ...]:
    """The backups of guests on a storage, as one node sees them.

    Raises:
        BackendError: if there is no usable answer.
    """
    path = f"/nodes/{node}/storage/{storage.name}/content"
    common = {
        "source": api.source,
        "storage": storage.name,
        "node": node,
        "shared": storage.shared,
    }

    async def ask() -> tuple[BackupVolume, ...]:
        with unshared():
            rows = await api.rows(_VOLUMES, path, [("content", "backup")])
        with uncollected():
            told = [common | _backup(row) for row in rows if row.get("volid")]
            return _BACKUPS.validate_python(told)

    return await shared((api, "backups", path, storage.shared), ask)


async def read_all_storages(
    api: Api, only: Collection[str], *, counted: bool
) -> tuple[tuple[Storage, ...], str]:
    """The storages of all nodes, and one line naming what could not be read.

    Those of a node that does not answer are the cluster's word (``/cluster/resources``): it knows
    that they are there, and no more.

    Raises:
        BackendError: if there is no usable answer.
    """
    known = await read_inventory(api, only, "node")
    answers = await ask_nodes(known, lambda node: read_storages(api, node))
    rows = [row for found in answers.needed().by_node.values() for row in found]
    silent = answers.failed.keys()
    if silent:
        told = await attempt(partial(read_inventory, api, silent, "storage"))
        rows += [] if isinstance(told, BackendError) else map(_unseen, told.storages)
    storages = joined_storages(rows, silent)
    if not counted:
        return storages, answers.missing
    readable = [storage for storage in storages if storage.status == "available"]
    parts = await asyncio.gather(
        *(
            attempt(partial(read_counts, api, storage, _host(storage, silent)))
            for storage in readable
        )
    )
    by_key = {part.key: part for part in parts if not isinstance(part, BackendError)}
    failed = missing_parts(
        {f"content of {s.name}": part for s, part in zip(readable, parts, strict=True)}
    )
    found = tuple(by_key.get(storage.key, storage) for storage in storages)
    return found, "; ".join(part for part in (answers.missing, failed) if part)


async def read_all_backups(api: Api, only: Collection[str]) -> tuple[tuple[BackupVolume, ...], str]:
    """The backups on all storages, and one line naming those that could not be read.

    Which storages there are is told by one call for all nodes; those of a dead node are not active.

    Raises:
        BackendError: if there is no usable answer.
    """
    known = await read_inventory(api, only, "storage")
    holding = [storage for storage in known.storages if "backup" in storage.content]
    readable = [storage for storage in holding if storage.status == "available"]
    parts = await asyncio.gather(
        *(attempt(partial(read_backups, api, storage, _host(storage))) for storage in readable)
    )
    errors = [part for part in parts if isinstance(part, BackendError)]
    if errors and len(errors) == len(parts):
        raise errors[0]
    names = [f"backups on {s.name} of {', '.join(s.nodes)}" for s in readable]
    lacks = [missing_parts(dict(zip(names, parts, strict=True)))]
    lacks += [
        f"backups on {storage.name} of {', '.join(storage.nodes)} missing: it is not active"
        for storage in holding
        if storage.status != "available"
    ]
    found = [each for part in parts if not isinstance(part, BackendError) for each in part]
    return tuple(found), "; ".join(part for part in lacks if part)


def _host(storage: Storage, silent: Collection[str] = ()) -> str:
    """A node through which a storage can be read."""
    unfit = {*storage.troubled, *silent}
    return next((node for node in storage.nodes if node not in unfit), storage.nodes[0])


def _unseen(storage: Storage) -> Storage:
    return storage.model_copy(update={"status": "unknown", "used": None, "size": None})


def _backup(row: Mapping[str, Any]) -> dict[str, Any]:
    """What a row tells of a backup; what it does not tell is taken from its name."""
    volume = text(row.get("volid"))
    vmid, at = whole(row.get("vmid")), epoch(row.get("ctime"))
    subtype = text(row.get("subtype"))
    type_: str | None = ARCHIVED_AS.get(subtype, subtype)
    if vmid is None or at is None or type_ not in _GUEST_TYPES:
        named_type, named_vmid, written = _named(volume)
        type_ = type_ if type_ in _GUEST_TYPES else named_type
        vmid = named_vmid if vmid is None else vmid
        at = at or _moment(written)
    verification = row.get("verification")
    state = text(verification.get("state")) if isinstance(verification, dict) else ""
    return {
        "volume": volume,
        "vmid": vmid,
        "guest_type": type_,
        "at": at,
        "size": whole(row.get("size")),
        "format": text(row.get("format")),
        "notes": text(row.get("notes")).strip(),
        "protected": flag(row.get("protected")),
        "verified": state if state in ("ok", "failed") else None,
        "encrypted": text(row.get("encrypted")) not in ("", "0"),
    }


def _named(volume: str) -> tuple[GuestType | None, int | None, str]:
    """Kind, vmid and time as it is written, that the name of a backup tells."""
    if found := _VZDUMP.search(volume):
        return cast(GuestType, found["type"]), int(found["vmid"]), found["at"]
    if found := _PBS.search(volume):
        return ARCHIVED_AS[found["type"]], int(found["vmid"]), found["at"]
    return None, None, ""


def _moment(written: str) -> datetime | None:
    """The time that a name tells, local time taken for UTC; None for none of any calendar."""
    form = "%Y-%m-%dT%H:%M:%SZ" if "T" in written else "%Y_%m_%d-%H_%M_%S"
    try:
        return datetime.strptime(written, form).replace(tzinfo=UTC)
    except ValueError:
        return None
