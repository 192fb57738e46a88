"""Which screen shows what is opened, from a pane or from another level."""

from __future__ import annotations

from typing import Protocol

from providers.clock import Clock
from sre_tui.screens.about.tab import Opening, ToNode, ToRow, ToTaskLog
from sre_tui.screens.detail import DetailScreen
from sre_tui.screens.level import Level
from sre_tui.screens.reader import ReadsRunbook, RunbookScreen, TaskLogScreen
from sre_tui.screens.row_detail import RowDetailScreen, RowSubject
from sre_tui.screens.rows_pane import RowsPane


class HasPanes(Protocol):
    """The screen with the panes."""

    def rows_pane(self, name: str) -> RowsPane:
        """The pane of that id."""
        ...


def detail_screen(pane: RowsPane, key: str, clock: Clock) -> DetailScreen:
    """The screen for the row of that key."""
    return RowDetailScreen(RowSubject(pane, key), clock)


def level_for(
    opening: Opening, panes: HasPanes, read: ReadsRunbook | None, clock: Clock
) -> Level | None:
    """The screen for what is opened; None for a row that is not there any more."""
    if isinstance(opening, ToRow):
        pane = panes.rows_pane(opening.pane)
        if pane.find(opening.key) is None:
            return None
        return detail_screen(pane, opening.key, clock)
    if isinstance(opening, ToNode):
        from sre_tui.screens.about.node import NodeSubject

        return DetailScreen(NodeSubject(opening.name), clock)
    if isinstance(opening, ToTaskLog):
        return TaskLogScreen(opening.tool, opening.upid, opening.name, clock)
    return RunbookScreen(opening.id, opening.title, read, clock)
