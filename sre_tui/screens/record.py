"""A form over the screen with what would be recorded of an incident."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from providers.text import one_line
from sre_tui.memory.draft import LABELS, named_values
from sre_tui.memory.incident import LONGEST_TEXT
from sre_tui.screens.actions import bindings
from sre_tui.tools.registry import get_tool
from sre_tui.tools.tool import ArgumentError
from widgets.key_footer import KeyFooter
from widgets.text import plain_line

_EDITED: Final = ("title", "subject", "alert", "services", "severity", "cause", "resolution")
"""What stands in a line of its own; the rest is only shown."""


class RecordScreen(ModalScreen[dict[str, str] | None]):
    """Gives the values a person agreed to, None if nothing is to be recorded."""

    PART: ClassVar[str] = "record"
    BINDINGS: ClassVar[list[BindingType]] = bindings("record")
    DEFAULT_CSS = """
    RecordScreen {
        align: center middle;
        & > #record {
            width: 90%;
            max-width: 110;
            height: auto;
            max-height: 80%;
            border: round $border;
            border-title-style: bold;
            background: $surface;
            padding: 0 1;
        }
        & Horizontal { height: 1; }
        & .label { width: 18; color: $text-muted; }
        & Input { width: 1fr; background: $surface; padding: 0; }
        & #shown { color: $text-muted; }
        & #mistake { color: $text-error; display: none; }
    }
    """

    def __init__(self, values: Mapping[str, str], asked: str = "Record this incident?") -> None:
        """A form filled with these values, under a question."""
        super().__init__()
        self._values = dict(values)
        self._asked = asked

    def compose(self) -> ComposeResult:
        """A line for each value, and the keys."""
        with VerticalScroll(id="record", can_focus=False) as box:
            box.border_title = plain_line(self._asked)
            for name in _EDITED:
                with Horizontal():
                    yield Static(LABELS[name], classes="label", markup=False)
                    value = self._on_a_line(name)
                    yield Input(value, id=name, compact=True, select_on_focus=False)
            rest = {name: one for name, one in self._values.items() if name not in _EDITED}
            told = "\n".join(f"{label}: {value}" for label, value in named_values(rest))
            yield Static(told, id="shown", markup=False)
            yield Static("", id="mistake", markup=False)
        yield KeyFooter()

    def on_mount(self) -> None:
        """Begin with the title."""
        self.set_focus(self.query_one(f"#{_EDITED[0]}", Input))

    def action_back(self) -> None:
        """Record nothing."""
        self.dismiss(None)

    def action_save(self) -> None:
        """Agree to what stands there, if it can be recorded."""
        lines = {name: self.query_one(f"#{name}", Input).value for name in _EDITED}
        # What was left alone keeps its line breaks.
        edited = {
            name: line.strip() for name, line in lines.items() if line != self._on_a_line(name)
        }
        values = {name: value for name, value in {**self._values, **edited}.items() if value}
        try:
            get_tool("memory_record_incident").parse(values)
        except ArgumentError as error:
            mistake = self.query_one("#mistake", Static)
            mistake.update(plain_line(str(error)))
            mistake.display = True
        else:
            self.dismiss(values)

    def _on_a_line(self, name: str) -> str:
        return plain_line(one_line(self._values.get(name, ""), LONGEST_TEXT))

    @on(Input.Submitted)
    def _next(self, event: Input.Submitted) -> None:
        event.stop()
        self.focus_next()
