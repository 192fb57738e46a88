"""What log lines have in common: templates with their counts, each opening its lines."""

from __future__ import annotations

from typing import ClassVar

from textual import on

from providers.clock import Clock
from providers.loki.models import Level as LogLevel
from sre_tui.screens.list_level import ListLevel
from sre_tui.screens.panes import PaneSpec
from sre_tui.screens.rows_pane import RowChosen
from sre_tui.screens.wanted import LogsWanted


class PatternsScreen(ListLevel):
    """The patterns of one query."""

    SPEC: ClassVar[PaneSpec] = PaneSpec(
        "patterns", "Patterns", ("loki_patterns",), nothing="No line in this window"
    )

    def __init__(self, clock: Clock, query: str, since: str, level: LogLevel | None) -> None:
        """Patterns of the lines of a query, from a span of time on."""
        super().__init__(clock)
        self._asked = {"query": query, "since": since, "limit": 500}
        if level is not None:
            self._asked["level"] = level

    def on_mount(self) -> None:
        """Ask for them."""
        self.list_what(self._asked)

    @on(RowChosen)
    def _pattern_chosen(self, event: RowChosen) -> None:
        """Show the lines instead of details."""
        event.stop()
        event.prevent_default()
        row = self.pane.find(event.key)
        of = None if row is None else self.pane.kind.logs(row)
        if of is not None:
            self.post_message(LogsWanted(of))
