"""All keys, as they are in force."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from sre_tui.screens.actions import bindings
from sre_tui.screens.keys import KeyHelp
from widgets.key_footer import KeyFooter
from widgets.text import plain_text

_KEYS_WIDTH = 14


class HelpScreen(ModalScreen[None]):
    """Keys by the part of the app they belong to."""

    PART: ClassVar[str] = "help"
    BINDINGS: ClassVar[list[BindingType]] = bindings("help")
    CSS_PATH = "help.tcss"

    def __init__(self, keys: Mapping[str, Sequence[KeyHelp]]) -> None:
        """Show these keys."""
        super().__init__()
        self._keys = keys

    def compose(self) -> ComposeResult:
        """The list in a box."""
        with Vertical(id="help") as box:
            box.border_title = plain_text("Keys")
            with VerticalScroll():
                yield Static(_page(self._keys), markup=False)
        yield KeyFooter()

    def action_back(self) -> None:
        """Close."""
        self.dismiss(None)


def _page(keys: Mapping[str, Sequence[KeyHelp]]) -> Text:
    page = Text()
    for heading, group in keys.items():
        page.append(f"{heading}\n", "bold underline")
        for one in group:
            page.append(f"  {one.keys:<{_KEYS_WIDTH}}", "bold")
            page.append(f"  {one.help}\n")
        page.append("\n")
    page.rstrip()
    return page
