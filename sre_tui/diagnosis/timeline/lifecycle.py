"""Events out of metrics that say when something was started: machines, guests, containers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Final

from providers.series import Series
from providers.text import one_line
from sre_tui.diagnosis.evidence import Evidence
from sre_tui.diagnosis.finding import Severity
from sre_tui.diagnosis.picture.picture import MetricQuery, Picture
from sre_tui.diagnosis.subject import Subject, SubjectKind
from sre_tui.diagnosis.timeline.event import Event, EventKind
from sre_tui.diagnosis.timeline.observed import Observed, Teller
from sre_tui.diagnosis.topology.graph import Topology
from sre_tui.diagnosis.topology.labelled import subject_of
from sre_tui.views.human import duration

LOOP: Final = 3
"""Starts of a container within the window from which on they are a loop."""
CLOCK_NOISE: Final = 30.0
"""Seconds by which a start that is computed from an uptime may wander."""
_CONTAINERS: Final = "timeline-containers"
_BOOTS: Final = "timeline-boots"
_UPTIMES: Final = "timeline-uptimes"


def lifecycle_queries(start: datetime, end: datetime) -> tuple[MetricQuery, ...]:
    """What to ask Prometheus for, so that only what started within the window answers."""
    since = int(start.timestamp())
    window = int((end - start).total_seconds())
    return (
        MetricQuery(
            _CONTAINERS, f'container_start_time_seconds{{name!=""}} > {since}', always=True
        ),
        MetricQuery(_BOOTS, f"node_boot_time_seconds > {since}", always=True),
        MetricQuery(
            _UPTIMES, f'pve_uptime_seconds{{id=~"(qemu|lxc|node)/.+"}} < {window} > 0', always=True
        ),
    )


def observed_starts(picture: Picture, topology: Topology) -> Iterator[Observed]:
    """Starts of containers, boots of machines, and guests whose uptime began anew."""
    yield from _containers(picture, topology)
    for series in picture.series.get(_BOOTS, ()):
        subject = subject_of(series.labels, SubjectKind.NODE, topology)
        for at in _moments((value for _, value in series.points), picture):
            text = f"{subject} booted"
            query = "node_boot_time_seconds"
            yield _observed(series, at, "rebooted", "rebooted", subject, text, query, within=1.0)
    for series in picture.series.get(_UPTIMES, ()):
        subject = subject_of(series.labels, SubjectKind.GUEST, topology)
        starts = (at.timestamp() - value for at, value in series.points)
        for at in _moments(starts, picture):
            node = subject.kind is SubjectKind.NODE
            text = f"{subject} {'booted' if node else 'came up'}"
            kind: EventKind = "rebooted" if node else "started"
            query = f'pve_uptime_seconds{{id="{series.labels.get("id", "")}"}}'
            fact = "rebooted" if node else "started"
            yield _observed(series, at, kind, fact, subject, text, query, within=CLOCK_NOISE)


def _containers(picture: Picture, topology: Topology) -> Iterator[Observed]:
    # An update makes a new series, so all series of one name are one container.
    by_container: dict[Subject, list[Series]] = defaultdict(list)
    for series in picture.series.get(_CONTAINERS, ()):
        by_container[subject_of(series.labels, SubjectKind.CONTAINER, topology)].append(series)
    for subject, several in by_container.items():
        values = sorted(value for series in several for _, value in series.points)
        starts = _moments(values, picture)
        if not starts:
            continue
        last = max(several, key=lambda one: one.points[-1][1] if one.points else 0.0)
        image = one_line(last.labels.get("image", ""), 80)
        query = f'container_start_time_seconds{{name="{one_line(subject.own_name, 80)}"}}'
        if len(starts) >= LOOP:
            span = duration((starts[-1] - starts[0]).total_seconds())
            text = (
                f"container {subject.own_name} was started at least {len(starts)} times in {span}"
            )
            yield _observed(
                last, starts[0], "restarted", "restart_loop", subject, text, query,
                severity=Severity.WARNING, until=starts[-1],
            )  # fmt: skip
            continue
        for at in starts:
            of = f" of image {image}" if image else ""
            text = f"container {subject.own_name}{of} was started"
            yield _observed(last, at, "started", "started", subject, text, query)


def _moments(values: Iterator[float] | Sequence[float], picture: Picture) -> list[datetime]:
    """The different moments among noisy Unix times that lie within the picture's window."""
    found: list[float] = []
    for value in sorted(value for value in values if value == value):
        if not found or value - found[-1] > CLOCK_NOISE:
            found.append(value)
    low, high = picture.start.timestamp(), picture.now.timestamp()
    return [datetime.fromtimestamp(one, UTC) for one in found if low <= one <= high]


def _observed(
    series: Series,
    at: datetime,
    kind: EventKind,
    fact: str,
    subject: Subject,
    text: str,
    query: str,
    *,
    severity: Severity = Severity.NOTE,
    until: datetime | None = None,
    within: float = 0.0,
) -> Observed:
    evidence = Evidence(
        source=series.source,
        kind="metric",
        says=one_line(text, 180),
        at=at,
        asked=query,
        command=f"metrics query '{query}'",
    )
    event = Event(
        at=at,
        until=until,
        within=within,
        kind=kind,
        subject=subject,
        severity=severity,
        text=one_line(text, 240),
        evidence=(evidence,),
    )
    return Observed(event, fact, Teller.SERIES)
