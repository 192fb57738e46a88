"""Reads the disks of nodes and the ZFS pools on them."""

from __future__ import annotations

import asyncio
from typing import Final

from pydantic import JsonValue, TypeAdapter

from providers.attempt import attempt, missing_parts
from providers.coercion import Amount, Text, Whole, amount
from providers.errors import BackendError
from providers.proxmox.api import Api
from providers.proxmox.disks import Disk, NodeDisks, ZfsDevice, ZfsPool, ZfsPoolDetail
from providers.wire import Wire, parsed

_HEALTH: Final = {"PASSED": True, "OK": True, "FAILED": False, "FAILED!": False}


class _Disk(Wire):
    devpath: Text
    type: Text = ""
    size: Whole = None
    model: Text = ""
    serial: Text = ""
    rpm: Whole = None
    health: Text = ""
    wearout: JsonValue = None
    used: Text = ""


class _Pool(Wire):
    name: Text
    health: Text = ""
    size: Whole = None
    alloc: Whole = None
    free: Whole = None
    frag: Amount = None
    dedup: Amount = None


class _Device(Wire):
    name: Text = ""
    state: Text = ""
    read: Whole = None
    write: Whole = None
    cksum: Whole = None
    msg: Text = ""
    children: list[_Device] | None = None


class _PoolDetail(Wire):
    name: Text = ""
    state: Text = ""
    scan: Text = ""
    status: Text = ""
    action: Text = ""
    errors: Text = ""
    children: list[_Device] | None = None


_DISKS: Final = TypeAdapter(list[_Disk])
_POOLS: Final = TypeAdapter(list[_Pool])
_POOL: Final = TypeAdapter(_PoolDetail)


async def read_node_disks(api: Api, node: str) -> tuple[NodeDisks, str]:
    """Disks and pools of a node, and one line if either could not be read.

    Raises:
        BackendError: if neither can be read.
    """
    disks, pools = await asyncio.gather(
        attempt(lambda: read_disks(api, node)), attempt(lambda: read_pools(api, node))
    )
    if isinstance(disks, BackendError):
        if isinstance(pools, BackendError):
            raise disks
        return NodeDisks(pools=pools), missing_parts({f"disks of {node}": disks})
    if isinstance(pools, BackendError):
        return NodeDisks(disks=disks), missing_parts({f"pools of {node}": pools})
    return NodeDisks(disks=disks, pools=pools), ""


async def read_disks(api: Api, node: str) -> tuple[Disk, ...]:
    """``/nodes/{node}/disks/list``; its wear-out is per cent left.

    Raises:
        BackendError: if there is no usable answer.
    """
    return tuple(
        Disk(
            source=api.source,
            node=node,
            path=row.devpath,
            type=row.type,
            size=row.size,
            model=row.model,
            serial=row.serial,
            rpm=row.rpm if row.rpm and row.rpm > 0 else None,
            healthy=_HEALTH.get(row.health.upper()),
            health=row.health,
            wear=_wear(row.wearout),
            used_by=row.used,
        )
        for row in await api.rows(_DISKS, f"/nodes/{node}/disks/list")
    )


async def read_pools(api: Api, node: str) -> tuple[ZfsPool, ...]:
    """``/nodes/{node}/disks/zfs``.

    Raises:
        BackendError: if there is no usable answer.
    """
    return tuple(
        ZfsPool(
            source=api.source,
            node=node,
            name=row.name,
            health=row.health,
            size=row.size,
            allocated=row.alloc,
            free=row.free,
            fragmentation=None if row.frag is None else row.frag / 100,
            dedup=row.dedup,
        )
        for row in await api.rows(_POOLS, f"/nodes/{node}/disks/zfs")
    )


async def read_pool(api: Api, node: str, pool: str) -> ZfsPoolDetail:
    """``/nodes/{node}/disks/zfs/{pool}``.

    Raises:
        BackendError: if there is no usable answer.
    """
    path = f"/nodes/{node}/disks/zfs/{pool}"
    row = parsed(_POOL, await api.data(path) or {}, path)
    return ZfsPoolDetail(
        source=api.source,
        node=node,
        name=row.name or pool,
        state=row.state,
        scan=row.scan.strip(),
        status=row.status.strip(),
        action=row.action.strip(),
        errors=row.errors.strip(),
        devices=tuple(device for child in row.children or () for device in _devices(child, "")),
    )


def _devices(row: _Device, parent: str) -> list[ZfsDevice]:
    own = ZfsDevice(
        name=row.name,
        state=row.state,
        read_errors=row.read,
        write_errors=row.write,
        checksum_errors=row.cksum,
        message=row.msg,
        parent=parent,
    )
    return [own, *(each for child in row.children or () for each in _devices(child, row.name))]


def _wear(value: JsonValue) -> float | None:
    left = amount(value)
    return None if left is None or not 0 <= left <= 100 else (100 - left) / 100
