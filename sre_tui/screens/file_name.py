"""A line over the screen for the name of a file that is to be written."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from providers.text import one_line
from sre_tui.complaint import Complaint
from sre_tui.live.report_desk import FileThere
from sre_tui.screens.actions import bindings
from widgets.key_footer import KeyFooter
from widgets.text import plain_line, plain_text

Writes = Callable[[str, bool], Awaitable[Path]]
"""Writes the file of a name, replacing one that is there or not, and says where it is."""


class FileNameScreen(ModalScreen[Path | None]):
    """Stays open until the file is written; gives where it is, None if the user went back."""

    PART: ClassVar[str] = "file"
    BINDINGS: ClassVar[list[BindingType]] = bindings("file")
    # No file: for the first screen that brings one Textual parses and applies all styles anew.
    DEFAULT_CSS = """
    FileNameScreen {
        align: center middle;
        & > #file {
            width: 80%;
            max-width: 90;
            height: auto;
            border: round $border;
            border-title-style: bold;
            background: $surface;
            padding: 0 1;
        }
        & Input { width: 1fr; background: $surface; padding: 0; }
        & #file-said { height: auto; color: $text-muted; }
        & #file-said.-wrong { color: $text-error; }
    }
    """

    def __init__(self, title: str, name: str, hint: str, write: Writes) -> None:
        """A line with a name to begin with, and a hint below it."""
        super().__init__()
        self._title = title
        self._proposed = name
        self._hint = hint
        self._write = write
        self._there = ""
        self._is_waiting = False

    def compose(self) -> ComposeResult:
        """The line, what is said of it, the keys."""
        with Vertical(id="file") as box:
            box.border_title = plain_text(self._title)
            yield Input(plain_line(self._proposed), compact=True, select_on_focus=False)
            yield Static(plain_line(self._hint), id="file-said", markup=False)
        yield KeyFooter()

    def on_mount(self) -> None:
        """Let the name be typed."""
        self.query_one(Input).focus()

    def action_back(self) -> None:
        """Write nothing."""
        self.dismiss(None)

    def action_write(self) -> None:
        """Write it; a second time what is there already is replaced."""
        name = self.query_one(Input).value.strip()
        if self._is_waiting:
            return
        if not name:
            self._say("a file needs a name", wrong=True)
            return
        self._is_waiting = True
        self._say("Being written…")
        self._begin(name)

    @work
    async def _begin(self, name: str) -> None:
        try:
            path = await self._write(name, name == self._there)
        except FileThere as error:
            self._there = name
            self._say(f"{error}: enter once more replaces it", wrong=True)
        except Complaint as error:
            self._say(str(error), wrong=True)
        else:
            if self.is_current:
                self.dismiss(path)
        finally:
            self._is_waiting = False

    def _say(self, text: str, *, wrong: bool = False) -> None:
        said = self.query_one("#file-said", Static)
        said.set_class(wrong, "-wrong")
        said.update(plain_line(one_line(text, 400)))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_write()
