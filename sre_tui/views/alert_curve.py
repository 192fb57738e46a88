"""How the value behind an alert is drawn, and when its condition held."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import isfinite
from typing import Any, Final

from providers.alerting import Alert
from providers.series import Series
from sre_tui.views.cells import span_cell, time_cell
from sre_tui.views.load_curves import points_of
from sre_tui.views.table import TableView
from sre_tui.views.units import query_unit, with_unit
from widgets import plot
from widgets.cell import Cell, Column, Display, Tone, marked

_COMPARED: Final = frozenset({">", "<", ">=", "<=", "==", "!="})


@dataclass(frozen=True, slots=True)
class Measure:
    """What a rule looks at.

    Attributes:
        query: PromQL of the value; the whole rule where it does not compare with a number.
        sign: how it is compared, empty if it is not.
        limit: what it is compared with.
    """

    query: str
    sign: str = ""
    limit: float | None = None


def measure_of(query: str) -> Measure:
    """Value and limit of a rule's expression, taken apart where it compares with a number."""
    import promql_parser

    try:
        node: Any = promql_parser.parse(query)
    except (ValueError, RecursionError):
        return Measure(query)
    while type(node).__name__ == "ParenExpr":
        node = node.expr
    if type(node).__name__ != "BinaryExpr" or str(node.op) not in _COMPARED:
        return Measure(query)
    limit = _number(node.rhs)
    if limit is None:
        return Measure(query)
    return Measure(str(node.lhs), str(node.op), limit)


def _number(node: Any) -> float | None:
    kind = type(node).__name__
    if kind == "NumberLiteral":
        return float(node.val)
    if kind == "ParenExpr":
        return _number(node.expr)
    if kind == "UnaryExpr" and (value := _number(node.expr)) is not None:
        return -value
    if kind == "BinaryExpr" and str(node.op) == "*":
        left, right = _number(node.lhs), _number(node.rhs)
        return None if left is None or right is None else left * right
    return None


def alert_curve(alert: Alert, measure: Measure, data: Any) -> plot.Series | None:
    """The series that the alert is about, with the limit of its rule."""
    found = series_about(alert, data.items)
    if not found:
        return None
    unit = query_unit(measure.query)
    fires = f", fires {measure.sign} {with_unit(measure.limit, unit)}" if measure.sign else ""
    return plot.Series(
        title=f"Value{fires}",
        points=points_of(found[0]),
        show=lambda value: with_unit(value, unit),
        threshold=measure.limit,
    )


def series_about(alert: Alert, known: Sequence[Series]) -> list[Series]:
    """Those whose labels do not contradict the alert's, the most alike first."""

    def alike(series: Series) -> int:
        return sum(alert.labels.get(name) == value for name, value in series.labels.items())

    fits = [
        one
        for one in known
        if all(alert.labels.get(name, value) == value for name, value in one.labels.items())
        and one.labels.get("alertstate") != "pending"
    ]
    return sorted(fits, key=alike, reverse=True)


@dataclass(frozen=True, slots=True)
class Episode:
    """A time in which the condition of a rule held.

    Attributes:
        start: when it was first seen.
        end: when it was last seen.
        goes_on: whether it held at the end of what was looked at.
        highest: greatest value in that time.
    """

    start: datetime
    end: datetime
    goes_on: bool
    highest: float | None


def episodes(alert: Alert, data: Any) -> list[Episode]:
    """Times in which the condition held, the newest first; data is that of the whole rule."""
    step = timedelta(seconds=data.step or 60.0)
    found = [
        _exact(one, alert)
        for series in series_about(alert, data.items)[:1]
        for one in _runs(series, step, data.end)
    ]
    return sorted(found, key=lambda one: one.start, reverse=True)


def _exact(episode: Episode, alert: Alert) -> Episode:
    """The one that goes on began when the alert says so, not at the first look after that."""
    since = alert.active_at
    if not episode.goes_on or since is None or since >= episode.start:
        return episode
    return replace(episode, start=since)


def _runs(series: Series, step: timedelta, end: datetime) -> Iterator[Episode]:
    run: list[tuple[datetime, float]] = []
    for at, value in series.points:
        if run and at - run[-1][0] > 1.5 * step:
            yield _episode(series, run, step, end)
            run = []
        run.append((at, value))
    if run:
        yield _episode(series, run, step, end)


def _episode(
    series: Series, run: Sequence[tuple[datetime, float]], step: timedelta, end: datetime
) -> Episode:
    values = [value for _, value in run if isfinite(value)]
    return Episode(
        start=run[0][0],
        end=run[-1][0],
        goes_on=end - run[-1][0] <= 1.5 * step,
        highest=max(values, default=None),
    )


def _state(row: Episode, _: Display) -> Cell:
    if row.goes_on:
        return Cell(marked(Tone.CRITICAL, "holds now"), 0.0, Tone.CRITICAL)
    return Cell(marked(Tone.MUTED, "over"), 1.0, Tone.MUTED)


def _lasted(row: Episode, _: Display) -> Cell:
    seconds = (row.end - row.start).total_seconds()
    cell = span_cell(seconds)
    return replace(cell, text="one look") if not seconds else cell


def episode_view(query: str) -> TableView[Episode]:
    """The columns for episodes of a rule; values have the unit of its expression."""
    unit = query_unit(query)

    def highest(row: Episode, _: Display) -> Cell:
        if row.highest is None:
            return Cell("", None)
        return Cell(with_unit(row.highest, unit), row.highest)

    return TableView(
        columns=(
            Column("state", "State", _state, 12),
            Column("start", "Began", lambda row, d: time_cell(row.start, d), 18),
            Column("end", "Last seen", lambda row, d: time_cell(row.end, d), 18, 1),
            Column("lasted", "Lasted", _lasted, 14, 0, "right"),
            Column("highest", "Highest", highest, 16, 1, "right"),
        ),
        rows=lambda data: data,
        key=lambda row: row.start.isoformat(),
        nothing="Its condition did not hold in the last 7 days",
    )
