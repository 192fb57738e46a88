"""How the namespaces and the jobs of a datastore, and the servers they are on, are shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from providers.pbs import Job, ServerStatus
from sre_tui.views.backup_tasks import RUNS
from sre_tui.views.cells import (
    fill_cell,
    source_column,
    span_cell,
    state_cell,
    text_cell,
    time_cell,
)
from sre_tui.views.table import TableView
from widgets.cell import Cell, Column, Tone


@dataclass(frozen=True)
class Namespace:
    """What one namespace holds.

    Attributes:
        name: empty for the root.
        groups: guests and hosts with copies in it.
        copies: of all groups.
        damaged: groups with a copy that failed its verification.
        overdue: groups whose newest copy is older than their rhythm explains.
        newest: of all copies.
    """

    name: str
    groups: int
    copies: int
    damaged: int
    overdue: int
    newest: datetime


def _namespaces(data: Any) -> Sequence[Namespace]:
    by_name: dict[str, list[Any]] = {}
    for group in data.items:
        by_name.setdefault(group.namespace, []).append(group)
    return [
        Namespace(
            name=name,
            groups=len(groups),
            copies=sum(group.count for group in groups),
            damaged=sum(bool(group.failed_count or group.verified == "failed") for group in groups),
            overdue=sum(bool(group.stale) for group in groups),
            newest=max(group.at for group in groups),
        )
        for name, groups in sorted(by_name.items())
    ]


def _state(row: Namespace) -> Cell:
    if row.damaged:
        return state_cell(f"{row.damaged} damaged", Tone.ERROR, 0)
    if row.overdue:
        return state_cell(f"{row.overdue} overdue", Tone.WARNING, 1)
    return state_cell("ok", Tone.OK, 9)


def _number(value: int) -> Cell:
    return Cell(f"{value:,}", float(value))


NAMESPACES: TableView[Namespace] = TableView(
    columns=(
        Column("state", "State", lambda row, _: _state(row), 12),
        Column("name", "Namespace", lambda row, _: text_cell(row.name or "(root)"), 18, 0, "left",
               True),
        Column("groups", "Groups", lambda row, _: _number(row.groups), 7, 0, "right"),
        Column("copies", "Copies", lambda row, _: _number(row.copies), 7, 0, "right"),
        Column("newest", "Newest", lambda row, d: time_cell(row.newest, d), 16, 1),
    ),
    rows=_namespaces,
    key=lambda row: row.name,
    nothing="It holds no backup",
)  # fmt: skip


def _job_state(row: Job) -> Cell:
    if not row.enabled:
        return state_cell("disabled", Tone.MUTED, 8)
    rank, tone = RUNS[row.state]
    return state_cell(row.state, tone, rank)


def _does(row: Job) -> str:
    if row.kind == "prune":
        return row.keep and f"keeps {row.keep}"
    if row.kind == "sync":
        return f"{'to' if row.pushes else 'from'} {row.origin}" if row.origin else ""
    return row.comment


JOBS: TableView[Job] = TableView(
    columns=(
        Column("state", "State", lambda row, _: _job_state(row), 10),
        Column("kind", "Job", lambda row, _: text_cell(row.kind.replace("_", " ")), 18),
        Column("id", "Id", lambda row, _: text_cell(row.id), 12, 2),
        Column("last", "Last run", lambda row, d: time_cell(row.last_run, d), 14),
        Column("next", "Next", lambda row, d: time_cell(row.next_run, d), 12, 2),
        Column("schedule", "Schedule", lambda row, _: text_cell(row.schedule or "by hand"), 14, 2),
        Column("does", "Does", lambda row, _: text_cell(_does(row)), 14, 3, "left", True),
        Column("status", "Message", lambda row, _: text_cell(
            "" if row.status == "OK" else row.status), 16, 1, "left", True),
    ),
    rows=lambda data: data.jobs,
    key=lambda row: row.key,
    nothing="No job is set up for it",
)  # fmt: skip

ALL_JOBS: TableView[Job] = replace(
    JOBS,
    columns=(
        *JOBS.columns[:2],
        Column("datastore", "Of", lambda row, _: text_cell(
            f"{row.datastore}:{row.namespace}" if row.namespace else row.datastore), 14),
        *JOBS.columns[2:],
        source_column(lambda row: row.source),
    ),
)  # fmt: skip
"""Of several datastores."""


def _share(used: float | None, whole: float | None) -> Cell:
    return fill_cell(used / whole if used is not None and whole else None)


SERVERS: TableView[ServerStatus] = TableView(
    columns=(
        Column("source", "Server", lambda row, _: text_cell(row.source), 14),
        Column("version", "Version", lambda row, _: text_cell(row.version), 8),
        Column("uptime", "Up", lambda row, _: span_cell(row.uptime), 10, 2, "right"),
        Column("cpu", "CPU", lambda row, _: fill_cell(row.cpu), 15, 1),
        Column("memory", "Memory", lambda row, _: _share(row.memory_used, row.memory_total), 15, 1),
        Column("root", "Root", lambda row, _: _share(row.root_used, row.root_total), 15, 1),
    ),
    rows=lambda data: data.servers,
    key=lambda row: row.source,
)
