"""What nodes say of themselves, and the cluster they form."""

from __future__ import annotations

from pydantic import AwareDatetime, BaseModel, ConfigDict

from providers.proxmox.nodes import Node


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True)


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


class ClusterNode(_Model):
    """A member of the cluster."""

    name: str
    online: bool
    address: str = ""
    local: bool = False
    """Whether it is the one that answered."""
    number: int | None = None
    """By which corosync calls it in its log."""


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
