"""The topology as a document: things with stable keys, and links from what depends to what on."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict

from sre_tui.diagnosis.subject import Subject, SubjectKind
from sre_tui.diagnosis.topology.graph import Edge, Relation, Topology


class Thing(BaseModel):
    """One thing, and how it is related to what was asked for."""

    model_config = ConfigDict(frozen=True)

    key: str
    """Unique and stable: ``pool:nas1/tank``."""
    kind: SubjectKind
    name: str
    """With the machine's before it: ``nas1/tank``."""
    below: int | None = None
    """How many links lie between what was asked for and this, which it stands on; 0: itself."""
    above: int | None = None
    """How many links lie between this, which stands on it, and what was asked for."""

    @property
    def subject(self) -> Subject:
        """The thing as the diagnosis knows it."""
        return Subject(kind=self.kind, name=self.name)


class Link(BaseModel):
    """One thing depends on another."""

    model_config = ConfigDict(frozen=True)

    dependent: str
    """Key of what depends."""
    relation: Relation
    on: str
    """Key of what it depends on."""
    said_by: str = ""
    """Source that tells of it; ``presumed`` where nothing else is possible."""


def link_of(edge: Edge) -> Link:
    """An edge as a link."""
    return Link(
        dependent=edge.dependent.key,
        relation=edge.relation,
        on=edge.on.key,
        said_by=edge.said_by,
    )


def graph_of(things: Iterable[Thing], links: Iterable[Link]) -> Topology:
    """The graph behind a document."""
    known = {thing.key: thing.subject for thing in things}
    topology = Topology()
    for subject in known.values():
        topology.add(subject)
    for link in links:
        if link.dependent in known and link.on in known:
            topology.connect(known[link.dependent], link.relation, known[link.on], link.said_by)
    return topology


def word_of(subject: Subject, topology: Topology) -> str:
    """What a thing is in a word; a program that only logs tell of is no container."""
    if subject.kind is SubjectKind.CONTAINER:
        runs = [e.said_by for e in topology.below(subject) if e.relation is Relation.RUNS_ON]
        if runs and all(source.startswith("loki") for source in runs):
            return "service"
    return subject.kind.value.replace("_", " ")


def named(subject: Subject, topology: Topology) -> str:
    """A thing with its kind in words: ``disk sda on nas1``."""
    return f"{word_of(subject, topology)} {subject}"
