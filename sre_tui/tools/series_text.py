"""Writes series over a window for a model: their figures, and their course in a few points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, Self

from providers.series import Point, Series
from sre_tui.tools.notes import page_of, selector_text, truncation
from sre_tui.tools.rendering import ModelView, stamp
from sre_tui.tools.result import ToolResult
from sre_tui.views.human import count, duration, short_time
from sre_tui.views.units import metric_unit, with_unit

SHOWN_POINTS = 12
"""Points per series that a model is shown; the figures are made from all of them."""


class _Windowed(Protocol):
    @property
    def query(self) -> str: ...
    @property
    def start(self) -> datetime: ...
    @property
    def end(self) -> datetime: ...
    @property
    def step(self) -> float: ...


@dataclass(frozen=True)
class SeriesHeading:
    """What all series of an answer have in common."""

    query: str
    start: datetime
    end: datetime
    step: float

    @classmethod
    def of(cls, data: _Windowed) -> Self:
        """The heading of an answer."""
        return cls(data.query, data.start, data.end, data.step)


def series_text(answer: ToolResult[Any], view: ModelView, unit: str | None) -> str:
    """The text of an answer whose items are series."""
    series: Sequence[Series] = answer.data.items
    heading = SeriesHeading.of(answer.data)
    page = page_of(
        answer,
        view,
        f"{heading.query} from {stamp(heading.start, view.now)} to {stamp(heading.end, view.now)}, "
        f"step {duration(heading.step)}: {len(series)} series"
        + (", highest first" if len(series) > 1 else ""),
        nothing="No series in this window.",
    )
    sources = {each.source for each in series}
    for each in series:
        own = unit or metric_unit(each.labels.get("__name__", ""))
        where = f" @{each.source}" if len(sources) > 1 else ""
        page.rows.append(f"{selector_text(each.labels)}{where}: {_figures(each, heading, own)}")
    if note := truncation(answer.data, "series"):
        page.notes.append(note)
    return page.text()


def _figures(series: Series, heading: SeriesHeading, unit: str | None) -> str:
    stats = series.stats
    if stats.last is None:
        return f"{count(stats.points, 'point')}, all NaN"

    def at(moment: datetime | None) -> str:
        return "" if moment is None else f" at {short_time(moment, heading.start, heading.end)}"

    average = "not finite" if stats.avg is None else with_unit(stats.avg, unit)
    parts = [
        f"last {with_unit(stats.last, unit)}{at(stats.last_at)}",
        f"min {with_unit(stats.min, unit)}{at(stats.min_at)}",
        f"avg {average}",
        f"max {with_unit(stats.max, unit)}{at(stats.max_at)}",
        stats.trend if stats.trend != "unknown" else "",
        count(stats.gaps, "gap") if stats.gaps else "",
        f"{count(stats.nan_points, 'NaN point')}" if stats.nan_points else "",
        _edge("begins", stats.missing_start, "after the start", heading.step),
        _edge("ends", stats.missing_end, "before the end", heading.step),
    ]
    course = _course(series.points, heading, unit) if stats.trend != "flat" else ""
    return ", ".join(part for part in parts if part) + course


def _edge(verb: str, missing: float, where: str, step: float) -> str:
    return f"{verb} {duration(missing)} {where}" if missing > 2 * step > 0 else ""


def _course(points: Sequence[Point], heading: SeriesHeading, unit: str | None) -> str:
    thinned = thin(points, SHOWN_POINTS)
    if len(thinned) < 3:
        return ""
    shown = ", ".join(
        f"{short_time(at, heading.start, heading.end)} {with_unit(value, unit)}"
        for at, value in thinned
    )
    return f"; course: {shown}"


def thin(points: Sequence[Point], wanted: int) -> Sequence[Point]:
    """At most ``wanted`` points, evenly taken, with the first and the last."""
    if len(points) <= wanted:
        return points
    span = len(points) - 1
    return [points[round(index * span / (wanted - 1))] for index in range(wanted)]
