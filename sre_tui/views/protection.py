"""How snapshot tasks and replications of a NAS are shown."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from providers.truenas import Replication, SnapshotTask
from sre_tui.views.cells import span_cell, state_cell, text_cell, time_cell
from sre_tui.views.human import MISSING
from sre_tui.views.table import TableView
from widgets.cell import Cell, Column, Display, Tone

_RANK: Final = {Tone.ERROR: 0.0, Tone.WARNING: 1.0, Tone.INFO: 2.0, Tone.OK: 9.0}


def replication_late(task: Replication, now: datetime) -> bool:
    """Whether the copy is older than two runs of its schedule explain."""
    if not task.enabled or task.interval is None or task.last_snapshot_at is None:
        return False
    return (now - task.last_snapshot_at).total_seconds() > 2 * task.interval + 3600


def replication_state(task: Replication, now: datetime) -> tuple[str, Tone]:
    """The state of a replication in a word; what has fallen behind is late, whatever it says."""
    if not task.enabled:
        return "disabled", Tone.MUTED
    if task.state == "error":
        return "failed", Tone.ERROR
    if task.state == "hold":
        return "on hold", Tone.WARNING
    if replication_late(task, now):
        return "late", Tone.WARNING
    if task.state == "running":
        return "running", Tone.INFO
    return task.state or "not reported", Tone.OK if task.state == "finished" else Tone.MUTED


def _copy_state(row: Replication, display: Display) -> Cell:
    word, tone = replication_state(row, display.now)
    return state_cell(word, tone, _RANK.get(tone, 5.0))


REPLICATIONS: TableView[Replication] = TableView(
    columns=(
        Column("state", "State", _copy_state, 12),
        Column("name", "Replication", lambda row, _: text_cell(row.name), 18, 0, "left", True),
        Column("datasets", "Of", lambda row, _: text_cell(", ".join(row.datasets)), 18, 0, "left",
               True),
        Column("target", "To", lambda row, _: text_cell(row.target), 14, 1),
        Column("copy", "Copy is of", lambda row, d: (
            time_cell(row.last_snapshot_at, d) if row.last_snapshot_at
            else Cell(MISSING, None, Tone.MUTED)), 14),
        Column("ran", "Ran", lambda row, d: time_cell(row.ran_at, d), 14, 2),
        Column("interval", "Every", lambda row, _: span_cell(row.interval), 8, 2, "right"),
        Column("error", "Error", lambda row, _: text_cell(row.error), 16, 1, "left", True),
    ),
    rows=lambda data: data.replications,
    key=lambda row: row.key,
    nothing="Nothing of it is replicated",
)  # fmt: skip


def _task_state(row: SnapshotTask) -> Cell:
    if not row.enabled:
        return state_cell("disabled", Tone.MUTED, 8)
    failed = row.state == "error" or bool(row.error)
    word = "failed" if failed else row.state or MISSING
    return state_cell(word, Tone.ERROR if failed else Tone.OK, 0 if failed else 9)


SNAPSHOT_TASKS: TableView[SnapshotTask] = TableView(
    columns=(
        Column("state", "State", lambda row, _: _task_state(row), 12),
        Column("dataset", "Snapshots of", lambda row, _: text_cell(
            f"{row.dataset}{' and below' if row.recursive else ''}"), 22, 0, "left", True),
        Column("schedule", "Schedule", lambda row, _: text_cell(row.schedule), 14, 1),
        Column("keep", "Kept", lambda row, _: span_cell(row.keep), 8, 1, "right"),
        Column("ran", "Ran", lambda row, d: time_cell(row.ran_at, d), 14),
        Column("error", "Error", lambda row, _: text_cell(row.error), 16, 1, "left", True),
    ),
    rows=lambda data: data.tasks,
    key=lambda row: f"{row.source}/{row.id}",
    nothing="No task takes snapshots of it",
)  # fmt: skip
