"""How tasks of backup servers and their logs are shown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from providers.pbs import RunState, Task
from sre_tui.views.cells import source_column, span_cell, state_cell, text_cell, time_cell
from sre_tui.views.human import duration, moment
from sre_tui.views.table import TableView
from widgets.cell import Cell, Column, Display, Tone

_HEX_TIME: Final = re.compile(r"[0-9A-Fa-f]{8}")
RUNS: Final[Mapping[RunState, tuple[float, Tone]]] = {
    "error": (0, Tone.ERROR),
    "warning": (1, Tone.WARNING),
    "running": (2, Tone.INFO),
    "unknown": (3, Tone.WARNING),
    "never": (4, Tone.WARNING),
    "ok": (9, Tone.OK),
}


def _task_state(row: Task) -> Cell:
    rank, tone = RUNS[row.state]
    return state_cell(row.state, tone, rank)


def _took(row: Task, display: Display) -> Cell:
    if row.state != "running":
        return span_cell(row.seconds)
    running = (display.now - row.started).total_seconds()
    return Cell(f"for {duration(running)}", running)


def about_text(row: Task, subject: str = "") -> str:
    """What a task is about, its guest by its name: ``immich (main:ct/118)``.

    Args:
        row: the task.
        subject: how its subject is told instead.
    """
    told = subject or row.subject
    return f"{row.guest} ({told})" if row.guest else told


def _about(row: Task, display: Display) -> Cell:
    """The guest and datastore, with the moment of the backup that its id has in hexadecimal."""
    store, _, rest = row.subject.partition(":")
    group, _, at = rest.rpartition("/")
    if not group or _HEX_TIME.fullmatch(at) is None:
        return text_cell(about_text(row))
    moment_of = datetime.fromtimestamp(int(at, 16), UTC)
    exact = replace(display, utc=bool(display.utc))
    said = f"{store}:{group} of {moment(moment_of, exact)}"
    return Cell(about_text(row, said), row.subject)


def _message(row: Task) -> str:
    return "" if row.status == "OK" else row.status


def _task_notes(data: Any) -> Sequence[str]:
    told = [
        f"{task.type} {about_text(task)}: {line}" for task in data.items for line in _telling(task)
    ]
    return (*told, *data.hints)


def _telling(task: Task) -> Iterator[str]:
    """What the end of the log says beyond the message that stands in the row."""
    for line in task.log:
        said = line.removeprefix("TASK ERROR: ")
        repeated = task.status and said.endswith(task.status)
        if not repeated and ("failed" in said or "rror" in said):
            yield line


BACKUP_TASKS: TableView[Task] = TableView(
    columns=(
        Column("state", "State", lambda row, _: _task_state(row), 10),
        Column("type", "Task", lambda row, _: text_cell(row.type), 18),
        Column("subject", "About", _about, 20),
        Column("started", "Started", lambda row, d: time_cell(row.started, d), 14),
        Column("seconds", "Took", _took, 11, 2, "right"),
        Column("status", "Message", lambda row, _: text_cell(_message(row)), 24, 1, "left", True),
        Column("user", "User", lambda row, _: text_cell(row.user), 15, 3),
        Column("upid", "Id", lambda row, _: text_cell(row.upid), 60, 5),
        source_column(lambda row: row.source),
    ),
    rows=lambda data: data.items,
    key=lambda row: row.key,
    nothing="No tasks.",
    notes=_task_notes,
    made_from={"seconds": "ended"},
    instead=lambda data: _LOG if data.log is not None else None,
)


def _log(data: Any) -> str:
    return "\n".join(data.log.lines) or "(the log is empty)"


_LOG: Final[TableView[Any]] = TableView(
    columns=BACKUP_TASKS.columns, rows=lambda data: (), key=lambda row: "", text=_log
)
