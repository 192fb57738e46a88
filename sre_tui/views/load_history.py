"""How the course of a guest's or a node's load is shown: figures, sparklines and curves.

The archive of a server has averages of spans; a span in which nothing was measured is a gap.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import fmean
from typing import TYPE_CHECKING, Final, Protocol

from sre_tui.views.cells import text_cell
from sre_tui.views.chart_curves import Points, with_gaps
from sre_tui.views.human import MISSING, short_time
from sre_tui.views.table import TableView
from sre_tui.views.units import with_unit
from widgets import plot
from widgets.blocks import sparkline
from widgets.cell import Cell, Column, Display, Tone

if TYPE_CHECKING:
    from providers.proxmox.history import HistoryPoint

WIDEST: Final = 32
"""Cells of a sparkline at most."""
_LONG: Final = timedelta(days=60)
"""From which length on the year of a date matters more than its hour."""


class Course(Protocol):
    """Averages of one ``subject``, such as ``lxc/101``, over a window.

    ``step`` is the seconds that each is about.
    """

    @property
    def subject(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def start(self) -> datetime: ...
    @property
    def end(self) -> datetime: ...
    @property
    def step(self) -> float: ...
    @property
    def points(self) -> Sequence[HistoryPoint]: ...


@dataclass(frozen=True, slots=True)
class Measure:
    """One thing that is measured.

    Attributes:
        key: as of the same thing among the curves of Prometheus.
        title: for people.
        unit: as `with_unit` takes it.
        value: takes it out of a point.
        size: takes out what it is a part of.
    """

    key: str
    title: str
    unit: str
    value: Callable[[HistoryPoint], float | None]
    size: Callable[[HistoryPoint], float | None] = lambda point: None


MEASURES: Final = (
    Measure("cpu", "CPU", "ratio", lambda point: point.cpu),
    Measure("wait", "Waiting for disks", "ratio", lambda point: point.wait),
    Measure("load", "Load", "", lambda point: point.load),
    Measure("memory", "Memory", "B", lambda point: point.memory, lambda point: point.memory_size),
    Measure("swap", "Swap", "B", lambda point: point.swap),
    Measure("root", "Root disk", "B", lambda point: point.disk, lambda point: point.disk_size),
    Measure("read", "Disk, read", "B/s", lambda point: point.disk_read),
    Measure("written", "Disk, written", "B/s", lambda point: point.disk_write),
    Measure("received", "Network, in", "B/s", lambda point: point.net_in),
    Measure("sent", "Network, out", "B/s", lambda point: point.net_out),
    Measure("pressure-cpu", "Pressure, CPU", "ratio", lambda point: point.pressure_cpu),
    Measure("pressure-io", "Pressure, IO", "ratio", lambda point: point.pressure_io),
    Measure("pressure-memory", "Pressure, memory", "ratio", lambda point: point.pressure_memory),
)
"""In the order they are told; a subject has some of them, and an older server no pressure."""
STORED: Final = Measure(
    "used", "Used", "B", lambda point: point.disk, lambda point: point.disk_size
)
"""All that is measured of a storage."""
ARCHIVED: Final = frozenset(measure.key for measure in MEASURES)
"""The keys of them all."""


@dataclass(frozen=True, slots=True)
class Figures:
    """One measure of a course, in base units; ``points`` cover the window, with gaps as None."""

    measure: Measure
    points: Points
    step: float
    least: float
    mean: float
    most: float
    last: float
    most_at: datetime
    size: float | None

    def said(self, value: float | None) -> str:
        """A value of it with its unit."""
        return MISSING if value is None else with_unit(value, self.measure.unit or None)


def figures_of(course: Course) -> Iterator[Figures]:
    """Every measure that has a value in the window."""
    for measure in (STORED,) if course.subject.startswith("storage/") else MEASURES:
        pairs = [(point.at, measure.value(point)) for point in course.points]
        known = [(at, value) for at, value in pairs if value is not None]
        # Of a virtual machine the archive has a disk of no bytes, which says nothing.
        if not known or (measure.key == "root" and not any(value for _, value in known)):
            continue
        values = [value for _, value in known]
        most_at, most = max(known, key=lambda pair: pair[1])
        sizes = [size for size in map(measure.size, course.points) if size]
        yield Figures(
            measure=measure,
            points=with_gaps(tuple(pairs), course.start, course.end, course.step),
            step=course.step,
            least=min(values),
            mean=fmean(values),
            most=most,
            last=values[-1],
            most_at=most_at,
            size=sizes[-1] if sizes else None,
        )


def unmeasured(course: Course) -> float:
    """Seconds of the window for which there is no figure."""
    whole = (course.end - course.start).total_seconds()
    missing = whole - len(course.points) * course.step
    # The span that goes on has no average yet.
    return missing if missing > 2 * course.step else 0.0


def window_text(course: Course) -> str:
    """From when to when."""
    start, end = course.start.astimezone(UTC), course.end.astimezone(UTC)
    if end - start > _LONG:
        return f"{start:%Y-%m-%d} to {end:%Y-%m-%d} UTC"
    return f"{short_time(start, start, end)} to {short_time(end, start, end)} UTC"


def archived(course: Course | None, key: str, limit: float | None = None) -> plot.Series | None:
    """One measure as a curve of a server's own archive; None if it has no value in the window."""
    for figures in () if course is None else figures_of(course):
        if figures.measure.key == key:
            return plot.Series(
                title=f"{figures.measure.title}, by Proxmox VE",
                points=figures.points,
                show=figures.said,
                low=0.0,
                threshold=limit,
            )
    return None


def spark(figures: Figures) -> str:
    """The course in at most :data:`WIDEST` blocks, each the greatest value of its span.

    The highest block is the size of what it is a part of, where that is known.
    """
    start, end = figures.points[0][0], figures.points[-1][0]
    span = (end - start).total_seconds()
    # No block is shorter than a step: it would have no value though nothing is missing.
    count = max(1, min(WIDEST, int(span // max(figures.step, 1.0))))
    cells: list[float | None] = [None] * count
    for at, value in figures.points:
        place = min(count - 1, int((at - start) / timedelta(seconds=span or 1.0) * count))
        before = cells[place]
        if value is not None:
            cells[place] = value if before is None else max(before, value)
    return sparkline(cells, low=0.0, high=figures.size)


def history_views(courses: Sequence[Course]) -> list[TableView[Figures]]:
    """A table for each course, its name and window in the heading."""
    return [_view(course) for course in courses if course.points]


def _view(course: Course) -> TableView[Figures]:
    rows = tuple(figures_of(course))
    return TableView(
        columns=(
            Column(
                "title",
                course.name,
                lambda row, _: text_cell(row.measure.title),
                17,
                0,
                "left",
                True,
            ),
            Column("course", window_text(course), lambda row, _: text_cell(spark(row)), WIDEST),
            _figure("least", "Min", lambda row: row.least),
            _figure("mean", "Mean", lambda row: row.mean),
            _figure("most", "Max", lambda row: row.most),
            _figure("last", "Last", lambda row: row.last, 1),
            _figure("size", "Of", lambda row: row.size, 2),
        ),
        rows=lambda _: rows,
        key=lambda row: row.measure.key,
    )


def _figure(
    key: str, title: str, value: Callable[[Figures], float | None], priority: int = 0
) -> Column[Figures]:
    def cell(row: Figures, _: Display) -> Cell:
        found = value(row)
        return Cell("", None, Tone.MUTED) if found is None else Cell(row.said(found), found)

    return Column(key, title, cell, 11, priority, "right")
