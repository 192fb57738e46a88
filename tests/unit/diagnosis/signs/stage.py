"""A picture with nothing but log lines."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from providers.loki import LogEntry
from providers.loki.patterns import grouped
from providers.reading import Reading, State
from sre_tui.diagnosis.finding import Finding
from sre_tui.diagnosis.patterns.load import Patterns, bundled
from sre_tui.diagnosis.picture.lines import LineGroup
from sre_tui.diagnosis.picture.part import Part
from sre_tui.diagnosis.picture.picture import Picture
from sre_tui.diagnosis.signs.lines import from_lines
from sre_tui.diagnosis.subject import Subject, SubjectKind
from sre_tui.diagnosis.topology.graph import Relation, Topology

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
START = NOW - timedelta(hours=6)


def written(
    line: str, minutes: Iterable[float], *, host: str = "docker1", service: str = "app"
) -> list[LogEntry]:
    """The same line, so many minutes before now each."""
    times = [NOW - timedelta(minutes=each) for each in minutes]
    return [
        LogEntry(
            source="loki:main",
            at=at,
            time_ns=int(at.timestamp()) * 1_000_000_000,
            line=line,
            labels={"service_name": service, "hostname": host},
            host=host,
            service=service,
        )
        for at in times
    ]


def homelab(machines: int = 1) -> Topology:
    """Guests ``docker1`` and on."""
    topology = Topology()
    node = Subject(kind=SubjectKind.NODE, name="pve1")
    for number in range(1, machines + 1):
        guest = Subject(kind=SubjectKind.GUEST, name=f"docker{number}")
        topology.connect(guest, Relation.RUNS_ON, node)
    return topology


def found(
    entries: Iterable[LogEntry], topology: Topology, patterns: Patterns | None = None
) -> list[Finding]:
    """What the lines tell."""
    groups = tuple(LineGroup(*group) for group in grouped(entries))
    reading = Reading[Any](source="loki:main", state=State.OK, observed_at=NOW, data=groups)
    picture = Picture(now=NOW, start=START, lines=Part((reading,)))
    return list(from_lines(picture, patterns or bundled(), topology))
