"""The full-screen app: feeds on one side, screens on the other, and what holds them together."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.app import App
from textual.binding import BindingType
from textual.message import Message
from textual.notifications import SeverityLevel
from textual.screen import Screen
from textual.widgets import Input, TextArea

from sre_tui.app_levels import LevelsApp
from sre_tui.app_parts import AppParts
from sre_tui.live.feed import AskTool, Feed
from sre_tui.live.homelab import ALWAYS
from sre_tui.live.live_data import Deliver, LiveData
from sre_tui.live.snapshot import Snapshot
from sre_tui.screens.actions import bindings
from sre_tui.screens.main import MainScreen, PanesShown
from sre_tui.screens.rows_pane import Inquired
from sre_tui.screens.wanted import (
    PaneWanted,
)
from sre_tui.screens.warm_up import WarmUp
from widgets.breadcrumb import CrumbChosen
from widgets.text import plain_line, truncate
from widgets.themes import ANSI, OWN

if TYPE_CHECKING:
    from textual.command import Provider

    from sre_tui.screens.go_to import GoToScreen
    from sre_tui.screens.places import Place, RunbookName

log = logging.getLogger(__name__)

_NOTICE_WIDTH = 200
_LATEST_START = 1.0
"""Seconds after which the data is asked for in any case."""
_LATEST_WARM_UP = 1.5
"""Seconds after which what the first question needs is loaded, whether or not anything came."""


class SnapshotArrived(Message):
    """A feed brought something."""

    def __init__(self, snapshot: Snapshot) -> None:
        super().__init__()
        self.snapshot = snapshot


def _action_commands() -> type[Provider]:
    from sre_tui.screens.palette import ActionCommands

    return ActionCommands


def _place_commands() -> type[Provider]:
    from sre_tui.screens.palette import PlaceCommands

    return PlaceCommands


class SreApp(LevelsApp):
    """Takes snapshots as messages and gives them to the main screen."""

    TITLE = "sre"
    # The style sheet of the first screen is not read from the screen itself.
    CSS_PATH = "screens/main.tcss"
    PART: ClassVar[str] = "app"
    BINDINGS: ClassVar[list[BindingType]] = bindings("app")
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {
        _action_commands,
        _place_commands,
    }

    def __init__(self, parts: AppParts) -> None:
        """An app over these parts."""
        if "NO_COLOR" in os.environ:
            # Before Textual decides how to take the colours out, which differs by theme.
            self.set_reactive(App.theme, ANSI)
        super().__init__(parts)
        self._live = LiveData(
            parts.feeds, self._deliver, parts.clock, parts.release, parts.ask_again
        )
        self._started = False
        self._warm_up = WarmUp(parts.answers)
        self.broken: Exception | None = None
        self.runbooks: Sequence[RunbookName] = ()
        """The runbooks as they were listed last."""
        for theme in OWN:
            self.register_theme(theme)
        self.set_keymap(dict(parts.look.keymap))
        if (theme_name := self._first_theme()) is not None:
            self.theme = theme_name

    def get_default_screen(self) -> Screen[None]:
        """The main screen, without an empty one painted before it."""
        parts = self._parts
        return MainScreen(parts.homelab, parts.clock, parts.answers, parts.sources)

    @property
    def main(self) -> MainScreen:
        """The screen at the bottom of the stack."""
        screen = self.screen_stack[0]
        if not isinstance(screen, MainScreen):
            raise TypeError("the main screen is always the first one")
        return screen

    def on_mount(self) -> None:
        """Begin to ask once the screen is there; a terminal in the background may not tell."""
        self.set_timer(_LATEST_START, self._start)

    def on_keys_painted(self) -> None:
        """What is loaded from here on would have slowed the painting down."""
        self.call_after_refresh(self._start)

    def on_panes_shown(self, event: PanesShown) -> None:
        """Ask for nothing that nobody sees."""
        self._live.show_only(event.feeds | ALWAYS)

    def on_unmount(self) -> None:
        """Ask no more."""
        self._live.stop()

    def watch_feed(
        self, tool: str, arguments: Mapping[str, object], deliver: Deliver
    ) -> Callable[[], None]:
        """Ask a tool again and again until what is returned is called.

        `deliver` is called in another thread.
        """
        if self._parts.feed_of is None:
            return lambda: None
        return self._live.watch(self._parts.feed_of(tool, arguments), deliver)

    def watch_own_feed(self, feed: Feed, deliver: Deliver) -> Callable[[], None]:
        """The same with a feed of one's own."""
        return self._live.watch(feed, deliver)

    @property
    def ask_tool(self) -> AskTool | None:
        """Asks a tool once; only for feeds, in whose thread it has to be called."""
        return self._parts.ask_tool

    def on_snapshot_arrived(self, event: SnapshotArrived) -> None:
        """Give a snapshot to the main screen, in one assignment."""
        if not self.screen_stack:
            # The app is being taken apart.
            return
        snapshot = event.snapshot
        with self.batch_update():
            if snapshot.sources:
                now = {status.source: status for status in snapshot.sources}
                self.main.sources = {**self.main.sources, **now}
            self.main.snapshots = {**self.main.snapshots, snapshot.feed: snapshot}
        self.call_after_refresh(self._begin_warm_up)

    async def on_inquired(self, event: Inquired) -> None:
        """Ask in the chat, from however many levels above it."""
        await self._back_to_main()
        await self.main.inquire(event.question, event.attached)

    def on_chat_entered(self) -> None:
        """Load what answers while the first question is typed."""
        if self._parts.warm_up:
            self._warm_up.for_questions()

    async def on_pane_wanted(self, event: PaneWanted) -> None:
        """Show a pane, from however many levels above it."""
        await self._back_to_main()
        self.main.action_show_pane(event.pane)

    async def on_crumb_chosen(self, event: CrumbChosen) -> None:
        """Go back to a level below."""
        while len(self.screen_stack) > event.level + 1:
            await self.pop_screen()

    async def agreed(self, values: Mapping[str, str]) -> Mapping[str, str] | None:
        """What a person agrees to record of what a model wants to; None if nothing."""
        return await self._recording.agreed(values)

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = False,
    ) -> None:
        """Show a line for a moment; never as markup, because it may hold what a backend said."""
        super().notify(
            truncate(message, _NOTICE_WIDTH),
            title=plain_line(title),
            severity=severity,
            timeout=timeout,
            markup=False,
        )

    def action_help_quit(self) -> None:
        """Say how to leave; ctrl+c is pressed by habit."""
        self.notify("ctrl+q leaves")

    def action_refresh(self) -> None:
        """Ask every source now."""
        self._live.refresh()

    def action_pause(self) -> None:
        """Pause the live data, or go on."""
        paused = not self.main.paused
        if paused:
            self._live.pause()
        else:
            self._live.resume()
        self.main.paused = paused

    def watch_theme(self, theme: str) -> None:
        """Say how a chosen theme stays."""
        if self._started:
            self.notify(f'{theme}; to keep it: theme = "{theme}" below [app] in config.toml')

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Let a colon be typed where text is."""
        if action == "go_to":
            types = isinstance(self.screen.focused, Input | TextArea)
            return not types and not self.screen.is_modal
        return super().check_action(action, parameters)

    async def action_go_to(self) -> None:
        """Ask where to go."""
        from sre_tui.screens.go_to import GoToScreen

        screen = GoToScreen(self._places())
        # What is typed next belongs to it already.
        await self.push_screen(screen, self._go)
        self.run_worker(self._list_runbooks(screen), exclusive=True, group="runbooks")

    async def list_runbooks(self) -> None:
        """Find out which runbooks there are."""
        from sre_tui.screens.places import RunbookName

        if self._parts.list_runbooks is not None:
            found = await asyncio.to_thread(self._parts.list_runbooks)
            self.runbooks = [RunbookName(*one) for one in found]

    def action_change_theme(self) -> None:
        """Choose the colours, if there are to be any."""
        if self.no_color:
            self.notify("There are no colours to choose: NO_COLOR or --no-color is set")
        else:
            super().action_change_theme()

    def action_show_help(self) -> None:
        """Show all keys."""
        from sre_tui.screens.help import HelpScreen
        from sre_tui.screens.keys import key_help

        self.push_screen(HelpScreen(key_help(self.screen)))

    async def _list_runbooks(self, screen: GoToScreen) -> None:
        before = self.runbooks
        await self.list_runbooks()
        if self.runbooks != before:
            screen.know(self._places())

    def _places(self) -> list[Place]:
        from sre_tui.screens.places import fixed_places, named_places

        return [*fixed_places(self), *named_places(self)]

    def _go(self, place: Place | None) -> None:
        if place is not None:
            self.call_later(place.go)

    async def _back_to_main(self) -> None:
        while self.screen is not self.main:
            await self.pop_screen()

    def _first_theme(self) -> str | None:
        """The theme to begin with; None for Textual's own choice."""
        if self.no_color:
            return None
        if self._parts.look.theme is not None:
            return self._parts.look.theme
        # Sixteen colours are the terminal's own, and mixed ones come out as any of them.
        few = self.console.color_system == "standard"
        return ANSI if few and "TEXTUAL_THEME" not in os.environ else None

    def _start(self) -> None:
        if self._started:
            return
        self._started = True
        # Going over every imported module again and again would stall the drawing, and so would
        # rare collections of a lot: frequent small ones take a fraction of a millisecond each.
        gc.freeze()
        gc.set_threshold(1_000, 8, 100)
        gc.enable()
        # Whoever reads answers in the background gives way to the keys this soon, in seconds.
        sys.setswitchinterval(0.001)
        self._live.start()
        if self._parts.feeds:
            # After the first rows, whose way to the screen it would slow down.
            self.set_timer(_LATEST_WARM_UP, self._begin_warm_up)
        else:
            self._begin_warm_up()

    def _begin_warm_up(self) -> None:
        if self._parts.warm_up:
            self._warm_up.begin()

    def _deliver(self, snapshot: Snapshot) -> None:
        self.post_message(SnapshotArrived(snapshot))

    def _handle_exception(self, error: Exception) -> None:
        # Textual would print a traceback; a user gets one line, and the log has the rest.
        log.error("the app broke", exc_info=error)
        self.broken = error
        super()._handle_exception(error)

    def _print_error_renderables(self) -> None:
        self._exit_renderables.clear()
