"""Replications: what they copy, and where to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sre_tui.diagnosis.subject import Subject, SubjectKind
from sre_tui.diagnosis.topology.from_nas import nas_names
from sre_tui.diagnosis.topology.from_proxmox import guest_subject
from sre_tui.diagnosis.topology.graph import Relation, Topology

if TYPE_CHECKING:
    from sre_tui.diagnosis.picture.picture import Picture


def add_copies(topology: Topology, picture: Picture) -> None:
    """Replications of the NASes and of Proxmox VE with both their ends where those are known."""
    _of_nases(topology, picture)
    _of_guests(topology, picture)


def _of_nases(topology: Topology, picture: Picture) -> None:
    hosts = nas_names(picture)
    for source, report in picture.protection.with_source():
        host = hosts[source]
        for task in report.replications or ():
            copy = topology.add(
                Subject(kind=SubjectKind.REPLICATION, name=f"{host}/{task.name}"), task.name
            )
            is_here = task.transport == "local" or task.direction == "push"
            for dataset in task.datasets if is_here else ():
                _connect(topology, copy, Relation.COPIES, host, dataset, source)
            # The other end of one over the network is a machine that is not named.
            if task.transport == "local" or task.direction == "pull":
                _connect(topology, copy, Relation.COPIES_TO, host, task.target, source)


def _connect(
    topology: Topology, copy: Subject, relation: Relation, host: str, path: str, source: str
) -> None:
    dataset = Subject(kind=SubjectKind.DATASET, name=f"{host}/{path}")
    pool = Subject(kind=SubjectKind.POOL, name=f"{host}/{path.partition('/')[0]}")
    on = next((one for one in (dataset, pool) if one in topology), None)
    if on is not None:
        topology.connect(copy, relation, on, source)


def _of_guests(topology: Topology, picture: Picture) -> None:
    copied = {
        (job.source, job.vmid) for _, jobs in picture.replications.with_source() for job in jobs
    }
    guests = {
        (guest.source, guest.vmid): guest_subject(guest)
        for inventory in picture.inventory
        for guest in inventory.guests
        if (guest.source, guest.vmid) in copied
    }
    for source, jobs in picture.replications.with_source():
        for job in jobs:
            copy = topology.add(Subject(kind=SubjectKind.REPLICATION, name=job.id))
            guest = guests.get((job.source, job.vmid)) if job.vmid is not None else None
            if guest is not None:
                topology.connect(copy, Relation.COPIES, guest, source)
            target = Subject(kind=SubjectKind.NODE, name=job.target)
            if target in topology:
                topology.connect(copy, Relation.COPIES_TO, target, source)
