"""Joins what several sources saw of one change into one event, and the same change of many."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sre_tui.diagnosis.evidence import Evidence
from sre_tui.diagnosis.finding import Finding, Severity
from sre_tui.diagnosis.patterns.load import Patterns
from sre_tui.diagnosis.subject import Subject, SubjectKind
from sre_tui.diagnosis.timeline.event import Event, EventKind
from sre_tui.diagnosis.timeline.observed import Observed, Teller
from sre_tui.views.human import count

SAME: Final = timedelta(minutes=10)
"""Sources that tell of one change do so within this time of each other."""
ALERT_LATER: Final = timedelta(minutes=30)
"""Alerts wait before they begin."""
SOON: Final = timedelta(minutes=3)
NEAR: Final = timedelta(minutes=2)
"""A line that names only the machine means what happened on it at that moment."""
TOGETHER: Final = timedelta(minutes=5)
"""What happens to many things within this time is one event."""
MOMENT: Final = timedelta(minutes=1)
"""What is over sooner has no length worth telling."""
MOST_EVIDENCE: Final = 8
MOST_NAMED: Final = 4
_ALSO_SAME: Final = (
    ("guest_down", "guest_stopped"), ("rebooted", "started"), ("all_started", "started"),
    ("web_down", "web_errors"), ("memory_leak", "memory_exhausted"), ("bad_update", "updated"),
    ("dns_down", "dns_slow"), ("guest_down", "packet_loss"), ("node_down", "packet_loss"),
)  # fmt: skip
"""Facts that are one to somebody who reads a timeline."""
_VAGUER: Final = frozenset({"packet_loss", "dns_slow", "web_errors"})
"""Facts whose words are taken only where nobody tells the one that they are the same as."""
_FOUNDATIONS: Final = (
    SubjectKind.UPS, SubjectKind.CLUSTER, SubjectKind.NODE, SubjectKind.HOST, SubjectKind.NAS,
    SubjectKind.BACKUP_SERVER, SubjectKind.DISK, SubjectKind.POOL, SubjectKind.DATASET,
    SubjectKind.SHARE, SubjectKind.STORAGE, SubjectKind.DATASTORE, SubjectKind.GUEST,
    SubjectKind.FILESYSTEM, SubjectKind.CONTAINER, SubjectKind.SITE,
)  # fmt: skip
"""Kinds of things, those that others stand on first."""
_LASTING: Final = frozenset({Teller.CHECK, Teller.SERVER, Teller.ALERT})
"""Those who look at what lasts, and see its end."""
_LOOPS: Final = frozenset({"restart_loop", "guest_crash_loop"})
_MACHINES: Final = frozenset(
    {SubjectKind.GUEST, SubjectKind.NODE, SubjectKind.NAS, SubjectKind.HOST,
     SubjectKind.BACKUP_SERVER}
)  # fmt: skip
_TELLING_KINDS: Final[Sequence[EventKind]] = (
    "stopped", "killed", "crashed", "updated", "migrated", "rebooted", "restarted", "started",
    "configured", "task_failed",
)  # fmt: skip
"""Kinds that say more than that something was found; the first that any source saw is taken."""
_IN_LOOPS: Final = frozenset({"started", "rebooted", "program_died", "program_stopped"})


def families(patterns: Patterns) -> Callable[[str], str]:
    """Gives facts that are the same, seen by others, one name."""
    known: dict[str, str] = {}

    def root(name: str) -> str:
        while name in known:
            name = known[name]
        return name

    pairs = [(one.id, other) for one in patterns for other in one.same_as]
    for one, other in (*pairs, *_ALSO_SAME):
        first, second = sorted((root(one), root(other)))
        if first != second:
            known[second] = first

    def family(fact: str) -> str:
        name, _, rest = fact.partition(" ")
        return f"{root(name)} {rest}".rstrip()

    return family


@dataclass
class _Fact:
    """One change with all who tell of it."""

    family: str
    seen: list[Observed] = field(default_factory=list)
    standing: list[Evidence] = field(default_factory=list)
    """Who says that it still is so, without knowing since when."""

    @property
    def first(self) -> Event:
        """What tells its beginning most exactly.

        A line or a task has the very second, a series only its step; but a line that comes well
        after the beginning, or tells of less, is only one more line.
        """
        events = [one.event for one in self.seen]
        first = min(events, key=lambda event: (event.at, event.within))
        exact = [
            event
            for event in events
            if event.within < first.within
            and event.at - first.at <= timedelta(seconds=first.within) + _reach(event, first)
        ]
        return min(exact, key=lambda event: event.at, default=first)

    @property
    def told_last(self) -> datetime:
        return max(one.event.at for one in self.seen)

    @property
    def subject(self) -> Subject:
        # Of two names of one thing the longer is the full one.
        return max((one.event.subject for one in self.seen), key=lambda s: (len(s.name), s.key))

    def takes(self, one: Observed) -> bool:
        """Whether something that was seen later is the same change."""
        if self._turns(one) or self.is_elsewhere(one):
            return False
        late = timedelta(seconds=one.event.within)
        gap = one.event.at - self.told_last
        reach = ALERT_LATER if one.teller is Teller.ALERT else SAME
        return gap <= reach + late or self._lasts_at(one)

    def is_elsewhere(self, one: Observed) -> bool:
        """Whether another homelab did the same: what is called alike in both are two things."""
        source = _source(one)
        backend = source.partition(":")[0]
        return one.teller is Teller.TASK and any(
            each.teller is Teller.TASK
            and _source(each) != source
            and _source(each).partition(":")[0] == backend
            for each in self.seen
        )

    def _turns(self, one: Observed) -> bool:
        """Whether another check finds it grave later on: news, although something lasts already."""
        late = timedelta(seconds=one.event.within)
        grave = one.event.severity is Severity.CRITICAL and bool(one.check)
        began = min(each.event.at for each in self.seen)
        another = all(each.check != one.check for each in self.seen)
        return grave and another and one.event.at - began > ALERT_LATER + late

    def _lasts_at(self, one: Observed) -> bool:
        """Whether it still goes on when something more is seen of it; only worse is news then."""
        if min(each.event.severity.rank for each in self.seen) > one.event.severity.rank:
            return False
        ends = [each.event.until for each in self.seen if each.event.until is not None]
        if any(one.event.at <= end + SAME for end in ends):
            return True
        return one.event.kind not in _TELLING_KINDS and any(
            each.teller in _LASTING and each.event.until is None for each in self.seen
        )


def _source(one: Observed) -> str:
    return one.event.evidence[0].source if one.event.evidence else ""


def _reach(exact: Event, first: Event) -> timedelta:
    return SAME if exact.severity.rank < first.severity.rank else SOON


SAME_FOR: Final = "; the same for "
"""Stands before the others to which the same happened."""


def merged(
    observed: Iterable[Observed],
    family: Callable[[str], str],
    standing: Iterable[Finding] = (),
) -> tuple[Event, ...]:
    """One event per change, in order of time, the same whatever order the changes come in.

    Args:
        observed: what every source saw.
        family: gives facts that are the same one name.
        standing: what is so now, without anybody knowing since when.
    """
    facts = _facts(observed, family)
    _absorb_machines(facts)
    _absorb_loops(facts, family)
    _stand(facts, standing, family)
    events = [(_event(fact), fact.family) for fact in facts]
    return in_time(_joined(events))


def in_time(events: Iterable[Event]) -> tuple[Event, ...]:
    """Events in order of time, each once; of one moment first what others stand on."""
    unique = {event.key: event for event in events}
    return tuple(sorted(unique.values(), key=_by_time))


def _by_time(one: Event) -> tuple[datetime, int, int, str, str]:
    kind = one.subject.kind
    depth = _FOUNDATIONS.index(kind) if kind in _FOUNDATIONS else len(_FOUNDATIONS)
    return one.at, one.severity.rank, depth, one.kind, one.key


def _facts(observed: Iterable[Observed], family: Callable[[str], str]) -> list[_Fact]:
    open_facts: dict[tuple[str, str], list[_Fact]] = {}
    facts: list[_Fact] = []
    for one in sorted(observed, key=lambda each: (each.order, _source(each))):
        key = (family(one.fact), _anchor(one.event.subject))
        known = open_facts.get(key, [])
        fact = next((each for each in known if each.takes(one)), None)
        if fact is None:
            fact = _Fact(key[0])
            # Those of two homelabs go on side by side.
            beside = known if any(each.is_elsewhere(one) for each in known) else []
            open_facts[key] = [*beside, fact]
            facts.append(fact)
        fact.seen.append(one)
    return facts


def _anchor(subject: Subject) -> str:
    """The same for all names of one thing."""
    if subject.kind is SubjectKind.SITE:
        return f"site:{subject.name.partition('.')[0].casefold()}"
    # A guest that runs one program of its own name is that program.
    alone = subject.kind is SubjectKind.CONTAINER and subject.own_name == subject.host
    if subject.kind in _MACHINES or alone:
        return f"machine:{subject.host.casefold()}"
    return subject.key.casefold()


def _absorb_machines(facts: list[_Fact]) -> None:
    """Give what names only a machine to the one thing on it that the same happened to."""
    by_host: dict[tuple[str, str], list[_Fact]] = defaultdict(list)
    for fact in facts:
        if fact.subject.kind not in _MACHINES and fact.subject.host:
            by_host[fact.family, fact.subject.host].append(fact)
    for fact in list(facts):
        subject = fact.subject
        if subject.kind not in _MACHINES:
            continue
        near = [
            other
            for other in by_host.get((fact.family, subject.name), ())
            if abs(other.first.at - fact.first.at) <= NEAR
        ]
        if len(near) == 1:
            near[0].seen = sorted([*near[0].seen, *fact.seen], key=lambda each: each.order)
            facts.remove(fact)


def _absorb_loops(facts: list[_Fact], family: Callable[[str], str]) -> None:
    """Give single starts and deaths to the loop that they are part of."""
    looping, single = {family(one) for one in _LOOPS}, {family(one) for one in _IN_LOOPS}
    loops = [fact for fact in facts if fact.family in looping]
    for fact in list(facts):
        if fact.family not in single - looping:
            continue
        for loop in loops:
            ends = [one.event.until for one in loop.seen if one.event.until is not None]
            end = max(ends, default=loop.told_last) + SAME
            same = _anchor(loop.subject) == _anchor(fact.subject)
            if same and loop.first.at <= fact.first.at <= end:
                loop.seen = sorted([*loop.seen, *fact.seen], key=lambda each: each.order)
                facts.remove(fact)
                break


def _stand(
    facts: Iterable[_Fact], standing: Iterable[Finding], family: Callable[[str], str]
) -> None:
    """Let the last change of its kind last, where something is still so."""
    latest = {(fact.family, _anchor(fact.subject)): fact for fact in facts}
    for finding in sorted(standing, key=lambda one: one.key):
        fact = latest.get((family(finding.kind), _anchor(finding.subject)))
        if fact is not None:
            fact.standing += finding.evidence


def _event(fact: _Fact) -> Event:
    """The change as it is told best: the exact time, the clearest words, everybody's evidence."""
    events = [one.event for one in fact.seen]
    first = fact.first
    subjects = [event.subject for event in events if event.subject.kind not in _MACHINES]
    candidates = subjects or [event.subject for event in events]
    subject = max(candidates, key=lambda each: (len(each.name), each.key))
    best = min(fact.seen, key=_best).event
    others = sorted({one for event in events for one in event.others} - {subject})
    kinds = {event.kind for event in events}
    return Event(
        at=first.at,
        until=None if fact.standing else _until(fact.seen, first.at),
        within=first.within,
        kind=next((kind for kind in _TELLING_KINDS if kind in kinds), best.kind),
        subject=subject,
        others=tuple(others),
        severity=min((event.severity for event in events), key=lambda each: each.rank),
        text=best.text,
        count=max(event.count for event in events),
        routine=all(event.routine for event in events),
        # What shows the words comes first: the other tellers speak of the same with other figures.
        evidence=_evidence([best, *events], fact.standing),
    )


def _best(one: Observed) -> tuple[bool, bool, bool, int, int, tuple[float, int, str]]:
    done = one.teller in (Teller.TASK, Teller.MARK)
    vague = one.fact in _VAGUER
    return one.event.routine, not done, vague, one.event.severity.rank, one.teller, one.order


def _until(seen: Sequence[Observed], began: datetime) -> datetime | None:
    """The end, unless somebody who looks at what lasts says that it still does."""
    lasting = [one for one in seen if one.teller in _LASTING]
    ends = [one.event.until for one in lasting or seen]
    known = [end for end in ends if end is not None]
    if not known or (lasting and len(known) < len(ends)):
        return None
    return max(known) if max(known) - began >= MOMENT else None


def _evidence(events: Sequence[Event], more: Sequence[Evidence] = ()) -> tuple[Evidence, ...]:
    """Everybody's, those of different sources and kinds first, in order of time within each."""
    every = [*(one for event in events for one in event.evidence), *more]
    firsts: dict[tuple[str, str], Evidence] = {}
    for one in every:
        firsts.setdefault((one.source, one.kind), one)
    chosen = dict.fromkeys([*firsts.values(), *every])
    return tuple(chosen)[:MOST_EVIDENCE]


def _joined(events: Iterable[tuple[Event, str]]) -> Iterator[Event]:
    """The same change of many subjects at the same time as one event."""
    groups: dict[tuple[object, ...], list[list[Event]]] = defaultdict(list)
    for event, family in sorted(events, key=lambda pair: (pair[0].at, pair[0].key)):
        runs = groups[_alike(event, family)]
        if runs and event.at - runs[-1][0].at <= TOGETHER and not event.others:
            runs[-1].append(event)
        else:
            runs.append([event])
    for runs in groups.values():
        for run in runs:
            yield run[0] if len(run) == 1 else together(run)


def _alike(event: Event, family: str) -> tuple[object, ...]:
    if family.startswith(("log_errors", "log_flood", "mark ", "task_long")):
        return event.key, family
    return family, event.kind, event.severity, event.routine, event.subject.kind


def together(run: Sequence[Event]) -> Event:
    """The same change, of one subject or of several, as one event that begins with the first."""
    first = min(run, key=lambda event: (event.at, event.subject.key))
    rest = sorted({one for event in run for one in event.subjects} - {first.subject})
    named = ", ".join(str(one) for one in rest[:MOST_NAMED])
    more = f" and {len(rest) - MOST_NAMED} more" if len(rest) > MOST_NAMED else ""
    ends = [event.until for event in run]
    over = [end for end in ends if end is not None]
    also = f"{SAME_FOR}{count(len(rest), 'other')}: {named}{more}" if rest else ""
    return first.model_copy(
        update={
            "until": max(over) if len(over) == len(ends) else None,
            "others": tuple(rest),
            "count": sum(event.count for event in run),
            "text": f"{first.text.partition(SAME_FOR)[0]}{also}",
            "evidence": _evidence([first, *run]),
        }
    )
