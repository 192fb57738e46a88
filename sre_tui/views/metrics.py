"""How metrics, their values and scrape targets are shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from math import isfinite
from typing import Any

from providers.prometheus import MetricInfo, Target
from providers.series import Labels, Sample, Series
from sre_tui.views.cells import source_column, text_cell
from sre_tui.views.human import MISSING, duration, moment, number
from sre_tui.views.series_names import labels_text, series_name
from sre_tui.views.table import TableView
from sre_tui.views.units import metric_unit, with_unit
from widgets import plot
from widgets.cell import Cell, Column, Display, Tone, marked

_HEALTH = {"up": Tone.OK, "down": Tone.CRITICAL, "unknown": Tone.WARNING}
_HEALTH_RANK = {"down": 0.0, "unknown": 1.0, "up": 2.0}


def _value(value: float | None, labels: Labels) -> Cell:
    if value is None:
        return Cell(MISSING, None, Tone.MUTED)
    return Cell(with_unit(value, metric_unit(labels.get("__name__", ""))), value)


def _sample(row: Sample, _: Display) -> Cell:
    if row.histogram is not None:
        amount = row.histogram.count
        return Cell(f"histogram of {number(amount)}", amount)
    return _value(row.value, row.labels)


def _health(row: Target, _: Display) -> Cell:
    tone = _HEALTH[row.health]
    return Cell(marked(tone, row.health), _HEALTH_RANK[row.health], tone)


def _seconds(value: float | None) -> Cell:
    return Cell(MISSING, None, Tone.MUTED) if value is None else Cell(duration(value), value)


def _time(at: datetime | None, display: Display) -> Cell:
    return Cell("never", None, Tone.MUTED) if at is None else Cell(moment(at, display), at)


def _trend(row: Series, _: Display) -> Cell:
    return text_cell("" if row.stats.trend == "unknown" else row.stats.trend)


def _gaps(row: Series, _: Display) -> Cell:
    gaps = row.stats.gaps
    return Cell(str(gaps) if gaps else "", gaps, Tone.WARNING if gaps else Tone.NEUTRAL)


METRICS: TableView[MetricInfo] = TableView(
    columns=(
        Column("name", "Metric", lambda row, _: text_cell(row.name), 36),
        Column("type", "Type", lambda row, _: text_cell(row.type or ""), 10, priority=1),
        Column("unit", "Unit", lambda row, _: text_cell(row.unit), 8, priority=4),
        Column("help", "Help", lambda row, _: text_cell(row.help), 30, priority=2, flexible=True),
        source_column(lambda row: row.source),
    ),
    rows=lambda data: data.items,
    key=lambda row: f"{row.source}/{row.name}",
    nothing="No metric matches.",
)

SERIES: TableView[Series] = TableView(
    columns=(
        Column("labels", "Series", lambda row, _: text_cell(series_name(row)), 30, 0, "left", True),
        Column("last", "Last", lambda row, _: _value(row.stats.last, row.labels), 12, 0, "right"),
        Column("min", "Min", lambda row, _: _value(row.stats.min, row.labels), 12, 2, "right"),
        Column("avg", "Avg", lambda row, _: _value(row.stats.avg, row.labels), 12, 2, "right"),
        Column("max", "Max", lambda row, _: _value(row.stats.max, row.labels), 12, 1, "right"),
        Column("trend", "Trend", _trend, 8, priority=1),
        Column("gaps", "Gaps", _gaps, 5, priority=3, align="right"),
        source_column(lambda row: row.source),
    ),
    rows=lambda data: data.items,
    key=lambda row: f"{row.source}/{sorted(row.labels.items())}",
    nothing="No series in this window.",
    title=lambda data: data.query,
    charts=lambda data: tuple(curve(row) for row in data.items),
    made_from={name: f"stats.{name}" for name in ("last", "min", "avg", "max", "trend", "gaps")},
)

RANGES: TableView[Series] = replace(
    SERIES,
    rows=lambda data: data.series,
    charts=lambda data: tuple(curve(row) for row in data.series),
)
"""A query for a range has series as its result, also at one moment."""

SAMPLES: TableView[Sample] = TableView(
    columns=(
        Column("value", "Value", _sample, 14, align="right"),
        Column("name", "Metric", lambda row, _: text_cell(row.labels.get("__name__", "")), 20, 2),
        Column(
            "labels",
            "Labels",
            lambda row, _: text_cell(labels_text(row.labels)),
            30,
            0,
            "left",
            True,
        ),
        Column("at", "Time", lambda row, d: Cell(moment(row.at, d), row.at), 12, priority=3),
        source_column(lambda row: row.source),
    ),
    rows=lambda data: data.items,
    key=lambda row: f"{row.source}/{sorted(row.labels.items())}",
    nothing="No series.",
    made_from={"name": "labels.__name__"},
    text=lambda data: data.text or "",
    instead=lambda data: _other_view(data),
    title=lambda data: data.query,
)


def _judged_value(row: Any, display: Display) -> Cell:
    if row.baseline is None:
        return _sample(row, display)
    return Cell(row.baseline.shown, row.value)


def _usual(row: Any, _: Display) -> Cell:
    one = row.baseline
    if one is None:
        return Cell("", None)
    said = f"{one.usual} {one.when}"
    if one.verdict == "normal":
        return Cell(said, one.low)
    return Cell(marked(Tone.WARNING, f"{said}: {one.verdict}"), one.low, Tone.WARNING)


JUDGED: TableView[Any] = replace(
    SAMPLES,
    columns=(
        replace(SAMPLES.columns[0], cell=_judged_value),
        Column("usual", "Usual", _usual, 26),
        *SAMPLES.columns[1:],
    ),
)
"""The same where it is known what is usual for the values."""


def _other_view(data: Any) -> TableView[Any] | None:
    if data.series:
        return RANGES
    return JUDGED if any(row.baseline is not None for row in data.items) else None


TARGETS: TableView[Target] = TableView(
    columns=(
        Column("health", "Health", _health, 9),
        Column("job", "Job", lambda row, _: text_cell(row.job), 14),
        Column("instance", "Instance", lambda row, _: text_cell(row.instance), 20),
        Column("last_scrape", "Scraped", lambda row, d: _time(row.last_scrape, d), 12, priority=1),
        Column("duration", "Took", lambda row, _: _seconds(row.scrape_duration), 8, 3, "right"),
        Column("error", "Error", lambda row, _: text_cell(row.last_error), 24, flexible=True),
        Column("url", "Address", lambda row, _: text_cell(row.url), 30, priority=4),
        source_column(lambda row: row.source),
    ),
    rows=lambda data: data.items,
    key=lambda row: row.key,
    nothing="No targets.",
    made_from={"duration": "scrape_duration", "error": "last_error"},
)


def curve(row: Series) -> plot.Series:
    """A series as a curve, its values in the metric's unit."""
    unit = metric_unit(row.labels.get("__name__", ""))
    return plot.Series(
        title=series_name(row),
        points=tuple((at, value if isfinite(value) else None) for at, value in row.points),
        show=lambda value: with_unit(value, unit),
    )
