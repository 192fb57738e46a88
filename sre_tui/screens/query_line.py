"""The line in which one edits a query, with what the server has against it below."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Input, Static

from sre_tui.screens.actions import bindings
from widgets.cell import Tone, marked
from widgets.text import ELLIPSIS, plain_line, plain_lines


class QueryRun(Message):
    """Run this query, which is not blank."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class QueryLeft(Message):
    """The user goes back to what the query brought."""


class _Field(Input):
    PART: ClassVar[str] = "query"
    BINDINGS: ClassVar[list[BindingType]] = bindings("query")

    def action_leave(self) -> None:
        self.post_message(QueryLeft())


class QueryLine(Vertical):
    """Assign `text`; `complain` says why a query is rejected."""

    DEFAULT_CSS = """
    QueryLine {
        height: auto;
        padding: 0 1;
        & > .query--line { height: 1; }
        & .query--language {
            width: auto;
            padding: 0 1 0 0;
            text-style: bold;
            color: $text-primary;
        }
        & .query--text { width: 1fr; background: transparent; }
        & .query--text:focus { background: $surface; }
        & .query--cut { width: 1; display: none; }
        & > .query--mistake { display: none; height: auto; max-height: 6; color: $text-error; }
        &.-wrong > .query--mistake { display: block; }
    }
    """

    def __init__(self, language: str, placeholder: str, *, id: str | None = None) -> None:  # noqa: A002 - the name every Textual widget uses
        """A line for queries of a language."""
        super().__init__(id=id)
        self._language = language
        self._placeholder = placeholder
        self._text = ""

    def compose(self) -> ComposeResult:
        """The language, the query, the complaint."""
        with Horizontal(classes="query--line"):
            yield Static(self._language, classes="query--language", markup=False)
            yield _Field(
                placeholder=f"for example {self._placeholder}",
                compact=True,
                select_on_focus=False,
                classes="query--text",
            )
            yield Static(ELLIPSIS, classes="query--cut", markup=False)
        yield Static(classes="query--mistake", markup=False)

    @property
    def text(self) -> str:
        """The query in force."""
        return self._text

    @text.setter
    def text(self, text: str) -> None:
        self._text = plain_line(text)
        self._restore()

    @property
    def is_edited(self) -> bool:
        """Whether the user is typing."""
        return self.query_one(_Field).has_focus

    def edit(self) -> None:
        """Let the user type."""
        self.screen.set_focus(self.query_one(_Field))

    def complain(self, why: str) -> None:
        """Show what is wrong with the query; nothing takes it back."""
        self.set_class(bool(why), "-wrong")
        said = marked(Tone.ERROR, plain_lines(why)) if why else ""
        self.query_one(".query--mistake", Static).update(Text(said, no_wrap=True))

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        safe = plain_line(event.value)
        if safe != event.value:
            # Something pasted may hold escape sequences.
            event.input.value = safe

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        wanted = event.value.strip()
        if not wanted:
            self.complain("type a query, or esc leaves it as it was")
            return
        self._text = wanted
        self.complain("")
        self.post_message(QueryRun(wanted))

    @on(QueryLeft)
    def _left(self) -> None:
        self._restore()

    def on_descendant_focus(self) -> None:
        """Go on where it ends."""
        field = self.query_one(_Field)
        field.cursor_position = len(field.value)
        self._show_cut()

    def on_descendant_blur(self) -> None:
        """Show what it begins with, which says more than its end."""
        self.query_one(_Field).cursor_position = 0
        self._show_cut()

    def on_resize(self) -> None:
        """It may be longer than its room now."""
        self._show_cut()

    def _restore(self) -> None:
        field = self.query_one(_Field)
        field.value = self._text
        if not field.has_focus:
            field.cursor_position = 0
        self._show_cut()

    def _show_cut(self) -> None:
        """Say that there is more of it than can be seen."""
        field, mark = self.query_one(_Field), self.query_one(".query--cut")
        room = self.content_size.width - cell_len(self._language) - 1
        mark.display = not field.has_focus and cell_len(field.value) > room
