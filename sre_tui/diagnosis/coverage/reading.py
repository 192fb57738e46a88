"""Gathers what tells about backups, from every Proxmox and every backup server at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from providers.collector import uncollected
from providers.pbs import Contents, PbsClient, TaskPage, TaskQuery
from providers.proxmox import (
    BackupJob,
    BackupVolume,
    ExcludedDisk,
    Guest,
    Inventory,
    NotBackedUp,
    ProxmoxClient,
)
from providers.proxmox.guests import ARCHIVED_AS
from providers.reading import Reading, SourceStatus, State, by_source, joint_state
from providers.shared_reads import shared_reads
from sre_tui.diagnosis.coverage.logic import Evidence, FailedRun
from sre_tui.diagnosis.coverage.owners import Group, Held, Key, Seen, noted_name, owned_by
from sre_tui.diagnosis.coverage.silence import offline_nodes
from sre_tui.diagnosis.sources import Sources
from sre_tui.diagnosis.topology.guest_names import AskInventory, named_inventory

FAILURES_SINCE: Final = timedelta(days=8)
MOST_FAILURES: Final = 1000
MOST_LOOK_UPS: Final = 12
"""Guests whose configuration is read to learn when they were made."""


@dataclass(frozen=True)
class Gathered:
    """The evidence, how far each source can be trusted, and how far the guests are known."""

    evidence: Evidence
    statuses: tuple[SourceStatus, ...]
    guests: State
    """How far every Proxmox VE told of its guests; without data none is known."""
    skipped: tuple[str, ...] = ()
    """A line for each datastore that was not looked into."""

    @property
    def every_guest_known(self) -> bool:
        """Whether no guest can be missing."""
        return self.guests is State.OK


@dataclass(frozen=True)
class _Host:
    """What one Proxmox answered."""

    client: ProxmoxClient
    inventory: Reading[Inventory]
    jobs: Reading[tuple[BackupJob, ...]]
    volumes: Reading[tuple[BackupVolume, ...]]
    uncovered: Reading[tuple[NotBackedUp, ...]]
    excluded: Reading[tuple[ExcludedDisk, ...]] | None
    created: Mapping[Key, datetime | None]
    """Of virtual machines that were looked up; None if their configuration does not tell."""


@dataclass(frozen=True)
class _Server:
    """What one backup server answered."""

    contents: Reading[Contents]
    failures: Reading[TaskPage]


async def gather(sources: Sources, ask_inventory: AskInventory | None = None) -> Gathered:
    """Ask everything that is configured.

    Args:
        sources: clients of the configured backends.
        ask_inventory: gives the guests of a Proxmox VE, where somebody asks for them anyway.
    """
    now = sources.clock()

    def named(client: ProxmoxClient) -> Awaitable[Reading[Inventory]]:
        return named_inventory(sources, client, lambda one: one.inventory())

    ask = ask_inventory or named
    # Names may have to be looked up in what is read here anyway.
    async with shared_reads():
        hosts, servers = await asyncio.gather(
            asyncio.gather(*(_ask_host(client, ask) for client in sources.proxmox)),
            asyncio.gather(*(_ask_server(client, now) for client in sources.pbs)),
        )
    inventories = {
        host.client.source: host.inventory.data for host in hosts if host.inventory.data is not None
    }
    guests = [guest for inventory in inventories.values() for guest in inventory.guests]
    with uncollected():
        seen = _all_seen(hosts, servers)
    created, offline = await asyncio.gather(
        _creation_times(hosts, guests, seen), offline_nodes(sources, inventories)
    )
    excluded = [host.excluded for host in hosts if host.excluded is not None]
    evidence = Evidence(
        now=now,
        guests=guests,
        jobs={host.client.source: host.jobs.data for host in hosts if host.jobs.data is not None},
        seen=seen,
        uncovered={
            host.client.source: frozenset(each.vmid for each in host.uncovered.data)
            for host in hosts
            if host.uncovered.data is not None
        },
        created=created,
        excluded_disks=_disks([disk for reading in excluded for disk in reading.data or ()]),
        failures=_failures(servers),
        unread={host.client.source: _unread(host, servers) for host in hosts},
        listed={
            host.client.source: frozenset(volume.storage for volume in host.volumes.data)
            for host in hosts
            if host.volumes.data is not None
        },
        offline=offline,
    )
    readings: list[Reading[Any]] = []
    for host in hosts:
        readings += [host.inventory, host.jobs, host.volumes]
    readings += excluded
    for server in servers:
        readings += [server.contents, server.failures]
    return Gathered(
        evidence,
        tuple(by_source(readings)),
        joint_state([host.inventory.state for host in hosts]),
        tuple(
            line
            for server in servers
            if server.contents.data is not None
            for line in skipped_text(server.contents.source, server.contents.data)
        ),
    )


async def _ask_host(client: ProxmoxClient, inventory: AskInventory) -> _Host:
    """Everything of one Proxmox, each part as soon as what it needs is there."""
    (guests, volumes, created), (jobs, excluded), uncovered = await asyncio.gather(
        _ask_volumes(client, inventory), _ask_jobs(client), client.not_backed_up()
    )
    return _Host(client, guests, jobs, volumes, uncovered, excluded, created)


async def _ask_volumes(
    client: ProxmoxClient, ask_inventory: AskInventory
) -> tuple[Reading[Inventory], Reading[tuple[BackupVolume, ...]], dict[Key, datetime | None]]:
    inventory, volumes = await asyncio.gather(ask_inventory(client), client.storage_backups())
    if inventory.data is None or volumes.data is None:
        return inventory, volumes, {}
    names: dict[int, set[str | None]] = {}
    for volume in volumes.data:
        if volume.guest_type == "qemu" and volume.vmid is not None:
            names.setdefault(volume.vmid, set()).add(noted_name(volume.notes))
    doubtful = [
        guest
        for guest in inventory.data.guests
        if _may_be_new(guest) and names.get(guest.vmid, set()) - {guest.name, None}
    ]
    return inventory, volumes, await _looked_up(client, doubtful[:MOST_LOOK_UPS])


async def _ask_jobs(
    client: ProxmoxClient,
) -> tuple[Reading[tuple[BackupJob, ...]], Reading[tuple[ExcludedDisk, ...]] | None]:
    jobs = await client.backup_jobs()
    enabled = [job.id for job in jobs.data or () if job.enabled]
    return jobs, await client.excluded_disks(enabled) if enabled else None


async def _ask_server(client: PbsClient, now: datetime) -> _Server:
    query = TaskQuery(since=now - FAILURES_SINCE, errors=True, kind="backup", limit=MOST_FAILURES)
    return _Server(*await asyncio.gather(client.contents(), client.tasks(query)))


def _all_seen(hosts: Sequence[_Host], servers: Sequence[_Server]) -> list[Seen]:
    """Every backup once: what a backup server tells itself is not taken from Proxmox again.

    Proxmox only adds whose it is, which tells clusters with the same ids apart.
    """
    told = [seen for server in servers for seen in _snapshots(server)]
    known = {_moment(seen) for seen in told}
    unfinished = {moment for server in servers for moment in _unfinished(server)}
    owners: dict[tuple[Group, int], set[tuple[str, str]]] = {}
    archives = []
    for host in hosts:
        storages = host.inventory.data.storages if host.inventory.data else ()
        on_server = {storage.name for storage in storages if storage.type == "pbs"}
        for volume in host.volumes.data or ():
            seen = _archive(volume, on_server=volume.storage in on_server)
            if seen is None or (seen.copy.kind == "snapshot" and _moment(seen) in unfinished):
                continue
            if volume.storage in on_server and _moment(seen) in known:
                owners.setdefault(_moment(seen), set()).add((seen.source, volume.storage))
            else:
                archives.append(seen)
    return [*(_owned(seen, owners.get(_moment(seen), set())) for seen in told), *archives]


def _moment(seen: Seen) -> tuple[Group, int]:
    return seen.group, int(seen.copy.at.timestamp())


def _owned(seen: Seen, owners: set[tuple[str, str]]) -> Seen:
    # A datastore that two clusters share without namespaces says nothing about whose it is.
    if len({source for source, _ in owners}) != 1:
        return seen
    # One cluster may have it under several names.
    storages = tuple(sorted(storage for _, storage in owners))
    source = next(iter(owners))[0]
    return seen._replace(source=source, copy=seen.copy._replace(storages=storages))


def _snapshots(server: _Server) -> Iterable[Seen]:
    reading = server.contents
    for snapshot in reading.data.snapshots if reading.data else ():
        kind = ARCHIVED_AS.get(snapshot.type)
        if kind is None or not snapshot.id.isdigit():
            continue
        space = f":{snapshot.namespace}" if snapshot.namespace else ""
        copy = Held(
            place=f"{snapshot.source}/{snapshot.datastore}{space}",
            kind="snapshot",
            at=snapshot.at,
            size=snapshot.size,
            name=noted_name(snapshot.comment),
            verified=snapshot.verified,
            protected=snapshot.protected,
        )
        yield Seen(copy, kind, int(snapshot.id))


def _unfinished(server: _Server) -> Iterable[tuple[Group, int]]:
    for each in server.contents.data.unfinished if server.contents.data else ():
        kind = ARCHIVED_AS.get(each.type)
        if kind is not None and each.id.isdigit():
            yield (kind, int(each.id)), int(each.at.timestamp())


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
    return Seen(copy, volume.guest_type, volume.vmid, volume.source)


async def _creation_times(
    hosts: Sequence[_Host], guests: Sequence[Guest], seen: Sequence[Seen]
) -> dict[Key, datetime]:
    """When virtual machines were made whose older backups carry another name."""
    found = {key: moment for host in hosts for key, moment in host.created.items()}
    owned = owned_by(guests, seen)
    # Most are looked up already; a backup that only a backup server shows may add some.
    doubtful = [
        guest
        for guest in guests
        if _may_be_new(guest)
        and (guest.source, guest.vmid) not in found
        and any(
            one.copy.name and one.copy.name != guest.name
            for one in owned.get((guest.source, guest.vmid), ())
        )
    ][: max(0, MOST_LOOK_UPS - len(found))]
    for host in hosts:
        own = [guest for guest in doubtful if guest.source == host.client.source]
        if own:
            found |= await _looked_up(host.client, own)
    return {key: moment for key, moment in found.items() if moment is not None}


def _may_be_new(guest: Guest) -> bool:
    # Only the configuration of a virtual machine says when it was made; a silent node has none.
    return guest.type == "qemu" and bool(guest.name) and guest.status != "unknown"


async def _looked_up(client: ProxmoxClient, guests: Sequence[Guest]) -> dict[Key, datetime | None]:
    details = await asyncio.gather(*(client.guest(guest) for guest in guests))
    found: dict[Key, datetime | None] = {}
    for guest, detail in zip(guests, details, strict=True):
        config = detail.data.config if detail.data else None
        found[guest.source, guest.vmid] = _made(config.options.get("meta", "")) if config else None
    return found


def _made(meta: str) -> datetime | None:
    """The time in ``creation-qemu=10.1.2,ctime=1750000000``."""
    parts = dict(part.partition("=")[::2] for part in meta.split(","))
    written = parts.get("ctime", "")
    if not (written.isascii() and written.isdigit()) or len(written) > 11:
        return None
    return datetime.fromtimestamp(int(written), UTC)


def _disks(excluded: Iterable[ExcludedDisk]) -> dict[Key, tuple[str, ...]]:
    found: dict[Key, list[str]] = {}
    for disk in excluded:
        slots = found.setdefault((disk.source, disk.vmid), [])
        if disk.slot not in slots:
            slots.append(disk.slot)
    return {key: tuple(sorted(slots)) for key, slots in found.items()}


def _failures(servers: Sequence[_Server]) -> dict[Group, FailedRun]:
    found: dict[Group, FailedRun] = {}
    for server in servers:
        for task in server.failures.data.tasks if server.failures.data else ():
            kind, _, number = task.group.partition("/")
            if kind not in ARCHIVED_AS or not number.isdigit() or task.state != "error":
                continue
            group = (ARCHIVED_AS[kind], int(number))
            if group not in found or task.started > found[group].at:
                text = task.status.removeprefix("backup failed: ")
                found[group] = FailedRun(task.started, text, f"{task.source}/{task.datastore}")
    return found


def _unread(host: _Host, servers: Sequence[_Server]) -> frozenset[tuple[str, str]]:
    """Storages for backups, each with a node, whose content could not be seen in any way.

    What lies on a backup server is seen there, unless one of them could not be read, or is closed
    for a while.
    """
    storages = host.inventory.data.storages if host.inventory.data else ()
    volumes = host.volumes.data
    seen_there = bool(servers) and all(_is_read(server) for server in servers)
    held = {volume.storage for volume in volumes or ()}
    return frozenset(
        (storage.name, node)
        for storage in storages
        if "backup" in storage.content and not (storage.type == "pbs" and seen_there)
        if volumes is None
        or storage.status != "available"
        # Not every failure to list shows in the state of the storage.
        or (host.volumes.state is not State.OK and storage.name not in held)
        for node in storage.nodes
    )


def _is_read(server: _Server) -> bool:
    contents = server.contents
    closed = any(each.maintenance for each in contents.data.skipped) if contents.data else False
    return contents.state is State.OK and not closed


def skipped_text(source: str, contents: Contents) -> Iterable[str]:
    """A line for each datastore of a server that was not looked into."""
    for skipped in contents.skipped:
        yield f"{source}/{skipped.datastore} was not looked into: {skipped.reason}"
