"""What exists in the homelab and how it hangs together; frozen, without any behaviour over time.

Sizes are bytes. Ids are those the backends use: vmids, disk serials, pool guids, storage names.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

GuestType = Literal["lxc", "qemu"]
DiskType = Literal["hdd", "ssd", "nvme"]


@dataclass(frozen=True)
class Disk:
    """One physical disk; ``id`` is ``host/name``."""

    host: str
    name: str
    serial: str
    model: str
    type: DiskType
    size: int
    pool: str

    @property
    def id(self) -> str:
        return f"{self.host}/{self.name}"


@dataclass(frozen=True)
class Pool:
    """One ZFS pool; ``id`` is ``host/name``, ``size`` is usable space."""

    host: str
    name: str
    guid: int
    layout: Literal["raidz2", "mirror", "stripe"]
    disks: tuple[str, ...]
    size: int

    @property
    def id(self) -> str:
        return f"{self.host}/{self.name}"

    @property
    def mountpoint(self) -> str:
        return "/" if self.name == "rpool" else f"/mnt/{self.name}"


@dataclass(frozen=True)
class Storage:
    """One storage of a Proxmox node; shared ones are the same data on every node."""

    node: str
    name: str
    plugin: Literal["dir", "zfspool", "nfs", "pbs"]
    content: str
    shared: bool
    pool: str

    @property
    def id(self) -> str:
        return f"storage/{self.node}/{self.name}"


@dataclass(frozen=True)
class Node:
    """One Proxmox VE node."""

    name: str
    address: str
    cores: int
    memory: int
    cpu_model: str
    nic: str = "eno1"


@dataclass(frozen=True)
class NfsMount:
    """An NFS share of the NAS mounted in a guest or on a host."""

    path: str
    dataset: str
    pool: str

    @property
    def device(self) -> str:
        return f"nas1:/mnt/{self.dataset}"


@dataclass(frozen=True)
class Container:
    """One Docker container in a guest; ``id`` is ``guest/name``."""

    guest: str
    name: str
    image: str
    memory: int
    limit: int = 0

    @property
    def id(self) -> str:
        return f"{self.guest}/{self.name}"


@dataclass(frozen=True)
class Service:
    """What a guest offers; ``url`` is probed through the proxy if it is a web service."""

    name: str
    guest: str
    unit: str = ""
    url: str = ""


@dataclass(frozen=True)
class Guest:
    """One LXC container or virtual machine."""

    vmid: int
    name: str
    type: GuestType
    node: str
    address: str
    cores: int
    memory: int
    disk: int
    storage: str
    services: tuple[Service, ...] = ()
    containers: tuple[Container, ...] = ()
    mounts: tuple[NfsMount, ...] = ()
    tags: tuple[str, ...] = ()
    onboot: bool = True
    running: bool = True
    backed_up: bool = True

    @property
    def id(self) -> str:
        return f"{self.type}/{self.vmid}"


@dataclass(frozen=True)
class Appliance:
    """A machine that is not a Proxmox node: the NAS or the backup server."""

    name: str
    address: str
    cores: int
    memory: int
    cpu_model: str
    mounts: tuple[NfsMount, ...] = ()
    nic: str = "eno1"


@dataclass(frozen=True)
class Datastore:
    """One PBS datastore; ``pool`` is set when it lives on a pool of the NAS."""

    name: str
    host: str
    path: str
    size: int
    pool: str


@dataclass(frozen=True)
class Probe:
    """One blackbox probe; ``guests`` are those it needs to succeed."""

    module: Literal["http", "icmp", "dns"]
    instance: str
    host: str
    guests: tuple[str, ...]

    @property
    def service(self) -> str:
        """The service behind a probed web page."""
        return self.instance.removeprefix("https://").partition(".")[0]


@dataclass(frozen=True)
class Homelab:
    """Everything that exists."""

    domain: str
    nodes: tuple[Node, ...]
    guests: tuple[Guest, ...]
    nas: Appliance
    backup_server: Appliance
    disks: tuple[Disk, ...]
    pools: tuple[Pool, ...]
    storages: tuple[Storage, ...]
    datastores: tuple[Datastore, ...]
    probes: tuple[Probe, ...]
    router: str = "router"
    ups: str = "ups1"

    @cached_property
    def guest_by_name(self) -> dict[str, Guest]:
        return {guest.name: guest for guest in self.guests}

    @cached_property
    def node_by_name(self) -> dict[str, Node]:
        return {node.name: node for node in self.nodes}

    @cached_property
    def disk_by_id(self) -> dict[str, Disk]:
        return {disk.id: disk for disk in self.disks}

    @cached_property
    def pool_by_id(self) -> dict[str, Pool]:
        return {pool.id: pool for pool in self.pools}

    @cached_property
    def container_by_id(self) -> dict[str, Container]:
        return {item.id: item for guest in self.guests for item in guest.containers}

    @cached_property
    def datastore_by_name(self) -> dict[str, Datastore]:
        return {store.name: store for store in self.datastores}

    @cached_property
    def machines(self) -> dict[str, Node | Guest | Appliance]:
        """Everything that runs an operating system, by name."""
        found: dict[str, Node | Guest | Appliance] = dict(self.node_by_name)
        found[self.nas.name] = self.nas
        found[self.backup_server.name] = self.backup_server
        found.update(self.guest_by_name)
        return found

    def guests_on(self, node: str) -> Iterator[Guest]:
        """The guests of one node."""
        return (guest for guest in self.guests if guest.node == node)

    def guests_mounting(self, pool: str) -> Iterator[Guest]:
        """The guests that mount a share of a NAS pool, by the pool's id."""
        return (g for g in self.guests if any(mount.pool == pool for mount in g.mounts))

    def guests_stored_on(self, pool: str) -> Iterator[Guest]:
        """The guests whose root disk lives on a pool, by the pool's id."""
        pools = {storage.id: storage.pool for storage in self.storages}
        return (g for g in self.guests if pools[f"storage/{g.node}/{g.storage}"] == pool)
