"""The timeline of an investigation: what changed with the things it is about."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sre_tui.diagnosis.finding import Finding
from sre_tui.diagnosis.patterns.load import Patterns
from sre_tui.diagnosis.picture.picture import Picture
from sre_tui.diagnosis.subject import Subject
from sre_tui.diagnosis.timeline.build import build_timeline
from sre_tui.diagnosis.timeline.event import Event
from sre_tui.diagnosis.timeline.select import MOST, events_about, most_telling
from sre_tui.diagnosis.topology.graph import Topology


def events_around(
    picture: Picture,
    topology: Topology,
    findings: Iterable[Finding],
    patterns: Patterns,
    subjects: Collection[Subject] = (),
    *,
    most: int = MOST,
) -> tuple[Event, ...]:
    """The most telling changes, in order of time; nothing of what belongs to every day.

    Args:
        picture: what the backends said.
        topology: what stands on what.
        findings: all that is wrong.
        patterns: which facts are the same, seen by others.
        subjects: what the investigation is about: its causes and their effects; all if empty.
        most: how many at most.
    """
    events = build_timeline(picture, topology, findings, patterns)
    return most_telling(events_about(events, subjects, topology) if subjects else events, most)
