"""Everything about one guest: configuration, state, snapshots, addresses, recent tasks."""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

from providers.proxmox.config import GuestConfig
from providers.proxmox.guests import Guest
from providers.proxmox.node_status import Pressure
from providers.proxmox.tasks import Task

AgentState = Literal["answers", "not_running", "not_permitted", "not_configured", "unknown"]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True)


class Snapshot(_Model):
    """One snapshot of a guest."""

    name: str
    at: AwareDatetime | None = None
    description: str = ""
    parent: str = ""
    with_memory: bool = False
    current: bool = False
    """Whether the guest's present state follows it."""


class GuestNow(_Model):
    """The state of a guest as its node tells it at this moment. Sizes are bytes."""

    status: str = ""
    detail: str = ""
    """What the virtual machine says itself: ``running``, ``paused``, ``io-error`` …"""
    uptime: float | None = None
    """Seconds."""
    cpu: float | None = None
    cpus: float | None = None
    memory: int | None = None
    memory_size: int | None = None
    swap: int | None = None
    disk: int | None = None
    disk_size: int | None = None
    lock: str | None = None
    ha_managed: bool | None = None
    ha_state: str = ""
    machine: str = ""
    """Machine type a virtual machine was started with."""
    emulator: str = ""
    pressure: Pressure | None = None


class Interface(_Model):
    """One network interface as seen inside the guest."""

    name: str
    mac: str = ""
    addresses: tuple[str, ...] = ()


class GuestDetail(_Model):
    """One guest; a part that could not be read is None or empty and named by the reading."""

    guest: Guest
    now: GuestNow | None = None
    config: GuestConfig | None = None
    snapshots: tuple[Snapshot, ...] = ()
    agent: AgentState = "unknown"
    """Whether the guest agent of a virtual machine answers."""
    interfaces: tuple[Interface, ...] = ()
    tasks: tuple[Task, ...] = ()
    """The newest tasks of this guest, the newest first."""
