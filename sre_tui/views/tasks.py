"""How tasks of Proxmox VE and their logs are shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from providers.proxmox import Task
from sre_tui.views.cells import source_column, state_cell, text_cell, time_cell
from sre_tui.views.human import duration
from sre_tui.views.table import TableView
from widgets.cell import Cell, Column, Display, Tone

_STATES: Final[Mapping[str, tuple[int, Tone]]] = {
    "error": (0, Tone.ERROR),
    "warning": (1, Tone.WARNING),
    "unknown": (2, Tone.WARNING),
    "running": (3, Tone.INFO),
    "ok": (4, Tone.OK),
}
_PLAIN: Final = frozenset({"OK", "RUNNING"})


def task_state(row: Task, _: Display) -> Cell:
    """State in words."""
    rank, tone = _STATES[row.state]
    return state_cell(row.state, tone, float(rank))


def _subject(row: Task, _: Display) -> Cell:
    if row.guest:
        return text_cell(f"{row.guest} ({row.subject})")
    return text_cell(row.subject)


def _took(row: Task, display: Display) -> Cell:
    if row.state == "running":
        spent = (display.now - row.started).total_seconds()
        return Cell(f"{duration(spent)} so far", spent)
    return Cell("", None) if row.seconds is None else Cell(duration(row.seconds), row.seconds)


def _message(row: Task, _: Display) -> Cell:
    said = "" if row.status in _PLAIN else row.status
    telling = [line for line in row.log if line.startswith(("ERROR", "TASK ERROR"))]
    if telling and not telling[0].endswith(said):
        said = telling[0] if said in telling[0] else f"{said}: {telling[0]}"
    return text_cell(said)


TASKS: TableView[Task] = TableView(
    columns=(
        Column("state", "State", task_state, 9),
        Column("type", "Task", lambda row, _: text_cell(row.type), 14),
        Column("subject", "About", _subject, 18, 0, "left", True),
        Column("node", "Node", lambda row, _: text_cell(row.node), 8, priority=1),
        Column("started", "Began", lambda row, d: time_cell(row.started, d), 14),
        Column("seconds", "Took", _took, 12, priority=1),
        Column("user", "By", lambda row, _: text_cell(row.user), 12, priority=2),
        Column("status", "Message", _message, 30, 1, "left", True),
        Column("upid", "Id", lambda row, _: text_cell(row.upid), 60, priority=5),
        source_column(lambda row: row.source),
    ),
    rows=lambda data: data.items,
    key=lambda row: row.key,
    nothing="No tasks.",
    made_from={"seconds": "ended"},
    instead=lambda data: _LOG if data.log is not None else None,
)


def _log(data: Any) -> str:
    return "\n".join(data.log.lines) or "(the log is empty)"


_LOG: Final[TableView[Any]] = TableView(
    columns=TASKS.columns, rows=lambda data: (), key=lambda row: "", text=_log
)
