"""All about one row: what is known of it at once, then what is asked about it, both live."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Protocol, cast

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Footer, Static

from providers.clock import Clock
from sre_tui.live.snapshot import Snapshot
from sre_tui.live.standing import standing
from sre_tui.screens.actions import bindings
from sre_tui.screens.page_text import result_text
from sre_tui.screens.pane_states import pane_state
from sre_tui.screens.rows.kind import DetailPart
from sre_tui.screens.rows_pane import Inquired, RowsPane
from sre_tui.views.registry import table_view
from widgets.cell import Display, Tone, marked
from widgets.page import PageText, toned
from widgets.pane import PaneKind, badge_of
from widgets.text import plain_line, plain_text
from widgets.too_small import SizeGate

_MARGIN = 6
"""Columns left and right of the page, with its scrollbar."""
_AGES_EVERY = 10.0
"""Seconds after which ages are written anew."""


class AsksFeeds(Protocol):
    """What the app does for a screen that asks for something of its own."""

    def watch_feed(
        self, tool: str, arguments: Mapping[str, object], deliver: Callable[[Snapshot], object]
    ) -> Callable[[], None]:
        """Ask a tool again and again until what is returned is called."""
        ...


class PartArrived(Message):
    """A part of the page was answered."""

    def __init__(self, number: int, snapshot: Snapshot) -> None:
        super().__init__()
        self.number = number
        self.snapshot = snapshot


class DetailScreen(Screen[None]):
    """Stays true while it is open; a row that is gone is shown as it was seen last."""

    PART: ClassVar[str] = "detail"
    BINDINGS: ClassVar[list[BindingType]] = bindings("detail")
    CSS_PATH = "detail.tcss"

    def __init__(self, pane: RowsPane, key: str, homelab: str, clock: Clock) -> None:
        """Show the row of that key, as the pane sees it from now on."""
        super().__init__()
        self._pane = pane
        self._kind = pane.kind
        self._key = key
        self._row: Any = pane.find(key)
        self._homelab = homelab
        self._clock = clock
        self._parts: tuple[DetailPart, ...] = tuple(self._kind.parts(self._row))
        self._answers: dict[int, Snapshot] = {}
        self._ends: list[Callable[[], None]] = []

    def compose(self) -> ComposeResult:
        """Where one is, and the page."""
        with SizeGate():
            yield Static(id="breadcrumb", markup=False)
            yield Static(id="gone", markup=False)
            with VerticalScroll(id="page"):
                yield PageText(id="row")
                for number in range(len(self._parts)):
                    yield PageText(id=f"part-{number}")
            yield Footer(show_command_palette=False, compact=True)

    def on_mount(self) -> None:
        """Follow the pane, and ask for the rest."""
        crumbs = (self._homelab, self._pane.spec.title, self._kind.name(self._row))
        self.query_one("#breadcrumb", Static).update(plain_text(" › ".join(crumbs)))
        self.query_one(VerticalScroll).focus()
        self.watch(self._pane, "taken", self._follow)
        app = cast("AsksFeeds", self.app)
        for number, part in enumerate(self._parts):
            self._ends.append(app.watch_feed(part.tool, part.arguments, self._taker(number)))
        self.set_interval(_AGES_EVERY, self._show_all)

    def on_unmount(self) -> None:
        """Ask no more."""
        for end in self._ends:
            end()

    def on_resize(self) -> None:
        """Break the lines anew."""
        self.call_after_refresh(self._show_all)

    async def action_back(self) -> None:
        """One level back."""
        await self.app.pop_screen()

    def action_explain(self) -> None:
        """Ask what it means."""
        self._pane.post_message(Inquired(self._kind.explain(self._row)))

    def action_changes(self) -> None:
        """Ask what changed around it."""
        self._pane.post_message(Inquired(self._kind.changes(self._row, self._clock())))

    def action_copy(self) -> None:
        """Copy what is known of it, and what was answered."""
        shown = [self._kind.copied(self._row, self._clock())]
        shown += [self._part_text(number).plain.strip() for number in self._answers]
        self.app.copy_to_clipboard("\n\n".join(shown))
        self.notify(f"Copied: {self._kind.name(self._row)}")

    def _taker(self, number: int) -> Callable[[Snapshot], object]:
        # Called in the thread that asks, so it may only send a message.
        return lambda snapshot: self.post_message(PartArrived(number, snapshot))

    @on(PartArrived)
    def _part_arrived(self, event: PartArrived) -> None:
        event.stop()
        self._answers[event.number] = event.snapshot
        self._show_part(event.number)

    def _follow(self) -> None:
        now_known = self._pane.find(self._key)
        if now_known is not None or self._pane.is_answered:
            said = marked(Tone.OK, f"{self._kind.gone}; this is how it was seen last")
            self.query_one("#gone", Static).update(plain_text("" if now_known else said))
            self.set_class(now_known is None, "-gone")
        self._row = now_known or self._row
        self._show_all()

    def _show_all(self) -> None:
        with self.app.batch_update():
            page = self._kind.page(self._row, self._display)
            page.rstrip()
            self.query_one("#row", PageText).text = page
            for number in range(len(self._parts)):
                self._show_part(number)

    def _show_part(self, number: int) -> None:
        self.query_one(f"#part-{number}", PageText).text = self._part_text(number)

    def _part_text(self, number: int) -> Text:
        """A heading with the state of the part, and what was answered."""
        part, snapshot = self._parts[number], self._answers.get(number)
        now = self._clock()
        room = max(1, self.size.width - _MARGIN)
        has_data = snapshot is not None and snapshot.result is not None and snapshot.state.has_data
        state = pane_state(standing([snapshot]), now, rows=int(has_data), nothing="")
        badge = badge_of(state)
        title = plain_line(part.title)
        line = "─" * max(0, room - len(title) - len(badge) - 4)
        text = Text.assemble(
            "\n\n", (f"{title} ", "bold"), (line, toned(Tone.MUTED)), (f" {badge}" if badge else "")
        )
        text.append("\n")
        if state.kind is not PaneKind.READY:
            said = " · ".join(each for each in (state.headline, state.detail, state.hint) if each)
            text.append(f"{plain_line(said)}\n", toned(Tone.WARNING if has_data else Tone.MUTED))
        if snapshot is not None and snapshot.result is not None and has_data:
            view = table_view(part.tool)
            text.append_text(result_text(view, snapshot.result.data, self._display, room))
        text.rstrip()
        return text

    @property
    def _display(self) -> Display:
        return Display(now=self._clock(), utc=None, wide=False)
