"""Gathers what tells about backups, from every Proxmox and every backup server at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from providers.collector import uncollected
from providers.pbs import Contents, PbsClient, TaskQuery
from providers.proxmox import (
    BackupJob,
    BackupVolume,
    ExcludedDisk,
    Guest,
    Inventory,
    ProxmoxClient,
)
from providers.reading import Reading, SourceStatus, State, by_source, joint_state
from providers.shared_reads import shared_reads
from sre_tui.diagnosis.coverage.answers import Host, Server
from sre_tui.diagnosis.coverage.belonging import Place, belonging_of, sightings
from sre_tui.diagnosis.coverage.logic import Evidence
from sre_tui.diagnosis.coverage.owners import Key, Seen, noted_name, owned_by
from sre_tui.diagnosis.coverage.sightings import all_seen, failed_runs, listed_storages, unread
from sre_tui.diagnosis.coverage.silence import offline_nodes
from sre_tui.diagnosis.sources import Sources
from sre_tui.diagnosis.topology.guest_names import AskInventory, named_inventory

FAILURES_SINCE: Final = timedelta(days=8)
MOST_FAILURES: Final = 1000
MOST_LOOK_UPS: Final = 12
"""Guests whose configuration is read to learn when they were made."""


@dataclass(frozen=True)
class Gathered:
    """The evidence, what it was made from, and how far the guests are known."""

    evidence: Evidence
    readings: tuple[Reading[Any], ...]
    guests: State
    """How far every Proxmox VE told of its guests; without data none is known."""
    skipped: tuple[str, ...] = ()
    """A line for each datastore that was not looked into."""
    jobs: tuple[Reading[tuple[BackupJob, ...]], ...] = ()
    """The jobs of every Proxmox VE; they are among the readings."""
    places: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """By Proxmox VE and storage, the place on a backup server that the storage leads to."""
    silent: tuple[str, ...] = ()
    """Every Proxmox VE whose guests are not known."""
    strange: tuple[str, ...] = ()
    """Where backups are of which none is of a Proxmox VE that answered: ``pbs:attic``."""

    @property
    def statuses(self) -> tuple[SourceStatus, ...]:
        """How far each source can be trusted."""
        return tuple(by_source(self.readings))

    @property
    def every_guest_known(self) -> bool:
        """Whether no guest can be missing."""
        return self.guests is State.OK


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
        host.source: host.inventory.data for host in hosts if host.inventory.data is not None
    }
    guests = [guest for inventory in inventories.values() for guest in inventory.guests]
    with uncollected():
        snapshots = [each for server in servers for each in sightings(server)]
        belonging = belonging_of(hosts, servers, snapshots)
        seen = all_seen(belonging, snapshots)
    created, offline = await asyncio.gather(
        _creation_times(hosts, guests, seen), offline_nodes(sources, inventories)
    )
    excluded = [host.excluded for host in hosts if host.excluded is not None]
    evidence = Evidence(
        now=now,
        guests=guests,
        jobs={host.source: host.jobs.data for host in hosts if host.jobs.data is not None},
        seen=seen,
        uncovered={
            host.source: frozenset(each.vmid for each in host.uncovered.data)
            for host in hosts
            if host.uncovered.data is not None
        },
        created=created,
        excluded_disks=_disks([disk for reading in excluded for disk in reading.data or ()]),
        failures=failed_runs(belonging),
        unread={host.source: unread(host, belonging) for host in hosts},
        listed={host.source: listed_storages(host, belonging) for host in hosts},
        offline=offline,
        kept={
            host.source: host.inventory.observed_at
            for host in hosts
            if host.inventory.state is State.STALE
        },
    )
    readings: list[Reading[Any]] = []
    for host in hosts:
        readings += [host.inventory, host.jobs, host.volumes]
        if not host.targets.state.has_data:
            # To know no storage is no data where nothing else is known.
            readings.append(host.targets)
    readings += excluded
    for server in servers:
        readings += [server.contents, server.failures]
    return Gathered(
        evidence,
        tuple(readings),
        joint_state([host.inventory.state for host in hosts]),
        tuple(
            line
            for server in servers
            if server.contents.data is not None
            for line in skipped_text(server.contents.source, server.contents.data)
        ),
        jobs=tuple(host.jobs for host in hosts),
        places={
            route: str(lead) for route, lead in belonging.leads.items() if isinstance(lead, Place)
        },
        silent=tuple(host.source for host in hosts if host.inventory.data is None),
        strange=tuple(belonging.strangers()),
    )


async def _ask_host(client: ProxmoxClient, inventory: AskInventory) -> Host:
    """Everything of one Proxmox, each part as soon as what it needs is there."""
    (guests, volumes, created), (jobs, excluded), uncovered, targets = await asyncio.gather(
        _ask_volumes(client, inventory),
        _ask_jobs(client),
        client.not_backed_up(),
        client.backup_targets(),
    )
    return Host(client, guests, jobs, volumes, uncovered, targets, excluded, created)


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


async def _ask_server(client: PbsClient, now: datetime) -> Server:
    query = TaskQuery(since=now - FAILURES_SINCE, errors=True, kind="backup", limit=MOST_FAILURES)
    return Server(client, *await asyncio.gather(client.contents(), client.tasks(query)))


async def _creation_times(
    hosts: Sequence[Host], guests: Sequence[Guest], seen: Sequence[Seen]
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
        own = [guest for guest in doubtful if guest.source == host.source]
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


def skipped_text(source: str, contents: Contents) -> Iterable[str]:
    """A line for each datastore of a server that was not looked into."""
    for skipped in contents.skipped:
        yield f"{source}/{skipped.datastore} was not looked into: {skipped.reason}"
