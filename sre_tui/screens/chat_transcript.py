"""What was said in the chat, to be gone through by keys."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType

from sre_tui.screens.actions import bindings
from sre_tui.screens.chat_messages import EvidenceWanted
from widgets.prompt import Prompt
from widgets.tool_line import ToolLine
from widgets.transcript import Transcript


class ChatTranscript(Transcript):
    """The transcript, to be scrolled by letters."""

    PART: ClassVar[str] = "transcript"
    BINDINGS: ClassVar[list[BindingType]] = bindings("transcript")

    def action_type(self) -> None:
        """Go to the line one types into."""
        self.screen.query_one(Prompt).focus()

    def action_next_call(self) -> None:
        """Go to the next tool call."""
        self._step(1)

    def action_previous_call(self) -> None:
        """Go to the tool call before; the first time to the last one."""
        self._step(-1)

    def action_whole(self) -> None:
        """Open the evidence that the call under the cursor brought."""
        if self._line is not None:
            self.post_message(EvidenceWanted(self._line.call.evidence))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave out what needs a tool call."""
        match action:
            case "next_call" | "previous_call":
                return bool(self.query(ToolLine))
            case "whole":
                return self._line is not None
            case _:
                return True

    @property
    def _line(self) -> ToolLine | None:
        focused = self.screen.focused
        return focused if isinstance(focused, ToolLine) else None

    def _step(self, step: int) -> None:
        lines = list(self.query(ToolLine))
        if not lines:
            return
        # The view stays where the reader is, though the answer goes on.
        self.release_anchor()
        if self._line is None:
            at = 0 if step > 0 else len(lines) - 1
        else:
            at = min(max(lines.index(self._line) + step, 0), len(lines) - 1)
        lines[at].focus()
