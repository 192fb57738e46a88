"""How baselines are shown: what is kept, what was computed, and how a value compares."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from sre_tui.diagnosis.signals.baseline_check import BaselineCheck, hour_text
from sre_tui.diagnosis.signals.baseline_rows import KeptBaseline, Refreshed
from sre_tui.views.cells import state_cell, text_cell, time_cell
from sre_tui.views.human import count, number
from sre_tui.views.table import TableView
from sre_tui.views.units import with_unit
from widgets.cell import Cell, Column, Display, Tone

_WIDE: Final = 2.0
"""How many times as wide as what was seen the usual is where both are told."""
_RANK: Final = {"high": 0.0, "low": 1.0, "normal": 2.0}


def _verdict(row: BaselineCheck, _: Display) -> Cell:
    tone = Tone.OK if row.verdict == "normal" else Tone.WARNING
    return state_cell(row.verdict, tone, _RANK[row.verdict])


def _figure(name: str) -> Callable[[Any, Display], Cell]:
    def cell(row: Any, _: Display) -> Cell:
        value: float = getattr(row, name)
        return Cell(with_unit(value, row.unit or None), value)

    return cell


def _value(row: BaselineCheck, _: Display) -> Cell:
    return Cell(row.shown, row.value)


def _score(row: BaselineCheck, _: Display) -> Cell:
    if row.score is None:
        return Cell("", None)
    return Cell(f"{number(round(row.score, 1))}", row.score)


def _hour(row: BaselineCheck | KeptBaseline, _: Display) -> Cell:
    if row.hour is None:
        return Cell("all hours", -1.0)
    return Cell(hour_text(row.hour, row.basis), float(row.hour))


def _until(row: BaselineCheck | KeptBaseline, display: Display) -> Cell:
    cell = time_cell(row.until, display)
    return Cell(f"{cell.text}, old", row.until, Tone.WARNING) if row.outdated else cell


def check_sentence(row: BaselineCheck) -> str:
    """How a value compares, without a full stop: ``85 % is high for media (load): usual is …``."""
    hour = f" ({hour_text(row.hour, row.basis)})" if row.hour is not None else ""
    whose = f" for {row.host}" if row.host else ""
    said = f"{row.shown} is {row.verdict}{whose} ({row.what}): "
    said += f"usual is {row.usual} {row.when}{hour}"
    span = count(round((row.until - row.since) / timedelta(days=1)), "day")
    least, most = (with_unit(each, row.unit or None) for each in (row.least, row.most))
    if row.verdict == "high":
        beyond = row.value > row.most
        said += f", and the most in {span} was {most}" if beyond else f"; {most} was seen before"
    elif row.verdict == "low":
        beyond = row.value < row.least
        said += f", and the least in {span} was {least}" if beyond else f"; {least} was seen before"
    elif row.high - row.low > _WIDE * (row.most - row.least) and row.low < row.least:
        # The fewer and the closer together the values are, the more besides passes for usual.
        said += f"; {least} to {most} were seen in {span}"
    return said


def _headline(data: Any) -> str:
    rows: tuple[BaselineCheck, ...] = data.items
    if not rows:
        return ""
    if len(rows) == 1:
        return f"{check_sentence(rows[0])}."
    first = rows[0]
    told = [
        f"{verdict} for {sum(one.verdict == verdict for one in rows)}"
        for verdict in ("high", "low", "normal")
        if any(one.verdict == verdict for one in rows)
    ]
    return f"{first.shown} is {', '.join(told)} of {count(len(rows), 'host')} ({first.what})."


CHECKS: TableView[BaselineCheck] = TableView(
    columns=(
        Column("verdict", "Verdict", _verdict, 10),
        Column("host", "Host", lambda row, _: text_cell(row.host), 16, flexible=True),
        Column("metric", "Metric", lambda row, _: text_cell(row.metric), 14, priority=2),
        Column("value", "Value", _value, 10, align="right", priority=1),
        Column("usual", "Usual", lambda row, _: Cell(row.usual, row.low), 16, align="right"),
        Column("hour", "Hour", _hour, 14, priority=2),
        Column("median", "Median", _figure("median"), 10, align="right", priority=3),
        Column("p95", "P95", _figure("p95"), 10, align="right", priority=3),
        Column("least", "Least", _figure("least"), 10, align="right", priority=4),
        Column("most", "Most", _figure("most"), 10, align="right", priority=3),
        Column("score", "Deviations", _score, 10, align="right", priority=4),
        Column("samples", "Values", lambda row, _: Cell(str(row.samples), row.samples), 7, 5),
        Column("until", "Until", _until, 12, priority=5),
    ),
    rows=lambda data: data.items,
    key=lambda row: f"{row.metric} {row.host}",
    nothing="No baseline.",
    headline=_headline,
    made_from={"usual": "low"},
)

KEPT: Final[tuple[Column[KeptBaseline], ...]] = (
    Column("metric", "Metric", lambda row, _: text_cell(row.metric), 16),
    Column("host", "Host", lambda row, _: text_cell(row.host), 18, flexible=True),
    Column("hour", "Hour", _hour, 14),
    Column("median", "Median", _figure("median"), 11, align="right"),
    Column("spread", "Spread", _figure("spread"), 11, align="right", priority=2),
    Column("p95", "P95", _figure("p95"), 11, align="right"),
    Column("least", "Least", _figure("least"), 11, align="right", priority=2),
    Column("most", "Most", _figure("most"), 11, align="right", priority=1),
    Column(
        "samples", "Values", lambda row, _: Cell(f"{row.samples:,}", row.samples), 8, 3, "right"
    ),
    Column("hours", "Hours", lambda row, _: Cell(str(row.hours), row.hours), 6, 3, "right"),
    Column("since", "Since", lambda row, d: time_cell(row.since, d), 14, 4),
    Column("until", "Until", _until, 14, priority=2),
)
"""The columns of what is kept."""


def _refreshed_state(row: Refreshed, _: Display) -> Cell:
    if row.problem:
        return text_cell(row.problem)
    if row.too_few and not row.hosts:
        return text_cell("too few values")
    if row.too_few:
        return text_cell(f"too few values of {count(len(row.too_few), 'host')}")
    return text_cell("" if row.hosts else "no series")


REFRESHED: Final[tuple[Column[Refreshed], ...]] = (
    Column("metric", "Metric", lambda row, _: text_cell(row.metric), 18),
    Column("what", "What", lambda row, _: text_cell(row.what), 28, priority=2),
    Column("hosts", "Hosts", lambda row, _: Cell(str(row.hosts), row.hosts), 6, align="right"),
    Column("hourly", "By hour", lambda row, _: Cell(str(row.hourly), row.hourly), 8, align="right"),
    Column(
        "samples", "Values", lambda row, _: Cell(f"{row.samples:,}", row.samples), 9, 1, "right"
    ),
    Column("since", "Since", lambda row, d: time_cell(row.since, d), 14, priority=1),
    Column("problem", "Remark", _refreshed_state, 24, flexible=True),
)
"""The columns of what was computed."""
