"""What TrueNAS tells of the topology."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sre_tui.diagnosis.subject import Subject, SubjectKind
from sre_tui.diagnosis.topology.graph import Relation, Topology

if TYPE_CHECKING:
    from sre_tui.diagnosis.picture.picture import Picture
    from sre_tui.diagnosis.topology.names import Names


def nas_names(picture: Picture) -> dict[str, str]:
    """Host name of each NAS by its source; the instance's name where it did not tell."""
    names = {
        reading.source: reading.source.partition(":")[2]
        for part in (picture.nas, picture.pools, picture.disks)
        for reading in part.readings
    }
    for source, report in picture.nas.with_source():
        if report.info is not None and report.info.hostname:
            names[source] = report.info.hostname.partition(".")[0]
    for source, disks in picture.disks.with_source():
        host = next((disk.host for disk in disks if disk.host), "")
        if host:
            names[source] = host.partition(".")[0]
    return names


def add_systems(topology: Topology, picture: Picture) -> None:
    """The NASes themselves."""
    for name in nas_names(picture).values():
        topology.add(Subject(kind=SubjectKind.NAS, name=name))


def add_pools(topology: Topology, names: Names, picture: Picture) -> None:
    """Pools down to their disks, datasets, and the shares they are exported as."""
    hosts = nas_names(picture)
    for source, pools in picture.pools.with_source():
        host = hosts[source]
        nas = names.machine(host) or Subject(kind=SubjectKind.NAS, name=host)
        for pool in pools:
            subject = topology.add(Subject(kind=SubjectKind.POOL, name=f"{host}/{pool.name}"))
            topology.connect(subject, Relation.ATTACHED_TO, nas, source)
            for member in pool.members():
                disk = Subject(kind=SubjectKind.DISK, name=f"{host}/{member.label}")
                topology.add(disk, member.serial)
                topology.connect(subject, Relation.MADE_OF, disk, source)
            for dataset in pool.datasets:
                if dataset.name != pool.name:
                    own = Subject(kind=SubjectKind.DATASET, name=f"{host}/{dataset.name}")
                    topology.add(own, dataset.name)
                    topology.connect(own, Relation.PART_OF, subject, source)
    for source, disks in picture.disks.with_source():
        for disk_row in disks:
            known = Subject(kind=SubjectKind.DISK, name=f"{hosts[source]}/{disk_row.name}")
            topology.add(known, disk_row.serial)
            if disk_row.pool:
                pool_of = Subject(kind=SubjectKind.POOL, name=f"{hosts[source]}/{disk_row.pool}")
                topology.connect(pool_of, Relation.MADE_OF, known, source)
    for source, report in picture.shares.with_source():
        for share in report.shares:
            exported = Subject(kind=SubjectKind.SHARE, name=f"{hosts[source]}:{share.path}")
            topology.add(exported, share.name)
            under(topology, exported, hosts[source], share.dataset, source)


def under(topology: Topology, subject: Subject, host: str, path: str, source: str) -> None:
    """Connect a share with the dataset it is in, or with its pool where that is unknown."""
    parts = path.strip("/").split("/")
    for length in range(len(parts), 1, -1):
        dataset = Subject(kind=SubjectKind.DATASET, name=f"{host}/{'/'.join(parts[:length])}")
        if dataset in topology:
            topology.connect(subject, Relation.SHARED_FROM, dataset, source)
            return
    pool = Subject(kind=SubjectKind.POOL, name=f"{host}/{parts[0]}")
    if pool in topology:
        topology.connect(subject, Relation.SHARED_FROM, pool, source)
