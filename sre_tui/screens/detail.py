"""All about one row: what is known of it at once, then what is asked about it, both live."""

from __future__ import annotations

from typing import Any, ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from providers.clock import Clock
from sre_tui.screens.actions import bindings
from sre_tui.screens.level import Level
from sre_tui.screens.page_text import result_text
from sre_tui.screens.rows.kind import DetailPart
from sre_tui.screens.rows_pane import Inquired, RowsPane
from sre_tui.views.registry import table_view
from widgets.cell import Tone, marked
from widgets.page import PageText, toned
from widgets.pane import PaneKind, badge_of
from widgets.text import plain_line, plain_text

_MARGIN = 6
"""Columns left and right of the page, with its scrollbar."""


class DetailScreen(Level):
    """Stays true while it is open; a row that is gone is shown as it was seen last."""

    PART: ClassVar[str] = "detail"
    BINDINGS: ClassVar[list[BindingType]] = bindings("detail")

    def __init__(self, pane: RowsPane, key: str, clock: Clock) -> None:
        """Show the row of that key, as the pane sees it from now on."""
        super().__init__(clock)
        self._pane = pane
        self._kind = pane.kind
        self._key = key
        self._row: Any = pane.find(key)
        self._parts: tuple[DetailPart, ...] = tuple(self._kind.parts(self._row))

    @property
    def crumbs(self) -> tuple[str, ...]:
        """The pane, unless it is a level itself, and the row."""
        name = self._kind.name(self._row)
        return (name,) if isinstance(self._pane.screen, Level) else (self._pane.spec.title, name)

    def body(self) -> ComposeResult:
        """The page."""
        yield Static(id="gone", markup=False)
        with VerticalScroll(id="page"):
            yield PageText(id="row")
            for number in range(len(self._parts)):
                yield PageText(id=f"part-{number}")

    def on_mount(self) -> None:
        """Follow the pane, and ask for the rest."""
        self.query_one(VerticalScroll).focus()
        self.watch(self._pane, "taken", self._follow)
        for part in self._parts:
            self.ask(part.title, part.tool, part.arguments)

    def show(self) -> None:
        """The row and its parts."""
        with self.app.batch_update():
            page = self._kind.page(self._row, self.reading)
            page.rstrip()
            self.query_one("#row", PageText).text = page
            for number, part in enumerate(self._parts):
                self.query_one(f"#part-{number}", PageText).text = self._part_text(part)

    def action_explain(self) -> None:
        """Ask what it means."""
        self._pane.post_message(Inquired(self._kind.explain(self._row)))

    def action_changes(self) -> None:
        """Ask what changed around it."""
        self._pane.post_message(Inquired(self._kind.changes(self._row, self.clock())))

    def action_copy(self) -> None:
        """Copy what is known of it, and what was answered."""
        shown = [self._kind.copied(self._row, self.clock())]
        shown += [
            self._part_text(part).plain.strip() for part in self._parts if self.answer(part.title)
        ]
        self.app.copy_to_clipboard("\n\n".join(shown))
        self.notify(f"Copied: {self._kind.name(self._row)}")

    def _follow(self) -> None:
        now_known = self._pane.find(self._key)
        if now_known is not None or self._pane.is_answered:
            said = marked(Tone.OK, f"{self._kind.gone}; this is how it was seen last")
            self.query_one("#gone", Static).update(plain_text("" if now_known else said))
            self.set_class(now_known is None, "-gone")
        self._row = now_known or self._row
        self.show()

    def _part_text(self, part: DetailPart) -> Text:
        """A heading with the state of the part, and what was answered."""
        data = self.data(part.title)
        room = max(1, self.size.width - _MARGIN)
        state = self.state_of(part.title)
        badge = badge_of(state)
        title = plain_line(part.title)
        line = "─" * max(0, room - len(title) - len(badge) - 4)
        text = Text.assemble(
            "\n\n", (f"{title} ", "bold"), (line, toned(Tone.MUTED)), (f" {badge}" if badge else "")
        )
        text.append("\n")
        if state.kind is not PaneKind.READY:
            said = " · ".join(each for each in (state.headline, state.detail, state.hint) if each)
            tone = Tone.MUTED if data is None else Tone.WARNING
            text.append(f"{plain_line(said)}\n", toned(tone))
        if data is not None:
            text.append_text(result_text(table_view(part.tool), data, self.reading, room))
        text.rstrip()
        return text
