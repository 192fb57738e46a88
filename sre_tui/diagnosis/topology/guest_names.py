"""Names of guests that Proxmox VE knows by their id alone, because their node is silent.

The client has put in the names of the last good inventory already. Where there is none, the notes
of the newest backup tell, else what the exporter told Prometheus before the node fell silent.
Nobody is asked while every guest has a name.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

from providers.coercion import epoch
from providers.errors import BackendError, InvalidQuery
from providers.proxmox.guests import ARCHIVED_AS
from providers.text import one_line
from sre_tui.views.human import count

if TYPE_CHECKING:
    from providers.pbs import PbsClient
    from providers.prometheus import PrometheusClient
    from providers.proxmox import Guest, Inventory, ProxmoxClient
    from providers.reading import Reading
    from sre_tui.diagnosis.sources import Sources

NOTES: Final = "the notes of their backups"
METRICS: Final = "Prometheus"
PATIENCE: Final = 5.0
"""Seconds after which a name is not waited for any longer: the guests are told without."""
KEPT: Final = timedelta(minutes=10)
"""How long the same guests are not asked about again."""
KEPT_IN_PART: Final = timedelta(minutes=1)
"""The same where not everybody answered."""
LONGEST: Final = 120
"""Characters of a name."""
LAST_INFO: Final = 'max by (id, name) (max_over_time(timestamp(pve_guest_info{name!=""})[14d:1h]))'
"""When each name was last told, to the hour: of a silent node's guests it is told no more."""

AskInventory = Callable[["ProxmoxClient"], "Awaitable[Reading[Inventory]]"]
_Names = dict[str, "Learned"]
"""By kind and id: ``lxc/101``."""


@dataclass(frozen=True)
class Learned:
    """A name that something else than Proxmox VE told.

    Attributes:
        name: of the guest.
        at: when it was that.
        origin: who told.
    """

    name: str
    at: datetime
    origin: str


@dataclass(frozen=True)
class _Memory:
    """What was found out.

    Attributes:
        until: when it is asked again.
        asked: kinds and ids of the guests that were asked about, those without a name too.
        names: of all guests that are known.
    """

    until: datetime
    asked: frozenset[str]
    names: _Names


_remembered: WeakKeyDictionary[Any, _Memory] = WeakKeyDictionary()


async def learned_names(
    sources: Sources, readings: Sequence[Reading[Inventory]]
) -> Mapping[str, Learned]:
    """Names of the guests that have none, by :attr:`Guest.key`; nobody is asked if all have one.

    Args:
        sources: clients of the configured backends.
        readings: the inventories of every Proxmox VE. An id that two of them have is left out:
            neither a backup server nor Prometheus tells whose it is.
    """
    guests = [guest for one in readings if one.data is not None for guest in one.data.guests]
    lacking = [guest for guest in guests if guest.name is None]
    if not lacking:
        return {}
    holders = Counter(_id(guest) for guest in guests)
    known = await _known(sources, lacking)
    return {
        guest.key: known[_id(guest)]
        for guest in lacking
        if holders[_id(guest)] == 1 and _id(guest) in known
    }


def with_names(reading: Reading[Inventory], learned: Mapping[str, Learned]) -> Reading[Inventory]:
    """The inventory with names that were learned elsewhere, marked as old; a warning tells whence.

    Args:
        reading: of one Proxmox VE.
        learned: names by :attr:`Guest.key`.
    """
    data = reading.data
    if data is None or not any(guest.key in learned for guest in data.guests):
        return reading
    guests = []
    for guest in data.guests:
        if told := learned.get(guest.key):
            guest = guest.model_copy(update={"name": told.name, "last_reported": told.at})
        guests.append(guest)
    made = data.model_copy(update={"guests": tuple(guests)})
    warnings = (*reading.warnings, *_told(data.guests, learned))
    return reading.model_copy(update={"data": made, "warnings": warnings})


async def named_inventories(
    sources: Sources, *, boot: bool = False
) -> tuple[list[Reading[Inventory]], Mapping[str, Learned]]:
    """The inventories of every Proxmox VE with the names, and which of those were learned."""
    readings = await asyncio.gather(*(one.inventory(boot=boot) for one in sources.proxmox))
    learned = await learned_names(sources, readings)
    return [with_names(reading, learned) for reading in readings], learned


async def named_inventory(
    sources: Sources, client: ProxmoxClient, ask: AskInventory
) -> Reading[Inventory]:
    """The inventory of one Proxmox VE with the names; the others are waited for if one lacks.

    Args:
        sources: clients of the configured backends.
        client: the one that is asked.
        ask: gives the inventory of any of them.
    """
    reading = await ask(client)
    if reading.data is None or all(guest.name is not None for guest in reading.data.guests):
        return reading
    others = [one for one in sources.proxmox if one is not client]
    readings = [reading, *await asyncio.gather(*(ask(one) for one in others))]
    return with_names(reading, await learned_names(sources, readings))


def named_elsewhere(guest: Guest, learned: Mapping[str, Learned]) -> str:
    """Who told the guest's name: ``immich by the notes of its backups``; empty if its node did."""
    told = learned.get(guest.key)
    return f"{told.name} by {told.origin.replace('their', 'its')}" if told is not None else ""


def _id(guest: Guest) -> str:
    return f"{guest.type}/{guest.vmid}"


def _told(guests: Iterable[Guest], learned: Mapping[str, Learned]) -> Iterator[str]:
    for origin in (NOTES, METRICS):
        named = [guest for guest in guests
                 if (told := learned.get(guest.key)) and told.origin == origin]  # fmt: skip
        if named:
            nodes = ", ".join(sorted({guest.node for guest in named}))
            verb = "has its name" if len(named) == 1 else "have their names"
            whence = origin.replace("their", "its") if len(named) == 1 else origin
            yield f"{count(len(named), 'guest')} on {nodes} {verb} from {whence}"


async def _known(sources: Sources, lacking: Sequence[Guest]) -> _Names:
    clients = [one for one in sources.proxmox if one.source in {each.source for each in lacking}]
    now = sources.clock()
    wanted = frozenset(map(_id, lacking))
    kept = [_remembered.get(one) for one in clients]
    if kept and all(one is not None and now < one.until and wanted <= one.asked for one in kept):
        return {name: told for one in kept if one is not None for name, told in one.names.items()}
    told = await asyncio.gather(*(_patiently(_noted(one)) for one in sources.pbs))
    names = _distinct(_newest(told))
    # Prometheus may be on the very node that is lost: it is not waited for without need.
    if any(_id(guest) not in names for guest in lacking):
        measured = await asyncio.gather(*(_patiently(_measured(one)) for one in sources.prometheus))
        names = _newest(measured) | names
        told += measured
    answered = all(one is not None for one in told)
    memory = _Memory(now + (KEPT if answered else KEPT_IN_PART), wanted, names)
    for client in clients:
        _remembered[client] = memory
    return names


async def _patiently(asked: Awaitable[_Names | None]) -> _Names | None:
    try:
        async with asyncio.timeout(PATIENCE):
            return await asked
    except (TimeoutError, BackendError, InvalidQuery):
        # Who is silent is told of where it is asked for its own sake.
        return None


async def _noted(client: PbsClient) -> _Names | None:
    # Its models take longer to import than a list of guests may take.
    from sre_tui.diagnosis.coverage.owners import noted_name

    reading = await client.contents()
    if reading.data is None:
        return None
    found: _Names = {}
    for snapshot in reading.data.snapshots:
        kind, name = ARCHIVED_AS.get(snapshot.type), noted_name(snapshot.comment)
        if kind is not None and name is not None:
            _add(found, f"{kind}/{snapshot.id}", Learned(name, snapshot.at, NOTES))
    return found


async def _measured(client: PrometheusClient) -> _Names | None:
    reading = await client.query(LAST_INFO)
    if reading.data is None:
        return None
    found: _Names = {}
    for sample in reading.data.samples:
        own, name = sample.labels.get("id", ""), sample.labels.get("name", "")
        if name and (at := epoch(sample.value)) is not None:
            _add(found, own, Learned(one_line(name, LONGEST), at, METRICS))
    return found


def _add(found: _Names, own: str, told: Learned) -> None:
    known = found.get(own)
    if known is None or told.at > known.at:
        found[own] = told


def _newest(several: Iterable[_Names | None]) -> _Names:
    found: _Names = {}
    for names in several:
        for own, told in (names or {}).items():
            _add(found, own, told)
    return found


def _distinct(names: _Names) -> _Names:
    """Without what stands in the notes of several guests: a word about all is no name."""
    often = Counter(told.name for told in names.values())
    return {own: told for own, told in names.items() if often[told.name] == 1}
