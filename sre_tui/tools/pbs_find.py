"""Finds which backup server a datastore is on, and which backups are of a named guest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, TypeVar

from providers.pbs import BackupType, PbsClient
from providers.proxmox import GuestType
from providers.reading import Reading
from sre_tui.diagnosis.coverage.owners import noted_name
from sre_tui.diagnosis.topology.guest_names import named_inventories
from sre_tui.tools.alert_sources import rows
from sre_tui.tools.context import ToolContext, ask_all
from sre_tui.tools.proxmox_find import all_answered, guests_of, is_named, require_known
from sre_tui.tools.tool import ArgumentError

T = TypeVar("T")
_TYPES: Final[Mapping[GuestType, BackupType]] = {"qemu": "vm", "lxc": "ct"}


async def having(clients: Sequence[PbsClient], datastore: str) -> list[PbsClient]:
    """The servers that have a datastore of that name, or may have it for all they tell.

    Raises:
        ArgumentError: if every server answered and none has it, suggesting the nearest.
    """
    stores = await ask_all(clients, lambda client: client.datastores())
    known = rows(stores)
    require_known(datastore, [store.name for store in known], "datastore", all_answered(stores))
    there = {store.source for store in known if store.name == datastore}
    lacking = {reading.source for reading in stores if reading.state.has_data} - there
    return [client for client in clients if client.source not in lacking]


def of_those(readings: Sequence[Reading[T]], clients: Sequence[PbsClient]) -> list[Reading[T]]:
    """The readings of those servers; all if there are none of them."""
    sources = {client.source for client in clients}
    return [reading for reading in readings if reading.source in sources] or list(readings)


async def groups_of(context: ToolContext, asked: str) -> frozenset[str]:
    """The groups, such as ``vm/101``, of the guests that Proxmox VE calls so; none without one."""
    readings, _ = await named_inventories(context)
    return frozenset(
        f"{_TYPES[guest.type]}/{guest.vmid}"
        for guest in guests_of(readings)
        if is_named(asked, guest)
    )


async def groups_called(context: ToolContext, asked: str) -> frozenset[str]:
    """The groups of a guest or host, by what Proxmox VE or the notes of its backups call it.

    Raises:
        ArgumentError: if everybody answered and nobody knows the name.
    """
    found = await groups_of(context, asked)
    if found:
        return found
    readings = await ask_all(context.pbs, lambda client: client.contents())
    wanted = asked.strip().casefold()
    found = frozenset(
        f"{snapshot.type}/{snapshot.id}"
        for reading in readings
        for snapshot in (reading.data.snapshots if reading.data else ())
        if wanted in (snapshot.id.casefold(), (noted_name(snapshot.comment) or "").casefold())
    )
    if not found and all_answered(readings):
        raise ArgumentError(f"there is no guest {asked!r}, and no host of that name has backups")
    return found
