"""Pictures of small homelabs, made by hand, for the tests of the topology."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from providers.pbs import Datastore
from providers.pbs.models import Task, TaskPage
from providers.proxmox import Guest, GuestVolume, Inventory, Node, Storage
from providers.proxmox.disks import Disk as NodeDisk
from providers.proxmox.disks import NodeDisks, ZfsPool
from providers.reading import Reading, State
from providers.series import Sample
from providers.truenas import ShareReport
from providers.truenas.share_models import Share, SmbSession
from sre_tui.diagnosis.picture.part import Part
from sre_tui.diagnosis.picture.picture import Picture
from sre_tui.diagnosis.subject import Subject, SubjectKind
from sre_tui.diagnosis.topology.build import build_topology
from sre_tui.diagnosis.topology.graph import Topology

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)


def part(**by_source: Any) -> Part[Any]:
    """What instances answered; ``pve_a`` stands for the source ``pve:a``."""
    return Part(
        tuple(
            Reading[Any](
                source=source.replace("_", ":"), state=State.OK, observed_at=NOW, data=data
            )
            for source, data in by_source.items()
        )
    )


def built(**parts: Any) -> Topology:
    """The topology of a picture with these parts."""
    return build_topology(Picture(now=NOW, start=NOW, **parts))


def metrics(*rows: dict[str, str]) -> Part[Any]:
    """Samples of one Prometheus; ``metric`` of a row is its name."""
    return part(
        prometheus_main=tuple(
            Sample(
                source="prometheus:main",
                labels={"__name__": row["metric"], **row} | {"metric": ""},
                value=1.0,
                at=NOW,
            )
            for row in rows
        )
    )


def mount(host: str, mountpoint: str, device: str, fstype: str) -> dict[str, str]:
    """A mounted file system as the node exporter tells it."""
    return {
        "metric": "node_filesystem_size_bytes", "hostname": host, "instance": f"{host}:9100",
        "mountpoint": mountpoint, "device": device, "fstype": fstype,
    }  # fmt: skip


def guest(source: str, vmid: int, name: str, node: str) -> Guest:
    """A running container."""
    return Guest(source=source, vmid=vmid, name=name, node=node, type="lxc", status="running")


def inventory(source: str, guests: Iterable[Guest], *nodes: str) -> Inventory:
    """What Proxmox VE lists."""
    rows = tuple(Node(source=source, name=name, status="online") for name in nodes)
    return Inventory(guests=tuple(guests), nodes=rows, storages=())


def edges(topology: Topology) -> set[tuple[str, str, str]]:
    """Every edge as keys and relation."""
    return {(edge.dependent.key, edge.relation.value, edge.on.key) for edge in topology.edges}


def subject(key: str) -> Subject:
    """The subject of a key."""
    kind, _, name = key.partition(":")
    return Subject(kind=SubjectKind(kind), name=name)


__all__ = [
    "NOW", "Datastore", "GuestVolume", "NodeDisk", "NodeDisks", "Share", "ShareReport",
    "SmbSession", "Storage", "Task", "TaskPage", "ZfsPool", "built", "edges", "guest", "inventory",
    "metrics", "mount", "part", "subject",
]  # fmt: skip
