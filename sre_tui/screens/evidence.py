"""What an answer stands on: a tool call with its whole result, or one thing that it quotes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.reactive import reactive
from textual.screen import ModalScreen
from textual.widgets import Static

from providers.clock import Clock
from sre_tui.agent.events import Evidence
from sre_tui.screens.actions import bindings
from sre_tui.screens.answer_writer import finished_call
from sre_tui.views.human import ago, duration
from widgets.cell import Tone, marked
from widgets.key_footer import KeyFooter
from widgets.text import plain_line, plain_lines, plain_text
from widgets.tool_line import CallState

_TONES = {CallState.DONE: Tone.OK, CallState.PARTIAL: Tone.WARNING, CallState.FAILED: Tone.ERROR}


class EvidenceScreen(ModalScreen[None]):
    """Shows one piece of evidence and leads to its neighbours."""

    PART: ClassVar[str] = "evidence"
    BINDINGS: ClassVar[list[BindingType]] = bindings("evidence")
    CSS_PATH = "evidence.tcss"

    place: reactive[int] = reactive(0, init=False)

    def __init__(self, evidence: Sequence[Evidence], shown: str, clock: Clock) -> None:
        """Show the one of id `shown` among all there is."""
        super().__init__()
        self._all = tuple(evidence)
        self._clock = clock
        ids = [one.id for one in self._all]
        self.set_reactive(EvidenceScreen.place, ids.index(shown))

    def compose(self) -> ComposeResult:
        """The text in a box that scrolls."""
        with Vertical(id="evidence"), VerticalScroll(id="evidence-scroll"):
            # It scrolls with the text, because a long query may fill a small screen.
            yield Static(id="evidence-head", markup=False)
            yield Static(id="evidence-text", markup=False)
        yield KeyFooter()

    def on_mount(self) -> None:
        """Show the first one."""
        self.watch_place()
        self.query_one(VerticalScroll).focus()

    def watch_place(self) -> None:
        """Show the evidence at that place."""
        one = self._all[self.place]
        box = self.query_one("#evidence")
        box.border_title = plain_text(f"Evidence {one.id}")
        box.border_subtitle = plain_text(f"{self.place + 1} of {len(self._all)}")
        self.query_one("#evidence-head", Static).update(self._head(one))
        self.query_one("#evidence-text", Static).update(Text(plain_lines(one.text)))
        self.query_one(VerticalScroll).scroll_home(animate=False)
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Dim the way to a neighbour there is none of."""
        if action == "previous":
            return True if self.place > 0 else None
        if action == "next":
            return True if self.place + 1 < len(self._all) else None
        return True

    def action_back(self) -> None:
        """Close."""
        self.dismiss(None)

    def action_previous(self) -> None:
        """The evidence before."""
        self.place -= 1

    def action_next(self) -> None:
        """The evidence after."""
        self.place += 1

    def action_copy(self) -> None:
        """Copy the text."""
        one = self._all[self.place]
        self.app.copy_to_clipboard(plain_lines(one.text))
        self.notify(f"Copied {one.id}")

    def _head(self, one: Evidence) -> Text:
        call = finished_call(one)
        word = one.state.value.replace("_", " ")
        arguments = ", ".join(f"{name}={value}" for name, value in one.arguments.items())
        head = Text()
        asked = one.command or f"{one.tool}({arguments})"
        head.append(plain_lines(asked) + "\n", "bold")
        head.append(marked(_TONES[call.state], word))
        how = f"quoted by {one.part_of}" if one.part_of else f"took {duration(one.elapsed)}"
        head.append(f" · {ago(one.observed_at, self._clock())} · {how}\n")
        for source in one.sources:
            said = f"{source.source} {source.state.value.replace('_', ' ')}"
            head.append(plain_line(f"{said}: {source.detail}" if source.detail else said) + "\n")
        head.rstrip()
        return head
