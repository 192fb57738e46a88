"""All about one thing in sections: what is known at once, and what is asked while one looks."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, ClassVar, Final, Protocol, cast

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.reactive import reactive
from textual.widgets import Static

from providers.clock import Clock
from sre_tui.screens.about.tab import (
    WINDOWS,
    DetailPart,
    DetailTab,
    Opening,
    ToNode,
    ToRow,
)
from sre_tui.screens.actions import bindings
from sre_tui.screens.detail_body import DetailBody, PartTable
from sre_tui.screens.level import Level
from sre_tui.screens.pane_states import pane_state
from sre_tui.screens.pane_tabs import PaneTabs, TabChosen
from sre_tui.screens.rows_pane import Inquired, RowsPane
from sre_tui.screens.wanted import (
    ChartsWanted,
    InvestigationWanted,
    LogsWanted,
    OpeningWanted,
    TimelineWanted,
)
from widgets.cell import Display, Tone, marked
from widgets.pane import PaneState
from widgets.table import RowSelected
from widgets.text import plain_text

if TYPE_CHECKING:
    from sre_tui.screens.main import MainScreen
    from sre_tui.screens.rows.kind import Origin
    from sre_tui.screens.subject_queries import ChartsOf, LogsOf

_FIRST: Final = "before "
"""Names what is asked before a part."""


class Subject(Protocol):
    """A thing that has details."""

    @property
    def crumbs(self) -> tuple[str, ...]: ...
    @property
    def name(self) -> str: ...
    @property
    def tabs(self) -> Sequence[DetailTab]: ...
    @property
    def node(self) -> str | None: ...
    @property
    def origin(self) -> Origin: ...
    @property
    def logs(self) -> LogsOf | None: ...
    @property
    def charts(self) -> ChartsOf | None: ...
    def backups(self, known: Sequence[Any]) -> Opening | None: ...
    def explain(self) -> str: ...
    def changes(self, now: datetime) -> str: ...


class HasMain(Protocol):
    """The app, which knows the panes."""

    @property
    def main(self) -> MainScreen: ...


class DetailScreen(Level):
    """One section at a time; only what it shows is asked for."""

    PART: ClassVar[str] = "detail"
    BINDINGS: ClassVar[list[BindingType]] = bindings("detail")
    CSS_PATH: ClassVar[list[str | PurePath]] = ["level.tcss", "detail.tcss"]

    section: reactive[int] = reactive(0, init=False)
    window: reactive[int] = reactive(0, init=False)

    def __init__(self, subject: Subject, clock: Clock) -> None:
        """All about that thing."""
        super().__init__(clock)
        self.subject = subject
        self._tabs = tuple(subject.tabs)
        self._asked: dict[str, object] = {}
        self._body: DetailBody | None = None
        """The open section; None while one takes the place of another."""

    @property
    def crumbs(self) -> tuple[str, ...]:
        """The thing."""
        return self.subject.crumbs

    @property
    def tab(self) -> DetailTab:
        """The section that is open."""
        return self._tabs[self.section]

    def body(self) -> ComposeResult:
        """The sections by name, and the one that is open."""
        yield Static(id="gone", markup=False)
        yield PaneTabs({tab.id: tab.title for tab in self._tabs})
        yield DetailBody(self.tab)

    def on_mount(self) -> None:
        """Ask for what the first section shows."""
        self._body = self.query_one(DetailBody)
        self._enter()

    def show(self) -> None:
        """What is known of the open section, with the ages of now."""
        if self._body is not None:
            with self.app.batch_update():
                self._ask_on()
                self._body.show(self)
                self._settle_focus(self._body)

    async def watch_section(self) -> None:
        """Show another section, and ask for what it shows instead."""
        tabs = self.query_one(PaneTabs)
        tabs.show(self.tab.id)
        before, self._body = self._body, None
        with self.app.batch_update():
            if before is not None:
                await before.remove()
            body = DetailBody(self.tab)
            await self.mount(body, after=tabs)
            self._body = body
            self._enter()

    def watch_window(self) -> None:
        """Look back further, or less far."""
        self._enter()
        self.notify(f"Charts of the last {WINDOWS[self.window].title}", timeout=2)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Dim what leads nowhere from here."""
        match action:
            case "section":
                return True if parameters and self._has(parameters[0]) else None
            case "window":
                return any(part.windowed for part in self.tab.parts)
            case "node":
                return True if self.subject.node else None
            case "logs":
                return True if self.subject.logs is not None else None
            case "metrics":
                return True if self.subject.charts is not None else None
            case "backups":
                return True if self._backups is not None else None
        return True

    def action_next(self) -> None:
        """To the next section."""
        self.section = (self.section + 1) % len(self._tabs)

    def action_previous(self) -> None:
        """To the section before."""
        self.section = (self.section - 1) % len(self._tabs)

    def action_section(self, number: int) -> None:
        """To a section by its number, from 1."""
        if self._has(number):
            self.section = number - 1

    def action_window(self, number: int) -> None:
        """How far charts look back, by its place in `WINDOWS`."""
        self.window = number

    def action_node(self) -> None:
        """Open its node."""
        if self.subject.node:
            self._open(ToNode(self.subject.node))

    def action_backups(self) -> None:
        """Open its backups."""
        if (opening := self._backups) is not None:
            self._open(opening)

    def action_explain(self) -> None:
        """Ask what it means."""
        self.post_message(Inquired(self.subject.explain()))

    def action_changes(self) -> None:
        """Ask what changed around it."""
        self.post_message(Inquired(self.subject.changes(self.clock())))

    def action_investigate(self) -> None:
        """Look for its cause."""
        self.post_message(InvestigationWanted(self.subject.origin.about))

    def action_timeline(self) -> None:
        """List what changed with it around its beginning."""
        origin = self.subject.origin
        self.post_message(TimelineWanted(origin.host, origin.at))

    def action_logs(self) -> None:
        """Show its log lines."""
        if (of := self.subject.logs) is not None:
            self.post_message(LogsWanted(of))

    def action_metrics(self) -> None:
        """Show its metrics."""
        if (of := self.subject.charts) is not None:
            self.post_message(ChartsWanted(of))

    def action_copy(self) -> None:
        """Copy what the open section shows."""
        if self._body is None:
            return
        self.app.copy_to_clipboard(self._body.copied)
        self.notify(f"Copied: {self.subject.name}, {self.tab.title}")

    def data_of(self, part: DetailPart) -> object | None:
        """What was answered about a part."""
        return cast("object | None", self.data(_name(part)))

    def standing_of(self, part: DetailPart, *, rows: int, nothing: str) -> PaneState:
        """How far that can be trusted; of a part that waits for another, how that one is."""
        name = _name(part)
        if part.first is not None and self.answer(name) is None:
            first = _FIRST + name
            if self.answer(first) is not None and self.data(first) is None:
                return self.state_of(first)
            return pane_state(None, self.clock(), rows=0, nothing="")
        return self.state_of(name, rows=rows, nothing=nothing)

    @on(TabChosen)
    def _tab_chosen(self, event: TabChosen) -> None:
        event.stop()
        self.section = [tab.id for tab in self._tabs].index(event.pane)

    @on(RowSelected)
    def _row_selected(self, event: RowSelected) -> None:
        event.stop()
        if isinstance(event.table, PartTable) and (opening := event.table.opening) is not None:
            self._open(opening)

    def _open(self, opening: Opening) -> None:
        self.post_message(OpeningWanted(opening))

    @property
    def _backups(self) -> Opening | None:
        main = cast("HasMain", self.app).main
        return self.subject.backups(main.rows_pane("backups").rows)

    def _has(self, number: object) -> bool:
        return isinstance(number, int) and 0 < number <= len(self._tabs)

    def _enter(self) -> None:
        """Ask for what the section shows, and for nothing else any more."""
        wanted = {_name(part) for part in self.tab.parts}
        wanted |= {_FIRST + _name(part) for part in self.tab.parts if part.first is not None}
        for name in set(self._asked) - wanted:
            self.rest(name)
            del self._asked[name]
        for part in self.tab.parts:
            if part.first is not None:
                self._ask(_FIRST + _name(part), part.first.tool, part.first.arguments)
        self.refresh_bindings()
        self.show()

    def _ask_on(self) -> None:
        """Ask for each part whose arguments are known."""
        for part in self.tab.parts:
            arguments = dict(part.arguments)
            if part.windowed:
                arguments["since"] = WINDOWS[self.window].since
            if part.first is not None:
                before = self.data(_FIRST + _name(part))
                if before is None:
                    continue
                arguments |= part.then(before)
            self._ask(_name(part), part.tool, arguments)

    def _ask(self, name: str, tool: str, arguments: Mapping[str, object]) -> None:
        if self._asked.get(name) != arguments:
            self._asked[name] = arguments
            self.ask(name, tool, arguments)

    def _settle_focus(self, body: DetailBody) -> None:
        """Give the keys to what can be moved in."""
        focused, wanted = self.focused, body.wants_focus
        lost = focused is None or not focused.display or focused not in body.walk_children()
        # A list that has come since is what one wants to move in; whoever left it meant to.
        if wanted is not None and (lost or body.led in (None, focused)):
            body.led = wanted
            if wanted is not focused:
                self.set_focus(wanted, scroll_visible=False)


class RowSubject:
    """A row of a pane; one that is gone is shown as it was seen last."""

    def __init__(self, pane: RowsPane, key: str) -> None:
        """The row of that key, as the pane sees it from now on."""
        self.pane = pane
        self.kind = pane.kind
        self.key = key
        self.row: Any = pane.find(key)
        self.is_gone = False

    @property
    def crumbs(self) -> tuple[str, ...]:
        """The pane, unless it stands in a level itself, and the row."""
        name = self.name
        return (name,) if isinstance(self.pane.screen, Level) else (self.pane.spec.title, name)

    @property
    def name(self) -> str:
        """What it is called."""
        return self.kind.name(self.row)

    @property
    def tabs(self) -> Sequence[DetailTab]:
        """What there is to say about it."""
        first, *others = self.kind.tabs(self.row)

        def page(display: Display, _: int) -> Text:
            return self.page(display)

        def below(display: Display, _: int) -> Text:
            return Text() if self.kind.foot is None else self.kind.foot(self.row, display)

        foot = None if self.kind.foot is None else below
        return (replace(first, page=page, below=foot), *others)

    @property
    def node(self) -> str | None:
        """Where it runs."""
        return self.kind.node(self.row)

    @property
    def origin(self) -> Origin:
        """Where its cause is looked for."""
        return self.kind.origin(self.row)

    @property
    def logs(self) -> LogsOf | None:
        """Whose log lines tell about it."""
        return self.kind.logs(self.row)

    @property
    def charts(self) -> ChartsOf | None:
        """Its metrics."""
        return self.kind.charts(self.row)

    def backups(self, known: Sequence[Any]) -> Opening | None:
        """What the pane of backups knows about it."""
        key = self.kind.backups(self.row, known)
        return None if key is None or key == self.key else ToRow("backups", key)

    def explain(self) -> str:
        """The question what it means."""
        return self.kind.explain(self.row)

    def changes(self, now: datetime) -> str:
        """The question what changed around it."""
        return self.kind.changes(self.row, now)

    def page(self, display: Display) -> Text:
        """What is known of it without asking."""
        return self.kind.page(self.row, display)

    def look(self) -> bool:
        """Take the row as it is now; False if it is gone."""
        now_known = self.pane.find(self.key)
        if now_known is not None or self.pane.is_answered:
            self.is_gone = now_known is None
        self.row = now_known or self.row
        return not self.is_gone


class RowDetailScreen(DetailScreen):
    """All about a row of a pane, as the pane sees it."""

    def __init__(self, subject: RowSubject, clock: Clock) -> None:
        """All about that row."""
        super().__init__(subject, clock)
        self._row = subject

    def on_mount(self) -> None:
        """Follow the pane."""
        self.watch(self._row.pane, "taken", self._follow)

    def _follow(self) -> None:
        there = self._row.look()
        said = "" if there else marked(
            Tone.OK, f"{self._row.kind.gone}; this is how it was seen last"
        )  # fmt: skip
        self.query_one("#gone", Static).update(plain_text(said))
        self.set_class(not there, "-gone")
        self.show()


def _name(part: DetailPart) -> str:
    """Parts that ask for the same share the answer."""
    return json.dumps([part.tool, dict(part.arguments), part.windowed], sort_keys=True)
