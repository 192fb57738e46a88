"""How runbooks and passages of them are shown."""

from __future__ import annotations

from typing import Protocol

from sre_tui.views.table import TableView
from widgets.cell import Cell, Column, Display


class Passage(Protocol):
    """What is shown of a passage; the tool that finds passages stands above the views."""

    @property
    def id(self) -> str: ...
    @property
    def heading(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def score(self) -> float: ...
    @property
    def passage(self) -> str: ...


def _first_line(row: Passage, _: Display) -> Cell:
    text = " ".join(row.passage.split())
    return Cell(text, text)


PASSAGES: TableView[Passage] = TableView(
    columns=(
        Column("id", "Runbook", lambda row, _: Cell(row.id, row.id), 22),
        Column("heading", "Section", lambda row, _: Cell(row.heading, row.heading), 20),
        Column("passage", "Passage", _first_line, 30, priority=1, flexible=True),
        Column(
            "score",
            "Score",
            lambda row, _: Cell(f"{row.score:.2f}", row.score),
            5,
            priority=2,
            align="right",
        ),
    ),
    rows=lambda data: data.items,
    key=lambda row: f"{row.source}#{row.heading}#{row.passage[:40]}",
    nothing="No document mentions any of this.",
)
