"""What fills up, and when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from providers.text import one_line
from sre_tui.diagnosis.signals.capacity import read_capacity
from sre_tui.diagnosis.signals.capacity_model import Capacity, is_pressing
from sre_tui.memory.report_sections import Capacities, Point, ReportedCapacity
from sre_tui.memory.report_sources import ASKED
from sre_tui.report.scope import DAY, Scope
from sre_tui.report.standing import Collected, joined, lacks, standing_of, unconfigured

POINTS: Final = 60
"""Of the past of one thing, at most."""
AHEAD: Final = timedelta(days=28)
"""How far the future is drawn."""
FAR: Final = timedelta(days=365)
"""What is not full by then does not grow in any way that matters."""
NEARLY_FULL: Final = 0.85
ALWAYS: Final = frozenset({"pool", "datastore"})
"""Kinds that are few, and always told."""


async def collect(scope: Scope) -> Collected:
    """Pools, datastores and whatever else is full or growing, and what is to be expected."""
    settings = scope.context.settings
    if lacks(settings, *ASKED["capacity"]):
        nobody = unconfigured(*ASKED["capacity"])
        return Collected(Capacities(**nobody._asdict()))
    report = await read_capacity(scope.context, scope.until)
    rows = [row for row in report.rows if _matters(row, scope.until)]
    return Collected(
        Capacities(
            **standing_of(report.readings)._asdict(),
            rows=tuple(_reported(row, scope.until) for row in rows),
            left_out=len(report.rows) - len(rows),
        ),
        joined(report.readings),
    )


def _matters(row: Capacity, now: datetime) -> bool:
    if row.kind in ALWAYS or is_pressing(row, now) or (row.ratio or 0.0) >= NEARLY_FULL:
        return True
    return row.kind != "certificate" and row.first is not None and row.first - now < FAR


def _reported(row: Capacity, now: datetime) -> ReportedCapacity:
    return ReportedCapacity(
        name=one_line(str(row.subject), 120),
        kind=row.kind,
        outlook=row.outlook,
        used=row.used,
        size=row.size,
        growth=row.growth,
        full_at=row.full_at,
        earliest=row.earliest,
        latest=row.latest,
        full_since=row.full_since,
        always_full=row.always_full,
        out_of_reach=row.out_of_reach,
        presses=is_pressing(row, now),
        space_of=one_line(row.space_of, 120),
        points=tuple(past(row)) if row.kind in ALWAYS else (),
        foreseen=tuple(foreseen(row, now)) if row.kind in ALWAYS else (),
    )


def past(row: Capacity) -> Iterator[Point]:
    """How full it was, at moments about as far from each other as there are few enough."""
    if not row.size:
        return
    for at, used in thinned(row.course, POINTS):
        yield Point(at=at, value=used / row.size)


def thinned(points: Sequence[tuple[datetime, float]], most: int) -> list[tuple[datetime, float]]:
    """Points evenly apart in time, each the last of its stretch; the newest one is among them."""
    if not points:
        return []
    first, last = points[0][0], points[-1][0]
    stretch = (last - first).total_seconds() / most
    kept: dict[int, tuple[datetime, float]] = {}
    for at, value in points:
        place = int((last - at).total_seconds() / stretch) if stretch else 0
        kept[place] = at, value
    return sorted(kept.values())[-most:]


def foreseen(row: Capacity, now: datetime) -> Iterator[Point]:
    """How full it will be if it goes on growing like this: day by day until it is full."""
    if row.outlook != "growing" or not row.growth or not row.size or row.used is None:
        return
    ratio, daily = row.used / row.size, row.growth / row.size
    for day in range(AHEAD.days + 1):
        value = ratio + daily * day
        if value >= 1.0:
            yield Point(at=now + DAY * ((1.0 - ratio) / daily), value=1.0)
            return
        yield Point(at=now + DAY * day, value=value)
