"""Which finding is the likely cause, and which are its effects.

Findings about the same thing form a hypothesis. One hypothesis explains another if its kind can
bring the other about, it reaches the other's machine, and it did not begin later. A cause is what
nothing else explains.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal

from sre_tui.agent.analyst.entities import Focus
from sre_tui.agent.analyst.findings import Finding
from sre_tui.agent.analyst.inventory import Inventory, Subject
from sre_tui.agent.analyst.kinds import KINDS, Kind, Reach
from sre_tui.diagnosis.language.topics import Topic

LATER: Final = timedelta(minutes=12)
"""A cause may be seen that much later than its effect: exporters and averages are slow."""

LIKELY: Final = 0.55
POSSIBLE: Final = 0.35

Confidence = Literal["likely", "possible", "weak"]


@dataclass
class Hypothesis:
    """A trouble with all that speaks of it.

    Attributes:
        kind: what it is.
        subject: what it is about.
        findings: the evidence, the earliest first.
        effects: what it explains.
        explained_by: what explains it.
        score: how likely it is a cause of what was asked, 0..1.
        connected: whether it can have to do with what was asked.
    """

    kind: Kind
    subject: Subject
    findings: list[Finding]
    effects: list[Hypothesis] = field(default_factory=list)
    explained_by: list[Hypothesis] = field(default_factory=list)
    score: float = 0.0
    connected: bool = True

    @property
    def onset(self) -> datetime | None:
        """When it began, as far as is known."""
        known = [one.onset for one in self.findings if one.onset is not None]
        return min(known, default=None)

    @property
    def open_start(self) -> bool:
        """Whether it was there before the window began."""
        return any(one.open_start for one in self.findings)

    @property
    def active(self) -> bool:
        """Whether it still lasts."""
        return any(one.active or one.event for one in self.findings)

    @property
    def severity(self) -> int:
        """The worst of its findings."""
        return max(one.severity for one in self.findings)

    @property
    def sources(self) -> set[str]:
        """What kinds of evidence there are."""
        return {"metric" if one.source == "target" else one.source for one in self.findings}

    @property
    def confirmed_by(self) -> set[str]:
        """What kinds of evidence there are for it or for what it brings about."""
        return self.sources.union(*(effect.sources for effect in self.effects))

    @property
    def confidence(self) -> Confidence:
        """How sure the analyst is, in a word."""
        if self.score >= LIKELY:
            return "likely"
        return "possible" if self.score >= POSSIBLE else "weak"

    @property
    def claim(self) -> str:
        """The claim in words."""
        return self.kind.says.format(subject=self.subject)


@dataclass(frozen=True)
class Diagnosis:
    """Hypotheses in order: causes first, then what is not connected with the question."""

    causes: tuple[Hypothesis, ...] = ()
    others: tuple[Hypothesis, ...] = ()
    """Found, but not connected with what was asked."""
    symptoms: tuple[Hypothesis, ...] = ()
    """Connected, but only signs that something is wrong, not why."""


def diagnose(
    findings: Iterable[Finding],
    inventory: Inventory,
    focus: Focus,
    topics: Collection[Topic] = (),
    moment: datetime | None = None,
    *,
    own_only: bool = False,
) -> Diagnosis:
    """Rank what was found.

    Args:
        findings: everything found.
        inventory: how things hang together.
        focus: what the question is about; everything if it names nothing.
        topics: what part of the homelab it is about.
        moment: the time the question names; what began after it is no cause.
        own_only: whether only trouble with a visible effect on what is named counts.
    """
    hypotheses = _gather(findings, inventory)
    for one in hypotheses:
        for other in hypotheses:
            if one is not other and _explains(one, other, inventory):
                one.effects.append(other)
                other.explained_by.append(one)
    _break_circles(hypotheses)
    _close(hypotheses)
    for one in hypotheses:
        one.connected = _connected(one, focus, topics, inventory, own_only=own_only)
        one.score = _score(one, focus, topics, moment)
    ranked = sorted(hypotheses, key=lambda one: (-one.score, _age(one)))
    if hypotheses and not focus.named and not any(one.connected for one in hypotheses):
        for one in hypotheses:
            one.connected = one.severity > 1
    roots = [one for one in ranked if one.connected and not _explained(one)]
    symptom = [one for one in roots if one.kind.root <= 0.15]
    return Diagnosis(
        causes=tuple(one for one in roots if one.kind.root > 0.15),
        others=tuple(one for one in ranked if not one.connected and not one.explained_by),
        symptoms=tuple(symptom),
    )


def _explained(one: Hypothesis) -> bool:
    return any(cause.connected for cause in one.explained_by)


def _gather(findings: Iterable[Finding], inventory: Inventory) -> list[Hypothesis]:
    table: dict[tuple[str, Subject], Hypothesis] = {}
    for finding in sorted(findings, key=_began):
        subject = _same_subject(finding, table)
        key = (finding.kind, subject)
        if key in table:
            table[key].findings.append(finding)
        else:
            table[key] = Hypothesis(KINDS[finding.kind], subject, [finding])
    return list(table.values())


def _same_subject(finding: Finding, table: dict[tuple[str, Subject], Hypothesis]) -> Subject:
    """The known subject a finding belongs to: a line that names only the machine joins its disk."""
    subject = finding.subject
    if (finding.kind, subject) in table:
        return subject
    close = [
        known
        for kind, known in table
        if kind == finding.kind
        and known.host == subject.host
        and (not known.name or not subject.name)
    ]
    if len(close) == 1 and subject.host:
        known = close[0]
        if not known.name and subject.name:
            hypothesis = table.pop((finding.kind, known))
            hypothesis.subject = subject
            table[finding.kind, subject] = hypothesis
            return subject
        return known
    return subject


def _began(finding: Finding) -> float:
    return finding.onset.timestamp() if finding.onset else float("inf")


def _age(one: Hypothesis) -> float:
    return one.onset.timestamp() if one.onset else float("inf")


def _explains(one: Hypothesis, other: Hypothesis, inventory: Inventory) -> bool:
    if other.kind.id in one.kind.views and _same_fact(one, other):
        return True
    if other.kind.id not in one.kind.brings and not _alert_of(one, other):
        return False
    if not _in_time(one, other):
        return False
    return _reaches(one, other.subject, inventory)


def _same_fact(one: Hypothesis, other: Hypothesis) -> bool:
    """Whether two views are of one thing: the same machine, or names that hold each other."""
    mine, theirs = one.subject, other.subject
    if mine.host and mine.host == theirs.host:
        return True
    a, b = mine.name.casefold(), theirs.name.casefold()
    return bool(a and b) and (a in b or b in a)


def _alert_of(one: Hypothesis, other: Hypothesis) -> bool:
    """Whether the other is an alert nobody knows the kind of, on the same machine."""
    return other.kind.id == "alert" and one.subject.host == other.subject.host


def _in_time(one: Hypothesis, other: Hypothesis) -> bool:
    if one.onset is None or other.onset is None or one.open_start:
        return True
    if other.open_start:
        return one.open_start
    return one.onset <= other.onset + LATER


def _reaches(one: Hypothesis, target: Subject, inventory: Inventory) -> bool:
    kind, subject = one.kind, one.subject
    if kind.reach is Reach.ALL:
        return True
    if not target.host or not subject.host:
        return bool(target.name and target.name == subject.name)
    if target.host == subject.host:
        return _same_thing(one, target)
    if kind.reach is Reach.AROUND:
        node = inventory.node(subject.host)
        return bool(node) and node in (target.host, inventory.node(target.host))
    if kind.reach is Reach.BELOW:
        pool = subject.name if kind.id in ("pool_degraded", "pool_full", "resilver") else ""
        if kind.id in ("disk_failing", "disk_link", "disk_dead", "disk_slow"):
            pool = inventory.pool_for(subject)
        if target.host in inventory.clients_of(subject.host, pool):
            return True
        return inventory.node(target.host) == subject.host
    return False


def _same_thing(one: Hypothesis, target: Subject) -> bool:
    """On one machine a container's trouble is not that of another container."""
    own, other = one.subject.name, target.name
    if one.kind.id not in ("restart_loop", "container_down", "container_memory", "bad_update",
                           "unit_failed", "port_taken", "program_died"):  # fmt: skip
        return True
    if not own or not other:
        return True
    return own in other or other in own


def _break_circles(hypotheses: Sequence[Hypothesis]) -> None:
    """Of two that explain each other, the likelier beginning stays the cause."""
    for one in hypotheses:
        for other in [x for x in one.effects if one in x.effects]:
            keep, drop = (one, other) if _root_key(one) >= _root_key(other) else (other, one)
            drop.effects.remove(keep)
            keep.explained_by.remove(drop)


def _close(hypotheses: Sequence[Hypothesis]) -> None:
    """What an effect brings about is an effect of its cause too."""
    direct = {id(one): list(one.effects) for one in hypotheses}
    for one in hypotheses:
        frontier = list(direct[id(one)])
        while frontier:
            for further in direct[id(frontier.pop())]:
                if further is not one and further not in one.effects:
                    one.effects.append(further)
                    further.explained_by.append(one)
                    frontier.append(further)


def _root_key(one: Hypothesis) -> tuple[float, float]:
    return one.kind.root, -_age(one)


def _connected(
    one: Hypothesis,
    focus: Focus,
    topics: Collection[Topic],
    inventory: Inventory,
    *,
    own_only: bool,
) -> bool:
    if not focus.named:
        if not topics:
            return True
        return _about(one, topics)
    if any(_touches(each, focus, inventory) for each in (one, *one.effects)):
        return True
    # Without a visible effect there, only what is severe may be held against it.
    return (
        not own_only
        and one.kind.reach is not Reach.OWN
        and one.severity > 2
        and one.kind.root > 0.5
        and any(_reaches(one, Subject(host), inventory) for host in focus.hosts)
    )


def _about(one: Hypothesis, topics: Collection[Topic]) -> bool:
    return any(set(each.kind.topics) & set(topics) for each in (one, *one.effects))


def _touches(one: Hypothesis, focus: Focus, inventory: Inventory) -> bool:
    names = {entity.name.casefold() for entity in focus.entities}
    subject = one.subject
    if subject.name.casefold() in names or (subject.host in focus.hosts and not subject.name):
        return True
    if any(name and name in subject.name.casefold() for name in names):
        return True
    if subject.host in focus.hosts:
        return not _another_thing(one, focus)
    return inventory.pool_for(subject).casefold() in names - {""}


def _another_thing(one: Hypothesis, focus: Focus) -> bool:
    """Whether it is about another container or unit of the same machine than the one asked for."""
    asked = {entity.name.casefold() for entity in focus.entities if entity.name not in focus.hosts}
    if not asked or not one.subject.name:
        return False
    specific = one.kind.id in (
        "restart_loop", "container_down", "bad_update", "unit_failed", "web_down", "web_errors",
        "web_slow", "service_errors", "target_down",
    )  # fmt: skip
    name = one.subject.name.casefold()
    return specific and not any(word in name or name in word for word in asked)


def _score(
    one: Hypothesis, focus: Focus, topics: Collection[Topic], moment: datetime | None
) -> float:
    score = 0.45 * one.kind.root
    score += 0.06 * min(3, len(one.effects))
    score += 0.1 * (len(one.sources) - 1)
    score += 0.05 * (one.severity - 1)
    if not one.active:
        score -= 0.1
    if topics and _about(one, topics):
        score += 0.12 if set(one.kind.topics) & set(topics) else 0.05
    names = {entity.name.casefold() for entity in focus.entities}
    if one.subject.name.casefold() in names or one.subject.host.casefold() in names:
        score += 0.08
    if moment is not None and one.onset is not None and one.onset > moment + LATER:
        score -= 0.25
    return max(0.0, min(1.0, score))
