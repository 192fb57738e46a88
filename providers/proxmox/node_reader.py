"""Reads what nodes say of themselves: state, cluster, high availability."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from pydantic import Field, JsonValue, TypeAdapter

from providers.attempt import attempt
from providers.coercion import Amount, Epoch, MaybeFlag, Text, Whole, amount
from providers.errors import BackendError
from providers.proxmox.api import Api
from providers.proxmox.history_reader import read_history
from providers.proxmox.node_status import (
    Cluster,
    ClusterNode,
    HaResource,
    NodeReport,
    NodeStatus,
    Pressure,
    Space,
)
from providers.proxmox.resources import Inventory
from providers.wire import Wire, parsed

_VERSION: Final = re.compile(r"pve-manager/([^/]+)")
RECENT_POINTS: Final = 5
RECENT: Final = timedelta(minutes=10)
"""What was measured earlier says nothing about now."""


class _Space(Wire):
    used: Whole = None
    total: Whole = None
    free: Whole = None
    available: Whole = None
    shared: Whole = None

    @property
    def space(self) -> Space:
        return Space(used=self.used, size=self.total)


class _CpuInfo(Wire):
    model: Text = ""
    cpus: Whole = None
    sockets: Whole = None


class _Kernel(Wire):
    release: Text = ""


class _BootInfo(Wire):
    mode: Text = ""


class _Status(Wire):
    cpu: Amount = None
    wait: Amount = None
    loadavg: list[JsonValue] | None = None
    uptime: Amount = None
    memory: _Space | None = None
    swap: _Space | None = None
    rootfs: _Space | None = None
    ksm: _Space | None = None
    cpuinfo: _CpuInfo | None = None
    kversion: Text = ""
    kernel: _Kernel | None = Field(None, alias="current-kernel")
    boot: _BootInfo | None = Field(None, alias="boot-info")
    pveversion: Text = ""


class _Member(Wire):
    type: Text = ""
    name: Text = ""
    version: Whole = None
    quorate: MaybeFlag = None
    online: MaybeFlag = None
    ip: Text = ""
    local: MaybeFlag = None
    nodeid: Whole = None


class _Ha(Wire):
    id: Text = ""
    type: Text = ""
    node: Text = ""
    status: Text = ""
    state: Text = ""
    crm_state: Text = ""
    request_state: Text = ""
    timestamp: Epoch = None


_STATUS: Final = TypeAdapter(_Status)
_MEMBERS: Final = TypeAdapter(list[_Member])
_HA: Final = TypeAdapter(list[_Ha])


async def read_status(api: Api, node: str) -> NodeStatus:
    """``/nodes/{node}/status``.

    Raises:
        BackendError: if there is no usable answer.
    """
    path = f"/nodes/{node}/status"
    row = parsed(_STATUS, await api.data(path) or {}, path)
    memory = row.memory or _Space()
    info = row.cpuinfo or _CpuInfo()
    version = _VERSION.match(row.pveversion)
    return NodeStatus(
        source=api.source,
        node=node,
        cpu=row.cpu,
        wait=row.wait,
        load=_load(row.loadavg),
        cpus=info.cpus,
        sockets=info.sockets,
        cpu_model=info.model,
        memory=memory.space,
        memory_available=memory.available,
        swap=(row.swap or _Space()).space,
        root=(row.rootfs or _Space()).space,
        shared_pages=(row.ksm or _Space()).shared,
        uptime=row.uptime,
        version=version[1] if version else "",
        kernel=row.kernel.release if row.kernel and row.kernel.release else row.kversion,
        boot_mode=row.boot.mode if row.boot else "",
    )


async def read_node(api: Api, node: str, now: datetime) -> NodeStatus:
    """A node's status, with the pressure that the newest point of its history tells.

    Sources: ``/nodes/{node}/status`` and ``/nodes/{node}/rrddata``; version 8 measures none.

    Raises:
        BackendError: if the status cannot be read.
    """
    status, history = await asyncio.gather(
        read_status(api, node),
        attempt(lambda: read_history(api, f"/nodes/{node}", f"node/{node}", "hour")),
    )
    if isinstance(history, BackendError):
        return status
    for point in reversed(history.points[-RECENT_POINTS:]):
        figures = (point.pressure_cpu, point.pressure_io, point.pressure_memory)
        if any(figure is not None for figure in figures) and now - point.at < RECENT:
            cpu, io, memory = figures
            return status.model_copy(update={"pressure": Pressure(cpu=cpu, io=io, memory=memory)})
    return status


def node_reports(
    known: Inventory, by_node: Mapping[str, NodeStatus], only: Sequence[str]
) -> tuple[NodeReport, ...]:
    """The nodes of an inventory with what they said, and how many guests they have."""
    found = []
    for node in known.nodes:
        if only and node.name not in only:
            continue
        guests = [each for each in known.guests if each.node == node.name and not each.template]
        found.append(
            NodeReport(
                node=node,
                status=by_node.get(node.name),
                guests_running=sum(guest.status == "running" for guest in guests),
                guests=len(guests),
            )
        )
    return tuple(found)


async def read_cluster(api: Api) -> Cluster:
    """``/cluster/status``; a stand-alone host has no row of its own for a cluster.

    Raises:
        BackendError: if there is no usable answer.
    """
    rows = await api.rows(_MEMBERS, "/cluster/status")
    whole = next((row for row in rows if row.type == "cluster"), None)
    return Cluster(
        source=api.source,
        name=whole.name if whole else None,
        quorate=whole.quorate if whole else None,
        version=whole.version if whole else None,
        nodes=tuple(
            ClusterNode(
                name=row.name,
                online=row.online is not False,
                address=row.ip,
                local=row.local is True,
                number=row.nodeid,
            )
            for row in rows
            if row.type == "node"
        ),
    )


async def read_ha(api: Api) -> tuple[HaResource, ...]:
    """``/cluster/ha/status/current``.

    Raises:
        BackendError: if there is no usable answer.
    """
    return tuple(
        HaResource(
            source=api.source,
            id=row.id,
            kind=row.type,
            node=row.node,
            status=row.status,
            state=row.state or row.crm_state,
            requested=row.request_state,
            at=row.timestamp,
        )
        for row in await api.rows(_HA, "/cluster/ha/status/current")
    )


def _load(written: list[JsonValue] | None) -> tuple[float, float, float] | None:
    figures = [amount(value) for value in written or ()]
    known = [figure for figure in figures if figure is not None]
    return (known[0], known[1], known[2]) if len(known) == 3 else None
