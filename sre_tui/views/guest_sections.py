"""How the configuration and the snapshots of a guest are shown apart from each other."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sre_tui.views.cells import text_cell, time_cell
from sre_tui.views.guests import PROPERTIES
from sre_tui.views.table import TableView
from widgets.cell import Cell, Column, Display

_ELSEWHERE: Final = frozenset({"tasks", "snapshots"})
"""Groups that have a section of their own."""


def configuration_groups(data: Any, display: Display) -> list[tuple[str, dict[str, str | Cell]]]:
    """What it is and how it stands: groups of names and values, as they come."""
    columns = {column.key: column for column in PROPERTIES.columns}
    groups: dict[str, dict[str, str | Cell]] = {}
    for row in data.items:
        if row.group in _ELSEWHERE:
            continue
        value, note = (columns[key].cell(row, display) for key in ("value", "note"))
        said = "  ".join(text for text in (value.text, note.text) if text)
        facts = groups.setdefault(row.group, {})
        known = facts.get(row.name)
        # Several addresses of one interface belong together.
        text = f"{known.text}\n{said}" if isinstance(known, Cell) else said
        facts[row.name] = Cell(text, None)
    return list(groups.items())


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
