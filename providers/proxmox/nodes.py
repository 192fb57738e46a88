"""Nodes, the cluster they form, and what stands in them."""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

NodeState = Literal["online", "offline", "unknown"]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True)


class Node(_Model):
    """One node as the inventory lists it. Sizes are bytes."""

    source: str
    name: str
    status: NodeState = "unknown"
    uptime: float | None = None
    """Seconds."""
    cpus: int | None = None
    cpu: float | None = None
    """Share of all its processors, 0..1."""
    memory: int | None = None
    memory_size: int | None = None
    root: int | None = None
    """Used in the root file system."""
    root_size: int | None = None
    ha_state: str | None = None

    @property
    def key(self) -> str:
        """Unique among the nodes of all sources."""
        return f"{self.source}/{self.name}"


class Space(_Model):
    """How much of something is used, in bytes."""

    used: int | None = None
    size: int | None = None

    @property
    def ratio(self) -> float | None:
        """Used share, 0..1."""
        return None if self.used is None or not self.size else self.used / self.size


class Pressure(_Model):
    """Shares of time (0..1, over 10 s) in which something waited; from version 9 on."""

    cpu: float | None = None
    io: float | None = None
    memory: float | None = None


class NodeStatus(_Model):
    """What a node says of itself."""

    source: str
    node: str
    cpu: float | None = None
    """Share of all its processors, 0..1."""
    wait: float | None = None
    """Share of time waiting for disks, 0..1."""
    load: tuple[float, float, float] | None = None
    """Averages of 1, 5 and 15 minutes."""
    cpus: int | None = None
    sockets: int | None = None
    cpu_model: str = ""
    memory: Space = Space()
    memory_available: int | None = None
    swap: Space = Space()
    root: Space = Space()
    shared_pages: int | None = None
    """Bytes saved by kernel same-page merging."""
    uptime: float | None = None
    version: str = ""
    """Of Proxmox VE, such as ``9.2.11``."""
    kernel: str = ""
    boot_mode: str = ""
    pressure: Pressure | None = None


class ClusterNode(_Model):
    """A member of the cluster."""

    name: str
    online: bool
    address: str = ""
    local: bool = False
    """Whether it is the one that answered."""


class Cluster(_Model):
    """The cluster, or the single host that is none."""

    source: str
    name: str | None = None
    """None for a stand-alone host."""
    quorate: bool | None = None
    version: int | None = None
    nodes: tuple[ClusterNode, ...] = ()


class HaResource(_Model):
    """A line of the high-availability manager's status."""

    source: str
    id: str
    kind: str
    """``quorum``, ``master``, ``lrm``, ``service`` or ``fencing``."""
    node: str = ""
    status: str = ""
    state: str = ""
    """What a service is in: ``started``, ``error``, ``fence`` …"""
    requested: str = ""
    at: AwareDatetime | None = None


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


class NodeReport(_Model):
    """A node of the inventory with what it says of itself."""

    node: Node
    status: NodeStatus | None = None
    """None if it does not answer."""
    guests_running: int = 0
    guests: int = 0
    """Templates are not counted."""

    @property
    def key(self) -> str:
        """Unique among the nodes of all sources."""
        return self.node.key
