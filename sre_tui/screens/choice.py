"""A list over the screen to take one line from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from sre_tui.screens.actions import bindings
from widgets.key_footer import KeyFooter
from widgets.text import fit, plain_line, plain_text

_NAME_WIDTH = 44


@dataclass(frozen=True, slots=True)
class Offer:
    """One line: what is returned for it, its name, and what there is to say about it."""

    id: str
    name: str
    words: str
    disabled: bool = False


class ChoiceScreen(ModalScreen[str | None]):
    """Gives the id of the line taken, None if the user went back."""

    PART: ClassVar[str] = "choice"
    BINDINGS: ClassVar[list[BindingType]] = bindings("choice")
    CSS_PATH = "choice.tcss"

    def __init__(self, title: str, offers: Sequence[Offer], nothing: str) -> None:
        """A list under a title; `nothing` is said if it is empty."""
        super().__init__()
        self._title = title
        self._offers = tuple(offers)
        self._nothing = nothing

    def compose(self) -> ComposeResult:
        """The list in a box."""
        with Vertical(id="choice") as box:
            box.border_title = plain_text(self._title)
            longest = max((len(offer.name) for offer in self._offers), default=0)
            width = min(_NAME_WIDTH, longest)
            options = [
                Option(
                    Text(f"{fit(offer.name, width)}  {plain_line(offer.words)}", no_wrap=True),
                    id=offer.id,
                    disabled=offer.disabled,
                )
                for offer in self._offers
            ]
            yield OptionList(*(options or [Option(Text(self._nothing), disabled=True)]))
        yield KeyFooter()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer no line where there is none to take."""
        if action == "take":
            return any(not offer.disabled for offer in self._offers)
        return super().check_action(action, parameters)

    def action_take(self) -> None:
        """Take the line under the cursor."""
        self.query_one(OptionList).action_select()

    def action_back(self) -> None:
        """Close without a choice."""
        self.dismiss(None)

    @on(OptionList.OptionSelected)
    def _taken(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(event.option_id)
