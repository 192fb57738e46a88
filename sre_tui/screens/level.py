"""One level above the panes: where one is, something live, the keys, and the way back."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, ClassVar, Protocol, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import ActiveBinding, BindingType
from textual.message import Message
from textual.screen import Screen

from providers.clock import Clock
from sre_tui.live.feed import Feed
from sre_tui.live.live_data import Deliver
from sre_tui.live.snapshot import Snapshot
from sre_tui.live.standing import standing
from sre_tui.screens.actions import bindings
from sre_tui.screens.pane_states import pane_state
from widgets.breadcrumb import Breadcrumb, Crumb
from widgets.cell import Display
from widgets.key_footer import KeyFooter
from widgets.pane import PaneKind, PaneState
from widgets.text import plain_line
from widgets.too_small import SizeGate

_AGES_EVERY = 10.0
"""Seconds after which ages are written anew."""


class AsksFeeds(Protocol):
    """What the app does for a screen that asks for something of its own."""

    def watch_feed(
        self, tool: str, arguments: Mapping[str, object], deliver: Callable[[Snapshot], object]
    ) -> Callable[[], None]:
        """Ask a tool again and again until what is returned is called."""
        ...

    def watch_own_feed(self, feed: Feed, deliver: Deliver) -> Callable[[], None]:
        """The same with a feed of one's own."""
        ...


class Answered(Message):
    """Something that a level asks for was answered."""

    def __init__(self, name: str, call: object, snapshot: Snapshot) -> None:
        super().__init__()
        self.name = name
        self.call = call
        self.snapshot = snapshot


class Level(Screen[None]):
    """A screen in the stack above the main one.

    A subclass says in `body` what it is made of, in `on_mount` what it asks for with `ask`, and in
    `show` how what came is shown; `show` is called for every answer, when the width changes, and
    from time to time for the ages.
    """

    PART: ClassVar[str] = "level"
    BINDINGS: ClassVar[list[BindingType]] = bindings("level")
    # No file: for the first screen that brings one Textual parses and applies all styles anew.
    DEFAULT_CSS = """
    Level {
        & #breadcrumb { height: 1; padding: 0 1; background: $panel; text-style: bold; }
        & #gone { height: 1; padding: 0 1; display: none; color: $text-success; }
        &.-gone #gone { display: block; }
        & #page { height: 1fr; padding: 1 2; scrollbar-size-vertical: 1; }

        /* A cause of many words must not push what is shown off a small screen. */
        & Pane.-stale > .pane--notice, & Pane.-partial > .pane--notice { max-height: 3; }
    }
    """

    QUIET: ClassVar[frozenset[str]] = frozenset()
    """Ids of keys that elsewhere stand in the footer and here would take the room of others."""

    def __init__(self, clock: Clock) -> None:
        """A level that counts ages by this clock."""
        super().__init__()
        self.clock = clock
        self._answers: dict[str, Snapshot] = {}
        self._behind: set[str] = set()
        self._calls: dict[str, tuple[object, Callable[[], None]]] = {}

    @property
    @abstractmethod
    def crumbs(self) -> tuple[str, ...]:
        """What it adds to the breadcrumb, for example pane and row."""

    @abstractmethod
    def body(self) -> ComposeResult:
        """What stands between the breadcrumb and the keys."""

    @abstractmethod
    def show(self) -> None:
        """Show what is known, with the ages of now."""

    def compose(self) -> ComposeResult:
        """Where one is, the body, the keys."""
        with SizeGate():
            yield Breadcrumb(id="breadcrumb")
            yield from self.body()
            yield KeyFooter()

    @property
    def active_bindings(self) -> dict[str, ActiveBinding]:
        """The keys in force, with fewer of them in the footer where there are too many."""
        return {
            key: one._replace(binding=replace(one.binding, show=False))
            if one.binding.id in self.QUIET
            else one
            for key, one in super().active_bindings.items()
        }

    def on_mount(self) -> None:
        """Say where one is; called after the subclass's own."""
        self.show_crumbs()
        self.set_interval(_AGES_EVERY, self.show)

    def on_unmount(self) -> None:
        """Ask no more."""
        for _, end in self._calls.values():
            end()
        self._calls.clear()

    def on_resize(self) -> None:
        """Break the lines anew."""
        self.call_after_refresh(self.show)

    def show_crumbs(self) -> None:
        """Show the way from the panes to here; what is told already is not told again."""
        stack = self.app.screen_stack
        below = stack[: stack.index(self)] if self in stack else stack
        every = [
            Crumb(text, level)
            for level, one in enumerate((*below, self))
            for text in getattr(one, "crumbs", ())
        ]
        told = [one for at, one in enumerate(every) if not at or one.text != every[at - 1].text]
        self.query_one(Breadcrumb).crumbs = tuple(told)

    def ask(self, name: str, tool: str, arguments: Mapping[str, object]) -> None:
        """Ask a tool again and again; what was asked under that name before is asked no more.

        Until the answer is there, the one before stays; `is_behind` tells it.
        """
        app = cast("AsksFeeds", self.app)
        self._begin(name, lambda deliver: app.watch_feed(tool, arguments, deliver))

    def ask_feed(self, name: str, feed: Feed) -> None:
        """The same with a feed of one's own."""
        app = cast("AsksFeeds", self.app)
        self._begin(name, lambda deliver: app.watch_own_feed(feed, deliver))

    def _begin(self, name: str, watch: Callable[[Deliver], Callable[[], None]]) -> None:
        if name in self._calls:
            self._calls.pop(name)[1]()
            self._behind.add(name)
        call = object()
        # Called in the thread that asks, so it may only send a message.
        end = watch(lambda snapshot: self.post_message(Answered(name, call, snapshot)))
        self._calls[name] = (call, end)

    def rest(self, name: str) -> None:
        """Ask no more under that name; what came last stays known."""
        if name in self._calls:
            self._calls.pop(name)[1]()
            self._behind.discard(name)

    def answer(self, name: str) -> Snapshot | None:
        """What came last under that name."""
        return self._answers.get(name)

    def data(self, name: str) -> Any | None:
        """The data of what came last, if it had any."""
        last = self._answers.get(name)
        if last is None or last.result is None or not last.state.has_data:
            return None
        return last.result.data

    def is_behind(self, name: str) -> bool:
        """Whether what came last answers something else than is asked now."""
        return name in self._behind

    def state_of(self, name: str, *, rows: int = 1, nothing: str = "") -> PaneState:
        """What there is to say about an answer, for a pane or a heading.

        Args:
            name: what it was asked under.
            rows: how many rows it has, before filtering.
            nothing: said when all sources answered and there is no row.
        """
        last = self._answers.get(name)
        if self.is_behind(name):
            if self.data(name) is None:
                return pane_state(None, self.clock(), rows=0, nothing="")
            return PaneState(PaneKind.STALE, "Asking anew; this is what was asked for before")
        if last is not None and last.complaint is not None:
            return PaneState(PaneKind.ERROR, plain_line(str(last.complaint)))
        has_data = self.data(name) is not None
        return pane_state(
            standing([last]), self.clock(), rows=rows if has_data else 0, nothing=nothing
        )

    @property
    def reading(self) -> Display:
        """Relative times, counted to now."""
        return Display(now=self.clock(), utc=None, wide=False)

    def undo(self) -> bool:
        """Undo what escape undoes before it goes back, such as a filter; whether there was any."""
        return False

    async def action_back(self) -> None:
        """One level back."""
        if not self.undo():
            await self.app.pop_screen()

    @on(Answered)
    def _answered(self, event: Answered) -> None:
        event.stop()
        # An answer may be on its way while something else is asked already.
        if self._calls.get(event.name, (None,))[0] is not event.call:
            return
        self._answers[event.name] = event.snapshot
        self._behind.discard(event.name)
        with self.app.batch_update():
            self.show()
