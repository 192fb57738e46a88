"""What Proxmox VE and the backup servers tell of the topology."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sre_tui.diagnosis.subject import Subject, SubjectKind
from sre_tui.diagnosis.topology.graph import Relation, Topology

if TYPE_CHECKING:
    from providers.proxmox import Guest, Storage
    from sre_tui.diagnosis.picture.picture import Picture


def guest_subject(guest: Guest) -> Subject:
    """The subject of a guest; one whose name nobody knows goes by its id."""
    return Subject(kind=SubjectKind.GUEST, name=guest.name or str(guest.vmid))


def storage_subject(storage: Storage) -> Subject:
    """The subject of a storage; a shared one is the same on every node."""
    name = storage.name if storage.shared else f"{storage.nodes[0]}/{storage.name}"
    return Subject(kind=SubjectKind.STORAGE, name=name)


def corosync_name(number: int) -> str:
    """How corosync's log calls a member of its cluster."""
    return f"host: {number}"


def add_inventory(topology: Topology, picture: Picture) -> None:
    """Nodes with their cluster, guests with their node."""
    for source, inventory in picture.inventory.with_source():
        for node in inventory.nodes:
            topology.add(Subject(kind=SubjectKind.NODE, name=node.name), f"node/{node.name}")
        for guest in inventory.guests:
            if guest.template:
                continue
            subject = topology.add(
                guest_subject(guest), str(guest.vmid), f"{guest.type}/{guest.vmid}"
            )
            node_subject = Subject(kind=SubjectKind.NODE, name=guest.node)
            topology.connect(subject, Relation.RUNS_ON, node_subject, source)
    for cluster in picture.cluster:
        if cluster.name:
            whole = Subject(kind=SubjectKind.CLUSTER, name=cluster.name)
            for member in cluster.nodes:
                node_subject = Subject(kind=SubjectKind.NODE, name=member.name)
                number = "" if member.number is None else corosync_name(member.number)
                topology.add(node_subject, member.address, number)
                topology.connect(node_subject, Relation.PART_OF, whole, cluster.source)


def add_storages(topology: Topology, picture: Picture) -> None:
    """Storages on their nodes, guests on their storages."""
    by_name: dict[tuple[str, str, str], Subject] = {}
    for storages in picture.storages:
        for storage in storages:
            subject = topology.add(storage_subject(storage), storage.name)
            for node in storage.nodes:
                by_name[storage.source, node, storage.name] = subject
            if not storage.shared:
                node_subject = Subject(kind=SubjectKind.NODE, name=storage.nodes[0])
                topology.connect(subject, Relation.ATTACHED_TO, node_subject, storage.source)
    guests = {
        (guest.source, guest.vmid): guest_subject(guest)
        for inventory in picture.inventory
        for guest in inventory.guests
        if not guest.template
    }
    for volumes in picture.volumes:
        for volume in volumes:
            guest_found = guests.get((volume.source, volume.vmid))
            held = by_name.get((volume.source, volume.node, volume.storage))
            if guest_found is not None and held is not None:
                topology.connect(guest_found, Relation.STORED_ON, held, volume.source)


def add_backups(topology: Topology, picture: Picture) -> None:
    """Datastores, and guests that a recent backup task names with theirs.

    A backup server knows guests by their id alone: one that guests of two clusters have is left
    out, because it is not told whose backup it is.
    """
    for datastores in picture.datastores:
        for datastore in datastores:
            topology.add(Subject(kind=SubjectKind.DATASTORE, name=datastore.name))
    guests: dict[int, set[Subject]] = {}
    for inventory in picture.inventory:
        for guest in inventory.guests:
            if not guest.template:
                guests.setdefault(guest.vmid, set()).add(guest_subject(guest))
    for page in picture.backup_tasks:
        for task in page.tasks:
            vmid = task.group.rpartition("/")[2]
            owners = guests.get(int(vmid), set()) if vmid.isdecimal() else set()
            if len(owners) == 1 and task.datastore:
                store = Subject(kind=SubjectKind.DATASTORE, name=task.datastore)
                topology.connect(next(iter(owners)), Relation.BACKED_UP_TO, store, task.source)
