"""What the storages of Proxmox VE and the datastores of backup servers stand on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from sre_tui.diagnosis.subject import Subject, SubjectKind
from sre_tui.diagnosis.topology.from_metrics import STORAGE_MOUNTS, server_and_path
from sre_tui.diagnosis.topology.from_proxmox import storage_subject
from sre_tui.diagnosis.topology.graph import Relation, Topology
from sre_tui.diagnosis.topology.names import Names

if TYPE_CHECKING:
    from providers.pbs import Datastore
    from providers.proxmox import Storage
    from providers.series import Labels
    from sre_tui.diagnosis.picture.picture import Picture

_MOUNT: Final = "node_filesystem_size_bytes"
_ON_ZFS: Final = ("zfspool",)
_ON_VOLUME_GROUP: Final = ("lvm", "lvmthin")
_ON_FILES: Final = ("dir", "btrfs")
_SAME_SIZE: Final = 0.001
"""By how much of its size what two backends tell of one datastore may differ."""
_DATASTORE_MOUNTS: Final = re.compile(r"^/mnt/(?:datastore|pbs|backups?)/(?P<name>[^/]+)/?$")


def add_node_disks(topology: Topology, picture: Picture) -> None:
    """Disks and ZFS pools of the nodes, as Proxmox VE tells them."""
    for source, found in picture.node_disks.with_source():
        for row in found.pools:
            node = Subject(kind=SubjectKind.NODE, name=row.node)
            pool = Subject(kind=SubjectKind.POOL, name=f"{row.node}/{row.name}")
            topology.connect(pool, Relation.ATTACHED_TO, node, source)
        for disk in found.disks:
            node = Subject(kind=SubjectKind.NODE, name=disk.node)
            own = Subject(
                kind=SubjectKind.DISK, name=f"{disk.node}/{disk.path.removeprefix('/dev/')}"
            )
            topology.add(own, disk.serial)
            topology.connect(own, Relation.ATTACHED_TO, node, source)


def stand_storages(topology: Topology, names: Names, picture: Picture) -> None:
    """Storages on shares, datastores, pools or disks; only where there is no doubt which."""
    for source, labels in _mounts(picture):
        mountpoint = labels.get("mountpoint", "")
        node = names.machine_of(labels)
        if node is None or not mountpoint.startswith(STORAGE_MOUNTS):
            continue
        name = mountpoint.removeprefix(STORAGE_MOUNTS).partition("/")[0]
        share = _share(topology, names, labels.get("device", ""))
        if share is not None:
            mounted = _storage_of(topology, node, name)
            topology.connect(mounted, Relation.STORED_ON, share, source)
    stores = [store for several in picture.datastores for store in several]
    for storages in picture.storages:
        for storage in storages:
            subject = storage_subject(storage)
            if storage.type == "pbs":
                on = _datastore_of(storage, stores)
                if on is not None:
                    store = Subject(kind=SubjectKind.DATASTORE, name=on)
                    topology.connect(subject, Relation.STORED_ON, store, storage.source)
            elif not storage.shared:
                for below in _beneath(topology, picture, storage):
                    topology.connect(subject, Relation.STORED_ON, below, storage.source)


def stand_datastores(topology: Topology, names: Names, picture: Picture) -> None:
    """Datastores on the pool or share that the backup server has mounted under their name."""
    stores = {store.name: store for store in topology.subjects(SubjectKind.DATASTORE)}
    for source, labels in _mounts(picture):
        found = _DATASTORE_MOUNTS.match(labels.get("mountpoint", ""))
        machine = names.machine_of(labels)
        if found is None or machine is None or found["name"] not in stores:
            continue
        store, device = stores[found["name"]], labels.get("device", "")
        on: Subject | None = Subject(
            kind=SubjectKind.POOL, name=f"{machine.name}/{device.partition('/')[0]}"
        )
        if labels.get("fstype") != "zfs":
            on = _share(topology, names, device)
        if on is not None and on in topology:
            topology.connect(store, Relation.STORED_ON, on, source)
            topology.connect(store, Relation.ATTACHED_TO, machine, source)


def _mounts(picture: Picture) -> Iterator[tuple[str, Labels]]:
    for source, samples in picture.identity.with_source():
        for sample in samples:
            if sample.labels.get("__name__") == _MOUNT:
                yield source, sample.labels


def _share(topology: Topology, names: Names, device: str) -> Subject | None:
    server, path = server_and_path(device)
    host = names.machine(server) if path else None
    if host is None:
        return None
    named = topology.named(f"{host.name}:{path}", SubjectKind.SHARE)
    known = named or topology.named(path, SubjectKind.SHARE)
    return next((one for one in known if one.host == host.name), None)


def _storage_of(topology: Topology, node: Subject, name: str) -> Subject:
    """The storage of that name on a node; one that is mounted is shared unless told otherwise."""
    own = Subject(kind=SubjectKind.STORAGE, name=f"{node.name}/{name}")
    return own if own in topology else Subject(kind=SubjectKind.STORAGE, name=name)


def _datastore_of(storage: Storage, stores: Iterable[Datastore]) -> str | None:
    """The datastore a storage is, whatever it is called; a namespace has the size of the whole.

    Which one it is Proxmox VE tells only to who may read its configuration, but it passes on the
    size that the backup server has told.
    """
    every = list(stores)
    fitting = [one for one in every if _may_be(storage, one)]
    sized = [one.name for one in fitting if one.total and storage.size]
    if sized:
        return _one_named(storage.name, sized)
    named = _one_named(storage.name, [one.name for one in every])
    return named if any(one.name == named for one in fitting) else None


def _may_be(storage: Storage, store: Datastore) -> bool:
    """Whether no size tells them apart; what shares a pool grows and shrinks a little."""
    if not storage.size or not store.total:
        return True
    return abs(store.total - storage.size) <= _SAME_SIZE * store.total


def _one_named(name: str, known: Iterable[str]) -> str | None:
    """The one known name that a name consists of or contains; the only one there is."""
    choices = sorted(set(known))
    if name in choices:
        return name
    words = set(re.split(r"[^a-z0-9]+", name.casefold()))
    inside = [one for one in choices if one.casefold() in words]
    if len(inside) == 1:
        return inside[0]
    return choices[0] if len(choices) == 1 else None


def _beneath(topology: Topology, picture: Picture, storage: Storage) -> list[Subject]:
    """The pool or disk of its node that a storage must be on; nothing where there is a choice."""
    node = storage.nodes[0]
    pools = {one.own_name: one for one in topology.subjects(SubjectKind.POOL) if one.host == node}
    if storage.type in _ON_ZFS or (storage.type in _ON_FILES and _boots_from_zfs(picture, node)):
        chosen = _one_named(storage.name, pools)
        return [pools[chosen]] if chosen is not None else []
    used = [
        Subject(kind=SubjectKind.DISK, name=f"{node}/{disk.path.removeprefix('/dev/')}")
        for found in picture.node_disks
        for disk in found.disks
        if disk.node == node and (storage.type in _ON_FILES or disk.used_by == "LVM")
    ]
    has_choice = len(used) != 1 or storage.type not in (*_ON_VOLUME_GROUP, *_ON_FILES)
    return [] if has_choice else used


def _boots_from_zfs(picture: Picture, node: str) -> bool:
    """Whether every disk of a node is in a ZFS pool, so that its files are too."""
    users = [disk.used_by for found in picture.node_disks for disk in found.disks
             if disk.node == node]  # fmt: skip
    return bool(users) and all(user == "ZFS" for user in users)
