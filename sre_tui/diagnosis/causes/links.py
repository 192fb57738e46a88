"""Which hypothesis explains which: by what it can bring about, whom it reaches, and the order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from sre_tui.diagnosis.causes.coincidence import link_coincident
from sre_tui.diagnosis.causes.hypothesis import Hypothesis
from sre_tui.diagnosis.patterns.pattern import Reach
from sre_tui.diagnosis.subject import Subject, SubjectKind
from sre_tui.diagnosis.topology.graph import Relation, Topology
from sre_tui.diagnosis.topology.names import MACHINES

LATER: Final = timedelta(minutes=12)
"""A cause may be seen that much later than its effect: exporters and averages are slow."""
LONG_BEFORE: Final = timedelta(days=1)
"""What was there so much earlier is no effect of what is told to have begun, even if that began
before anything was measured: limits and delays of alerts are shorter."""
FRESH: Final = 0.5
"""Least :attr:`Pattern.root` of what acquits a state that has lasted for long."""
ALERT: Final = "alert"
_OF_SPACE: Final = frozenset(
    {"space_growth", "pool_full", "datastore_full", "storage_full", "quota_reached"}
)
"""Patterns of space: what lies on a pool, over however many shares, has the pool's space."""
_OF_NO_ROOM: Final = frozenset({"guest_down", "service_errors", "web_down", "web_errors"})
"""What comes of a space only once nothing can be written."""
_LIES_ON: Final = frozenset({Relation.STORED_ON, Relation.SHARED_FROM, Relation.PART_OF})
_OF_ONE_PROGRAM: Final = frozenset(
    {"restart_loop", "container_down", "container_memory", "bad_update", "unit_failed",
     "port_taken", "program_died", "program_memory", "log_flood", "access_denied",
     "configuration_wrong", "connections_exhausted", "credentials_expired", "data_corrupted",
     "database_locked", "job_stuck", "process_hung", "rate_limited", "version_mismatch"}
)  # fmt: skip
"""Patterns that touch nothing but the program they are about, and what people see of it."""


def link(hypotheses: Sequence[Hypothesis], topology: Topology) -> list[Hypothesis]:
    """Fill in effects and explanations, without circles, and through chains.

    Returns:
        those that stand for themselves: mechanisms are folded into what they are the how of.
    """
    reach = _Reachability(topology)
    for one in hypotheses:
        for other in hypotheses:
            if one is other or one.refuted or _only_said(one, other):
                continue
            steps = _explains(one, other, reach)
            if steps is not None:
                one.effects[other] = steps
                other.explained_by[one] = steps
    _break_circles(hypotheses)
    link_coincident(hypotheses)
    left = _fold(hypotheses)
    _close(left)
    _acquit_states(left)
    return left


def _explains(one: Hypothesis, other: Hypothesis, reach: _Reachability) -> int | None:
    of_space = {one.pattern.id, other.pattern.id} <= _OF_SPACE
    if of_space and (reach.steps_of_space(other.subject, one.subject) or 0) > 1:
        # What is but a guest on a larger space does not fill it.
        return None
    if other.pattern.id in one.pattern.same_as and _same_fact(one, other, reach):
        return 0
    if reach.is_echo(one, other):
        return 1
    if other.pattern.id == ALERT:
        machine = reach.machine(one.subject)
        of_it = machine is not None and machine == reach.machine(other.subject)
        return 0 if of_it and _in_time(one, other) else None
    if _passed_on(one, other) and _in_time(one, other):
        return 2
    if _died_of(one, other, reach) and _in_time(one, other):
        return 1
    if _died_of(other, one, reach) or _of_another_program(one, other):
        return None
    if other.pattern.id not in one.pattern.brings or not _in_time(one, other):
        return None
    if _outlasts(other, one):
        return None
    if one.room_left and other.pattern.id in _OF_NO_ROOM:
        return None
    if other.of_itself and (one.subject != other.subject or one.pattern.root < FRESH):
        return None
    steps = reach.steps(one, other.subject)
    if steps is None and of_space:
        return reach.steps_of_space(one.subject, other.subject)
    return steps


def _outlasts(felt: Hypothesis, load: Hypothesis) -> bool:
    """Whether it goes on although what runs every night has ended, which burdens nothing then."""
    lasts = any(one.active and not one.event for one in felt.findings)
    return load.pattern.routine and not load.active and lasts


def _only_said(one: Hypothesis, other: Hypothesis) -> bool:
    """Whether words that may mean anything would explain away trouble that is seen as such."""
    return one.hearsay and not other.hearsay and not other.pattern.symptom


def _same_fact(one: Hypothesis, other: Hypothesis, reach: _Reachability) -> bool:
    mine, theirs = reach.machine(one.subject), reach.machine(other.subject)
    if mine is not None and mine == theirs:
        return True
    if reach.topology.path(other.subject, one.subject):
        # What a machine mounts is no part of its own space.
        own = one.pattern.id in _OF_SPACE and other.subject.kind in MACHINES
        return not own or reach.steps_of_space(one.subject, other.subject) is not None
    a, b = one.subject.own_name.casefold(), other.subject.own_name.casefold()
    return bool(a and b) and (a in b or b in a)


def _passed_on(one: Hypothesis, other: Hypothesis) -> bool:
    """Whether a client but repeats what its server says of itself."""
    if one.pattern is not other.pattern or not one.pattern.passed_on:
        return False
    if _speaks_for_server(one) and other.witnesses == {"log"}:
        return True
    server, client = (_SERVERS.search(each.subject.own_name) for each in (one, other))
    return server is not None and client is None


def _speaks_for_server(one: Hypothesis) -> bool:
    """Whether a server complains of it, and more than words show it."""
    return one.witnesses > {"log"} and any(_SERVERS.search(name) for name in one.writers)


def _of_another_program(one: Hypothesis, other: Hypothesis) -> bool:
    """Whether it is known which programs complain, and this is none of them."""
    if one.pattern.id not in _OF_ONE_PROGRAM or other.subject.kind is not SubjectKind.CONTAINER:
        return False
    if one.subject == other.subject or one.pattern.circumstantial:
        return False
    return bool(one.writers) and not _complains(one, other.subject)


def _complains(one: Hypothesis, program: Subject) -> bool:
    name = program.own_name.casefold().removesuffix(".service")
    return any(writer in name or name in writer for writer in one.writers)


def _died_of(one: Hypothesis, other: Hypothesis, reach: _Reachability) -> bool:
    """Whether a program that ended complained of this on its machine before."""
    if other.pattern.id not in _ENDED or one.pattern.id in (*_ENDED, "bad_update"):
        return False
    if reach.machine(one.subject) != reach.machine(other.subject):
        return False
    return _complains(one, other.subject)


def _in_time(one: Hypothesis, other: Hypothesis) -> bool:
    if one.since is None or other.since is None:
        return True
    # What runs every night tells when it begins, whatever it goes on to say.
    if one.open_start or (one.vague_start and not one.pattern.routine):
        return not (one.dated and other.dated and other.since < one.since - LONG_BEFORE)
    if other.open_start and not other.seen_to_begin:
        # It may have begun at any time before, so also after what began before the window.
        return one.since < other.since - LATER
    late = max(LATER, timedelta(seconds=one.pattern.seen_late))
    return one.since <= other.since + late


_ENDED: Final = frozenset({"restart_loop", "container_down", "unit_failed", "program_died"})
"""Patterns of a program that does not run; what it said before may be the reason."""
_ECHOED: Final = 2
"""Dependencies between a guest and what tells of its trouble: its datastore, and whose that is."""
_SERVERS: Final = re.compile(
    r"(?i)postgres|pgbouncer|mysql|maria|mongo|redis|valkey|influx|clickhouse|elastic|rabbit"
)
"""Names of programs that serve others, which hand on their messages."""


class _Reachability:
    """How far a trouble reaches; remembers what it has found out."""

    def __init__(self, topology: Topology) -> None:
        self.topology = topology
        self._below: dict[Subject, dict[Subject, int]] = {}
        self._machines: dict[Subject, Subject | None] = {}

    def machine(self, subject: Subject) -> Subject | None:
        """The machine a subject is on, or that it is; of a site the one that serves it."""
        if subject not in self._machines:
            self._machines[subject] = self._find_machine(subject)
        return self._machines[subject]

    def _find_machine(self, subject: Subject) -> Subject | None:
        if subject.kind in MACHINES:
            return subject
        host = subject.host
        if host:
            found = self.topology.named(host, *MACHINES)
            return found[0] if found else Subject(kind=SubjectKind.HOST, name=host)
        near = sorted(self.below(subject).items(), key=lambda pair: (pair[1], pair[0].key))
        return next((one for one, _ in near if one.kind in MACHINES), None)

    def is_echo(self, one: Hypothesis, other: Hypothesis) -> bool:
        """Whether what a guest stands on only tells of the guest's trouble as its own."""
        if one.pattern is not other.pattern or other.subject.kind not in one.pattern.echoed_by:
            return False
        machine = self.machine(one.subject)
        if machine is None or machine.kind is not SubjectKind.GUEST:
            return False
        stored = (edge.relation is Relation.BACKED_UP_TO for edge in self.topology.below(machine))
        if other.subject.kind is SubjectKind.DATASTORE and not any(stored):
            # Where nothing tells to which one it is backed up, it may be this.
            return True
        return 0 < len(self.topology.path(machine, other.subject)) <= _ECHOED

    def below(self, subject: Subject) -> dict[Subject, int]:
        """All it depends on, and its machine does."""
        if subject not in self._below:
            found = self.topology.dependencies(subject, {Relation.BACKED_UP_TO})
            host = subject.host
            for machine in self.topology.named(host, *MACHINES) if host else ():
                deeper = self.topology.dependencies(machine, {Relation.BACKED_UP_TO})
                for each, steps in deeper.items():
                    found.setdefault(each, steps + 1)
            self._below[subject] = found
        return self._below[subject]

    def steps(self, one: Hypothesis, target: Subject) -> int | None:
        """How many dependencies lie between a trouble and what it may touch; None: too far."""
        subject, reach = one.subject, one.pattern.reach
        if subject == target:
            return 0
        mine, theirs = self.machine(subject), self.machine(target)
        if one.pattern.id in _OF_ONE_PROGRAM:
            return self._program(subject, target)
        if reach is Reach.EVERYTHING:
            return self.below(target).get(subject, 3)
        if mine is not None and mine == theirs:
            return 1
        if reach is Reach.DEPENDENTS:
            direct = self.below(target).get(subject)
            return self._through_guests(subject, target) if direct is None else direct
        if reach is Reach.NEIGHBOURS:
            return self._neighbours(mine, theirs, target)
        served = self.below(target).get(subject)
        return served if served is not None and target.kind is SubjectKind.SITE else None

    def steps_of_space(self, pool: Subject, target: Subject) -> int | None:
        """How many dependencies lie between a space and what lies in it; None if it does not."""
        others = frozenset(Relation) - _LIES_ON
        return self.topology.dependencies(target, others).get(pool)

    def _through_guests(self, subject: Subject, node: Subject) -> int | None:
        """A node feels what its containers wait for: their processes are its own."""
        if node.kind is not SubjectKind.NODE:
            return None
        found = (
            self.below(edge.dependent).get(subject)
            for edge in self.topology.above(node)
            if edge.relation is Relation.RUNS_ON
        )
        return min((steps + 1 for steps in found if steps is not None), default=None)

    def _program(self, subject: Subject, target: Subject) -> int | None:
        if subject.kind is not SubjectKind.CONTAINER:
            mine, theirs = self.machine(subject), self.machine(target)
            return 1 if mine is not None and mine == theirs else None
        if target.kind is SubjectKind.CONTAINER:
            own, other = subject.own_name.casefold(), target.own_name.casefold()
            same_host = subject.host == target.host
            return 0 if same_host and (own in other or other in own) else None
        if target.kind is SubjectKind.SITE:
            return self.below(target).get(subject)
        if target.kind in (*MACHINES, SubjectKind.TARGET):
            return 1 if self.machine(target) == self.machine(subject) else None
        return None

    def _neighbours(
        self, mine: Subject | None, theirs: Subject | None, target: Subject
    ) -> int | None:
        if mine is None or theirs is None:
            return None
        own = {edge.on for edge in self.topology.below(mine) if edge.relation is Relation.RUNS_ON}
        others = {
            edge.on for edge in self.topology.below(theirs) if edge.relation is Relation.RUNS_ON
        } | {theirs}
        if own & others:
            return 2
        return self.below(target).get(mine)


def _break_circles(hypotheses: Sequence[Hypothesis]) -> None:
    """Of two that explain each other, the likelier beginning stays the cause."""
    for one in hypotheses:
        for other in [each for each in one.effects if one in each.effects]:
            first = max(one, other, key=lambda each: (each.pattern.root, -each.order[0]))
            second = other if first is one else one
            second.effects.pop(first, None)
            first.explained_by.pop(second, None)


def _fold(hypotheses: Sequence[Hypothesis]) -> list[Hypothesis]:
    """Join each mechanism with the one trouble it is the how of."""
    left = list(hypotheses)
    for one in hypotheses:
        whole = [each for each in one.effects if _is_how(one, each)]
        if not whole or any(each not in whole for each in one.explained_by):
            continue
        roots = [each for each in whole if each.explained_by.keys().isdisjoint(whole)] or whole
        target = min(roots, key=lambda each: one.effects[each])
        target.mechanisms.append(one)
        target.findings += one.findings
        for effect, steps in one.effects.items():
            effect.explained_by.pop(one, None)
            if effect is not target and effect not in target.explained_by:
                target.effects.setdefault(effect, steps)
                effect.explained_by.setdefault(target, steps)
        left.remove(one)
    return left


def _is_how(one: Hypothesis, whole: Hypothesis) -> bool:
    """Whether this is how the other came about; what one program says is so of no other."""
    if whole.pattern.id not in one.pattern.mechanism_of:
        return False
    programs = {each.subject.kind for each in (one, whole)} == {SubjectKind.CONTAINER}
    return one.subject == whole.subject or not programs


def _acquit_states(hypotheses: Sequence[Hypothesis]) -> None:
    """What has long been so is not why something began, if another cause began with it."""
    for felt in hypotheses:
        if felt.since is None or felt.open_start:
            continue
        fresh = [one for one in felt.explained_by if _began_with(one, felt)]
        for state in [one for one in felt.explained_by if one.open_start and fresh]:
            if state.pattern.steady and not any(state in one.explained_by for one in fresh):
                state.effects.pop(felt)
                felt.explained_by.pop(state)


def _began_with(one: Hypothesis, felt: Hypothesis) -> bool:
    if one.since is None or felt.since is None or one.open_start or one.hearsay:
        return False
    if one.pattern.symptom or one.pattern.root < FRESH or one.pattern.circumstantial:
        return False
    return abs(one.since - felt.since) <= LATER


def _close(hypotheses: Sequence[Hypothesis]) -> None:
    """What an effect brings about is an effect of its cause too."""
    direct = {id(one): dict(one.effects) for one in hypotheses}
    for one in hypotheses:
        frontier = list(direct[id(one)].items())
        while frontier:
            effect, steps = frontier.pop()
            for further, more in direct[id(effect)].items():
                if further is not one and further not in one.effects and _in_time(one, further):
                    one.effects[further] = steps + more
                    further.explained_by[one] = steps + more
                    frontier.append((further, steps + more))
