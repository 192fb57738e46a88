"""How the backup jobs of Proxmox VE are shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Protocol

from sre_tui.views.cells import source_column, state_cell, text_cell, time_cell
from sre_tui.views.human import count
from sre_tui.views.table import TableView
from widgets.cell import Cell, Column, Display, Tone

_STATES: Final[Mapping[str, tuple[str, float, Tone]]] = {
    "failed": ("failed", 0, Tone.ERROR),
    "missed": ("missed", 1, Tone.WARNING),
    "empty": ("covers nobody", 2, Tone.WARNING),
    "warning": ("warnings", 3, Tone.WARNING),
    "disabled": ("disabled", 4, Tone.WARNING),
    "unknown": ("unknown", 5, Tone.STALE),
    "running": ("running", 6, Tone.INFO),
    "pending": ("pending", 7, Tone.INFO),
    "ok": ("ok", 8, Tone.OK),
}
MANY: Final = 8
"""Names from which on only a number is told."""


class Taken(Protocol):
    """What is shown of a guest of a job."""

    @property
    def label(self) -> str: ...


class Left(Taken, Protocol):
    """What is shown of a guest that a job leaves out."""

    @property
    def template(self) -> bool: ...
    @property
    def excluded(self) -> bool: ...
    @property
    def taken_by(self) -> Sequence[str]: ...


class Run(Protocol):
    """What is shown of the last run."""

    @property
    def due(self) -> datetime: ...
    @property
    def began(self) -> datetime | None: ...


class Job(Protocol):
    """What is shown of a job."""

    @property
    def key(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def id(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def reason(self) -> str: ...
    @property
    def comment(self) -> str: ...
    @property
    def schedule(self) -> str: ...
    @property
    def next_run(self) -> datetime | None: ...
    @property
    def last(self) -> Run | None: ...
    @property
    def storage(self) -> str: ...
    @property
    def place(self) -> str: ...
    @property
    def mode(self) -> str: ...
    @property
    def keep(self) -> Mapping[str, str]: ...
    @property
    def node(self) -> str | None: ...
    @property
    def selection(self) -> str: ...
    @property
    def guests(self) -> Sequence[Taken]: ...
    @property
    def left_out(self) -> Sequence[Left]: ...
    @property
    def gone(self) -> Sequence[int]: ...
    @property
    def disks(self) -> Sequence[str]: ...


def state_word(job: Job) -> str:
    """How a job stands, in a word or two."""
    return _STATES[job.state][0]


def keep_text(job: Job) -> str:
    """How many backups are kept: ``daily 7, weekly 4``; empty where the storage decides."""
    return ", ".join(f"{name.removeprefix('keep-')} {n}" for name, n in job.keep.items())


def takes_text(job: Job) -> str:
    """How many guests it takes, and which it is meant for: ``40 (all guests but 1)``."""
    where = f" on {job.node}" if job.node else ""
    return f"{len(job.guests)} ({job.selection}{where})"


def omissions(job: Job) -> Iterator[str]:
    """What a job does not take, by why, a part of a line for each."""
    groups: dict[str, list[str]] = {}
    elsewhere = sum(bool(guest.taken_by) for guest in job.left_out)
    for guest in job.left_out:
        if guest.taken_by and elsewhere > MANY:
            continue
        if guest.taken_by:
            why = f"in {', '.join(guest.taken_by)}"
        elif guest.template:
            why = "template"
        else:
            why = "excluded, in no other job" if guest.excluded else "in no job"
        groups.setdefault(why, []).append(guest.label)
    if elsewhere > MANY:
        yield f"{elsewhere} guests that other jobs take"
    for why, labels in groups.items():
        yield f"{_names(labels)} ({why})"
    if job.disks:
        yield f"disks of {'; '.join(job.disks)}"
    if job.gone:
        yield f"ids that no guest has: {', '.join(map(str, job.gone))}"


def _names(labels: Sequence[str]) -> str:
    more = f" and {len(labels) - MANY} more" if len(labels) > MANY else ""
    return ", ".join(labels[:MANY]) + more


def _state(job: Job) -> Cell:
    word, rank, tone = _STATES[job.state]
    return state_cell(word, tone, rank)


def _last(job: Job, display: Display) -> Cell:
    return time_cell((job.last.began or job.last.due) if job.last else None, display)


def _notes(data: Any) -> Sequence[str]:
    lines = [
        f"{job.id} leaves out: {'; '.join(parts)}"
        for job in data.items
        if (parts := list(omissions(job)))
    ]
    return (*lines, *data.hints)


def _title(data: Any) -> str:
    told = [
        f"{amount} {word}"
        for state, (word, _, _) in _STATES.items()
        if (amount := sum(job.state == state for job in data.items))
    ]
    return f"{count(len(data.items), 'job')}: {', '.join(told)}" if told else ""


BACKUP_JOBS: TableView[Job] = TableView(
    columns=(
        Column("state", "State", lambda row, _: _state(row), 15),
        Column("id", "Job", lambda row, _: text_cell(row.id), 20),
        Column("schedule", "Schedule", lambda row, _: text_cell(row.schedule or "by hand"), 11),
        Column("next_run", "Next run", lambda row, at: time_cell(row.next_run, at), 12, 1),
        Column("last", "Last run", _last, 14, 1),
        Column("storage", "Storage", lambda row, _: text_cell(row.storage), 10, 1),
        Column("guests", "Guests", lambda row, _: Cell(takes_text(row), float(len(row.guests))),
               24),
        Column("reason", "Remark", lambda row, _: text_cell(row.reason), 24, 2, "left", True),
        Column("mode", "Mode", lambda row, _: text_cell(row.mode), 9, 4),
        Column("keep", "Keeps", lambda row, _: text_cell(keep_text(row) or "as the storage"), 18,
               3),
        Column("comment", "Note", lambda row, _: text_cell(row.comment), 16, 5, "left", True),
        Column("place", "Where", lambda row, _: text_cell(row.place), 16, 6),
        source_column(lambda row: row.source),
    ),
    rows=lambda data: data.items,
    key=lambda row: row.key,
    nothing="No backup jobs.",
    title=_title,
    notes=_notes,
    made_from={"last": "last.began"},
)  # fmt: skip
