"""To which Proxmox VE the backups in each place of a backup server belong.

Guests of two homelabs may have the same id, name and minute of their backups. What tells them apart
is where the storages of each Proxmox VE lead to: the certificate or address of a server, its
datastore and namespace.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from ipaddress import ip_address
from typing import Final, Literal, NamedTuple
from urllib.parse import urlsplit

from providers.pbs import PbsClient, Snapshot
from providers.proxmox import BackupTarget, ProxmoxClient
from providers.proxmox.backup_targets import PBS_PORT
from providers.proxmox.guests import ARCHIVED_AS
from sre_tui.diagnosis.coverage.answers import Host, Server
from sre_tui.diagnosis.coverage.owners import Group

NOBODY: Final[frozenset[str]] = frozenset()


class Place(NamedTuple):
    """A namespace of a datastore of a backup server."""

    server: str
    datastore: str
    namespace: str

    def __str__(self) -> str:
        space = f":{self.namespace}" if self.namespace else ""
        return f"{self.server}/{self.datastore}{space}"


class Mark(NamedTuple):
    """What a backup and its copies on other servers have in common; ``at`` is a Unix second."""

    group: Group
    at: int
    size: int | None


Sighting = tuple[Place, Mark, Snapshot]
Route = tuple[str, str]
"""A Proxmox VE and the name of a storage there."""
Lead = Place | Literal["elsewhere", "undecided"]
"""Where a storage leads to: to a place, to a server that is not configured, or nobody knows."""


@dataclass(frozen=True)
class Belonging:
    """Where all storages lead to, and what follows from it.

    Attributes:
        hosts: every Proxmox VE that is configured.
        servers: every backup server that is.
        leads: of every storage that lies on a backup server.
        held: the backups of guests in each place.
    """

    hosts: Sequence[Host]
    servers: Sequence[Server]
    leads: Mapping[Route, Lead]
    held: Mapping[Place, frozenset[Mark]]
    _known: dict[Place, frozenset[str]] = field(default_factory=dict)

    @cached_property
    def claims(self) -> dict[Place, list[Route]]:
        """The storages that lead to each place."""
        found: dict[Place, list[Route]] = {}
        for route, lead in self.leads.items():
            if isinstance(lead, Place):
                found.setdefault(lead, []).append(route)
        return found

    def sources(self, place: Place) -> frozenset[str]:
        """The Proxmox VE whose guests may have backups in a place; none if it is of strangers."""
        if place not in self._known:
            self._known[place] = self._sources(place)
        return self._known[place]

    def of(self, place: Place, mark: Mark) -> frozenset[str]:
        """The Proxmox VE of whose guest one backup in that place may be."""
        found = self.sources(place)
        if not found or len(self.hosts) == 1 or place.server in self._claimed_servers:
            return found
        # A copy is never newer than what it was made of; what is newer is of somebody else.
        return frozenset(
            source
            for source in found
            if source in self._undecided or mark.at <= self._newest.get((source, mark.group), 0)
        )

    def storages(self, place: Place) -> tuple[str, ...]:
        """The names under which Proxmox VE has a place."""
        return tuple(sorted({storage for _, storage in self.claims.get(place, ())}))

    def concerned(self, server: str, datastore: str) -> frozenset[str]:
        """The Proxmox VE whose guests may have backups in any namespace of a datastore."""
        places = {
            place for place in (*self.claims, *self.held)
            if (place.server, place.datastore) == (server, datastore)
        }  # fmt: skip
        return frozenset(source for place in places for source in self.sources(place))

    def strangers(self) -> list[str]:
        """Where backups of guests are of which none can be of a Proxmox VE that answered.

        A whole server, or a place of one: ``pbs:attic``, ``pbs:main/old``.
        """
        strange = [place for place in self.held if not self.sources(place)]
        mixed = {place.server for place in self.held if place not in strange}
        named = (str(place) if place.server in mixed else place.server for place in strange)
        return list(dict.fromkeys(named))

    def is_seen(self, source: str, storage: str) -> bool | None:
        """Whether a backup server showed all that is on a storage; None if it is not known."""
        lead = self.leads.get((source, storage), "undecided")
        if isinstance(lead, Place):
            return next(one.is_read for one in self.servers if one.source == lead.server)
        if lead == "elsewhere":
            return False
        if len(self.hosts) == 1:
            return bool(self.servers) and all(server.is_read for server in self.servers)
        return None if self.servers else False

    def _sources(self, place: Place) -> frozenset[str]:
        if place in self.claims:
            return frozenset(source for source, _ in self.claims[place])
        if len(self.hosts) == 1:
            return frozenset({self.hosts[0].source})
        claimed = self._claimed_servers.get(place.server)
        if claimed is None and any(host.inventory.data is None for host in self.hosts):
            # It may be the server of the one that does not tell.
            return NOBODY
        marks = self.held.get(place, frozenset())
        alike = frozenset(source for source, own in self._marks.items() if own & marks)
        if claimed is not None:
            return claimed & alike or claimed
        return alike or self._undecided

    @cached_property
    def _claimed_servers(self) -> dict[str, frozenset[str]]:
        found: dict[str, set[str]] = {}
        for place, routes in self.claims.items():
            found.setdefault(place.server, set()).update(source for source, _ in routes)
        return {server: frozenset(sources) for server, sources in found.items()}

    @cached_property
    def _undecided(self) -> frozenset[str]:
        return frozenset(source for (source, _), lead in self.leads.items() if lead == "undecided")

    @cached_property
    def _marks(self) -> dict[str, frozenset[Mark]]:
        """What is known to be of each Proxmox VE alone."""
        found: dict[str, set[Mark]] = {host.source: set() for host in self.hosts}
        for place, routes in self.claims.items():
            sources = {source for source, _ in routes}
            if len(sources) == 1:
                found[sources.pop()] |= self.held.get(place, frozenset())
        for host in self.hosts:
            for listed in _listed(host).values():
                found[host.source] |= listed
        return {source: frozenset(marks) for source, marks in found.items()}

    @cached_property
    def _newest(self) -> dict[tuple[str, Group], int]:
        found: dict[tuple[str, Group], int] = {}
        for source, marks in self._marks.items():
            for mark in marks:
                key = source, mark.group
                found[key] = max(mark.at, found.get(key, 0))
        return found


def belonging_of(
    hosts: Sequence[Host], servers: Sequence[Server], snapshots: Iterable[Sighting]
) -> Belonging:
    """Finds out where every storage leads to; ``snapshots`` are those of all servers."""
    found: dict[Place, set[Mark]] = {}
    for place, mark, _ in snapshots:
        found.setdefault(place, set()).add(mark)
    held = {place: frozenset(marks) for place, marks in found.items()}
    leads: dict[Route, Lead] = {}
    for host in hosts:
        targets = {target.storage: target for target in host.targets.data or ()}
        for storage in sorted(host.on_servers):
            leads[host.source, storage] = _lead(host, storage, targets.get(storage), servers, held)
    return Belonging(hosts, servers, leads, held)


def _lead(
    host: Host,
    storage: str,
    target: BackupTarget | None,
    servers: Sequence[Server],
    held: Mapping[Place, frozenset[Mark]],
) -> Lead:
    if target is not None:
        named = named_server(host.client, target, [server.client for server in servers])
        if named is not None:
            return Place(named.source, target.datastore, target.namespace)
    # A server may be reached under another name or through a proxy; what it holds is the same.
    place = _by_content(_listed(host).get(storage, frozenset()), target, held)
    if place is not None:
        return place
    pins = [server.client.endpoint.fingerprint for server in servers]
    if target is not None and target.fingerprint and all(pins):
        return "elsewhere"
    return "undecided"


def named_server(
    host: ProxmoxClient, target: BackupTarget, servers: Sequence[PbsClient]
) -> PbsClient | None:
    """The server that a storage names by its certificate, else by its address; None if none is."""
    for meets in (_same_certificate, _same_address):
        found = [server for server in servers if meets(host, target, server)]
        if len(found) == 1:
            return found[0]
    return None


def _same_certificate(_: ProxmoxClient, target: BackupTarget, server: PbsClient) -> bool:
    return bool(target.fingerprint) and target.fingerprint == server.endpoint.fingerprint


def _same_address(host: ProxmoxClient, target: BackupTarget, server: PbsClient) -> bool:
    parts = urlsplit(server.endpoint.url)
    # A node that calls itself means its own address.
    own = _is_loopback(target.server)
    name = (urlsplit(host.endpoint.url).hostname or "") if own else target.server
    return (name, target.port) == (parts.hostname, parts.port or PBS_PORT)


def _is_loopback(name: str) -> bool:
    try:
        return ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return name == "localhost"


def _by_content(
    listed: frozenset[Mark],
    target: BackupTarget | None,
    held: Mapping[Place, frozenset[Mark]],
) -> Place | None:
    """The only place, or the one far ahead, that holds what Proxmox VE lists of a storage."""
    if not listed:
        return None
    shared: dict[Place, int] = {}
    for place, marks in held.items():
        if target is None or place[1:] == (target.datastore, target.namespace):
            shared[place] = len(listed & marks)
    most = max(shared.values(), default=0)
    best = [place for place, amount in shared.items() if amount == most]
    return best[0] if most and len(best) == 1 else None


def _listed(host: Host) -> dict[str, frozenset[Mark]]:
    """What Proxmox VE lists of each storage that lies on a backup server."""
    found: dict[str, set[Mark]] = {}
    names = host.on_servers
    for volume in host.volumes.data or ():
        if volume.storage in names and volume.at and volume.vmid and volume.guest_type:
            mark = Mark((volume.guest_type, volume.vmid), int(volume.at.timestamp()), volume.size)
            found.setdefault(volume.storage, set()).add(mark)
    return {storage: frozenset(marks) for storage, marks in found.items()}


def sightings(server: Server) -> Iterator[Sighting]:
    """The backups of guests on a server, each with its place."""
    # Of tens of thousands of backups, hundreds have a place and a guest of their own.
    places: dict[tuple[str, str, str], Place] = {}
    groups: dict[tuple[str, str], Group | None] = {}
    for snapshot in server.contents.data.snapshots if server.contents.data else ():
        type_, id_ = written = snapshot.type, snapshot.id
        if written not in groups:
            kind = ARCHIVED_AS.get(type_)
            groups[written] = (kind, int(id_)) if kind is not None and id_.isdigit() else None
        group = groups[written]
        if group is not None:
            where = snapshot.source, snapshot.datastore, snapshot.namespace
            place = places.get(where) or places.setdefault(where, Place(*where))
            yield place, Mark(group, int(snapshot.at.timestamp()), snapshot.size), snapshot
