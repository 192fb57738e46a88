"""How the topology is shown to people: trees around one thing, an overview without any."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from sre_tui.diagnosis.subject import Subject, SubjectKind
from sre_tui.diagnosis.topology.graph import Edge, Relation, Topology
from sre_tui.views.human import count, left_out
from sre_tui.views.page import Block, Branch, Page, line, piece
from sre_tui.views.table import TableView
from sre_tui.views.topology_graph import Thing, graph_of, named
from sre_tui.views.topology_words import NO_SUPPORT, carried, overview, shown
from widgets.cell import Cell, Column, Display, Tone

MOST_CHILDREN: Final = 40
_ORDER: Final = list(SubjectKind)


def page_of(data: Any, display: Display) -> Page:
    """Two trees for each thing that was asked for: what it stands on, and what stands on it."""
    topology = graph_of(data.items, data.links)
    focus = [thing.subject for thing in data.items if thing.key in data.focus]
    if not focus and not topology.edges:
        return [Block("", (line("Nobody tells what stands on what."),))]
    if not focus:
        return [
            Block(title, tuple(line(piece(shown(str(subject)), Tone.INFO), f"  {text}", indent=2)
                               for subject, text in rows))
            for title, rows in overview(topology)
        ]  # fmt: skip
    return [part for one in focus for part in _about(topology, one)]


def _about(topology: Topology, subject: Subject) -> Iterator[Block | Branch]:
    title = shown(named(subject, topology))
    below = _below(topology, subject, {subject})
    above = _above(topology, subject, subject, {subject})
    on = len(topology.dependencies(subject)) - 1
    over = len(topology.dependents(subject, NO_SUPPORT)) - 1
    yield Block(title, (line(f"Stands on {count(on, 'thing')}; {count(over, 'thing')} on it."),))
    if below:
        yield Branch((piece(f"{title} stands on"),), below)
    if above:
        yield Branch((piece(f"on {title} stand"),), above)


def _below(topology: Topology, subject: Subject, seen: set[Subject]) -> tuple[Branch, ...]:
    branches: list[Branch] = []
    for edge in sorted(topology.below(subject), key=_downwards):
        again = edge.on in seen
        # Each disk of a pool is attached to the machine that the pool is attached to.
        if again and edge.relation is Relation.ATTACHED_TO:
            continue
        seen.add(edge.on)
        deeper = () if again else _below(topology, edge.on, seen)
        known = again and bool(topology.below(edge.on))
        pieces = (
            piece(f"{edge.relation.value} ", Tone.MUTED),
            piece(shown(named(edge.on, topology))),
        )
        branches.append(Branch((*pieces, _said(edge, known)), deeper))
    return _few(branches)


def _above(
    topology: Topology, subject: Subject, focus: Subject, seen: set[Subject]
) -> tuple[Branch, ...]:
    branches: list[Branch] = []
    for edge in sorted(carried(topology, subject, focus), key=_upwards):
        again = edge.dependent in seen
        if again and edge.relation is Relation.ATTACHED_TO:
            continue
        is_kept = edge.relation in NO_SUPPORT
        deeper: tuple[Branch, ...] = ()
        if not again and not is_kept:
            seen.add(edge.dependent)
            deeper = _above(topology, edge.dependent, focus, seen)
        known = again and not is_kept and bool(carried(topology, edge.dependent, focus))
        pieces = (
            piece(shown(named(edge.dependent, topology))),
            piece(f" {edge.relation.value} it", Tone.MUTED),
        )
        branches.append(Branch((*pieces, _said(edge, known)), deeper))
    return _few(branches)


def _said(edge: Edge, known: bool) -> Cell:
    again = " (shown already)" if known else ""
    return piece(f"{again}  {shown(edge.said_by)}".rstrip(), Tone.MUTED)


def _downwards(edge: Edge) -> tuple[bool, int, str]:
    return edge.relation is not Relation.ATTACHED_TO, _ORDER.index(edge.on.kind), edge.on.name


def _upwards(edge: Edge) -> tuple[bool, int, str]:
    """What the machine of a pool carries is shown with the pool, not beside it."""
    attached = edge.relation is Relation.ATTACHED_TO
    return (
        edge.dependent.kind is SubjectKind.DISK and attached,
        _ORDER.index(edge.dependent.kind),
        edge.dependent.name,
    )


def _few(branches: Sequence[Branch]) -> tuple[Branch, ...]:
    left = len(branches) - MOST_CHILDREN
    if left <= 0:
        return tuple(branches)
    more = Branch((piece(left_out(left, "thing", "--json has all"), Tone.MUTED),))
    return (*branches[:MOST_CHILDREN], more)


def _cell(thing: Thing, field: str) -> Cell:
    value = getattr(thing, field)
    return Cell("" if value is None else str(value), value)


TOPOLOGY: Final = TableView[Thing](
    columns=(
        Column("kind", "Kind", lambda one, _: piece(one.kind.value.replace("_", " ")), 10),
        Column("name", "Name", lambda one, _: piece(one.name), 24, flexible=True),
        Column("below", "Below", lambda one, _: _cell(one, "below"), 5, align="right"),
        Column("above", "Above", lambda one, _: _cell(one, "above"), 5, align="right"),
    ),
    rows=lambda data: data.items,
    key=lambda one: one.key,
    nothing="Nothing is known.",
    page=lambda data, display, _: page_of(data, display),
)
"""Things with their distance; trees for people."""
