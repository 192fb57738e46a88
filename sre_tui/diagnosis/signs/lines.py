"""Findings out of log lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from providers.text import one_line
from sre_tui.diagnosis.evidence import Evidence
from sre_tui.diagnosis.finding import Finding
from sre_tui.diagnosis.patterns.load import Patterns
from sre_tui.diagnosis.patterns.pattern import LineSign, Pattern
from sre_tui.diagnosis.picture.picture import Picture
from sre_tui.diagnosis.subject import Subject, SubjectKind
from sre_tui.diagnosis.topology.from_metrics import SYSTEM_PROGRAMS
from sre_tui.diagnosis.topology.graph import Topology
from sre_tui.diagnosis.topology.names import Names

if TYPE_CHECKING:
    from providers.loki import LogPattern

EVENTS: Final = frozenset({"oom_kill", "bad_update", "program_died", "guest_stopped", "rebooted"})
"""Patterns that happen at a moment instead of lasting."""
EDGE: Final = timedelta(minutes=10)
"""Repeated lines that are seen so soon after the window's start began before it."""
_CONTROL_GROUP: Final = re.compile(r"/lxc/(\d+)\b|qemu\.slice/(\d+)\.scope")
RECENT: Final = timedelta(hours=1)
"""Lines that were written since then still are."""


def from_lines(picture: Picture, patterns: Patterns, topology: Topology) -> Iterator[Finding]:
    """One finding per pattern, machine and subject that telling lines are about."""
    found: dict[str, Finding] = {}
    for source, groups in picture.lines.with_source():
        for group in groups:
            told = _telling(group.example, patterns)
            if told is None:
                continue
            for host in group.hosts or ("",):
                made = _Reader(picture, topology, source).finding(told, group, host)
                known = found.get(made.key)
                found[made.key] = made if known is None else _merged(known, made)
    yield from found.values()


@dataclass(frozen=True)
class _Told:
    pattern: Pattern
    sign: LineSign
    name: str


def _telling(line: str, patterns: Patterns) -> _Told | None:
    for pattern, sign in patterns.line_signs():
        if sign.regex.search(line):
            return _Told(pattern, sign, sign.subject_in(line))
    return None


@dataclass(frozen=True)
class _Reader:
    picture: Picture
    topology: Topology
    source: str

    def finding(self, told: _Told, group: LogPattern, host: str) -> Finding:
        subject = self._subject(told, group, host)
        service_label, host_label = self.picture.log_labels
        selector = f'{host_label}="{host}"' if host else f'{service_label}=~".+"'
        return Finding(
            check="logs",
            kind=told.pattern.id,
            subject=subject,
            severity=told.sign.severity,
            text=told.sign.title,
            since=group.first,
            open_start=group.first - self.picture.start < EDGE and group.count > 1,
            active=self.picture.now - group.last < RECENT,
            until=group.last,
            event=told.pattern.id in EVENTS,
            diagnostic=True,
            count=group.count,
            evidence=(
                Evidence(
                    source=self.source,
                    kind="log",
                    says=one_line(group.example, 180),
                    at=group.last,
                    asked=f"{{{selector}}}",
                    command=f"logs query '{{{selector}}}' --since 6h",
                ),
            ),
        )

    def _guest_in(self, line: str) -> Subject | None:
        """The guest whose control group a line of its node's kernel names."""
        found = _CONTROL_GROUP.search(line)
        vmid = next((value for value in found.groups() if value), "") if found else ""
        return next(iter(self.topology.named(vmid, SubjectKind.GUEST)), None) if vmid else None

    def _subject(self, told: _Told, group: LogPattern, host: str) -> Subject:
        names = Names(self.topology)
        machine = self._guest_in(group.example) or (names.machine(host) if host else None)
        on = machine.name if machine is not None else host
        service = group.services[0] if len(group.services) == 1 else ""
        program = "" if service.casefold() in SYSTEM_PROGRAMS else service
        name = told.name.strip()
        match told.pattern.subject:
            case SubjectKind.DISK | SubjectKind.POOL if name and not name.startswith("ata"):
                return Subject(kind=told.pattern.subject, name=f"{on}/{name}")
            case SubjectKind.FILESYSTEM if name:
                return Subject(kind=SubjectKind.FILESYSTEM, name=f"{on}:{name}")
            case SubjectKind.CONTAINER if name or program:
                chosen = name if name and not name.startswith(":") else program or name
                return Subject(kind=SubjectKind.CONTAINER, name=f"{on}/{chosen}")
            case SubjectKind.GUEST if name:
                known = self.topology.named(name, SubjectKind.GUEST)
                if known:
                    return known[0]
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
                if known:
                    return known[0]
            case _:
                pass
        if machine is not None:
            return machine
        return Subject(kind=SubjectKind.HOST, name=on or service or "unknown")


def _merged(one: Finding, other: Finding) -> Finding:
    first, later = (one, other) if _began(one) <= _began(other) else (other, one)
    return first.model_copy(
        update={
            "count": one.count + other.count,
            "active": one.active or other.active,
            "until": later.until,
            "severity": min(one.severity, other.severity, key=lambda each: each.rank),
            "evidence": (*first.evidence, *later.evidence)[:3],
        }
    )


def _began(finding: Finding) -> float:
    return finding.since.timestamp() if finding.since is not None else float("inf")
