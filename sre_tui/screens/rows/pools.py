"""Pools as rows, with when they are full, their snapshots and their copies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

from rich.text import Text

from providers.text import one_line
from providers.truenas import Pool, Replication
from sre_tui.live.homelab import FORECAST, POOLS, SNAPSHOTS
from sre_tui.screens.page_text import headline, pairs
from sre_tui.screens.rows.kind import Known, Origin, RowKind, of
from sre_tui.screens.subject_queries import ChartsOf, LogsOf
from sre_tui.views.forecasts import FORECASTS, outlook_text, span
from sre_tui.views.nas import MANY_SNAPSHOTS
from sre_tui.views.pools import POOLS as VIEW
from sre_tui.views.pools import PoolLine, pool_rank, pool_troubles, scan_cell
from sre_tui.views.protection import replication_state
from widgets.cell import Cell, Column, Display, Tone, marked, unmarked
from widgets.text import duration, plain_lines

if TYPE_CHECKING:
    from sre_tui.diagnosis.signals.capacity_model import Capacity
    from sre_tui.screens.about.tab import DetailTab

_GRAVEST: Final = (Tone.ERROR, Tone.WARNING, Tone.INFO, Tone.OK, Tone.MUTED)
_VIEW: Final = {column.key: column for column in VIEW.columns}
_OUTLOOK: Final = {column.key: column for column in FORECASTS.columns}
_WELL: Final = 9.0


@dataclass(frozen=True)
class PoolRow:
    """A pool with what is foreseen of it and how it is protected.

    Attributes:
        pool: as the NAS tells it.
        outlook: when it is full; None while that is not known.
        snapshots: how many there are in it; None while that is not known.
        most: how many of them one dataset has.
        copies: replications from it or to it.
    """

    pool: Pool
    outlook: Capacity | None = None
    snapshots: int | None = None
    most: int = 0
    copies: tuple[Replication, ...] = ()


def _rows(known: Known) -> Sequence[PoolRow]:
    data = known.get(POOLS)
    return () if data is None else [_row(pool, known) for pool in data.items]


def _row(pool: Pool, known: Known) -> PoolRow:
    forecast, protection = known.get(FORECAST), known.get(SNAPSHOTS)
    outlook = None
    if forecast is not None:
        outlook = next(
            (
                one
                for one in forecast.items
                if one.source == pool.source and one.subject.own_name == pool.name
            ),
            None,
        )
    if protection is None:
        return PoolRow(pool, outlook)
    counts = [
        group.count
        for group in protection.items
        if group.source == pool.source and group.pool == pool.name
    ]
    copies = tuple(
        task
        for task in protection.replications
        if task.source == pool.source
        and pool.name in [each.partition("/")[0] for each in task.datasets]
    )
    total = None if protection.snapshots is None else sum(counts)
    return PoolRow(pool, outlook, total, max(counts, default=0), copies)


def _full(row: PoolRow, display: Display) -> Cell:
    if row.outlook is None:
        return Cell("", None)
    cell = _OUTLOOK["outlook"].cell(row.outlook, display)
    if row.outlook.first is None or row.outlook.outlook == "full":
        return replace(cell, text=row.outlook.outlook.replace("not growing", "steady"))
    mark = cell.tone.glyph if cell.tone in (Tone.WARNING, Tone.ERROR) else ""
    # What cannot be told yet has but a beginning.
    least = ">" if row.outlook.outlook == "erratic" else ""
    return replace(cell, text=f"{least}{span(display.now, row.outlook.first)} {mark}".rstrip())


def _growth(row: PoolRow, display: Display) -> Cell:
    if row.outlook is None:
        return Cell("", None)
    return _OUTLOOK["growth"].cell(row.outlook, display)


def _remark(row: PoolRow, display: Display) -> Cell:
    """What is wrong and what runs; what is not of now has its own columns."""
    troubles = pool_troubles(row.pool)
    scan = row.pool.scan
    runs = scan is not None and scan.state in ("running", "paused")
    said = [*troubles]
    tone = Tone.ERROR if troubles else Tone.NEUTRAL
    if runs:
        cell = scan_cell(scan, display)
        said.append(unmarked(cell))
        tone = tone if troubles else cell.tone
    if not said and row.pool.detail and pool_rank(row.pool) < _WELL:
        said, tone = [row.pool.detail], Tone.WARNING
    if not said and not row.pool.vdevs:
        said = ["members not reported"]
    text = ", ".join(said)
    return Cell(marked(tone, text) if text else "", pool_rank(row.pool), tone)


def _snapshots(row: PoolRow, _: Display) -> Cell:
    if row.snapshots is None:
        return Cell("", None)
    tone = Tone.WARNING if row.most > MANY_SNAPSHOTS else Tone.NEUTRAL
    return Cell(f"{row.snapshots:,}{tone.glyph}", float(row.snapshots), tone)


def _copies(row: PoolRow, display: Display) -> Cell:
    states = [replication_state(task, display.now) for task in row.copies]
    if not states:
        return Cell("", None)
    word, tone = min(states, key=lambda state: _GRAVEST.index(state[1]))
    ages = [
        (display.now - task.last_snapshot_at).total_seconds()
        for task in row.copies
        if task.last_snapshot_at is not None
    ]
    oldest = max(ages, default=None)
    if tone is Tone.OK and oldest is not None:
        word = duration(oldest)
    return Cell(marked(tone, word), oldest, tone)


def _summary(rows: Sequence[PoolRow]) -> str:
    bad = [row for row in rows if pool_rank(row.pool) < _WELL]
    return f"{len(bad)} with problems" if bad else ""


def _explain(row: PoolRow) -> str:
    pool = row.pool
    return f"explain the pool {one_line(pool.name, 80)} ({one_line(pool.state.lower(), 30)})"


def _changes(row: PoolRow, now: datetime) -> str:
    return f"what changed on the pool {one_line(row.pool.name, 80)} in the last 24 hours?"


def _origin(row: PoolRow) -> Origin:
    name = one_line(row.pool.name, 80)
    return Origin(f"pool {name}", name)


def _page(row: PoolRow, display: Display) -> Text:
    state = _VIEW["state"].cell(PoolLine(row.pool), display)
    page = headline(state.tone, unmarked(state), row.pool.name)
    if row.pool.detail:
        page.append(f"{plain_lines(row.pool.detail)}\n")
    page.append("\n")
    known: dict[str, str | Cell] = {
        name: _VIEW[name].cell(PoolLine(row.pool), display)
        for name in ("fill", "used", "free", "layout")
    }
    if row.outlook is not None:
        known["full"] = replace(
            _OUTLOOK["outlook"].cell(row.outlook, display),
            text=outlook_text(row.outlook, display.now),
        )
        if growth := _growth(row, display).text:
            known["growth"] = growth
    known["scrub"] = scan_cell(row.pool.scan, display)
    if row.pool.fragmentation is not None:
        known["fragmentation"] = f"{row.pool.fragmentation:.0%}"
    for task in row.copies:
        word, tone = replication_state(task, display.now)
        known[f"copy {task.name}"] = Cell(f"{marked(tone, word)}, to {task.target}", None, tone)
    pairs(page, known)
    return page


def _copied(row: PoolRow, now: datetime) -> str:
    return plain_lines(_page(row, Display(now=now, utc=True, wide=True)).plain.strip())


def _tabs(row: PoolRow) -> Sequence[DetailTab]:
    from sre_tui.screens.about.pool import pool_tabs

    return pool_tabs(row.pool, _charts(row))


def _line(row: PoolRow) -> PoolLine:
    return PoolLine(row.pool)


def _columns() -> tuple[Column[PoolRow], ...]:
    """The columns of the pools' view, narrowed, with what other sources add."""
    return (
        of(replace(_VIEW["state"], width=12), _line),
        of(replace(_VIEW["name"], width=8), _line),
        of(replace(_VIEW["fill"], width=15), _line),
        Column("full", "Full in", _full, 9),
        Column("remark", "Remark", _remark, 12, 0, "left", True),
        Column("copies", "Copies", _copies, 8, 2),
        of(replace(_VIEW["scan"], width=20, priority=3), _line),
        Column("snapshots", "Snaps", _snapshots, 7, 3, "right"),
        Column("growth", "Growth", _growth, 12, 4, "right"),
        of(replace(_VIEW["free"], priority=4), _line),
        of(replace(_VIEW["used"], priority=5), _line),
        of(replace(_VIEW["layout"], priority=6), _line),
        of(replace(_VIEW["source"], priority=7), _line),
    )


def _logs(row: PoolRow) -> LogsOf | None:
    """Those of its NAS, whose name only the forecast tells without asking."""
    host = "" if row.outlook is None else row.outlook.subject.host
    title = f"{row.pool.name} on {host}" if host else row.pool.name
    return LogsOf(title, (host,) if host else (), nas=row.pool.source)


def _charts(row: PoolRow) -> ChartsOf | None:
    from sre_tui.screens.rows.charts import pool_charts

    host = "" if row.outlook is None else row.outlook.subject.host
    return pool_charts(row.pool, host, _logs(row))


KIND: Final = RowKind(
    noun="pool",
    columns=_columns(),
    rows=_rows,
    key=lambda row: row.pool.key,
    name=lambda row: row.pool.name,
    summary=_summary,
    explain=_explain,
    changes=_changes,
    origin=_origin,
    page=_page,
    copied=_copied,
    tabs=_tabs,
    logs=_logs,
    charts=_charts,
)
