"""How runbooks and passages of them are shown."""

from __future__ import annotations

import re
from textwrap import shorten
from typing import Final, Protocol

from sre_tui.views.table import TableView
from widgets.cell import Cell, Column, Display

_FENCE: Final = re.compile(r"^[ \t]*(?:```|~~~)\w*[ \t]*$", re.MULTILINE)
_LONGEST: Final = 160
"""Characters of a passage in a table; `runbooks show` and JSON have it whole."""


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


def _beginning(row: Passage, _: Display) -> Cell:
    """What it begins with, without the fences of code, which mean nothing within a line."""
    text = shorten(_FENCE.sub(" ", row.passage), _LONGEST, placeholder=" …")
    return Cell(text, text)


PASSAGES: TableView[Passage] = TableView(
    columns=(
        Column("id", "Runbook", lambda row, _: Cell(row.id, row.id), 22),
        Column("heading", "Section", lambda row, _: Cell(row.heading, row.heading), 20),
        Column("passage", "Passage", _beginning, 30, priority=1, flexible=True),
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
