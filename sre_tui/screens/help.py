"""All keys, as they are in force."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from sre_tui.screens.actions import bindings
from sre_tui.screens.keys import KeyHelp
from sre_tui.screens.page_scroll import PageScroll
from widgets.key_footer import KeyFooter
from widgets.text import fit, plain_text

_KEYS_WIDTH = 14
_WITH_IDS = 110
"""Columns from which on the ids have a place beside what the keys do."""


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
            with PageScroll():
                yield Static(self._page(), markup=False)
        yield KeyFooter()

    def on_mount(self) -> None:
        """Let the keys scroll."""
        self.query_one(PageScroll).focus()

    def on_resize(self) -> None:
        """Tell the ids where there is room for them."""
        self.call_after_refresh(self._show)

    def _show(self) -> None:
        self.query_one(Static).update(self._page())

    def _page(self) -> Text:
        return _page(self._keys, with_ids=self.app.size.width >= _WITH_IDS)

    def action_back(self) -> None:
        """Close."""
        self.dismiss(None)


def _page(keys: Mapping[str, Sequence[KeyHelp]], *, with_ids: bool) -> Text:
    every = [one for group in keys.values() for one in group]
    width = max((cell_len(one.help) for one in every), default=0)
    page = Text()
    for heading, group in keys.items():
        page.append(f"{heading}\n", "bold underline")
        for one in group:
            page.append(f"  {one.keys:<{_KEYS_WIDTH}}", "bold")
            page.append(f"  {fit(one.help, width)}" if with_ids else f"  {one.help}")
            page.append(f"  {one.id}\n" if with_ids else "\n", "dim")
        page.append("\n")
    page.append("Other keys: [app.keys] in config.toml, by the ids ", "dim")
    page.append("on the right" if with_ids else "that a wider terminal shows here", "dim")
    return page
