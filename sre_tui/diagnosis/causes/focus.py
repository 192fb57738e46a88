"""What is asked about, and what can have to do with it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sre_tui.diagnosis.causes.hypothesis import Hypothesis
from sre_tui.diagnosis.finding import Severity
from sre_tui.diagnosis.language.topics import Manner, Topic
from sre_tui.diagnosis.patterns.pattern import Reach
from sre_tui.diagnosis.subject import Subject, SubjectKind
from sre_tui.diagnosis.topology.graph import Relation, Topology

_SHOWN: Final = {
    Manner.SLOW: frozenset(
        {"web_slow", "storage_wait", "io_wait", "high_load", "cpu_saturated", "dns_slow",
         "packet_loss", "process_hung", "disk_slow", "nfs_trouble"}
    ),
    Manner.DOWN: frozenset(
        {"web_down", "web_errors", "target_down", "guest_down", "container_down", "dns_down",
         "restart_loop", "unit_failed", "mount_lost", "packet_loss"}
    ),
}  # fmt: skip
"""By what a trouble shows, in the ways people speak of."""


_OF_STORES: Final = frozenset({SubjectKind.DISK, SubjectKind.POOL, SubjectKind.FILESYSTEM})
"""What backups lie on."""
SHORTEST_PART: Final = 5
"""Letters from which on a word that is part of a name may mean the named thing."""


@dataclass(frozen=True)
class Focus:
    """What is asked about.

    Attributes:
        subjects: things that are named; everything if there are none.
        kinds: failure patterns that are asked for, where the words name some.
        named_kinds: those that are asked for by their own words.
        topics: parts of a homelab that are spoken of.
        moment: the time that is named.
        manner: in what way it is said not to work.
        parts: what the named subjects carry or are made of.
        near: the named subjects, what they consist of and all they depend on, with the steps.
        said: the words of the question that may be parts of names, in lower case.
        kept_on: names of the machines that keep the backups, where backups are spoken of and no
            thing is named.
        blind: whether what would show effects did not answer, so that none need be visible.
    """

    subjects: tuple[Subject, ...] = ()
    kinds: frozenset[str] = frozenset()
    named_kinds: frozenset[str] = frozenset()
    topics: frozenset[Topic] = frozenset()
    moment: datetime | None = None
    manner: Manner | None = None
    near: dict[Subject, int] = field(default_factory=dict)
    parts: frozenset[Subject] = frozenset()
    said: frozenset[str] = frozenset()
    kept_on: frozenset[str] = frozenset()
    blind: bool = False

    @classmethod
    def on(
        cls,
        subjects: Iterable[Subject],
        topology: Topology,
        *,
        kinds: Iterable[str] = (),
        named_kinds: Iterable[str] = (),
        topics: Iterable[Topic] = (),
        moment: datetime | None = None,
        manner: Manner | None = None,
        said: Iterable[str] = (),
    ) -> Focus:
        """A focus on these subjects."""
        chosen, spoken = tuple(dict.fromkeys(subjects)), frozenset(topics)
        keeping = topology.backup_machines() if Topic.BACKUP in spoken and not chosen else ()
        near: dict[Subject, int] = {}
        parts: set[Subject] = set()
        for subject in chosen:
            reached = topology.dependencies(subject, {Relation.BACKED_UP_TO})
            own = _parts(subject, topology)
            parts |= own
            for one in own:
                reached.setdefault(one, 1)
            for one, steps in reached.items():
                near[one] = min(steps, near.get(one, steps))
        return cls(
            chosen,
            frozenset(kinds),
            frozenset(named_kinds),
            spoken,
            moment,
            manner,
            near,
            frozenset(parts),
            frozenset(word for word in said if len(word) >= SHORTEST_PART),
            frozenset(one.own_name for one in keeping),
        )

    @property
    def everything(self) -> bool:
        """Whether nothing is named."""
        return not self.subjects and not self.kinds

    @property
    def several(self) -> bool:
        """Whether things of several machines are named."""
        return len({each.host or each.name for each in self.subjects}) > 1

    def calls(self, one: Hypothesis) -> bool:
        """Whether it is just what is asked of: the thing and this sort of trouble, or, where no
        thing is named, this very trouble.
        """
        if not self.subjects or one.pattern.id in self.named_kinds:
            return one.pattern.id in self.named_kinds
        spoken = one.pattern.id in self.kinds or one.pattern.id in self.named_kinds
        return spoken and self.touches(one)

    def means(self, one: Hypothesis) -> bool:
        """Whether a hypothesis is just what is asked for: by its own word, or by its subject."""
        if self.named_kinds:
            return one.pattern.id in self.named_kinds
        if self.subjects and one.pattern.id in self.kinds and self._is_of(one):
            return True
        return not self.everything and self.touches(one)

    def _is_of(self, one: Hypothesis) -> bool:
        """Whether it is about what is named, the machine of that, or a thing with such a name."""
        if self.touches(one) or one.subject in self._machines():
            return True
        return not self.said.isdisjoint(re.split(r"[^a-z]+", one.subject.own_name.casefold()))

    def has(self, one: Hypothesis) -> bool:
        """Whether what is named has the trouble itself, or the machine it runs on."""
        return self.touches(one) or one.subject in self._machines()

    def felt(self, one: Hypothesis) -> bool:
        """Whether what is asked about has the trouble, or an effect of it."""
        machines = self._machines()
        return any(self.touches(each) or each.subject in machines for each in (one, *one.effects))

    def feeling(self, one: Hypothesis) -> frozenset[str]:
        """The machines or things that are named, of which a trouble or its effect is told."""
        named = {each.host or each.name for each in self.subjects}
        told = {each.subject.host or each.subject.name for each in (one, *one.effects)}
        return frozenset(named & told)

    def spoken_of(self, one: Hypothesis) -> int:
        """How many of the parts of a homelab that are spoken of it belongs to."""
        return len(self.topics.intersection(one.pattern.topics))

    def fits(self, one: Hypothesis) -> bool:
        """Whether a hypothesis can show in the way that is asked about."""
        shown = _SHOWN.get(self.manner) if self.manner is not None else None
        return shown is None or not shown.isdisjoint({one.pattern.id, *one.pattern.brings})

    def distance(self, one: Hypothesis) -> int:
        """How far a hypothesis is from what is asked, from 0 on: by its words, then by place."""
        spoken = one.pattern.id in (self.named_kinds or self.kinds)
        if spoken and (not self.subjects or self.named_kinds):
            return 0
        near = one.subject in self.near and self._spreads(one)
        return 1 if spoken or near or self._begun(one.subject) else 2

    def _begun(self, subject: Subject) -> bool:
        """Whether a word of the question is how its name begins, as people shorten names."""
        parts = re.split(r"[^a-z]+", subject.own_name.casefold())
        return any(part.startswith(word) for part in parts for word in self.said)

    def touches(self, one: Hypothesis) -> bool:
        """Whether a hypothesis is itself about what is asked."""
        if self.kinds and one.pattern.id in self.kinds and not self.subjects:
            return True
        return self._about(one.subject) or self._keeps_backups(one)

    def _keeps_backups(self, one: Hypothesis) -> bool:
        """Whether backups lie where the trouble is: who asks of them wants to read them back."""
        return one.subject.kind in _OF_STORES and one.subject.host in self.kept_on

    def stands_on_it(self, one: Hypothesis, topology: Topology) -> bool:
        """Whether what has the trouble stands on something that is named."""
        return not topology.dependencies(one.subject).keys().isdisjoint(self.subjects)

    def _machines(self) -> set[Subject]:
        """The machines that programs which are named run on: their trouble is the program's."""
        hosts = {each.host for each in self.subjects if each.kind is SubjectKind.CONTAINER}
        return {one for one, steps in self.near.items() if steps == 1 and one.name in hosts}

    def _about(self, subject: Subject) -> bool:
        if subject in self.subjects or subject in self.parts:
            return True
        hosts = {each.name for each in self.subjects if each.host == each.name}
        if subject.host in hosts and self.near.get(subject, 0) <= 1:
            return True
        if subject.kind is SubjectKind.DATASET:
            pools = [each.name for each in self.subjects if each.kind is SubjectKind.POOL]
            if any(subject.name.startswith(f"{pool}/") for pool in pools):
                return True
        names = {each.own_name.casefold() for each in self.subjects}
        return subject.own_name.casefold() in names

    def concerns(self, one: Hypothesis) -> bool:
        """Whether a hypothesis can have to do with what is asked."""
        if self.everything or self.touches(one) or any(self.touches(each) for each in one.effects):
            return True
        if not self.subjects:
            return False
        if one.pattern.id in self.kinds and self._is_of(one):
            return True
        # What slows a machine down is on it, or on another.
        machines = self._machines()
        telling = (one, *one.effects)
        if any(each.subject in machines and each.severity is not Severity.NOTE for each in telling):
            return True
        # Without a visible effect, only what is grave and known to spread may be held against it.
        grave = one.severity is Severity.CRITICAL and one.pattern.root > 0.5
        unseen = self.blind and one.severity is Severity.WARNING and one.pattern.root > 0.5
        return (grave or unseen) and self._spreads(one) and one.subject in self.near

    @staticmethod
    def _spreads(one: Hypothesis) -> bool:
        """Whether what depends on it feels it at once."""
        return one.pattern.reach is not Reach.OWN and not one.pattern.bridged


def _parts(subject: Subject, topology: Topology) -> set[Subject]:
    """What a machine carries, or a pool holds: trouble there is trouble of the whole."""
    wanted = {Relation.ATTACHED_TO, Relation.PART_OF, Relation.WATCHES}
    if subject.kind in (SubjectKind.GUEST, SubjectKind.CONTAINER):
        wanted |= {Relation.SERVED_BY, Relation.RUNS_ON}
    made_of = {edge.on for edge in topology.below(subject) if edge.relation is Relation.MADE_OF}
    return made_of | {edge.dependent for edge in topology.above(subject) if edge.relation in wanted}
