"""All about a row of a pane, as the pane sees it from poll to poll."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from rich.text import Text
from textual.widgets import Static

from providers.clock import Clock
from sre_tui.screens.about.tab import DetailTab, Opening, ToRow
from sre_tui.screens.detail import DetailScreen
from sre_tui.screens.level import Level
from sre_tui.screens.rows_pane import RowsPane
from widgets.cell import Display, Tone, marked
from widgets.text import plain_text

if TYPE_CHECKING:
    from sre_tui.screens.rows.kind import Origin
    from sre_tui.screens.subject_queries import ChartsOf, LogsOf


class RowSubject:
    """A row of a pane; one that is gone is shown as it was seen last."""

    def __init__(self, pane: RowsPane, key: str) -> None:
        """The row of that key, as the pane sees it from now on."""
        self.pane = pane
        self.kind = pane.kind
        self.key = key
        self.row: Any = pane.find(key)
        self.is_gone = False

    @property
    def crumbs(self) -> tuple[str, ...]:
        """The pane, unless it stands in a level itself, and the row."""
        name = self.name
        return (name,) if isinstance(self.pane.screen, Level) else (self.pane.spec.title, name)

    @property
    def name(self) -> str:
        """What it is called."""
        return self.kind.name(self.row)

    @property
    def tabs(self) -> Sequence[DetailTab]:
        """What there is to say about it."""
        first, *others = self.kind.tabs(self.row)

        def page(display: Display, _: int) -> Text:
            return self.page(display)

        def below(display: Display, _: int) -> Text:
            return Text() if self.kind.foot is None else self.kind.foot(self.row, display)

        foot = None if self.kind.foot is None else below
        return (replace(first, page=page, below=foot), *others)

    @property
    def node(self) -> str | None:
        """Where it runs."""
        return self.kind.node(self.row)

    @property
    def origin(self) -> Origin:
        """Where its cause is looked for."""
        return self.kind.origin(self.row)

    @property
    def logs(self) -> LogsOf | None:
        """Whose log lines tell about it."""
        return self.kind.logs(self.row)

    @property
    def charts(self) -> ChartsOf | None:
        """Its metrics."""
        return self.kind.charts(self.row)

    def backups(self, known: Sequence[Any]) -> Opening | None:
        """What the pane of backups knows about it."""
        key = self.kind.backups(self.row, known)
        return None if key is None or key == self.key else ToRow("backups", key)

    def explain(self) -> str:
        """The question what it means."""
        return self.kind.explain(self.row)

    def changes(self, now: datetime) -> str:
        """The question what changed around it."""
        return self.kind.changes(self.row, now)

    def page(self, display: Display) -> Text:
        """What is known of it without asking."""
        return self.kind.page(self.row, display)

    def look(self) -> bool:
        """Take the row as it is now; False if it is gone."""
        now_known = self.pane.find(self.key)
        if now_known is not None or self.pane.is_answered:
            self.is_gone = now_known is None
        self.row = now_known or self.row
        return not self.is_gone


class RowDetailScreen(DetailScreen):
    """All about a row of a pane, as the pane sees it."""

    def __init__(self, subject: RowSubject, clock: Clock) -> None:
        """All about that row."""
        super().__init__(subject, clock)
        self._row = subject

    def on_mount(self) -> None:
        """Follow the pane."""
        self.watch(self._row.pane, "taken", self._follow)

    def _follow(self) -> None:
        there = self._row.look()
        said = "" if there else marked(
            Tone.OK, f"{self._row.kind.gone}; this is how it was seen last"
        )  # fmt: skip
        self.query_one("#gone", Static).update(plain_text(said))
        self.set_class(not there, "-gone")
        self.show()
