"""How backups are shown: coverage of guests, datastores, groups of snapshots, tasks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Literal, Protocol

from providers.pbs import Datastore, RunState, Task
from sre_tui.views.cells import (
    fill_cell,
    size_cell,
    span_cell,
    state_cell,
    text_cell,
    time_cell,
)
from sre_tui.views.human import MISSING, count, duration, size
from sre_tui.views.table import TableView
from widgets.cell import Cell, Column, Display, Tone

_VERDICTS: dict[str, tuple[str, float, Tone]] = {
    "never": ("no backup", 0, Tone.CRITICAL),
    "not_covered": ("not covered", 1, Tone.ERROR),
    "damaged": ("damaged", 2, Tone.ERROR),
    "stale": ("stale", 3, Tone.WARNING),
    "unknown": ("unknown", 4, Tone.STALE),
    "pending": ("pending", 5, Tone.INFO),
    "ok": ("ok", 7, Tone.OK),
    "excluded": ("left out", 8, Tone.MUTED),
    "template": ("template", 9, Tone.MUTED),
}
_RUNS: dict[RunState, tuple[float, Tone]] = {
    "error": (0, Tone.ERROR),
    "warning": (1, Tone.WARNING),
    "running": (2, Tone.INFO),
    "unknown": (3, Tone.WARNING),
    "never": (4, Tone.WARNING),
    "ok": (9, Tone.OK),
}
YEAR = 365 * 86400.0
SOON = 30 * 86400.0
"""Seconds: a datastore that is full within that time is pressing."""


class Copy(Protocol):
    """What is shown of one backup; what finds it stands above the views."""

    @property
    def place(self) -> str: ...
    @property
    def at(self) -> datetime: ...
    @property
    def size(self) -> int | None: ...
    @property
    def verified(self) -> Literal["ok", "failed"] | None: ...


class Covering(Protocol):
    """What is shown of a backup job."""

    @property
    def id(self) -> str: ...
    @property
    def schedule(self) -> str: ...
    @property
    def storage(self) -> str: ...


class Coverage(Protocol):
    """What is shown of a guest's coverage."""

    @property
    def key(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def vmid(self) -> int: ...
    @property
    def name(self) -> str | None: ...
    @property
    def node(self) -> str: ...
    @property
    def verdict(self) -> str: ...
    @property
    def reason(self) -> str: ...
    @property
    def newest(self) -> Copy | None: ...
    @property
    def jobs(self) -> Sequence[Covering]: ...
    @property
    def copies(self) -> int: ...
    @property
    def running(self) -> bool: ...
    @property
    def excluded_disks(self) -> Sequence[str]: ...
    @property
    def identity(self) -> str: ...
    @property
    def former_names(self) -> Sequence[str]: ...


class Group(Protocol):
    """What is shown of a group of snapshots, or of one of them."""

    @property
    def key(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def datastore(self) -> str: ...
    @property
    def namespace(self) -> str: ...
    @property
    def group(self) -> str: ...
    @property
    def name(self) -> str | None: ...
    @property
    def at(self) -> datetime: ...
    @property
    def size(self) -> int | None: ...
    @property
    def verified(self) -> Literal["ok", "failed"] | None: ...
    @property
    def count(self) -> int: ...
    @property
    def protected_count(self) -> int: ...
    @property
    def failed_count(self) -> int: ...
    @property
    def pause(self) -> float | None: ...
    @property
    def stale(self) -> bool | None: ...
    @property
    def owner(self) -> str: ...


def verdict_cell(row: Coverage) -> Cell:
    """Whether the guest could be restored, in a word."""
    word, rank, tone = _VERDICTS.get(row.verdict, (row.verdict, 4.5, Tone.WARNING))
    return state_cell(word, tone, rank)


def verified_cell(state: Literal["ok", "failed"] | None) -> Cell:
    """Whether a backup has been verified."""
    if state is None:
        return Cell("not yet", 2.0, Tone.MUTED)
    if state == "ok":
        return state_cell("ok", Tone.OK, 9)
    return state_cell("failed", Tone.ERROR, 0)


def remark(row: Coverage) -> str:
    """Why, and what else is worth knowing."""
    parts = [row.reason] if row.reason else []
    if row.running:
        parts.append("a backup runs now")
    if row.excluded_disks:
        parts.append(f"not backed up: {', '.join(row.excluded_disks)}")
    if row.former_names:
        was = ", ".join(row.former_names)
        told = {"renamed": f"was called {was}", "recreated": f"the id was {was}'s before"}
        parts.append(told.get(row.identity, f"older backups are called {was}"))
    return "; ".join(parts)


def _newest(row: Coverage, display: Display) -> Cell:
    return time_cell(row.newest.at if row.newest else None, display)


def _jobs(row: Coverage) -> str:
    return ", ".join(f"{job.schedule or 'by hand'} to {job.storage}" for job in row.jobs)


def _coverage_title(data: Any) -> str:
    counts: dict[str, int] = data.counts
    told = [f"{counts[v]} {word}" for v, (word, _, _) in _VERDICTS.items() if counts.get(v)]
    return f"{count(sum(counts.values()), 'guest')}: {', '.join(told)}" if told else ""


def _coverage_notes(data: Any) -> Sequence[str]:
    gone = [
        f"orphaned: {orphan.type} {orphan.vmid}{f' ({orphan.name})' if orphan.name else ''}, "
        f"{count(orphan.copies, 'backup')} in {', '.join(orphan.places)}: {orphan.reason}"
        for orphan in data.orphans
    ]
    return (*gone, *data.hints)


COVERAGE: TableView[Coverage] = TableView(
    columns=(
        Column("verdict", "Backup", lambda row, _: verdict_cell(row), 13),
        Column("vmid", "Id", lambda row, _: Cell(str(row.vmid), float(row.vmid)), 6, 1, "right"),
        Column("name", "Guest", lambda row, _: text_cell(row.name or MISSING), 16),
        Column("newest", "Newest good", _newest, 14),
        Column(
            "verified", "Verified",
            lambda row, _: verified_cell(row.newest.verified) if row.newest else Cell("", None),
            9, 2,
        ),
        Column("copies", "Copies", lambda row, _: Cell(str(row.copies), float(row.copies)), 6, 3,
               "right"),
        Column("reason", "Remark", lambda row, _: text_cell(remark(row)), 30, 1, "left", True),
        Column("jobs", "Jobs", lambda row, _: text_cell(_jobs(row)), 24, 4),
        Column("place", "Where", lambda row, _: text_cell(row.newest.place if row.newest else ""),
               22, 5),
        Column("node", "Node", lambda row, _: text_cell(row.node), 8, 6),
        Column("source", "Source", lambda row, _: text_cell(row.source), 13, 7),
    ),
    rows=lambda data: data.items,
    key=lambda row: row.key,
    nothing="No guests.",
    title=_coverage_title,
    notes=_coverage_notes,
    made_from={"place": "newest.place", "verified": "newest.verified"},
)  # fmt: skip


def store_state(row: Datastore) -> Cell:
    """Whether it can be used, in a word."""
    if row.maintenance:
        return state_cell(f"maintenance {row.maintenance}", Tone.MUTED, 6)
    if row.mount == "notmounted":
        return state_cell("not plugged in", Tone.MUTED, 7)
    if row.error:
        return state_cell("unreadable", Tone.ERROR, 0)
    return state_cell("ok", Tone.OK, 9)


def _fill(row: Datastore) -> Cell:
    return fill_cell(row.ratio, warn_at=0.85, fail_at=0.95)


def _full(row: Datastore, display: Display) -> Cell:
    if row.full_at is None:
        return Cell("not growing" if row.trend == "not_growing" else "", None, Tone.MUTED)
    left = (row.full_at - display.now).total_seconds()
    shown = time_cell(row.full_at, display)
    text = f"in {left / YEAR:.0f} years" if left > 2 * YEAR else shown.text
    return Cell(text, shown.sort, Tone.WARNING if left < SOON else Tone.NEUTRAL)


def _growth(row: Datastore) -> Cell:
    if row.growth is None:
        return Cell("", None)
    sign = "+" if row.growth >= 0 else "-"
    return Cell(f"{sign}{size(abs(row.growth))}/d", row.growth)


def _gc(row: Datastore, display: Display) -> Cell:
    if row.gc is None:
        return Cell("" if row.error or row.is_away else MISSING, None, Tone.MUTED)
    rank, tone = _RUNS[row.gc.state]
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
        Column("growth", "Growth", lambda row, _: _growth(row), 12, 3, "right"),
        Column("full_at", "Full", _full, 14, 1),
        Column("gc", "Garbage collection", _gc, 20, 1),
        Column("freed", "Freed", lambda row, _: _gc_freed(row), 10, 4, "right"),
        Column("deduplication", "Dedup", lambda row, _: _deduplication(row), 6, 5, "right"),
        Column("comment", "Note", lambda row, _: text_cell(row.comment), 16, 6, "left", True),
        Column("source", "Source", lambda row, _: text_cell(row.source), 12, 7),
    ),
    rows=lambda data: data.items,
    key=lambda row: row.key,
    nothing="No datastores.",
    notes=_store_notes,
    made_from={
        "state": "error", "ratio": "used", "freed": "gc.removed", "deduplication": "gc.logical",
    },
)  # fmt: skip


def _group_state(row: Group) -> Cell:
    if row.failed_count or row.verified == "failed":
        text = "damaged" if row.verified == "failed" else f"{row.failed_count} damaged"
        return state_cell(text, Tone.ERROR, 0)
    if row.stale:
        return state_cell("stale", Tone.WARNING, 1)
    return state_cell("ok", Tone.OK, 9)


def _place(row: Group) -> str:
    return f"{row.datastore}:{row.namespace}" if row.namespace else row.datastore


BACKUPS: TableView[Group] = TableView(
    columns=(
        Column("state", "State", lambda row, _: _group_state(row), 11),
        Column("group", "Group", lambda row, _: text_cell(row.group), 10),
        Column("name", "Name", lambda row, _: text_cell(row.name or ""), 16),
        Column("at", "Newest", lambda row, d: time_cell(row.at, d), 14),
        Column("size", "Size", lambda row, _: size_cell(row.size), 10, 1, "right"),
        Column("verified", "Verified", lambda row, _: verified_cell(row.verified), 9, 1),
        Column("count", "Count", lambda row, _: Cell(str(row.count), float(row.count)), 6, 2,
               "right"),
        Column("pause", "Usually every", lambda row, _: span_cell(row.pause), 13, 3, "right"),
        Column("place", "Datastore", lambda row, _: text_cell(_place(row)), 18, 1, "left", True),
        Column("owner", "Owner", lambda row, _: text_cell(row.owner), 16, 4),
        Column("source", "Source", lambda row, _: text_cell(row.source), 12, 5),
    ),
    rows=lambda data: data.items,
    key=lambda row: row.key,
    nothing="No backups.",
    made_from={"state": "stale", "place": "datastore"},
)  # fmt: skip


def _task_state(row: Task) -> Cell:
    rank, tone = _RUNS[row.state]
    return state_cell(row.state, tone, rank)


def _took(row: Task, display: Display) -> Cell:
    if row.seconds is not None:
        return span_cell(row.seconds)
    running = (display.now - row.started).total_seconds()
    return Cell(f"for {duration(running)}", running)


def _message(row: Task) -> str:
    return "" if row.status == "OK" else row.status


def _task_notes(data: Any) -> Sequence[str]:
    told = [f"{task.type} {task.subject}: {task.log[-1]}" for task in data.items if task.log]
    return (*told, *data.hints)


BACKUP_TASKS: TableView[Task] = TableView(
    columns=(
        Column("state", "State", lambda row, _: _task_state(row), 10),
        Column("type", "Task", lambda row, _: text_cell(row.type), 18),
        Column("subject", "About", lambda row, _: text_cell(row.subject), 20),
        Column("started", "Started", lambda row, d: time_cell(row.started, d), 14),
        Column("seconds", "Took", _took, 11, 2, "right"),
        Column("status", "Message", lambda row, _: text_cell(_message(row)), 24, 1, "left", True),
        Column("user", "User", lambda row, _: text_cell(row.user), 15, 3),
        Column("source", "Source", lambda row, _: text_cell(row.source), 12, 4),
    ),
    rows=lambda data: data.items,
    key=lambda row: row.key,
    nothing="No tasks.",
    notes=_task_notes,
    made_from={"seconds": "ended"},
)
