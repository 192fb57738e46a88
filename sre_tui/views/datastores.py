"""How datastores of backup servers and their jobs are shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from providers.pbs import Datastore
from sre_tui.views.backup_tasks import RUNS
from sre_tui.views.cells import (
    fill_cell,
    size_cell,
    source_column,
    state_cell,
    text_cell,
    time_cell,
)
from sre_tui.views.datastore_sections import ALL_JOBS, SERVERS
from sre_tui.views.human import MISSING, size
from sre_tui.views.table import TableView
from widgets.cell import Cell, Column, Display, Tone

FILLING = 0.85
"""Share in use from which on a datastore is no longer well."""
YEAR = 365 * 86400.0
SOON = 30 * 86400.0
"""Seconds: a datastore that is full within that time is pressing."""


def store_state(row: Datastore) -> Cell:
    """Whether it can be used, in a word."""
    if row.maintenance and row.is_away:
        return state_cell(f"maintenance {row.maintenance}", Tone.MUTED, 6)
    if row.mount == "notmounted":
        return state_cell("not plugged in", Tone.MUTED, 7)
    if row.error:
        return state_cell("unreadable", Tone.ERROR, 0)
    if row.is_nearly_full:
        word = "full" if row.trend == "full" else "nearly full"
        return state_cell(word, Tone.ERROR, 1)
    if row.ratio is not None and row.ratio >= FILLING and not row.maintenance:
        return state_cell("nearly full", Tone.WARNING, 2)
    if row.maintenance:
        return state_cell(f"maintenance {row.maintenance}", Tone.MUTED, 6)
    return state_cell("ok", Tone.OK, 9)


def _fill(row: Datastore) -> Cell:
    return fill_cell(row.ratio, warn_at=FILLING, fail_at=0.95)


def _full(row: Datastore, display: Display) -> Cell:
    if row.trend == "full":
        since = time_cell(row.full_since, display).text
        return Cell(f"since {since}" if row.full_since else "already", display.now, Tone.ERROR)
    if row.full_at is None:
        return Cell("not growing" if row.trend == "not_growing" else "", None, Tone.MUTED)
    left = (row.full_at - display.now).total_seconds()
    shown = time_cell(row.full_at, display)
    text = f"in {left / YEAR:.0f} years" if left > 2 * YEAR else shown.text
    return Cell(text, shown.sort, Tone.WARNING if left < SOON else Tone.NEUTRAL)


def _basis(row: Datastore) -> str:
    return {"recent": "last 2 days", "month": "last month", None: ""}[row.full_basis]


def _growth(pace: float | None) -> Cell:
    if pace is None:
        return Cell("", None)
    sign = "+" if pace >= 0 else "-"
    return Cell(f"{sign}{size(abs(pace))}/d", pace)


def _gc(row: Datastore, display: Display) -> Cell:
    if row.gc is None:
        return Cell("" if row.error or row.is_away else MISSING, None, Tone.MUTED)
    rank, tone = RUNS[row.gc.state]
    when = time_cell(row.gc.last_run, display).text
    return state_cell(f"{row.gc.state} {when}".rstrip(), tone, rank)


def _gc_freed(row: Datastore) -> Cell:
    return size_cell(row.gc.removed) if row.gc and row.gc.removed is not None else Cell("", None)


def _deduplication(row: Datastore) -> Cell:
    factor = row.gc.deduplication if row.gc else None
    return Cell("", None) if factor is None else Cell(f"{factor:.1f}", factor)


def _store_notes(data: Any) -> Sequence[str]:
    errors = [f"{store.name}: {store.error}" for store in data.items if store.error]
    return (*errors, *_job_notes(data.jobs), *data.hints)


def _job_notes(jobs: Sequence[Any]) -> Iterator[str]:
    for job in jobs:
        if job.state not in ("ok", "running"):
            detail = f": {job.status}" if job.status else ""
            yield f"{job.kind} job {job.id} of {job.datastore}: {job.state}{detail}"


DATASTORES: TableView[Datastore] = TableView(
    columns=(
        Column("name", "Datastore", lambda row, _: text_cell(row.name), 14),
        Column("state", "State", lambda row, _: store_state(row), 16),
        Column("ratio", "Fill", lambda row, _: _fill(row), 16),
        Column("used", "Used", lambda row, _: size_cell(row.used), 10, 2, "right"),
        Column("total", "Size", lambda row, _: size_cell(row.total), 10, 2, "right"),
        Column("recent_growth", "Growth of 2 d", lambda row, _: _growth(row.recent_growth), 12, 3,
               "right"),
        Column("growth", "Growth of a month", lambda row, _: _growth(row.growth), 13, 5, "right"),
        Column("full_at", "Full", _full, 14, 1),
        Column("full_basis", "Judged by", lambda row, _: text_cell(_basis(row)), 11, 2),
        Column("gc", "Garbage collection", _gc, 20, 1),
        Column("freed", "Freed", lambda row, _: _gc_freed(row), 10, 4, "right"),
        Column("deduplication", "Dedup", lambda row, _: _deduplication(row), 6, 5, "right"),
        Column("comment", "Note", lambda row, _: text_cell(row.comment), 16, 6, "left", True),
        source_column(lambda row: row.source),
    ),
    rows=lambda data: data.items,
    key=lambda row: row.key,
    nothing="No datastores.",
    notes=_store_notes,
    below=lambda data: [view for view in (ALL_JOBS, SERVERS) if view.rows(data)],
    made_from={
        "state": "error", "ratio": "used", "freed": "gc.removed", "deduplication": "gc.logical",
    },
)  # fmt: skip
