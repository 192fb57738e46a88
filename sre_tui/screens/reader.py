"""Long texts to read: the log of a task, a runbook."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import ClassVar, Final

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Static

from providers.clock import Clock
from sre_tui.screens.actions import bindings
from sre_tui.screens.level import Level
from sre_tui.screens.page_scroll import PageScroll
from sre_tui.views.task_log import task_log_lines
from widgets.cell import Tone
from widgets.page import PageText, toned
from widgets.pane import PaneKind, badge_of
from widgets.text import plain_line, plain_lines

ReadsRunbook = Callable[[str], str | None]
"""The text of the runbook of that id; blocks while it is read."""
_ASKED: Final = "log"


class ReaderScreen(Level):
    """A text that scrolls, and its copy."""

    PART: ClassVar[str] = "reader"
    BINDINGS: ClassVar[list[BindingType]] = bindings("reader")

    def __init__(self, title: str, clock: Clock) -> None:
        """A reader with that title."""
        super().__init__(clock)
        self._title = plain_line(title)

    @property
    def crumbs(self) -> tuple[str, ...]:
        """What is read."""
        return (self._title,)

    def body(self) -> ComposeResult:
        """The text."""
        with PageScroll(id="page"):
            yield PageText(id="text")

    def on_mount(self) -> None:
        """Let the keys scroll."""
        self.query_one(PageScroll).focus()

    def action_copy(self) -> None:
        """Copy all of it."""
        self.app.copy_to_clipboard(self.query_one(PageText).text.plain)
        self.notify(f"Copied: {self._title}")

    def read(self, text: Text) -> None:
        """Show the text; one whose end matters is followed there as long as nobody scrolled."""
        self.query_one(PageText).text = text


class TaskLogScreen(ReaderScreen):
    """The log of one task, live while it runs."""

    def __init__(self, tool: str, upid: str, name: str, clock: Clock) -> None:
        """The log of the task of that id, as that tool reads it."""
        super().__init__(f"Log of {name}", clock)
        self._call = (tool, {"log": upid})

    def on_mount(self) -> None:
        """Ask for it."""
        self.ask(_ASKED, *self._call)
        self.show()

    def show(self) -> None:
        """The lines, or why there are none."""
        state = self.state_of(_ASKED)
        data = self.data(_ASKED)
        text = Text()
        if state.kind is not PaneKind.READY:
            said = " · ".join(each for each in (state.headline, state.detail, state.hint) if each)
            text.append(f"{badge_of(state)}  {plain_line(said)}\n\n", toned(Tone.WARNING))
        if data is not None:
            for line, tone in task_log_lines(data.log):
                text.append(f"{plain_line(line)}\n", toned(tone))
        text.rstrip()
        self.read(text)


class RunbookScreen(ReaderScreen):
    """One runbook as it is written."""

    def __init__(self, runbook: str, title: str, read: ReadsRunbook | None, clock: Clock) -> None:
        """The runbook of that id."""
        super().__init__(title, clock)
        self._runbook = runbook
        self._reads = read
        self._text: str | None = None
        self._known = False

    def body(self) -> ComposeResult:
        """The text, and how the same is read in a shell."""
        yield from super().body()
        yield Static(
            f"sre runbooks show {plain_line(self._runbook)}", id="reader-command", markup=False
        )

    def on_mount(self) -> None:
        """Read it."""
        self.show()
        self._load()

    def show(self) -> None:
        """The text, or that it is not there."""
        if self._text is not None:
            self.read(Text(plain_lines(self._text)))
            return
        said = "This runbook is not there any more" if self._known else "Reading…"
        self.read(Text(said, toned(Tone.WARNING if self._known else Tone.MUTED)))

    @work
    async def _load(self) -> None:
        if self._reads is not None:
            self._text = await asyncio.to_thread(self._reads, self._runbook)
        self._known = True
        self.show()
