"""The whole app on a stage: no feeds, a clock that stands still, answers from a script."""

from __future__ import annotations

import unicodedata
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from syrupy.assertion import SnapshotAssertion
from textual.pilot import Pilot
from textual.widget import Widget
from textual.widgets import Input, TextArea

from providers.alerting import Alert
from sre_tui.app import SnapshotArrived, SreApp
from sre_tui.app_parts import AppParts
from sre_tui.live.feed import AskTool, Feed
from sre_tui.live.recording import Changer, Recorder
from sre_tui.live.report_desk import ReportDesk
from sre_tui.live.snapshot import Snapshot
from sre_tui.screens.chat_pane import ChatPane
from sre_tui.screens.look import Look
from sre_tui.screens.main import MainScreen
from sre_tui.screens.rows_pane import RowsPane, RowTable
from tests.screens.answers import ScriptedAnswers
from tests.screens.homelab import GRAFANA, NOW, PROMETHEUS
from tests.screens.svg import SvgSnapshot, svg_of, text_of

SIZES = {"80x24": (80, 24), "120x40": (120, 40)}
PATIENCE = 2000
"""Looks at the screen before a test gives up."""


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Scene:
    app: SreApp
    pilot: Pilot[None]
    answers: ScriptedAnswers
    clock: Clock

    @property
    def text(self) -> str:
        return text_of(self.app)

    @property
    def svg(self) -> str:
        return svg_of(self.app)

    @property
    def main(self) -> MainScreen:
        return self.app.main

    @property
    def pane(self) -> RowsPane:
        """The pane that is in front, or was before the chat."""
        return self.main.open_pane

    @property
    def chat(self) -> ChatPane:
        return self.main.chat

    @property
    def table(self) -> RowTable:
        return self.pane.query_one(RowTable)

    @property
    def level_table(self) -> RowTable:
        """The rows of the level that is open."""
        return self.app.screen.query_one(RowTable)

    @property
    def chosen(self) -> str:
        """Name of what is under the cursor; of an alert without its host."""
        row = self.pane.chosen
        if row is None:
            return ""
        return row.name if isinstance(row, Alert) else self.pane.kind.name(row)

    @property
    def is_clean(self) -> bool:
        """Whether nothing on the screen can move the cursor, turn text round or hide."""
        shown = set(self.text.replace("\n", ""))
        return not shown & set("\u202e\u2066\u200f\u200b") and not {
            unicodedata.category(char) for char in shown
        } & {"Cc", "Cs"}

    @property
    def at_main(self) -> bool:
        """Whether no level is open."""
        return self.app.screen is self.main

    def focused_is(self, kind: type[Widget]) -> bool:
        """Whether the keys go to such a widget."""
        return isinstance(self.app.screen.focused, kind)

    def within(self, widget: Widget) -> str:
        """What stands in the place of a widget, in one line, its frame left out."""
        return _within(widget, self.text.splitlines())

    def framed(self, widget: Widget) -> str:
        """The same with what stands in its frame: the title and the badge."""
        area = widget.region
        rows = self.text.splitlines()[area.y : area.bottom]
        frame = " ".join((rows[0][area.x : area.right], rows[-1][area.x : area.right]))
        return f"{frame} {self.within(widget)}"

    async def settle(self, when: Callable[[], bool] = lambda: True) -> None:
        """Wait until everything posted so far is handled and `when` holds."""
        await self.pilot.pause()
        for _ in range(PATIENCE):
            if when():
                return
            # It may be a thread or a server that is waited for.
            await self.pilot.pause(0.005)
        raise AssertionError(f"the screen never settled:\n{self.text}")

    async def draw(self, name: str, snapshot: SnapshotAssertion) -> None:
        """Hold a picture of the screen at each size against the one that was kept."""
        for field in self.app.screen.query(Input):
            field.cursor_blink = False
        # How long a notice stays is up to the clock of the machine.
        self.app.clear_notifications()
        before = self.app.size
        for size, (width, height) in SIZES.items():
            await self.pilot.resize_terminal(width, height)
            await self.settle()
            assert self.svg == snapshot(name=f"{name}-{size}", extension_class=SvgSnapshot)
        await self.pilot.resize_terminal(*before)

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.settle()

    async def arrive(self, *snapshots: Snapshot) -> None:
        for snapshot in snapshots:
            self.app.post_message(SnapshotArrived(snapshot))
        await self.settle(
            lambda: all(self.main.snapshots.get(one.feed) == one for one in snapshots)
        )
        await self.settle()

    def says(self, *words: str) -> bool:
        """Whether all of it can be read, be it broken into lines within a pane or not."""
        shown = self.text
        if self.at_main:
            rows = shown.splitlines()
            panes = (_within(pane, rows) for pane in (*self.main.rows_panes, self.chat))
            shown = "\n".join((shown, *panes))
        return all(word in shown for word in words)


def _within(widget: Widget, screen: Sequence[str]) -> str:
    area = widget.region
    cut = (row[area.x : area.right].strip("│┃╭╮╰╯━─┏┓┗┛ ") for row in screen[area.y : area.bottom])
    return " ".join(" ".join(cut).split())


@asynccontextmanager
async def on_stage(
    *,
    size: tuple[int, int] = (120, 40),
    answers: ScriptedAnswers | None = None,
    feeds: Sequence[Feed] = (),
    sources: Sequence[str] = (PROMETHEUS, GRAFANA),
    feed_of: Callable[[str, Mapping[str, object]], Feed] | None = None,
    ask_tool: AskTool | None = None,
    look: Look | None = None,
    runbooks: Sequence[tuple[str, str]] = (),
    record: Recorder | None = None,
    change: Changer | None = None,
    reports: ReportDesk | None = None,
) -> AsyncIterator[Scene]:
    clock = Clock()
    source = answers or ScriptedAnswers()
    app = SreApp(
        AppParts(
            homelab="attic",
            clock=clock,
            answers=source,
            feeds=feeds,
            sources=sources,
            feed_of=feed_of,
            ask_tool=ask_tool,
            look=look or Look(),
            record=record,
            change=change,
            reports=reports,
            list_runbooks=lambda: runbooks,
            read_runbook=lambda runbook: f"How to mend {runbook}",
        )
    )
    app.animation_level = "none"
    async with app.run_test(size=size, notifications=True) as pilot:
        scene = Scene(app, pilot, source, clock)
        await scene.settle()
        for field in app.main.query(TextArea):
            field.cursor_blink = False
        yield scene
        # An answer that came while the app is taken apart would find no screen.
        app._live.stop()
        await pilot.pause()
