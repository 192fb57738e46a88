"""Finds guests, nodes and storages by the names people give, and puts readings together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from providers.proxmox import Guest, Inventory
from providers.reading import Reading, SourceStatus, State, by_source
from sre_tui.nearest import nearest, no_such
from sre_tui.tools.tool import ArgumentError

FEW = 8
"""Names that are listed where none fits."""


def matching_guests(asked: str, guests: Iterable[Guest]) -> list[Guest]:
    """The guests that are meant by a name, an id, ``lxc/101`` or ``INSTANCE/101``.

    A whole name goes before a part of one.
    """
    known = list(guests)
    wanted = asked.strip().casefold()
    exact = [guest for guest in known if wanted in _names(guest)]
    return exact or [guest for guest in known if guest.name and wanted in guest.name.casefold()]


def named_guests(asked: str, guests: Iterable[Guest]) -> list[Guest]:
    """The guests of exactly that name or id, else those whose names begin so."""
    known = list(guests)
    wanted = asked.strip().casefold()
    exact = [guest for guest in known if wanted in _names(guest)]
    return exact or [
        guest for guest in known if wanted and (guest.name or "").casefold().startswith(wanted)
    ]


def is_named(asked: str, guest: Guest) -> bool:
    """Whether that is the guest's whole name or id."""
    return asked.strip().casefold() in _names(guest)


def guest_text(guest: Guest) -> str:
    """A guest so that it can be told from all others."""
    return f"{guest.label}: {guest.type}/{guest.vmid} on {guest.node} ({guest.source})"


def close_guests(asked: str, guests: Iterable[Guest]) -> list[Guest]:
    """The guests that may be meant by a name that does not exist.

    Those of the id in it come first, then those whose names contain it, then similar names.
    """
    known = list(guests)
    number = asked.strip().rpartition("/")[2]
    by_id = [guest for guest in known if str(guest.vmid) == number]
    if by_id:
        return by_id[:FEW]
    parts = matching_guests(asked, known) if asked.strip() else []
    by_name = {guest.name: guest for guest in known if guest.name}
    return parts[:FEW] or [by_name[name] for name in nearest(asked, by_name)]


def without_name(guests: Iterable[Guest]) -> str:
    """Who has no name because the node is silent: one of them may be meant; empty if none is."""
    silent = [guest for guest in guests if guest.name is None and guest.status == "unknown"]
    if not silent:
        return ""
    lost = ", ".join(sorted({guest.node for guest in silent}))
    ids = ", ".join(str(guest.vmid) for guest in silent[:FEW])
    more = ", …" if len(silent) > FEW else ""
    alone = len(silent) == 1
    which = f"its guest {ids} has" if alone else f"its {len(silent)} guests ({ids}{more}) have"
    return f"{lost} does not report, so that {which} no name until it is back"


def no_such_guest(asked: str, guests: Sequence[Guest], *, complete: bool = True) -> str:
    """One line: that no guest is called so, who may be meant, and which there are.

    Args:
        asked: the name or id.
        guests: those that are known.
        complete: whether every instance was asked, so that it cannot be elsewhere.
    """
    labels = sorted(guest.label for guest in guests)
    alike = len(set(labels)) < len(labels)
    note = "" if complete else " among those that could be asked"
    if silent := without_name(guests):
        note = f" among those that report; {silent}"
    near = close_guests(asked, guests)
    close = [guest_text(guest) if alike else guest.label for guest in near]
    return no_such("guest", asked, labels, close=close, note=note)


def several_guests(asked: str, found: Sequence[Guest], known: Iterable[Guest]) -> str:
    """One line: that more than one guest is called so, and what to give for each.

    Args:
        asked: the name or id.
        found: those it may mean.
        known: all there are.
    """
    every = list(known)
    shown = "; ".join(
        f"{only_name(guest, every)} ({guest.name or 'no name'}, {guest.type} on {guest.node}, "
        f"{guest.source})"
        for guest in found[:FEW]
    )
    more = f" and {len(found) - FEW} more" if len(found) > FEW else ""
    return f"{asked!r} may mean {len(found)} guests, give one of these: {shown}{more}"


def only_name(guest: Guest, known: Sequence[Guest]) -> str:
    """The shortest that means this guest alone: ``101``, ``home/101`` or ``proxmox:home/101``."""
    instance = guest.source.partition(":")[2]
    names = (f"{place}{guest.vmid}" for place in ("", f"{instance}/", f"{guest.source}/"))
    alone = (name for name in names if [each for each in known if is_named(name, each)] == [guest])
    return next(alone, f"{guest.source}/{guest.type}/{guest.vmid}")


def require_known(asked: str | None, known: Iterable[str], what: str, states: bool) -> None:
    """Refuse a name that there is not.

    Args:
        asked: the name; None is always right.
        known: the names there are.
        what: noun for the message.
        states: whether every instance was asked, so that the name cannot be elsewhere.

    Raises:
        ArgumentError: suggesting the nearest, and telling those there are.
    """
    names = sorted(set(known))
    if asked is None or not states or asked in names:
        return
    raise ArgumentError(no_such(what, asked, names))


def all_answered(readings: Sequence[Reading[Any]]) -> bool:
    """Whether every instance gave data."""
    return bool(readings) and all(reading.state.has_data for reading in readings)


def all_seen(readings: Sequence[Reading[Any]]) -> bool:
    """Whether every instance gave all it has; what a token may not see may be what is asked for."""
    return all_answered(readings) and all(each.state is not State.PARTIAL for each in readings)


def led_by(leading: Sequence[Reading[Any]], others: Sequence[Reading[Any]]) -> list[SourceStatus]:
    """One status of each instance; one that refuses what was asked for is unauthorized.

    Args:
        leading: the readings of what was asked for, which the others only add to.
        others: what was asked beside.
    """
    refused = {each.source: each for each in leading if each.state is State.UNAUTHORIZED}
    return [
        SourceStatus.of(refused[status.source]) if status.source in refused else status
        for status in by_source([*leading, *others])
    ]


def guests_of(readings: Sequence[Reading[Inventory]]) -> list[Guest]:
    """The guests of all instances."""
    return [guest for reading in readings if reading.data for guest in reading.data.guests]


def node_names(readings: Sequence[Reading[Inventory]]) -> list[str]:
    """The nodes of all instances."""
    return [node.name for reading in readings if reading.data for node in reading.data.nodes]


def _names(guest: Guest) -> set[str]:
    instance = guest.source.partition(":")[2]
    plain = {str(guest.vmid), f"{guest.type}/{guest.vmid}"}
    if guest.name:
        plain.add(guest.name)
        plain.add(guest.label)
    qualified = {f"{place}/{name}" for place in (instance, guest.source, guest.node)
                 for name in plain}  # fmt: skip
    return {name.casefold() for name in plain | qualified}
