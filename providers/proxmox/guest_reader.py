"""Reads everything about one guest; each part may fail on its own."""

from __future__ import annotations

import asyncio
from typing import Final

from pydantic import Field, TypeAdapter

from providers.attempt import attempt, missing_parts
from providers.coercion import Amount, Epoch, Flag, MaybeFlag, Text, Whole
from providers.errors import BackendError, BadResponse, NotFound, Unauthorized
from providers.proxmox.api import Api
from providers.proxmox.config import GuestConfig
from providers.proxmox.config_reader import read_config
from providers.proxmox.detail import AgentState, GuestDetail, GuestNow, Interface, Snapshot
from providers.proxmox.guests import Guest
from providers.proxmox.node_status import Pressure
from providers.proxmox.task_query import TaskQuery
from providers.proxmox.task_reader import read_tasks
from providers.proxmox.tasks import Task
from providers.wire import Wire, parsed

RECENT_TASKS: Final = 10


class _Ha(Wire):
    managed: MaybeFlag = None
    state: Text = ""


class _Now(Wire):
    status: Text = ""
    qmpstatus: Text = ""
    uptime: Amount = None
    cpu: Amount = None
    cpus: Amount = None
    mem: Whole = None
    maxmem: Whole = None
    swap: Whole = None
    disk: Whole = None
    maxdisk: Whole = None
    lock: Text = ""
    ha: _Ha | None = None
    machine: Text = Field("", alias="running-machine")
    emulator: Text = Field("", alias="running-qemu")
    pressurecpusome: Amount = None
    pressureiosome: Amount = None
    pressurememorysome: Amount = None


class _Snapshot(Wire):
    name: Text
    snaptime: Epoch = None
    description: Text = ""
    parent: Text = ""
    vmstate: Flag = False


class _Address(Wire):
    address: Text = Field("", alias="ip-address")
    prefix: Whole = None


class _Interface(Wire):
    name: Text = ""
    mac: Text = Field("", alias="hardware-address")
    hwaddr: Text = ""
    inet: Text = ""
    inet6: Text = ""
    addresses: list[_Address] | None = Field(None, alias="ip-addresses")


_NOW: Final = TypeAdapter(_Now)
_SNAPSHOTS: Final = TypeAdapter(list[_Snapshot])
_INTERFACES: Final = TypeAdapter(list[_Interface])


async def read_guest(api: Api, guest: Guest) -> tuple[GuestDetail, str]:
    """Everything about a guest, and one line naming the parts that could not be read.

    Raises:
        BackendError: if neither its state nor its configuration can be read.
    """
    base = f"/nodes/{guest.node}/{guest.type}/{guest.vmid}"
    now, config, snapshots, tasks, inside = await asyncio.gather(
        attempt(lambda: read_now(api, base)),
        attempt(lambda: read_guest_config(api, base, guest)),
        attempt(lambda: read_snapshots(api, base)),
        attempt(lambda: _recent(api, guest)),
        _inside(api, base, guest),
    )
    if isinstance(now, BackendError) and isinstance(config, BackendError):
        raise config
    agent, interfaces = inside
    known = None if isinstance(config, BackendError) else config
    if guest.type == "qemu" and known is not None and known.agent is False:
        agent = "not_configured"
    detail = GuestDetail(
        guest=guest,
        now=None if isinstance(now, BackendError) else now,
        config=known,
        snapshots=() if isinstance(snapshots, BackendError) else snapshots,
        agent=agent,
        interfaces=interfaces,
        tasks=() if isinstance(tasks, BackendError) else tasks,
    )
    parts = {"state": now, "configuration": config, "snapshots": snapshots, "tasks": tasks}
    return detail, missing_parts(parts)


async def read_now(api: Api, base: str) -> GuestNow:
    """``…/status/current``. Pressure is written as per cent, by containers as text.

    Raises:
        BackendError: if there is no usable answer.
    """
    path = f"{base}/status/current"
    row = parsed(_NOW, await api.data(path) or {}, path)
    figures = [row.pressurecpusome, row.pressureiosome, row.pressurememorysome]
    cpu, io, memory = (None if figure is None else round(figure / 100, 8) for figure in figures)
    reported = any(figure is not None for figure in figures)
    return GuestNow(
        status=row.status,
        detail=row.qmpstatus,
        uptime=row.uptime,
        cpu=row.cpu,
        cpus=row.cpus,
        memory=row.mem,
        memory_size=row.maxmem,
        swap=row.swap,
        disk=row.disk or None,
        disk_size=row.maxdisk,
        lock=row.lock or None,
        ha_managed=row.ha.managed if row.ha else None,
        ha_state=row.ha.state if row.ha else "",
        machine=row.machine,
        emulator=row.emulator,
        pressure=Pressure(cpu=cpu, io=io, memory=memory) if reported else None,
    )


async def read_guest_config(api: Api, base: str, guest: Guest) -> GuestConfig:
    """``…/config``.

    Raises:
        BackendError: if there is no usable answer.
    """
    path = f"{base}/config"
    flat = await api.data(path)
    if not isinstance(flat, dict):
        raise BadResponse(f"{path} answered no configuration")
    return read_config(guest.type, flat)


async def read_snapshots(api: Api, base: str) -> tuple[Snapshot, ...]:
    """``…/snapshot``; its row ``current`` only says which snapshot the present state follows.

    Raises:
        BackendError: if there is no usable answer.
    """
    rows = await api.rows(_SNAPSHOTS, f"{base}/snapshot")
    current = next((row.parent for row in rows if row.name == "current"), "")
    found = [
        Snapshot(
            name=row.name,
            at=row.snaptime,
            description=row.description.strip(),
            parent=row.parent,
            with_memory=row.vmstate,
            current=row.name == current,
        )
        for row in rows
        if row.name != "current"
    ]
    return tuple(sorted(found, key=lambda one: (one.at is None, one.at, one.name)))


async def _recent(api: Api, guest: Guest) -> tuple[Task, ...]:
    tasks, _ = await read_tasks(api, guest.node, TaskQuery(vmid=guest.vmid, limit=RECENT_TASKS))
    return tuple(task.model_copy(update={"guest": guest.name}) for task in tasks)


async def _inside(api: Api, base: str, guest: Guest) -> tuple[AgentState, tuple[Interface, ...]]:
    """Addresses as the guest itself sees them: containers tell, virtual machines by their agent."""
    if guest.status != "running":
        return "unknown", ()
    path = f"{base}/interfaces"
    if guest.type == "qemu":
        path = f"{base}/agent/network-get-interfaces"
    try:
        data = await api.data(path)
        found = data.get("result") if isinstance(data, dict) else data
        rows = parsed(_INTERFACES, found or [], path)
    except Unauthorized:
        return "not_permitted", ()
    except NotFound:
        return "unknown", ()
    except BackendError as error:
        said = error.detail.casefold()
        if "not running" in said or "no response" in said:
            return "not_running", ()
        return ("not_configured" if "no qemu guest agent" in said else "unknown"), ()
    interfaces = tuple(_interface(row) for row in rows if row.name not in ("", "lo"))
    return ("answers" if guest.type == "qemu" else "unknown"), interfaces


def _interface(row: _Interface) -> Interface:
    written = [
        f"{each.address}/{each.prefix}" if each.prefix is not None else each.address
        for each in row.addresses or ()
        if each.address
    ]
    plain = [address for address in (row.inet, row.inet6) if address]
    return Interface(
        name=row.name, mac=row.mac or row.hwaddr, addresses=tuple(dict.fromkeys(written or plain))
    )
