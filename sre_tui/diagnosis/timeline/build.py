"""Builds the timeline: what changed, from every source, as one ordered list of events."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from sre_tui.diagnosis.finding import Finding
from sre_tui.diagnosis.patterns.load import Patterns
from sre_tui.diagnosis.picture.picture import Picture
from sre_tui.diagnosis.timeline.alerts import observed_alerts
from sre_tui.diagnosis.timeline.event import Event
from sre_tui.diagnosis.timeline.findings import observed_findings
from sre_tui.diagnosis.timeline.lifecycle import observed_starts
from sre_tui.diagnosis.timeline.logs import observed_counts, observed_lines, observed_volume
from sre_tui.diagnosis.timeline.marks import observed_marks
from sre_tui.diagnosis.timeline.merge import families, merged
from sre_tui.diagnosis.timeline.nas import observed_nas
from sre_tui.diagnosis.timeline.observed import Observed
from sre_tui.diagnosis.timeline.shifts import observed_shifts
from sre_tui.diagnosis.timeline.tasks import observed_tasks
from sre_tui.diagnosis.topology.graph import Topology

if TYPE_CHECKING:
    from sre_tui.diagnosis.timeline.log_history import LogHistory


def build_timeline(
    picture: Picture,
    topology: Topology,
    findings: Iterable[Finding],
    patterns: Patterns,
    *,
    since: datetime | None = None,
    logs: Iterable[LogHistory] = (),
) -> tuple[Event, ...]:
    """Everything that changed, in order of time, each change once with all its evidence.

    Args:
        picture: what the backends said; what lies before ``since`` serves to compare.
        topology: what stands on what.
        findings: what is wrong, of the checks and of log lines.
        patterns: which facts are the same, seen by others.
        since: from where on changes are told; from the beginning of the picture by default.
        logs: lines and counts of the window; without them the picture's own counts are used.
    """
    begin = since or picture.start
    found = tuple(findings)
    observed = _observed(picture, topology, found, patterns, begin, tuple(logs))
    standing = [one for one in found if one.active and one.since is None]
    events = merged(observed, families(patterns), standing)
    return tuple(event for event in events if _is_within(event, begin, picture.now))


def _observed(
    picture: Picture,
    topology: Topology,
    findings: Iterable[Finding],
    patterns: Patterns,
    since: datetime,
    logs: tuple[LogHistory, ...],
) -> Iterator[Observed]:
    yield from observed_findings(findings, topology, picture.step)
    yield from observed_alerts(picture, topology, patterns)
    yield from observed_tasks(picture, topology)
    yield from observed_starts(picture, topology)
    yield from observed_nas(picture, topology)
    yield from observed_marks(picture, topology)
    for history in logs:
        yield from observed_lines(history, topology, patterns, since)
        yield from observed_counts(history, topology, since, picture.now)
    if not logs:
        yield from observed_volume(picture, topology)
    yield from observed_shifts(picture, topology)


def _is_within(event: Event, begin: datetime, end: datetime) -> bool:
    """Whether it happened, or ended, within the window."""
    if begin <= event.at <= end:
        return True
    return event.at < begin and event.until is not None and begin <= event.until <= end
