"""Every backup once, whether a backup server or a Proxmox VE tells of it, and whose it may be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from providers.proxmox import BackupVolume
from providers.proxmox.guests import ARCHIVED_AS
from providers.reading import State
from sre_tui.diagnosis.coverage.answers import Host, Server
from sre_tui.diagnosis.coverage.belonging import (
    Belonging,
    Place,
    Sighting,
)
from sre_tui.diagnosis.coverage.logic import FailedRun
from sre_tui.diagnosis.coverage.owners import Group, Held, Seen, noted_name

_Moment = tuple[Group, int]


def all_seen(belonging: Belonging, snapshots: Sequence[Sighting]) -> list[Seen]:
    """Every backup: what a backup server tells itself is not taken from Proxmox VE again."""
    found: list[Seen] = []
    known: dict[Place, set[_Moment]] = {}
    # What they have in common is worked out once: there may be tens of thousands.
    places: dict[Place, tuple[str, tuple[str, ...], set[_Moment]]] = {}
    names: dict[str, str | None] = {}
    for place, mark, snapshot in snapshots:
        if place not in places:
            moments = known.setdefault(place, set())
            places[place] = str(place), belonging.storages(place), moments
        written, storages, moments = places[place]
        comment = snapshot.comment
        if comment not in names:
            names[comment] = noted_name(comment)
        held = Held(
            written,
            "snapshot",
            snapshot.at,
            mark.size,
            names[comment],
            snapshot.verified,
            snapshot.protected,
            storages,
        )
        found.append(Seen(held, *mark.group, belonging.of(place, mark)))
        moments.add((mark.group, mark.at))
    for server in belonging.servers:
        for place, moment in _unfinished(server):
            known.setdefault(place, set()).add(moment)
    for host in belonging.hosts:
        found += _listed(host, belonging, known)
    return found


def _unfinished(server: Server) -> Iterator[tuple[Place, _Moment]]:
    for each in server.contents.data.unfinished if server.contents.data else ():
        kind = ARCHIVED_AS.get(each.type)
        if kind is not None and each.id.isdigit():
            place = Place(server.source, each.datastore, each.namespace)
            yield place, ((kind, int(each.id)), int(each.at.timestamp()))


def _listed(
    host: Host, belonging: Belonging, known: Mapping[Place, set[_Moment]]
) -> Iterator[Seen]:
    """What Proxmox VE lists and no backup server that is read has told of already."""
    on_servers = host.on_servers
    own = [moments for place, moments in known.items() if host.source in belonging.sources(place)]
    places: dict[str, list[set[_Moment]]] = {}
    for volume in host.volumes.data or ():
        on_server = volume.storage in on_servers
        kind, vmid, at = volume.guest_type, volume.vmid, volume.at
        if on_server and kind is not None and vmid is not None and at is not None:
            if volume.storage not in places:
                lead = belonging.leads.get((host.source, volume.storage))
                only = [known.get(lead, set())] if isinstance(lead, Place) else own
                places[volume.storage] = only
            moment = (kind, vmid), int(at.timestamp())
            if any(moment in moments for moments in places[volume.storage]):
                continue
        seen = _archive(volume, on_server=on_server)
        if seen is not None:
            yield seen


def _archive(volume: BackupVolume, *, on_server: bool) -> Seen | None:
    if volume.at is None or volume.vmid is None or volume.guest_type is None:
        return None
    # Proxmox VE gives one byte to a snapshot without a manifest, from which nothing is restored.
    if on_server and volume.size is not None and volume.size <= 1:
        return None
    place = volume.storage if volume.shared else f"{volume.storage} on {volume.node}"
    copy = Held(
        place=f"{volume.source}/{place}",
        kind="snapshot" if on_server else "archive",
        at=volume.at,
        size=volume.size,
        name=noted_name(volume.notes),
        verified=volume.verified,
        protected=volume.protected,
        storages=(volume.storage,),
    )
    return Seen(copy, volume.guest_type, volume.vmid, frozenset({volume.source}))


def failed_runs(belonging: Belonging) -> dict[tuple[str, Group], FailedRun]:
    """The last failed run of each group, by the Proxmox VE of whose guest it may have been."""
    found: dict[tuple[str, Group], FailedRun] = {}
    for server in belonging.servers:
        for task in server.failures.data.tasks if server.failures.data else ():
            kind, _, number = task.group.partition("/")
            if kind not in ARCHIVED_AS or not number.isdigit() or task.state != "error":
                continue
            text = task.status.removeprefix("backup failed: ")
            run = FailedRun(task.started, text, f"{task.source}/{task.datastore}")
            for source in belonging.concerned(task.source, task.datastore):
                key = source, (ARCHIVED_AS[kind], int(number))
                if key not in found or run.at > found[key].at:
                    found[key] = run
    return found


def unread(host: Host, belonging: Belonging) -> frozenset[tuple[str, str]]:
    """Storages for backups, each with a node, whose content could not be seen in any way.

    What lies on a backup server is seen there, unless it could not be read, is closed for a while,
    or is not known to be the one that the storage leads to.
    """
    storages = host.inventory.data.storages if host.inventory.data else ()
    volumes = host.volumes.data
    listed = {volume.storage for volume in volumes or ()}
    hidden = set()
    for storage in storages:
        if "backup" not in storage.content:
            continue
        shown = belonging.is_seen(host.source, storage.name) if storage.type == "pbs" else False
        if shown:
            continue
        if (
            volumes is None
            or storage.status != "available"
            # Not every failure to list shows in the state of the storage.
            or (host.volumes.state is not State.OK and storage.name not in listed)
            # A listing without rights is empty as well.
            or (shown is None and storage.name not in listed)
        ):
            hidden |= {(storage.name, node) for node in storage.nodes}
    return frozenset(hidden)


def listed_storages(host: Host, belonging: Belonging) -> frozenset[str]:
    """Its storages on which at least one backup was seen, by itself or by a backup server."""
    own = {volume.storage for volume in host.volumes.data or ()}
    for (source, storage), lead in belonging.leads.items():
        if source == host.source and isinstance(lead, Place) and belonging.held.get(lead):
            own.add(storage)
    return frozenset(own)
