"""A level that is one list of one tool: filtered, sorted, explained and opened as panes are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual import on
from textual.app import ComposeResult

from providers.clock import Clock
from sre_tui.live.snapshot import Snapshot
from sre_tui.screens.level import Level
from sre_tui.screens.panes import PaneSpec
from sre_tui.screens.rows_pane import RowChosen, RowsPane


class ListLevel(Level):
    """Call `list_what` to fill it, and again to fill it with something else."""

    SPEC: ClassVar[PaneSpec]
    """The list; its one feed is the tool."""

    def __init__(self, clock: Clock) -> None:
        """An empty list that waits for its first answer."""
        super().__init__(clock)
        self._shown: Snapshot | None = None

    @property
    def pane(self) -> RowsPane:
        """The list."""
        return self.query_one(RowsPane)

    @property
    def crumbs(self) -> tuple[str, ...]:
        """Its title."""
        return (self.SPEC.title,)

    @property
    def tool(self) -> str:
        """Who is asked."""
        return self.SPEC.feeds[0]

    def body(self) -> ComposeResult:
        """The list."""
        yield RowsPane(self.SPEC, 0, self.clock)

    def list_what(self, arguments: Mapping[str, object]) -> None:
        """Ask the tool with these arguments from now on; the rows before stay until it answers."""
        self.ask(self.tool, self.tool, arguments)
        self.show()

    def show(self) -> None:
        """The rows that came last."""
        pane, last = self.pane, self.answer(self.tool)
        refused = last is not None and last.complaint is not None
        pane.stand_in = self.state_of(self.tool) if self.is_behind(self.tool) or refused else None
        if last is not None and last is not self._shown:
            self._shown = last
            pane.snapshots = {self.tool: last}
        else:
            pane.show_again()

    def on_mount(self) -> None:
        """Let the keys go to the list."""
        self.pane.focus_list()

    def undo(self) -> bool:
        """Show all rows again."""
        if not self.pane.filtered:
            return False
        self.pane.clear_filter()
        return True

    @on(RowChosen)
    def _row_chosen(self, event: RowChosen) -> None:
        from sre_tui.screens.details import detail_screen

        event.stop()
        self.app.push_screen(detail_screen(self.pane, event.key, self.clock))
