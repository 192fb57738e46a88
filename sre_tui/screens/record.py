"""A form over the screen with what would be recorded of an incident."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from providers.text import one_line
from sre_tui.memory.draft import LABELS, named_values
from sre_tui.memory.incident import LONGEST_TEXT
from sre_tui.screens.actions import bindings
from sre_tui.tools.registry import get_tool
from sre_tui.tools.tool import ArgumentError
from widgets.key_footer import KeyFooter
from widgets.text import plain_line, plain_text

_RECORD: Final = "memory_record_incident"


@dataclass(frozen=True)
class Form:
    """What is asked, and what is said of it.

    Attributes:
        asked: the question above it.
        edited: what stands in a line of its own; the rest is only shown.
        left: said to who goes away without an answer.
        waiting: said while what was agreed to is being written.
        check: raises ArgumentError for values that make no sense.
    """

    asked: str = "Record this incident?"
    edited: tuple[str, ...] = (
        "title", "subject", "alert", "services", "severity", "cause", "resolution",
    )  # fmt: skip
    left: str = "Nothing was recorded"
    waiting: str = "Being recorded…"
    check: Callable[[Mapping[str, str]], object] = lambda values: get_tool(_RECORD).parse(values)


class RecordScreen(ModalScreen[None]):
    """Asks what to record; it stays open until `close`, whatever comes of what was agreed to.

    Attributes:
        gone: set once it is not on the screen any more, by whatever way.
    """

    AUTO_FOCUS: ClassVar[str | None] = ""
    PART: ClassVar[str] = "record"
    BINDINGS: ClassVar[list[BindingType]] = bindings("record")
    DEFAULT_CSS = """
    RecordScreen {
        align: center middle;
        & > #record {
            width: 90%;
            max-width: 110;
            height: auto;
            border: round $border;
            border-title-style: bold;
            background: $surface;
            padding: 0 1;
        }
        & #fields { height: auto; max-height: 60vh; scrollbar-size-vertical: 1; }
        & Horizontal { height: 1; }
        & .label { width: 18; color: $text-muted; }
        & Input { width: 1fr; background: $surface; padding: 0; }
        & #shown { color: $text-muted; }
        & #said { color: $text-muted; display: none; }
        & #said.-wrong { color: $text-error; }
    }
    """

    def __init__(
        self,
        values: Mapping[str, str],
        submit: Callable[[RecordScreen, dict[str, str]], None],
        *,
        form: Form | None = None,
        is_unbidden: bool = False,
    ) -> None:
        """A form filled with these values.

        Args:
            values: by the names of the tool that records.
            submit: called with the form and what a person agreed to, each time that happens.
            form: the question and its lines; those of a cause that was found if None.
            is_unbidden: whether it opens while somebody may be typing something else: what is
                typed goes into no field then until one is chosen.
        """
        super().__init__()
        self.gone = asyncio.Event()
        self._values = dict(values)
        self._submit = submit
        self._form = form or Form()
        self._is_unbidden = is_unbidden
        self._is_waiting = False
        self._was_submitted = False
        self._is_over = False

    def compose(self) -> ComposeResult:
        """A line for each value, what is said of them, and the keys."""
        with Vertical(id="record") as box:
            box.border_title = plain_text(self._form.asked)
            box.border_subtitle = "tab goes into the fields" if self._is_unbidden else ""
            with VerticalScroll(id="fields", can_focus=self._is_unbidden):
                for name in self._form.edited:
                    with Horizontal():
                        yield Static(LABELS[name], classes="label", markup=False)
                        value = self._on_a_line(name)
                        yield Input(value, id=name, compact=True, select_on_focus=False)
                rest = {
                    name: one for name, one in self._values.items() if name not in self._form.edited
                }
                told = "\n".join(f"{label}: {value}" for label, value in named_values(rest))
                yield Static(told, id="shown", markup=False)
            yield Static("", id="said", markup=False)
        yield KeyFooter()

    def on_mount(self) -> None:
        """Begin with the title, or with what only scrolls."""
        self.set_focus(
            self.query_one("#fields" if self._is_unbidden else f"#{self._form.edited[0]}")
        )

    def on_unmount(self) -> None:
        """Tell whoever waits for it."""
        self.gone.set()

    def on_screen_resume(self) -> None:
        """What was over it is gone, so it can go as well."""
        if self._is_over and self.is_active:
            self.app.pop_screen()

    @property
    def is_open(self) -> bool:
        """Whether it waits for a person, be it below another screen."""
        return not self._is_over and self in self.app.screen_stack

    def close(self) -> None:
        """Go away: at once, or as soon as it is the uppermost screen."""
        if self.is_open:
            self._is_over = True
            if self.is_active:
                self.app.pop_screen()

    def wait(self) -> None:
        """Say that what was agreed to is being recorded; nothing is agreed to twice."""
        self._is_waiting = True
        self._say(self._form.waiting)

    def complain(self, why: str) -> None:
        """Say why it was not recorded; what stands in the fields is still there."""
        self._is_waiting = False
        self._say(why, wrong=True)

    def action_back(self) -> None:
        """Leave it; what comes of what was agreed to before is told elsewhere."""
        if not self._was_submitted:
            self.notify(self._form.left)
        self.close()

    def action_save(self) -> None:
        """Agree to what stands there, if it can be recorded."""
        if self._is_waiting or not self.is_open:
            return
        lines = {name: self.query_one(f"#{name}", Input).value for name in self._form.edited}
        # What was left alone keeps its line breaks.
        edited = {
            name: line.strip() for name, line in lines.items() if line != self._on_a_line(name)
        }
        values = {name: value for name, value in {**self._values, **edited}.items() if value}
        try:
            self._form.check(values)
        except ArgumentError as error:
            self.complain(str(error))
        else:
            self._was_submitted = True
            self._submit(self, values)

    def _say(self, text: str, *, wrong: bool = False) -> None:
        said = self.query_one("#said", Static)
        said.set_class(wrong, "-wrong")
        said.update(plain_line(text))
        said.display = True

    def _on_a_line(self, name: str) -> str:
        return plain_line(one_line(self._values.get(name, ""), LONGEST_TEXT))

    @on(Input.Submitted)
    def _next(self, event: Input.Submitted) -> None:
        event.stop()
        self.focus_next()
