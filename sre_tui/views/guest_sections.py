"""How the configuration and the snapshots of a guest are shown apart from each other."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sre_tui.views.cells import text_cell, time_cell
from sre_tui.views.table import TableView
from widgets.cell import Column

_ELSEWHERE: Final = frozenset({"tasks", "snapshots"})
"""Groups that have a section of their own."""


def configuration_rows(data: Any) -> Sequence[Any]:
    """Properties of what it is and how it stands."""
    return [row for row in data.items if row.group not in _ELSEWHERE]


def snapshot_rows(data: Any) -> Sequence[Any]:
    """Its snapshots, the newest first."""
    found = [row for row in data.items if row.group == "snapshots"]
    return sorted(found, key=lambda row: str(row.value or ""), reverse=True)


SNAPSHOTS: TableView[Any] = TableView(
    columns=(
        Column("name", "Snapshot", lambda row, _: text_cell(row.name), 20, 0, "left", True),
        Column(
            "at",
            "Taken",
            lambda row, d: time_cell(row.value if isinstance(row.value, datetime) else None, d),
            16,
        ),
        Column("note", "Note", lambda row, _: text_cell(row.note), 30, 1, "left", True),
    ),
    rows=snapshot_rows,
    key=lambda row: str(row.name),
    nothing="It has no snapshot",
)
