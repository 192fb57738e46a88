"""How the last questions are shown: one by one, or those that are alike together."""

from __future__ import annotations

from typing import Final

from sre_tui.usage.alike import Pattern
from sre_tui.usage.records import AskedQuestion
from sre_tui.views.cells import text_cell, time_cell
from sre_tui.views.table import TableView
from widgets.cell import Cell, Column

NOTHING: Final = "No question is kept."
QUESTIONS: TableView[AskedQuestion] = TableView(
    columns=(
        Column("asked", "Asked", lambda row, display: time_cell(row.asked, display), 14),
        Column("question", "Question", lambda row, _: text_cell(row.question), 24, flexible=True),
        Column("tools", "Tools", lambda row, _: text_cell(", ".join(row.tools)), 24, priority=2),
        Column("answered_by", "Answered by", lambda row, _: text_cell(row.answered_by), 12,
               priority=1),
    ),
    rows=lambda data: data.items,
    key=lambda row: f"{row.asked.isoformat()} {row.question}",
    nothing=NOTHING,
)  # fmt: skip
PATTERNS: TableView[Pattern] = TableView(
    columns=(
        Column("times", "Times", lambda row, _: Cell(str(row.times), row.times), 6, align="right"),
        Column("last", "Last", lambda row, display: time_cell(row.last, display), 14),
        Column("question", "Question", lambda row, _: text_cell(row.question), 24, flexible=True),
        Column("tools", "Tools", lambda row, _: text_cell(", ".join(row.tools)), 24, priority=1),
    ),
    rows=lambda data: data.items,
    key=lambda row: f"{row.last.isoformat()} {row.question}",
    nothing=NOTHING,
)
