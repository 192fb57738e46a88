"""What a disk did over a window, from the points of its ``disk_power_state`` series."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import isfinite
from typing import Final

from providers.series import Point

STATES: Final[Mapping[int, str]] = {
    0: "standby",
    1: "idle",
    2: "active",
    3: "idle",
    4: "idle",
    5: "idle",
    6: "active",
    7: "standby",
}
"""The codes of disk_status_exporter; 2 is active or idle of disks that do not tell them apart,
3 to 5 are the depths of idle, 7 is sleep. Those below zero say that the disk was not read."""
NOT_REPORTED: Final = "not reported"


@dataclass(frozen=True)
class Course:
    """One disk over a window; shares are of the whole window and sum up to 1."""

    state: str
    since: datetime | None
    shares: Mapping[str, float]
    changes: int
    transition: str = ""
    """The last one: ``standby to active``; empty if there was none."""
    last_seen: datetime | None = None
    gaps: int = 0
    known: bool = field(default=True)


def state_name(value: float) -> str:
    """The word for a value; of one that has none, the value."""
    if not isfinite(value) or value < 0:
        return NOT_REPORTED
    return STATES.get(round(value), f"state {value:g}")


def course(points: Sequence[Point], start: datetime, end: datetime, step: float) -> Course:
    """What a disk did.

    A point stands for the step that ends with it; where no point is, or one that says that the
    disk was not read, nothing was reported, and a change across such a gap is a change at its end.

    Args:
        points: ascending in time, on the grid of ``step``.
        start: of the window.
        end: of the window.
        step: seconds.
    """
    named = [(at, state_name(value)) for at, value in points]
    seen = [(at, state) for at, state in named if state != NOT_REPORTED]
    steps = max(1, round((end - start).total_seconds() / step))
    spent: dict[str, int] = {}
    for at, state in seen:
        if at > start:
            spent[state] = spent.get(state, 0) + 1
    reported = sum(spent.values())
    shares = {state: count / max(steps, reported) for state, count in sorted(spent.items())}
    if reported < steps:
        shares[NOT_REPORTED] = (steps - reported) / steps
    changes, transition, since, gaps = 0, "", None, 0
    slack = timedelta(seconds=1.5 * step)
    for (before, old), (at, new) in itertools.pairwise(seen):
        gaps += at - before > slack
        if new != old:
            changes, transition, since = changes + 1, f"{old} to {new}", at
    if not seen:
        return Course(NOT_REPORTED, None, {NOT_REPORTED: 1.0}, 0, known=False)
    last_at, last = seen[-1]
    silent = end - last_at > slack
    gaps += silent + (seen[0][0] - start > slack)
    return Course(
        state=NOT_REPORTED if silent else last,
        since=last_at if silent else since,
        shares=shares,
        changes=changes,
        transition=transition,
        last_seen=last_at,
        gaps=gaps,
    )
