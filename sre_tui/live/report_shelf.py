"""One report of the archive at a time, with those before and after it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pydantic import BaseModel, ConfigDict

from sre_tui.memory.report import ArchivedReport, Report
from sre_tui.memory.reports import LATEST, Reports
from sre_tui.tools.memory_data import asked_reports
from sre_tui.tools.result import ToolResult, result

if TYPE_CHECKING:
    from sre_tui.tools.context import ToolContext

EVERY: Final = 30.0
"""Seconds between two looks: a schedule may make one at any time."""
MOST: Final = 500
"""Reports that can be gone through, the latest."""


class Shelf(BaseModel):
    """A report, and all that there are."""

    model_config = ConfigDict(frozen=True)

    report: Report | None = None
    """The one that is looked at; None if there is none at all."""
    rows: tuple[ArchivedReport, ...] = ()
    """Every report, the latest first."""


class ShelfFeed:
    """Looks at one report of the archive again and again; it is read once."""

    name: Final = "report"
    interval: Final = EVERY

    def __init__(self, context: ToolContext, reference: str = LATEST) -> None:
        """Look at the report of an id, or at the latest whichever that is."""
        self._context = context
        self._reference = reference
        self._read: Report | None = None

    async def recall(self) -> None:
        """Nothing: the archive itself is at hand."""

    async def fetch(self) -> ToolResult[Shelf]:
        """Look now.

        Raises:
            UnknownReport: if it is not there any more.
        """
        found, status = await asked_reports(self._context, self._look)
        return result(found or Shelf(), [status], now=self._context.clock())

    def _look(self, reports: Reports) -> Shelf:
        rows = reports.latest(MOST)
        if not rows:
            return Shelf()
        wanted = rows[0].id if self._reference == LATEST else self._reference
        if self._read is None or self._read.id != wanted:
            self._read = reports.get(wanted)
        return Shelf(report=self._read, rows=rows)
