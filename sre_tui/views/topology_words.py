"""The topology in lines: what something stands on and carries, and an overview of everything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from providers.text import one_line
from sre_tui.diagnosis.subject import Subject, SubjectKind
from sre_tui.diagnosis.topology.graph import Edge, Relation, Topology
from sre_tui.views.human import count
from sre_tui.views.investigation_words import plural_of, some
from sre_tui.views.topology_graph import named, word_of

MOST_NAMES: Final = 12
_KEPT: Final = 120
"""Characters of a name that are shown."""
NO_SUPPORT: Final = frozenset({Relation.WATCHES, Relation.BACKED_UP_TO})
"""Relations of things that live on without the other."""
_TITLES: Final = {
    SubjectKind.NODE: "Nodes", SubjectKind.NAS: "NASes", SubjectKind.POOL: "Pools",
    SubjectKind.STORAGE: "Storages", SubjectKind.DATASTORE: "Datastores",
    SubjectKind.HOST: "Other machines",
}  # fmt: skip
_TELLING: Final = {
    SubjectKind.STORAGE: (Relation.STORED_ON,),
    SubjectKind.DATASTORE: (Relation.STORED_ON,),
    SubjectKind.POOL: (Relation.MADE_OF,),
    SubjectKind.NODE: (Relation.PART_OF, Relation.POWERED_BY),
    SubjectKind.NAS: (Relation.POWERED_BY,),
    SubjectKind.HOST: (Relation.MOUNTS,),
}  # fmt: skip
"""What is told of a thing in an overview, of all that it stands on."""


def lines_about(topology: Topology, focus: Iterable[Subject]) -> Iterator[str]:
    """What these stand on, the nearest first, then what stands on them."""
    for subject in focus:
        for one in topology.dependencies(subject):
            # The disks of a pool are on the pool's machine; only of what is asked it is said.
            if one.kind is SubjectKind.DISK and one != subject:
                continue
            if told := [*_stands(topology.below(one), sources=True)]:
                yield f"{shown(named(one, topology))} {'; '.join(told)}"
        for one in topology.dependents(subject, NO_SUPPORT):
            if told := [*_carries(topology, carried(topology, one, subject), sources=True)]:
                yield f"{shown(named(one, topology))} carries {'; '.join(told)}"


def carried(topology: Topology, one: Subject, focus: Subject) -> list[Edge]:
    """Edges to what stands on one thing; what is only kept there too if that is what is asked."""
    left_out = {Relation.WATCHES} if one == focus else NO_SUPPORT
    return [edge for edge in topology.above(one) if edge.relation not in left_out]


def lines_of_all(topology: Topology) -> Iterator[str]:
    """One line for each machine, pool, storage and datastore."""
    for _, rows in overview(topology):
        yield from (f"{shown(named(subject, topology))}: {text}" for subject, text in rows)


def overview(topology: Topology) -> Iterator[tuple[str, list[tuple[Subject, str]]]]:
    """What there is, by kind: each with what it is made of or stands on, and what it carries."""
    for kind, title in _TITLES.items():
        rows: list[tuple[Subject, str]] = []
        for one in topology.subjects(kind):
            below = [edge for edge in topology.below(one) if edge.relation in _TELLING[kind]]
            told = [*_stands(below), *_carries(topology, topology.above(one))]
            if told:
                rows.append((one, "; ".join(told)))
        if rows:
            yield title, rows


def shown(text: str) -> str:
    """A name as it is shown: backends may give any."""
    return one_line(text, _KEPT)


def sources_of(edges: Iterable[Edge]) -> str:
    """Who says so."""
    return ", ".join(sorted({edge.said_by for edge in edges if edge.said_by}))


def _stands(edges: Sequence[Edge], *, sources: bool = False) -> Iterator[str]:
    groups: dict[tuple[Relation, SubjectKind], list[Edge]] = {}
    for edge in edges:
        groups.setdefault((edge.relation, edge.on.kind), []).append(edge)
    for (relation, kind), several in groups.items():
        names = [shown(_brief(edge.on, edge.dependent, kind=len(several) == 1)) for edge in several]
        told = some(names, MOST_NAMES)
        if len(several) > 1:
            told = f"{plural_of(kind, len(names))} ({told})"
        said = f" ({sources_of(several)})" if sources else ""
        yield f"{relation.value} {told}{said}"


def _carries(topology: Topology, edges: Sequence[Edge], *, sources: bool = False) -> Iterator[str]:
    groups: dict[tuple[Relation, str], list[Edge]] = {}
    for edge in edges:
        if edge.relation is not Relation.WATCHES:
            word = word_of(edge.dependent, topology)
            groups.setdefault((edge.relation, word), []).append(edge)
    for (relation, word), several in groups.items():
        names = sorted(shown(_brief(edge.dependent, edge.on, kind=False)) for edge in several)
        kind = several[0].dependent.kind
        amount = count(len(names), word) if word == "service" else plural_of(kind, len(names))
        told = some(names, MOST_NAMES)
        if sources:
            yield f"{amount} [{relation.value}]: {told} ({sources_of(several)})"
        else:
            yield f"{amount} ({told})"


def _brief(one: Subject, beside: Subject, *, kind: bool = True) -> str:
    """A thing without the machine that the one beside it is on as well."""
    same = one.host and one.host == beside.host
    name = one.own_name if same else str(one)
    return f"{one.kind.value.replace('_', ' ')} {name}" if kind else name
