"""Chooses among the events of a timeline: the most telling ones, or those about one thing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Final

from sre_tui.diagnosis.subject import Subject
from sre_tui.diagnosis.timeline.event import Event, EventKind
from sre_tui.diagnosis.timeline.merge import in_time
from sre_tui.diagnosis.topology.graph import Relation, Topology

MOST: Final = 30
_ORDER: Final[Sequence[EventKind]] = (
    "killed", "crashed", "stopped", "rebooted", "updated", "migrated", "task_failed",
    "finding_began", "alert_fired", "configured", "restarted", "log_new", "log_burst", "nas_alert",
    "annotation", "started", "level_shift", "log_silence", "finding_ended", "alert_resolved",
    "nas_job", "task_done", "backup", "alert_pending",
)  # fmt: skip
"""Kinds by how much they explain, among events that matter equally."""
_NOT_STANDING_ON: Final = (Relation.BACKED_UP_TO, Relation.WATCHES)


def most_telling(
    events: Iterable[Event], most: int = MOST, *, routine: bool = False
) -> tuple[Event, ...]:
    """The events that matter most, in order of time.

    Args:
        events: a timeline.
        most: how many at most.
        routine: whether what belongs to every day counts too; it comes last.
    """
    wanted = [event for event in events if routine or not event.routine]
    return in_time(sorted(wanted, key=_rank)[:most])


def _rank(event: Event) -> tuple[bool, int, int, float, str]:
    kind = _ORDER.index(event.kind)
    return event.routine, event.severity.rank, kind, -event.at.timestamp(), event.key


def events_about(
    events: Iterable[Event], subjects: Collection[Subject], topology: Topology
) -> tuple[Event, ...]:
    """Events of these things, of what is on them or served by them, and of what they stand on.

    Args:
        events: a timeline.
        subjects: what is asked about.
        topology: what stands on what.
    """
    wanted: set[Subject] = set()
    hosts: set[str] = set()
    for subject in subjects:
        wanted |= set(topology.dependencies(subject, _NOT_STANDING_ON))
        wanted |= {
            edge.dependent
            for edge in topology.above(subject)
            if edge.relation is Relation.SERVED_BY
        }
        hosts.add(subject.name.casefold())
    return tuple(
        event
        for event in events
        if any(one in wanted or one.host.casefold() in hosts for one in event.subjects)
    )
