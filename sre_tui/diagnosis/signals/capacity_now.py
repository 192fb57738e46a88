"""What the backends themselves say of a capacity now, beside what its history tells.

A history ends at the last point of its grid, which may be a quarter of an hour old.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from sre_tui.diagnosis.signals.capacity_model import Capacity
from sre_tui.diagnosis.subject import Subject, SubjectKind
from sre_tui.diagnosis.topology.from_nas import nas_names
from sre_tui.diagnosis.topology.from_proxmox import guest_subject, storage_subject

if TYPE_CHECKING:
    from sre_tui.diagnosis.picture.picture import Picture
    from sre_tui.diagnosis.topology.graph import Topology

SAME: Final = 0.05
"""Share by which two sizes may differ that are of one thing, counted by different rules."""


def as_of_now(rows: Sequence[Capacity], picture: Picture) -> list[Capacity]:
    """The rows with the fill that their backends tell now, marked where one is out of reach."""
    fills = dict(_fills(picture))
    away = _away(picture)
    silent = {
        storage_subject(storage).key
        for storages in picture.storages
        for storage in storages
        if storage.status in ("inactive", "unknown")
    }
    found = []
    for row in rows:
        more: dict[str, Any] = {}
        told = fills.get(row.subject.key)
        # Where the size is another one, it is not the same that is counted.
        if told is not None and row.size and abs(told[1] / row.size - 1) <= SAME:
            more = {"used": told[0], "size": told[1]}
        if row.subject.key in silent or row.subject.host.casefold() in away:
            more["out_of_reach"] = True
        found.append(row.model_copy(update=more) if more else row)
    return found


def as_full_as_their_stores(rows: Sequence[Capacity], topology: Topology) -> list[Capacity]:
    """The rows, those of the same space as a datastore with its name, and as full if it is full.

    Whether a datastore is full is known from what it did over days; a line through the weeks of
    the pool it fills would foretell what has happened.
    """
    found = []
    for row in rows:
        store = next(
            (one for one in rows
             if one.kind == "datastore" != row.kind and _is_same_space(one, row)
             and row.subject in topology.dependencies(one.subject)),
            None,
        )  # fmt: skip
        if store is None:
            found.append(row)
            continue
        told: dict[str, Any] = {"space_of": str(store.subject)}
        if store.outlook == "full" != row.outlook:
            told |= {
                "outlook": "full", "growth": None, "full_at": None, "earliest": None,
                "latest": None, "full_since": store.full_since, "always_full": store.always_full,
            }  # fmt: skip
        found.append(row.model_copy(update=told))
    return found


def _is_same_space(one: Capacity, other: Capacity) -> bool:
    if not (one.size and other.size and one.ratio and other.ratio):
        return False
    return abs(other.size / one.size - 1) <= SAME and abs(other.ratio - one.ratio) <= SAME


def _fills(picture: Picture) -> Iterator[tuple[str, tuple[float, float]]]:
    """Used and size in bytes by subject, of what NAS and backup servers keep."""
    hosts = nas_names(picture)
    for source, pools in picture.pools.with_source():
        for pool in pools:
            if pool.usable and pool.usable_used is not None:
                subject = Subject(kind=SubjectKind.POOL, name=f"{hosts[source]}/{pool.name}")
                yield subject.key, (float(pool.usable_used), float(pool.usable))
    for stores in picture.datastores:
        for store in stores:
            if store.total and store.used is not None:
                subject = Subject(kind=SubjectKind.DATASTORE, name=store.name)
                yield subject.key, (float(store.used), float(store.total))


def _away(picture: Picture) -> frozenset[str]:
    """Nodes that are offline, and the guests on them, in lower case."""
    names = set()
    for inventory in picture.inventory:
        nodes = {node.name for node in inventory.nodes if node.status == "offline"}
        names |= nodes
        names |= {guest_subject(one).name for one in inventory.guests if one.node in nodes}
    return frozenset(name.casefold() for name in names)
