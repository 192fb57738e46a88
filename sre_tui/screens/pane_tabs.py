"""Which panes there are, where there is room for one only."""

from __future__ import annotations

from collections.abc import Mapping

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Static

from widgets.text import plain_text


class TabChosen(Message):
    """A tab was clicked."""

    def __init__(self, pane: str) -> None:
        super().__init__()
        self.pane = pane


class _Tab(Static):
    def __init__(self, pane: str, words: str, classes: str | None) -> None:
        super().__init__(plain_text(words), id=f"tab-{pane}", markup=False, classes=classes)
        self._pane = pane

    def on_click(self, event: events.Click) -> None:
        event.stop()
        self.post_message(TabChosen(self._pane))


class PaneTabs(Horizontal):
    """One line with a tab for each pane; `show` marks the one in front."""

    def __init__(self, panes: Mapping[str, str]) -> None:
        """Tabs for panes by id, with their titles; the first one is in front."""
        super().__init__()
        self._panes = dict(panes)

    def compose(self) -> ComposeResult:
        """The tabs, numbered by their keys."""
        for number, (pane, title) in enumerate(self._panes.items(), 1):
            yield _Tab(pane, f"{number} {title}", "-front" if number == 1 else None)

    def show(self, front: str) -> None:
        """Mark the tab of the pane in front."""
        for tab in self.query(_Tab):
            tab.set_class(tab.id == f"tab-{front}", "-front")
