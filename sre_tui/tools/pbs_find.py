"""Finds which backup server a named datastore is on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from providers.pbs import PbsClient
from providers.reading import Reading
from sre_tui.tools.alert_sources import rows
from sre_tui.tools.context import ask_all
from sre_tui.tools.proxmox_find import all_answered, require_known

T = TypeVar("T")


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
