"""The line in which one types what a list shall contain."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static

from sre_tui.screens.actions import bindings
from widgets.text import plain_line


class FilterChanged(Message):
    """The text is another one; empty shows all."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class FilterLeft(Message):
    """The user goes back to the list."""


class _Field(Input):
    PART: ClassVar[str] = "filter"
    BINDINGS: ClassVar[list[BindingType]] = bindings("filter")

    def action_clear(self) -> None:
        self.value = ""
        self.post_message(FilterLeft())

    def action_keep(self) -> None:
        self.post_message(FilterLeft())


class FilterLine(Horizontal):
    """Hidden while there is no filter and nobody types one."""

    DEFAULT_CSS = """
    FilterLine {
        height: 1;
        dock: bottom;
        padding: 0 1;
        & > #filter-mark { width: 1; text-style: bold; }
        & > Input { width: 1fr; background: transparent; }
        & > #filter-count { width: auto; padding: 0 0 0 1; text-opacity: 60%; }
    }
    """

    def compose(self) -> ComposeResult:
        """A slash, the text, and how much is left."""
        yield Static("/", id="filter-mark", markup=False)
        yield _Field(compact=True, select_on_focus=False)
        yield Static("", id="filter-count", markup=False)

    @property
    def text(self) -> str:
        """The filter."""
        return self.query_one(_Field).value

    def on_mount(self) -> None:
        """Begin hidden, unless it was opened at once."""
        self._show()

    def _show(self) -> None:
        self.display = self.has_class("-open") or self.has_class("-filled")

    def open(self) -> None:
        """Let the user type."""
        self.add_class("-open")
        # At once, not with the next layout: keys typed right after "/" belong into the field.
        self._show()
        self.screen.set_focus(self.query_one(_Field))

    def clear(self) -> None:
        """Show all again."""
        self.query_one(_Field).value = ""

    def count(self, shown: int, total: int) -> None:
        """Say how many rows are left."""
        self.query_one("#filter-count", Static).update(Text(f"{shown} of {total}"))

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        safe = plain_line(event.value)
        if safe != event.value:
            # Something pasted may hold escape sequences.
            event.input.value = safe
            return
        self.set_class(bool(safe), "-filled")
        self._show()
        self.post_message(FilterChanged(safe))

    @on(FilterLeft)
    def _left(self) -> None:
        self.remove_class("-open")
        self._show()
