"""One call of a tool as one line that opens to a preview of its result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Static

from widgets.cell import Tone, marked
from widgets.text import duration, plain_line, plain_lines, truncate

_PREVIEW_LINES = 20
_PREVIEW_WIDTH = 500


class CallState(StrEnum):
    """How far a call has come."""

    RUNNING = "running"
    DONE = "done"
    PARTIAL = "partial"
    FAILED = "failed"


_TONES = {
    CallState.RUNNING: Tone.INFO,
    CallState.DONE: Tone.OK,
    CallState.PARTIAL: Tone.WARNING,
    CallState.FAILED: Tone.ERROR,
}


@dataclass(frozen=True, slots=True)
class ToolCall:
    """What is known about a call.

    Attributes:
        name: Name of the tool.
        arguments: Argument names and values, shown by `str`.
        state: How far it has come.
        elapsed_s: Seconds it has taken so far.
        preview: Plain text of the result or of the error, any number of lines.
        evidence: Id its result is cited by, for example ``E3``; empty if it has none.
    """

    name: str
    arguments: Mapping[str, object] = field(default_factory=dict)
    state: CallState = CallState.RUNNING
    elapsed_s: float | None = None
    preview: str = ""
    evidence: str = ""


class _Head(Widget):
    DEFAULT_CSS = """
    _Head { width: 1fr; height: 1; }
    """

    def __init__(self, line: ToolLine) -> None:
        super().__init__()
        self._line = line

    def render(self) -> Text:
        return Text(self._line.summary(self.size.width), no_wrap=True, end="")


class ToolLine(Vertical, can_focus=True):
    """A collapsible line; assign `call` as the call goes on. Enter, space or a click opens it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "open_or_close", "Open or close", show=False, id="tool-line.toggle"),
    ]

    DEFAULT_CSS = """
    ToolLine {
        width: 1fr;
        height: auto;
        padding: 0 1;
        text-opacity: 80%;
        &:focus { text-opacity: 100%; }
        &:focus > _Head { background: $block-cursor-blurred-background; text-style: bold; }
        &.-running > _Head { color: $text-primary; }
        &.-partial > _Head { color: $text-warning; }
        &.-failed > _Head { color: $text-error; }
        & > .tool-line--preview { display: none; padding: 0 0 0 2; width: 1fr; height: auto; }
        &.-open > .tool-line--preview { display: block; }
    }
    """

    call: reactive[ToolCall] = reactive(ToolCall(""))
    open: reactive[bool] = reactive(False, toggle_class="-open")

    def __init__(
        self,
        call: ToolCall,
        *,
        id: str | None = None,  # noqa: A002 - the name every Textual widget uses
        classes: str | None = None,
    ) -> None:
        """A line for this call."""
        super().__init__(id=id, classes=classes)
        self._head = _Head(self)
        self._preview = Static(classes="tool-line--preview", markup=False)
        self.set_reactive(ToolLine.call, call)

    def compose(self) -> ComposeResult:
        """The line and its preview."""
        yield self._head
        yield self._preview

    def on_mount(self) -> None:
        """Show the call given at the start."""
        self.watch_call(self.call)

    def watch_call(self, call: ToolCall) -> None:
        """Set class, line and preview from the call."""
        for state in CallState:
            self.set_class(state is call.state, f"-{state}")
        if self.is_attached:
            self._head.refresh()
            self._preview.update(Text(_preview(call.preview)))

    def watch_open(self) -> None:
        """Turn the arrow."""
        self._head.refresh()

    def action_open_or_close(self) -> None:
        """Open or close the preview."""
        self.open = not self.open

    def on_click(self, event: events.Click) -> None:
        """A click opens and closes as enter does."""
        event.stop()
        self.action_open_or_close()

    def summary(self, width: int) -> str:
        """Arrow, state, name, arguments and time in one line; arguments are cut first."""
        call = self.call
        arrow = "▾" if self.open else "▸"
        start = f"{arrow} {marked(_TONES[call.state], call.state)} {plain_line(call.name)}"
        ends = [f"[{plain_line(call.evidence)}]"] if call.evidence else []
        if call.elapsed_s is not None:
            ends.append(duration(call.elapsed_s))
        end = "".join(f" {part}" for part in ends)
        listed = ", ".join(f"{name}={value}" for name, value in call.arguments.items())
        room = width - cell_len(start) - cell_len(end) - 2
        arguments = f"({truncate(listed, room)})" if listed and room > 3 else ""
        return truncate(start + arguments, max(0, width - cell_len(end))) + end


def _preview(text: str) -> str:
    lines = plain_lines(text).split("\n")
    shown = [truncate(line, _PREVIEW_WIDTH) for line in lines[:_PREVIEW_LINES]]
    if len(lines) > _PREVIEW_LINES:
        shown.append(f"… {len(lines) - _PREVIEW_LINES} more lines")
    return "\n".join(shown) if text else "no result yet"
