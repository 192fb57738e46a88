"""Disks of nodes and the ZFS pools on them."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True)


class Disk(_Model):
    """One physical disk of a node."""

    source: str
    node: str
    path: str
    type: str = ""
    """``hdd``, ``ssd``, ``nvme`` or ``usb``."""
    size: int | None = None
    model: str = ""
    serial: str = ""
    rpm: int | None = None
    healthy: bool | None = None
    """What SMART says; None if it says nothing."""
    health: str = ""
    """The same in the vendor's word: ``PASSED``, ``OK``, ``UNKNOWN``, ``FAILED!``."""
    wear: float | None = None
    """Used share of the life time of a flash disk, 0..1."""
    used_by: str = ""

    @property
    def key(self) -> str:
        """Unique among the disks of all sources."""
        return f"{self.source}/{self.node}{self.path}"


class ZfsPool(_Model):
    """One ZFS pool of a node."""

    source: str
    node: str
    name: str
    health: str = ""
    """``ONLINE``, ``DEGRADED``, ``FAULTED`` …"""
    size: int | None = None
    allocated: int | None = None
    free: int | None = None
    fragmentation: float | None = None
    """0..1."""
    dedup: float | None = None

    @property
    def key(self) -> str:
        """Unique among the pools of all sources."""
        return f"{self.source}/{self.node}/{self.name}"


class ZfsDevice(_Model):
    """One device of a pool; ``parent`` names the group it is in."""

    name: str
    state: str = ""
    read_errors: int | None = None
    write_errors: int | None = None
    checksum_errors: int | None = None
    message: str = ""
    parent: str = ""


class ZfsPoolDetail(_Model):
    """What ``zpool status`` says of a pool."""

    source: str
    node: str
    name: str
    state: str = ""
    scan: str = ""
    status: str = ""
    action: str = ""
    errors: str = ""
    devices: tuple[ZfsDevice, ...] = ()


class NodeDisks(_Model):
    """Disks and ZFS pools of the nodes that were asked."""

    disks: tuple[Disk, ...] = ()
    pools: tuple[ZfsPool, ...] = ()
