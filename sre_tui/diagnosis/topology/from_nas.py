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
        for part in (picture.nas, picture.pools, picture.disks, picture.shares, picture.apps,
                     picture.protection)
        for reading in part.readings
    }  # fmt: skip
    for source, report in picture.nas.with_source():
        if report.info is not None and report.info.hostname:
            names[source] = report.info.hostname.partition(".")[0]
    for source, disks in picture.disks.with_source():
        host = next((disk.host for disk in disks if disk.host), "")
        if host:
            names[source] = host.partition(".")[0]
    return names


def add_systems(topology: Topology, picture: Picture) -> None:
    """The NASes that told anything; the name of a silent one is not known."""
    parts = (picture.nas, picture.pools, picture.disks, picture.shares)
    spoke = {source for part in parts for source, _ in part.with_source()}
    for source, name in nas_names(picture).items():
        if source in spoke:
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
                topology.connect(disk, Relation.ATTACHED_TO, nas, source)
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
            nas = names.machine(hosts[source]) or Subject(kind=SubjectKind.NAS, name=hosts[source])
            topology.connect(known, Relation.ATTACHED_TO, nas, source)
            if disk_row.pool:
                pool_of = Subject(kind=SubjectKind.POOL, name=f"{hosts[source]}/{disk_row.pool}")
                topology.connect(pool_of, Relation.MADE_OF, known, source)
    for source, report in picture.shares.with_source():
        nas = names.machine(hosts[source]) or Subject(kind=SubjectKind.NAS, name=hosts[source])
        for share in report.shares:
            exported = Subject(kind=SubjectKind.SHARE, name=f"{hosts[source]}:{share.path}")
            topology.add(exported, share.name)
            topology.connect(exported, Relation.ATTACHED_TO, nas, source)
            under(topology, exported, hosts[source], share.dataset, source)


def add_apps(topology: Topology, names: Names, picture: Picture) -> None:
    """Apps that run on the NAS itself."""
    hosts = nas_names(picture)
    for source, apps in picture.apps.with_source():
        nas = names.machine(hosts[source]) or Subject(kind=SubjectKind.NAS, name=hosts[source])
        for app in apps:
            program = Subject(kind=SubjectKind.CONTAINER, name=f"{hosts[source]}/{app.name}")
            topology.connect(program, Relation.RUNS_ON, nas, source)


def add_sessions(topology: Topology, names: Names, picture: Picture) -> None:
    """Machines that are connected over SMB; to the NAS where it has several such shares.

    A session does not say which share it is for.
    """
    hosts = nas_names(picture)
    for source, report in picture.shares.with_source():
        nas = names.machine(hosts[source]) or Subject(kind=SubjectKind.NAS, name=hosts[source])
        over_smb = [share for share in report.shares if share.kind == "smb" and share.enabled]
        on = nas
        if len(over_smb) == 1:
            on = Subject(kind=SubjectKind.SHARE, name=f"{hosts[source]}:{over_smb[0].path}")
        for session in report.sessions or ():
            client = names.machine(session.client)
            if client is not None and client != nas:
                topology.connect(client, Relation.MOUNTS, on, source)


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
