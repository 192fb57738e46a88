"""Finds which backup server a datastore is on, and which backups are of a named guest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, TypeVar

from providers.pbs import PbsClient
from providers.proxmox import Guest, Inventory
from providers.proxmox.guests import ARCHIVED_AS
from providers.reading import Reading
from sre_tui.diagnosis.coverage.owners import noted_name
from sre_tui.diagnosis.topology.guest_names import named_inventories
from sre_tui.nearest import no_such
from sre_tui.tools.alert_sources import rows
from sre_tui.tools.context import ToolContext, ask_all
from sre_tui.tools.proxmox_find import all_answered, guests_of, is_named, require_known
from sre_tui.tools.tool import ArgumentError

T = TypeVar("T")
_GROUPS: Final = {kind: word for word, kind in ARCHIVED_AS.items()}


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
    return _groups(asked, guests_of(readings))


async def names_of_groups(context: ToolContext) -> tuple[dict[str, str], list[Reading[Inventory]]]:
    """Names of guests by group, such as ``vm/101``, as Proxmox VE tells them; and what it answered.

    A group that guests of two clusters could have written is left out.
    """
    readings, _ = await named_inventories(context)
    names: dict[str, set[str | None]] = {}
    for guest in guests_of(readings):
        if not guest.template:
            names.setdefault(f"{_GROUPS[guest.type]}/{guest.vmid}", set()).add(guest.name)
    told = {group: next(iter(several)) for group, several in names.items() if len(several) == 1}
    return {group: name for group, name in told.items() if name}, readings


async def groups_called(context: ToolContext, asked: str) -> frozenset[str]:
    """The groups of a guest or host, by what Proxmox VE or the notes of its backups call it.

    Raises:
        ArgumentError: if everybody answered and nobody knows the name.
    """
    inventories, _ = await named_inventories(context)
    guests = guests_of(inventories)
    found = _groups(asked, guests)
    if found:
        return found
    readings = await ask_all(context.pbs, lambda client: client.contents())
    wanted = asked.strip().casefold()
    names: dict[str, set[str]] = {}
    for reading in readings:
        for snapshot in reading.data.snapshots if reading.data else ():
            group = f"{snapshot.type}/{snapshot.id}"
            for name in (snapshot.id, noted_name(snapshot.comment)):
                if name:
                    names.setdefault(name.casefold(), set()).add(group)
    if wanted not in names and all_answered(readings):
        known = {guest.name for guest in guests if guest.name} | {
            name for name in names if not name.isdigit()
        }
        raise ArgumentError(no_such("guest or host with backups", asked, known))
    return frozenset(names.get(wanted, ()))


def _groups(asked: str, guests: Iterable[Guest]) -> frozenset[str]:
    return frozenset(
        f"{_GROUPS[guest.type]}/{guest.vmid}" for guest in guests if is_named(asked, guest)
    )
