"""How groups of backups and single snapshots are shown."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, Protocol

from sre_tui.views.cells import (
    size_cell,
    source_column,
    span_cell,
    state_cell,
    text_cell,
    time_cell,
)
from sre_tui.views.table import TableView
from widgets.cell import Cell, Column, Tone


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


def verified_cell(state: Literal["ok", "failed"] | None) -> Cell:
    """Whether a backup has been verified."""
    if state is None:
        return Cell("not yet", 2.0, Tone.MUTED)
    if state == "ok":
        return state_cell("ok", Tone.OK, 9)
    return state_cell("failed", Tone.ERROR, 0)


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
        Column("size", "Size", lambda row, _: size_cell(row.size), 10, 3, "right"),
        Column("verified", "Verified", lambda row, _: verified_cell(row.verified), 9, 2),
        Column("count", "Count", lambda row, _: Cell(str(row.count), float(row.count)), 6, 3,
               "right"),
        Column("pause", "Usually every", lambda row, _: span_cell(row.pause), 13, 3, "right"),
        Column("place", "Datastore", lambda row, _: text_cell(_place(row)), 12, 1, "left", True),
        Column("owner", "Owner", lambda row, _: text_cell(row.owner), 16, 4),
        source_column(lambda row: row.source),
    ),
    rows=lambda data: data.items,
    key=lambda row: row.key,
    nothing="No backups.",
    made_from={"state": "stale", "place": "datastore"},
)  # fmt: skip
