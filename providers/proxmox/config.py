"""A guest's configuration, grouped as a person thinks of it. Sizes are bytes."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict

from providers.proxmox.guests import GuestType


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True)


class Compute(_Model):
    """Processors and memory."""

    cores: int | None = None
    """Of one socket; all of the node's if a container does not say."""
    sockets: int | None = None
    cpu_limit: float | None = None
    """Processors' worth of time it may use at most."""
    cpu_units: int | None = None
    """Weight against other guests."""
    cpu_type: str = ""
    numa: bool | None = None
    memory: int | None = None
    balloon: int | None = None
    """The least memory while ballooning; 0 turns it off."""
    swap: int | None = None
    machine: str = ""
    bios: str = ""


class Volume(_Model):
    """One disk, mount point or CD drive."""

    slot: str
    """``scsi0``, ``rootfs``, ``mp0`` …"""
    storage: str | None = None
    """None for a bind mount, a device of the node, or an empty drive."""
    volume: str
    size: int | None = None
    mountpoint: str = ""
    is_cdrom: bool = False
    unused: bool = False
    backed_up: bool = True
    """Whether a backup of the guest contains it."""
    options: Mapping[str, str] = {}


class Network(_Model):
    """One network card."""

    slot: str
    name: str = ""
    """Inside a container: ``eth0``."""
    model: str = ""
    """Of a virtual machine's card: ``virtio`` …"""
    mac: str = ""
    bridge: str = ""
    vlan: int | None = None
    address: str = ""
    """``dhcp``, ``manual`` or an address with its prefix, where the configuration tells."""
    gateway: str = ""
    firewall: bool = False
    connected: bool = True
    options: Mapping[str, str] = {}


class Boot(_Model):
    """How and when it starts."""

    onboot: bool = False
    order: str = ""
    """Devices it starts from."""
    startup: str = ""
    """Its place in the start order of the node, ``order=2,up=30``."""
    os_type: str = ""
    protection: bool = False
    """Whether it is protected against being removed."""


class GuestConfig(_Model):
    """The configuration of one guest."""

    type: GuestType
    name: str = ""
    compute: Compute = Compute()
    volumes: tuple[Volume, ...] = ()
    networks: tuple[Network, ...] = ()
    boot: Boot = Boot()
    agent: bool | None = None
    """Whether the guest agent of a virtual machine is configured."""
    unprivileged: bool | None = None
    """Of a container."""
    description: str = ""
    tags: tuple[str, ...] = ()
    lock: str | None = None
    options: Mapping[str, str] = {}
    """Everything else, as Proxmox writes it."""
