"""A line to type where to go, with the places it fits below it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from sre_tui.screens.actions import bindings
from sre_tui.screens.places import Place, matching
from widgets.key_footer import KeyFooter
from widgets.text import fit, plain_text

_MOST: Final = 100
"""Places that are listed; who looks for another one types on."""
_NAME_WIDTH: Final = 36


class GoToScreen(ModalScreen[Place | None]):
    """Gives the place taken, None if the user stays."""

    PART: ClassVar[str] = "go-to"
    BINDINGS: ClassVar[list[BindingType]] = bindings("go-to")
    CSS_PATH = "go_to.tcss"

    def __init__(self, places: Sequence[Place]) -> None:
        """A line for these places."""
        super().__init__()
        self._places = tuple(places)
        self._offered: list[Place] = []

    def compose(self) -> ComposeResult:
        """The line, the places, the keys."""
        with Vertical(id="go-to") as box:
            box.border_title = plain_text("Go to")
            with Horizontal(id="go-to-line"):
                yield Static(":", markup=False)
                yield Input(compact=True, select_on_focus=False)
            yield OptionList()
        yield KeyFooter()

    def on_mount(self) -> None:
        """Let the keys be typed, and offer everything."""
        self.query_one(OptionList).can_focus = False
        self.set_focus(self.query_one(Input))
        self._offer()

    def know(self, places: Sequence[Place]) -> None:
        """Offer these places from now on."""
        self._places = tuple(places)
        if self.is_mounted:
            self._offer()

    def action_back(self) -> None:
        """Stay."""
        self.dismiss(None)

    def action_cursor_down(self) -> None:
        """To the next place."""
        self.query_one(OptionList).action_cursor_down()

    def action_cursor_up(self) -> None:
        """To the place before."""
        self.query_one(OptionList).action_cursor_up()

    def action_complete(self) -> None:
        """Type the name of the place under the cursor."""
        if (place := self._chosen) is not None:
            field = self.query_one(Input)
            field.value = place.name
            field.action_end()

    def action_go(self) -> None:
        """Take the place under the cursor; what was typed last may not be listed yet."""
        self._offer()
        if (place := self._chosen) is not None:
            self.dismiss(place)

    @property
    def _chosen(self) -> Place | None:
        at = self.query_one(OptionList).highlighted
        return None if at is None or at >= len(self._offered) else self._offered[at]

    def _offer(self) -> None:
        found = matching(self._places, self.query_one(Input).value)[:_MOST]
        if self._offered == found and found:
            return
        self._offered = found
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options([_option(place) for place in found] or [_nothing()])
        options.highlighted = 0 if found else None

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._offer()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_go()

    @on(OptionList.OptionSelected)
    def _taken(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(self._offered[event.option_index])


def _option(place: Place) -> Option:
    words = (place.words, "dim")
    return Option(Text.assemble(f"{fit(place.name, _NAME_WIDTH)}  ", words, no_wrap=True))


def _nothing() -> Option:
    return Option(Text("Nothing here is called so"), disabled=True)
