"""Puts events of all sources in order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sre_tui.diagnosis.finding import Finding
from sre_tui.diagnosis.timeline.event import Event


def events_of(findings: Iterable[Finding]) -> Iterator[Event]:
    """When findings began, and ended if they did."""
    for finding in findings:
        if finding.since is None or finding.open_start:
            continue
        yield Event(
            at=finding.since,
            until=finding.until if not finding.active else None,
            kind="finding_began",
            subject=finding.subject,
            severity=finding.severity,
            text=finding.text,
            count=finding.count,
            evidence=finding.evidence,
        )


def in_order(events: Iterable[Event], most: int = 30) -> tuple[Event, ...]:
    """The most telling events in order of time; equal ones of many subjects are joined."""
    joined: dict[tuple[str, str, int], Event] = {}
    for event in sorted(events, key=lambda one: one.at):
        key = (event.kind, event.text, int(event.at.timestamp() // 900))
        known = joined.get(key)
        if known is None:
            joined[key] = event
        else:
            joined[key] = known.model_copy(update={"count": known.count + event.count})
    chosen = sorted(joined.values(), key=lambda one: (one.severity.rank, one.at))[:most]
    return tuple(sorted(chosen, key=lambda one: one.at))
