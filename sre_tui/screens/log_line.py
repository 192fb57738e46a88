"""One log line, whole, with everything that came with it."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll

from providers.clock import Clock
from providers.loki import LogEntry
from sre_tui.screens.actions import bindings
from sre_tui.screens.level import Level
from sre_tui.screens.log_lines import copied, facts, question
from sre_tui.screens.page_text import headline, pairs
from sre_tui.screens.rows_pane import Inquired
from sre_tui.views.logs import subject_text
from sre_tui.views.severity import level_tone
from widgets.page import PageText
from widgets.text import plain_lines


class LogLineScreen(Level):
    """Shows the line and its labels; it does not change any more."""

    PART: ClassVar[str] = "log-line"
    BINDINGS: ClassVar[list[BindingType]] = bindings("log-line")

    def __init__(self, clock: Clock, entry: LogEntry) -> None:
        """The page of this line."""
        super().__init__(clock)
        self._entry = entry

    @property
    def crumbs(self) -> tuple[str, ...]:
        """What it is."""
        return ("Line",)

    def body(self) -> ComposeResult:
        """A text that scrolls."""
        with VerticalScroll(id="page"):
            yield PageText(id="line")

    def on_mount(self) -> None:
        """Show it."""
        self.query_one(VerticalScroll).focus()
        self.show()

    def show(self) -> None:
        """The line, facts, labels."""
        entry = self._entry
        page = headline(level_tone(entry.level), entry.level, subject_text(entry))
        page.append(f"\n{plain_lines(entry.line)}\n\n")
        pairs(page, facts(entry))
        page.append("\nLabels\n", "bold")
        pairs(page, dict(sorted(entry.labels.items())) or {"none": ""})
        page.rstrip()
        self.query_one(PageText).text = page

    def action_explain(self) -> None:
        """Ask what it means."""
        self.post_message(Inquired(*question(self._entry)))

    def action_copy(self) -> None:
        """Copy the line with its labels."""
        labels = (f"label {name}={value}" for name, value in sorted(self._entry.labels.items()))
        lines = [copied(self._entry), *(plain_lines(label) for label in labels)]
        self.app.copy_to_clipboard(Text("\n".join(lines)).plain)
        self.notify("Copied the line and its labels")
