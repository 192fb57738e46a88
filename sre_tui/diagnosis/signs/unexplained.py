"""Findings out of errors that nothing is known of: they are told as what was seen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from providers.text import both_ends, one_line
from sre_tui.diagnosis.evidence import LONGEST_SAID, Evidence
from sre_tui.diagnosis.finding import Finding, Severity
from sre_tui.diagnosis.patterns.load import Patterns
from sre_tui.diagnosis.picture.picture import Picture
from sre_tui.diagnosis.signs.ata_errors import ata_kinds, ata_words, is_ata_report
from sre_tui.diagnosis.subject import Subject, SubjectKind
from sre_tui.diagnosis.topology.from_metrics import SYSTEM_PROGRAMS
from sre_tui.diagnosis.topology.graph import Topology
from sre_tui.diagnosis.topology.names import Names
from sre_tui.views.human import count

if TYPE_CHECKING:
    from providers.loki import LogEntry
    from sre_tui.diagnosis.picture.lines import LineGroup

KIND: Final = "service_errors"
MIN_LINES: Final = 8
"""Errors of a program from which on they mean anything."""
MANY_TIMES: Final = 4.0
"""How many times as often as before they must come."""
STILL: Final = timedelta(hours=1)
"""Errors that were written since then still are."""


def unexplained(picture: Picture, patterns: Patterns, topology: Topology) -> Iterator[Finding]:
    """One finding for each program that logs clearly more errors than before, of no known kind."""
    names = Names(topology)
    service_label, host_label = picture.log_labels
    for source, groups in picture.errors.with_source():
        written: dict[tuple[str, str], list[LogEntry]] = {}
        for group in groups:
            # What is searched for is told by its own kind.
            if not patterns.search().keeps(group.pattern.example):
                for entry in group.entries:
                    written.setdefault((entry.host or "", entry.service or ""), []).append(entry)
        for (host, service), entries in sorted(written.items()):
            entries.sort(key=lambda entry: entry.time_ns)
            known = picture.began(source).get((host, service))
            began = entries if known is not None else _burst(entries, picture)
            if not began:
                continue
            machine = names.machine(host) if host else None
            where = machine.name if machine is not None else host
            own = service and service.casefold() not in SYSTEM_PROGRAMS
            subject = machine or Subject(kind=SubjectKind.HOST, name=where or "unknown")
            if own:
                name = one_line(f"{where}/{service}" if where else service, 120)
                subject = Subject(kind=SubjectKind.CONTAINER, name=name)
            pairs = ((service_label, service), (host_label, host))
            selector = ", ".join(
                f'{label}="{one_line(value, 80)}"' for label, value in pairs if value
            )
            yield Finding(
                check="logs",
                kind=KIND,
                subject=subject,
                severity=Severity.WARNING,
                text=_text(began, groups),
                since=known or began[0].at,
                active=picture.now - began[-1].at < STILL,
                until=began[-1].at,
                diagnostic=True,
                count=len(began),
                writers=(service,) if own else (),
                evidence=(
                    Evidence(
                        source=source,
                        kind="log",
                        says=both_ends(began[-1].line, LONGEST_SAID),
                        at=began[-1].at,
                        asked=f"{{{selector}}}",
                        command=f"logs query '{{{selector}}}' --level error --since 6h",
                    ),
                ),
            )


def _text(began: Sequence[LogEntry], groups: Iterable[LineGroup]) -> str:
    """What is said of the errors: those of an ATA disk by their kind.

    The line that names the kind is known, and so is not among those around it.
    """
    if not all(is_ata_report(entry.line) for entry in began):
        return (
            f"{count(len(began), 'error line')}, more than before, that no known pattern explains"
        )
    host = began[0].host
    kinds = ata_kinds(
        entry.line for group in groups for entry in group.entries if entry.host == host
    )
    named = f" ({ata_words(kinds)})" if kinds else ""
    return f"{count(len(began), 'line')} of ATA errors{named}, more than before"


def _burst(entries: list[LogEntry], picture: Picture) -> list[LogEntry]:
    """The errors since they come clearly more often than before; none if they do not."""
    for place, entry in enumerate(entries):
        before, later = place, len(entries) - place
        if later < MIN_LINES:
            return []
        quiet = (entry.at - picture.start).total_seconds()
        lasted = max(600.0, (picture.now - entry.at).total_seconds())
        # Without a while to compare with, nothing is known to be new.
        if quiet < STILL.total_seconds():
            continue
        if later / lasted > MANY_TIMES * (before + 1) / quiet:
            return entries[place:]
    return []
