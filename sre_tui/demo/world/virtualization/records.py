"""What the simulated Proxmox VE tells, in the world's own terms.

Times are Unix seconds, sizes bytes, shares 0..1.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from sre_tui.demo.world import dice
from sre_tui.demo.world.homelab import GuestType, Node, Storage


@dataclass(frozen=True)
class Entry:
    """A guest or a template as its configuration has it."""

    vmid: int
    name: str
    type: GuestType
    node: str
    cores: int
    memory: int
    disk: int
    storage: str
    tags: tuple[str, ...] = ()
    onboot: bool = False
    template: bool = False
    living: bool = True
    """Whether the world lets it live: a template and a guest long stopped do not."""


@dataclass(frozen=True)
class GuestState:
    """A guest at a moment; its counters count since its start."""

    entry: Entry
    running: bool
    uptime: int
    cpu: float
    memory: int
    disk: int
    net_in: int
    net_out: int
    disk_read: int
    disk_write: int
    pressure: tuple[float, float, float]
    """Of processor, disks and memory."""
    lock: str = ""
    ha_state: str = ""


@dataclass(frozen=True)
class NodeState:
    """A node at a moment."""

    node: Node
    online: bool
    gone_for: float
    """Seconds since it went offline."""
    uptime: int
    cpu: float
    wait: float
    load: tuple[float, float, float]
    memory: int
    swap: int
    root: int
    root_size: int
    pressure: tuple[float, float, float]


@dataclass(frozen=True)
class StorageState:
    """A storage as one node sees it at a moment."""

    storage: Storage
    active: bool
    used: int
    size: int


@dataclass(frozen=True)
class State:
    """Everything at a moment."""

    at: float
    guests: tuple[GuestState, ...]
    nodes: tuple[NodeState, ...]
    storages: tuple[StorageState, ...]

    @cached_property
    def node_by_name(self) -> dict[str, NodeState]:
        """The nodes by name."""
        return {node.node.name: node for node in self.nodes}

    @cached_property
    def guest_by_id(self) -> dict[str, GuestState]:
        """The guests by ``lxc/101``."""
        return {f"{guest.entry.type}/{guest.entry.vmid}": guest for guest in self.guests}


@dataclass(frozen=True)
class HostTask:
    """A task of a node; it runs while ``start <= now < end``."""

    node: str
    type: str
    id: str
    start: float
    end: float
    user: str = "root@pam"
    status: str = "OK"
    lines: tuple[str, ...] = ()
    """Its log, without the last line, which tells how it ended."""

    @property
    def upid(self) -> str:
        """Its id, which holds most of this."""
        at = int(self.start)
        seed = dice.key("task", self.node, self.type, self.id, at)
        pid, started = 0x1000 + seed % 0x3FF000, seed // 0x3FF000 % 0x0FFFFFFF
        where = f"{self.node}:{pid:08X}:{started:08X}:{at:08X}"
        return f"UPID:{where}:{self.type}:{self.id}:{self.user}:"

    def log(self, now: float) -> list[str]:
        """What it has written by a moment."""
        if now >= self.end:
            ending = "TASK OK" if self.status == "OK" else f"TASK ERROR: {self.status}"
            if self.status.startswith("WARNINGS"):
                ending = f"TASK {self.status}"
            return [*self.lines, ending]
        part = (now - self.start) / max(1.0, self.end - self.start)
        return list(self.lines[: max(1, int(len(self.lines) * part))])


@dataclass(frozen=True)
class Snapshot:
    """A snapshot of a guest."""

    name: str
    at: int
    description: str


@dataclass(frozen=True)
class ReplicationState:
    """The replication of a guest to another node."""

    id: str
    vmid: int
    node: str
    target: str
    last_sync: int
    last_try: int
    next_sync: int
    failures: int
    error: str


@dataclass(frozen=True)
class HaService:
    """A guest that the high-availability manager keeps running, from ``start`` to ``end``."""

    guest: str
    start: float
    end: float


@dataclass(frozen=True)
class Volume:
    """What lies on a storage."""

    volid: str
    content: str
    format: str
    size: int
    at: int = 0
    vmid: int | None = None
    type: GuestType | None = None
    notes: str = ""
    protected: bool = False
    verified: str = ""
    verify_upid: str = ""
