"""How storages of Proxmox VE are shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from providers.proxmox import Storage
from sre_tui.views.cells import (
    fill_cell,
    size_cell,
    source_column,
    state_cell,
    text_cell,
    time_cell,
)
from sre_tui.views.load_history import history_views
from sre_tui.views.table import TableView
from widgets.cell import Cell, Column, Display, Tone

_STATES: Final[Mapping[str, tuple[int, Tone]]] = {
    "inactive": (0, Tone.ERROR),
    "unknown": (1, Tone.WARNING),
    "available": (2, Tone.OK),
    "disabled": (3, Tone.MUTED),
}


def storage_state(row: Storage, _: Display) -> Cell:
    """State in words, with the nodes of a shared one that do not reach it."""
    rank, tone = _STATES[row.status]
    word: str = row.status
    if row.troubled:
        word, tone = f"{word}, not on {', '.join(row.troubled)}", Tone.WARNING
    return state_cell(word, tone, float(rank))


def _fill(row: Storage, _: Display) -> Cell:
    return fill_cell(row.ratio)


def _holds(row: Storage, _: Display) -> Cell:
    if row.counts is None:
        return Cell("", None)
    told = ", ".join(f"{amount} {kind}" for kind, amount in row.counts.items())
    return Cell(told or "nothing", float(sum(row.counts.values())))


_CONTENT: Final = ("counts", "newest_backup")
"""Columns of what only a look into the storages tells."""


def _without_content(data: Any) -> TableView[Storage] | None:
    if any(row.counts is not None or row.newest_backup is not None for row in data.items):
        return None
    kept = tuple(column for column in STORAGES.columns if column.key not in _CONTENT)
    return replace(STORAGES, columns=kept)


STORAGES: TableView[Storage] = TableView(
    columns=(
        Column("status", "State", storage_state, 11),
        Column("name", "Storage", lambda row, _: text_cell(row.name), 14, 0, "left", True),
        Column("type", "Type", lambda row, _: text_cell(row.type), 8, priority=1),
        Column("nodes", "Nodes", lambda row, _: text_cell(", ".join(row.nodes)), 16, priority=1),
        Column("ratio", "Fill", _fill, 15),
        Column("free", "Free", lambda row, _: size_cell(row.free), 10, 0, "right"),
        Column("size", "Size", lambda row, _: size_cell(row.size), 10, 2, "right"),
        Column("content", "For", lambda row, _: text_cell(", ".join(row.content)), 22, priority=3),
        Column("counts", "Holds", _holds, 28, priority=4),
        Column("newest_backup", "Newest backup", lambda row, d: time_cell(row.newest_backup, d),
               14, priority=4),
        source_column(lambda row: row.source),
    ),
    rows=lambda data: data.items,
    key=lambda row: row.key,
    nothing="No storages.",
    below=lambda data: history_views(data.histories),
    made_from={"ratio": "used"},
    instead=_without_content,
)  # fmt: skip
