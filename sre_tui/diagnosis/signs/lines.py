"""Findings out of log lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from providers.text import both_ends, one_line
from sre_tui.diagnosis.evidence import LONGEST_SAID, Evidence
from sre_tui.diagnosis.finding import Finding, Severity
from sre_tui.diagnosis.patterns.load import Patterns
from sre_tui.diagnosis.patterns.pattern import LineSign, Pattern
from sre_tui.diagnosis.picture.picture import Picture
from sre_tui.diagnosis.subject import Subject, SubjectKind
from sre_tui.diagnosis.topology.from_metrics import SYSTEM_PROGRAMS
from sre_tui.diagnosis.topology.graph import Topology
from sre_tui.diagnosis.topology.names import MACHINES, Names

if TYPE_CHECKING:
    from datetime import datetime

    from providers.loki import LogEntry
    from sre_tui.diagnosis.picture.lines import LineGroup

EVENTS: Final = frozenset({"oom_kill", "bad_update", "program_died", "guest_stopped", "rebooted"})
"""Patterns that happen at a moment instead of lasting."""
_ERRORS: Final = frozenset({"critical", "error"})
"""Levels of lines that are counted over days."""
_NEVER_OF_NODES: Final = frozenset({"guest_locked", "guest_stopped", "guest_crash_loop"})
"""Patterns that a node writes of, but never of itself."""
EDGE: Final = timedelta(minutes=10)
"""Repeated lines that are seen so soon after the window's start began before it."""
_CONTROL_GROUP: Final = re.compile(r"/lxc/(\d+)\b|qemu\.slice/(\d+)\.scope")
_NUMBERED: Final = re.compile(r"\d+(?:\.\d+){3}|\d{3,9}|host: \d+")
_CONTAINER_LABELS: Final = ("container", "container_name")
PACED: Final = 4
"""Lines from which on their pace tells anything."""
SLICES: Final = 6
"""Parts of the window that each have lines if a program writes them all the time."""
UNEVEN: Final = 2.0
"""So many times the mean of all parts the fullest one has at most, then."""
RECENT: Final = timedelta(hours=1)
"""Lines that were written since then still are."""


def from_lines(picture: Picture, patterns: Patterns, topology: Topology) -> Iterator[Finding]:
    """One finding per pattern, machine and subject that telling lines are about."""
    found: dict[str, Finding] = {}
    for source, groups in (*picture.lines.with_source(), *_of_days_before(picture)):
        reader = _Reader(picture, topology, source)
        for group in groups:
            sign = patterns.telling(group.pattern.example)
            if sign is None:
                continue
            told = _Told(*sign)
            for written in _by_writer(told, group):
                made = reader.finding(told, written)
                known = found.get(made.key)
                found[made.key] = made if known is None else _merged(known, made)
    yield from _told_of_guests(found.values(), topology)


def _of_days_before(picture: Picture) -> Iterator[tuple[str, tuple[LineGroup, ...]]]:
    for source, past in picture.past.with_source():
        yield source, past.lines


@dataclass(frozen=True)
class _Told:
    pattern: Pattern
    sign: LineSign


@dataclass(frozen=True)
class _Written:
    """Lines of one template that one machine wrote about one thing, the oldest first."""

    host: str
    name: str
    entries: tuple[LogEntry, ...]

    @property
    def first(self) -> datetime:
        return self.entries[0].at

    @property
    def last(self) -> datetime:
        return self.entries[-1].at

    @property
    def example(self) -> str:
        return self.entries[-1].line

    @property
    def services(self) -> tuple[str, ...]:
        """The services that wrote them, without the system itself."""
        found = {entry.service for entry in self.entries if entry.service}
        return tuple(sorted(name for name in found if name.casefold() not in SYSTEM_PROGRAMS))

    @property
    def program(self) -> str:
        """The service that wrote them all; empty if several did, or the system itself."""
        services = {entry.service or "" for entry in self.entries}
        return self.services[0] if len(services) == 1 and self.services else ""

    def is_container(self, name: str) -> bool:
        """Whether the lines say of themselves that a container of that name wrote them."""
        return any(
            entry.labels.get(label, "").casefold() == name
            for entry in self.entries
            for label in _CONTAINER_LABELS
        )


def _by_writer(told: _Told, group: LineGroup) -> Iterator[_Written]:
    table: dict[tuple[str, str], list[LogEntry]] = {}
    for entry in group.entries:
        key = (entry.host or "", told.sign.subject_in(entry.line).strip())
        table.setdefault(key, []).append(entry)
    for (host, name), entries in table.items():
        ordered = sorted(entries, key=lambda entry: entry.time_ns)
        yield _Written(host, name, tuple(ordered))


@dataclass(frozen=True)
class _Reader:
    picture: Picture
    topology: Topology
    source: str

    def finding(self, told: _Told, lines: _Written) -> Finding:
        subject = self._subject(told, lines)
        service_label, host_label = self.picture.log_labels
        selector = f'{host_label}="{lines.host}"' if lines.host else f'{service_label}=~".+"'
        event = told.pattern.id in EVENTS
        lasting = told.sign.remembered and not event
        began = None if event else self._began_before(lines)
        always = began is None and self._as_always(lines)
        return Finding(
            check="logs",
            kind=told.pattern.id,
            subject=subject,
            severity=_milder(told.sign.severity) if always else told.sign.severity,
            text=f"{told.sign.title}, at the same pace all along" if always else told.sign.title,
            since=began or lines.first,
            open_start=not event and began is None and self._was_there(lines),
            active=lasting or self.picture.now - lines.last < RECENT,
            until=lines.last,
            event=event,
            diagnostic=True,
            hearsay=told.sign.loose,
            lasting=lasting and not told.sign.loose and subject.kind is told.pattern.subject,
            count=len(lines.entries),
            writers=lines.services,
            part=one_line(lines.name, 80) if subject.kind in MACHINES else "",
            evidence=(
                Evidence(
                    source=self.source,
                    kind="log",
                    says=both_ends(lines.example, LONGEST_SAID),
                    at=lines.last,
                    asked=f"{{{selector}}}",
                    command=f"logs query '{{{selector}}}' --since 6h",
                ),
            ),
            why=told.pattern.why,
            advice=told.pattern.advice,
            runbook=told.pattern.runbook,
        )

    def _began_before(self, lines: _Written) -> datetime | None:
        """Since when a program writes errors, if it is these and few came in the days before."""
        writers = {(entry.host or "", entry.service or "") for entry in lines.entries}
        errors = all(entry.level in _ERRORS for entry in lines.entries)
        known = self.picture.began(self.source)
        return known.get(writers.pop()) if errors and len(writers) == 1 else None

    def _as_always(self, lines: _Written) -> bool:
        """Whether lines come evenly from the window's start to its end: that is nothing new."""
        times = [entry.at for entry in lines.entries]
        if times[0] < self.picture.start:
            return False
        slices = [0] * SLICES
        length = (self.picture.now - self.picture.start) / SLICES
        for time in times:
            slices[max(0, min(SLICES - 1, int((time - self.picture.start) / length)))] += 1
        return min(slices) > 0 and max(slices) <= UNEVEN * len(times) / SLICES

    def _was_there(self, lines: _Written) -> bool:
        """Whether lines that come at some pace were already written before the window."""
        late = lines.first - self.picture.start
        if len(lines.entries) < PACED:
            return len(lines.entries) > 1 and late < EDGE
        pace = (lines.last - lines.first) / (len(lines.entries) - 1)
        return late < max(EDGE, 1.5 * pace)

    def _container(self, host: str, name: str) -> Subject:
        """The container of that name, or the one whose name ends so, as that of an image does."""
        called = Subject(kind=SubjectKind.CONTAINER, name=f"{host}/{name}")
        if called in self.topology:
            return called
        alike = [
            one
            for one in self.topology.subjects(SubjectKind.CONTAINER)
            if one.host == host and one.own_name.casefold().endswith(f"-{name.casefold()}")
        ]
        return alike[0] if len(alike) == 1 else called

    def _machine_named(self, name: str, writer: Subject | None) -> Subject | None:
        """The machine that is meant by a number or an address in a line; a word is a program's.

        Of the members of several clusters that go by the same number, the writer's companion.
        """
        known = self.topology.named(name, *MACHINES) if _NUMBERED.fullmatch(name) else []
        clusters = {edge.on for edge in self.topology.below(writer)} if writer is not None else ()
        together = (one for one in known if any(self._stands_on(one, each) for each in clusters))
        return next(together, next(iter(known), None))

    def _stands_on(self, one: Subject, machine: Subject | None) -> bool:
        return any(edge.on == machine for edge in self.topology.below(one))

    def _guest_in(self, line: str) -> Subject | None:
        """The guest whose control group a line of its node's kernel names."""
        found = _CONTROL_GROUP.search(line)
        vmid = next((value for value in found.groups() if value), "") if found else ""
        return next(iter(self.topology.named(vmid, SubjectKind.GUEST)), None) if vmid else None

    def _subject(self, told: _Told, lines: _Written) -> Subject:
        names = Names(self.topology)
        machine = self._guest_in(lines.example) or (
            names.machine(lines.host) if lines.host else None
        )
        on = machine.name if machine is not None else lines.host
        program, name = lines.program, lines.name
        match told.pattern.subject:
            case SubjectKind.DISK | SubjectKind.POOL if name and not name.startswith("ata"):
                return Subject(kind=told.pattern.subject, name=f"{on}/{name}")
            case SubjectKind.FILESYSTEM if name:
                return Subject(kind=SubjectKind.FILESYSTEM, name=f"{on}:{name}")
            case SubjectKind.CONTAINER if name or program:
                chosen = name if name and not name.startswith(":") else program or name
                plain = chosen.casefold().removesuffix(".service")
                if machine is not None and plain == machine.name.casefold():
                    if lines.is_container(plain):
                        return Subject(kind=SubjectKind.CONTAINER, name=f"{on}/{plain}")
                    return machine
                return self._container(on, chosen)
            case SubjectKind.HOST if name and (named := self._machine_named(name, machine)):
                return named
            case (
                SubjectKind.GUEST | SubjectKind.STORAGE | SubjectKind.DATASET
                | SubjectKind.REPLICATION
            ) if name:  # fmt: skip
                known = self.topology.named(name, told.pattern.subject)
                if known:
                    return next((one for one in known if self._stands_on(one, machine)), known[0])
            case SubjectKind.DATASTORE | SubjectKind.UPS if name:
                return Subject(kind=told.pattern.subject, name=name.partition("@")[0])
            case SubjectKind.TARGET:
                target = next(
                    (one for one in self.topology.subjects(SubjectKind.TARGET) if one.host == on),
                    None,
                )
                if target is not None:
                    return target
            case SubjectKind.SITE if name:
                known = [
                    one
                    for one in self.topology.subjects(SubjectKind.SITE)
                    if one.name.partition(".")[0] == name or one.name == name
                ]
                if known or "." in name:
                    return known[0] if known else Subject(kind=SubjectKind.SITE, name=name)
            case _:
                pass
        if machine is not None:
            return machine
        return Subject(kind=SubjectKind.HOST, name=on or program or "unknown")


def _told_of_guests(findings: Iterable[Finding], topology: Topology) -> Iterator[Finding]:
    """The findings; what a node writes of a guest without its name is of the one it names else."""
    every = {one.key: one for one in findings}
    for one in list(every.values()):
        if one.kind not in _NEVER_OF_NODES or one.subject.kind is not SubjectKind.NODE:
            continue
        named = [
            other.key for other in every.values()
            if other.kind == one.kind and other.subject.kind is SubjectKind.GUEST
            and any(edge.on == one.subject for edge in topology.below(other.subject))
        ]  # fmt: skip
        if len(named) == 1:
            del every[one.key]
            whole = _merged(every[named[0]], one)
            every[named[0]] = whole.model_copy(update={"subject": every[named[0]].subject})
    yield from every.values()


def _milder(severity: Severity) -> Severity:
    return Severity.WARNING if severity is Severity.CRITICAL else Severity.NOTE


def _merged(one: Finding, other: Finding) -> Finding:
    first, later = (one, other) if _began(one) <= _began(other) else (other, one)
    # What leaves no doubt says what it is, though a hint of it may have come before.
    surest, rest = (later, first) if first.hearsay and not later.hearsay else (first, later)
    return first.model_copy(
        update={
            "text": surest.text,
            "hearsay": surest.hearsay,
            "lasting": one.lasting or other.lasting,
            "count": one.count + other.count,
            "active": one.active or other.active,
            "until": later.until,
            "writers": tuple(sorted({*one.writers, *other.writers})),
            "severity": min(one.severity, other.severity, key=lambda each: each.rank),
            "evidence": (*surest.evidence, *rest.evidence)[:3],
        }
    )


def _began(finding: Finding) -> float:
    return finding.since.timestamp() if finding.since is not None else float("inf")
