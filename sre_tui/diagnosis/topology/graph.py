"""A graph of subjects: an edge leads from what depends to what it depends on."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from sre_tui.diagnosis.subject import Subject, SubjectKind


class Relation(StrEnum):
    """How one thing depends on another."""

    RUNS_ON = "runs on"
    """A guest on its node, a container on its guest."""
    STORED_ON = "stored on"
    """A guest or storage on a storage, dataset or pool."""
    MOUNTS = "mounts"
    """A machine a share."""
    SHARED_FROM = "shared from"
    """A share from its dataset."""
    PART_OF = "part of"
    """A dataset of its pool, a node of its cluster."""
    MADE_OF = "made of"
    """A pool of its disks."""
    ATTACHED_TO = "attached to"
    """A disk or pool to its machine."""
    SERVED_BY = "served by"
    """A site by its container or guest, and by the proxy before it."""
    BACKED_UP_TO = "backed up to"
    """A guest to its datastore; a failure there does not stop the guest."""
    WATCHES = "watches"
    """A scrape target its machine."""
    POWERED_BY = "powered by"
    COPIES = "copies"
    """A replication what it copies."""
    COPIES_TO = "copies to"
    """A replication where the copy goes."""


@dataclass(frozen=True)
class Edge:
    """One dependency."""

    dependent: Subject
    relation: Relation
    on: Subject
    said_by: str = ""
    """Source that tells of it."""


@dataclass
class Topology:
    """Subjects with their dependencies, and the names they go by."""

    edges: list[Edge] = field(default_factory=list)
    resolvers: set[Subject] = field(default_factory=set)
    """Name servers: everybody may depend on any of them."""
    _below: dict[Subject, list[Edge]] = field(default_factory=dict)
    _above: dict[Subject, list[Edge]] = field(default_factory=dict)
    _known: dict[str, Subject] = field(default_factory=dict)
    _names: dict[str, list[Subject]] = field(default_factory=dict)
    _told: set[tuple[str, str]] = field(default_factory=set)
    """Names with keys of subjects: hundreds may go by one name, and are told over and over."""
    _joined: set[tuple[str, Relation, str]] = field(default_factory=set)

    def add(self, subject: Subject, *names: str) -> Subject:
        """Learn of a subject, and of further names it goes by."""
        key = subject.key
        known = self._known.setdefault(key, subject)
        for folded in {name.casefold(): None for name in (subject.name, subject.own_name, *names)}:
            if folded and (folded, key) not in self._told:
                self._told.add((folded, key))
                self._names.setdefault(folded, []).append(known)
        return known

    def connect(
        self, dependent: Subject, relation: Relation, on: Subject, said_by: str = ""
    ) -> None:
        """Learn that one depends on another; saying it twice does no harm.

        What has no name, because a backend left it out, and what would stand on itself is ignored.
        """
        if not dependent.own_name or not on.own_name or dependent == on:
            return
        edge = Edge(self.add(dependent), relation, self.add(on), said_by)
        joined = (dependent.key, relation, on.key)
        if joined in self._joined:
            return
        self._joined.add(joined)
        self.edges.append(edge)
        self._below.setdefault(edge.dependent, []).append(edge)
        self._above.setdefault(edge.on, []).append(edge)

    def __contains__(self, subject: Subject) -> bool:
        return subject.key in self._known

    def subjects(self, *kinds: SubjectKind) -> list[Subject]:
        """Every known subject, of these kinds if any are given, by name."""
        found = [key for key, one in self._known.items() if not kinds or one.kind in kinds]
        return [self._known[key] for key in sorted(found)]

    def named(self, name: str, *kinds: SubjectKind) -> list[Subject]:
        """Subjects that go by a name, in whatever case."""
        found = self._names.get(name.casefold(), [])
        return [one for one in found if not kinds or one.kind in kinds]

    def names(self) -> Mapping[str, list[Subject]]:
        """Every lower-case name with what it may mean."""
        return self._names

    def below(self, subject: Subject) -> list[Edge]:
        """Edges to what it directly depends on."""
        return self._below.get(subject, [])

    def above(self, subject: Subject) -> list[Edge]:
        """Edges from what directly depends on it."""
        return self._above.get(subject, [])

    def dependencies(
        self, subject: Subject, without: Iterable[Relation] = ()
    ) -> dict[Subject, int]:
        """All it depends on, directly or not, with the number of steps; itself at 0."""
        return self._walk(subject, self._below, lambda edge: edge.on, set(without))

    def dependents(self, subject: Subject, without: Iterable[Relation] = ()) -> dict[Subject, int]:
        """All that depends on it, directly or not, with the number of steps; itself at 0."""
        return self._walk(subject, self._above, lambda edge: edge.dependent, set(without))

    def backup_machines(self) -> list[Subject]:
        """What the datastores of backups are attached to."""
        found = (
            edge.on
            for store in self.subjects(SubjectKind.DATASTORE)
            for edge in self.below(store)
            if edge.relation is Relation.ATTACHED_TO
        )
        return list(dict.fromkeys(found))

    def path(self, dependent: Subject, on: Subject) -> list[Edge]:
        """The shortest chain of dependencies from one to the other; empty if there is none."""
        came: dict[Subject, Edge] = {}
        waiting = deque([dependent])
        while waiting:
            current = waiting.popleft()
            if current == on:
                return list(reversed(list(_back(came, on, dependent))))
            for edge in self.below(current):
                if edge.on not in came and edge.on != dependent:
                    came[edge.on] = edge
                    waiting.append(edge.on)
        return []

    @staticmethod
    def _walk(
        start: Subject,
        edges: Mapping[Subject, list[Edge]],
        other: Callable[[Edge], Subject],
        without: set[Relation],
    ) -> dict[Subject, int]:
        found = {start: 0}
        waiting = deque([start])
        while waiting:
            current = waiting.popleft()
            for edge in edges.get(current, ()):
                following = other(edge)
                if edge.relation not in without and following not in found:
                    found[following] = found[current] + 1
                    waiting.append(following)
        return found


def _back(came: Mapping[Subject, Edge], on: Subject, dependent: Subject) -> Iterator[Edge]:
    current = on
    while current != dependent:
        edge = came[current]
        yield edge
        current = edge.dependent
