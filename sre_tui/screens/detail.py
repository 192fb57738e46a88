"""All about one thing in sections: what is known at once, and what is asked while one looks."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Final, Protocol, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.reactive import reactive
from textual.widgets import Static

from providers.clock import Clock
from providers.reading import State
from sre_tui.screens.about.tab import (
    WINDOWS,
    AsChart,
    DetailPart,
    DetailTab,
    Opening,
    ToNode,
)
from sre_tui.screens.actions import bindings
from sre_tui.screens.detail_body import DetailBody, PartTable
from sre_tui.screens.level import Level
from sre_tui.screens.pane_states import pane_state
from sre_tui.screens.pane_tabs import PaneTabs, TabChosen
from sre_tui.screens.rows_pane import Inquired
from sre_tui.screens.wanted import (
    ChartsWanted,
    InvestigationWanted,
    LogsWanted,
    OpeningWanted,
    TimelineWanted,
)
from widgets.pane import PaneState
from widgets.table import RowSelected

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
    DEFAULT_CSS = """
    DetailScreen {
        & PaneTabs { height: 1; padding: 0 1; }
        & PaneTabs > _Tab { width: auto; padding: 0 1; text-opacity: 60%; }
        & PaneTabs > _Tab.-front { text-style: bold reverse; text-opacity: 100%; }
        & .detail--body { height: 1fr; padding: 1 0 0 0; }
        & .detail--page { height: 1fr; padding: 0 2; scrollbar-size-vertical: 1; }
        & .-listing > .detail--page { height: auto; max-height: 60%; }
        & .detail--heading { height: auto; padding: 0 2; }
        & .-paged > .detail--heading, & .detail--heading.-below { padding: 1 2 0 2; }
        & PartTable { height: 1fr; padding: 0 1; }
        & .detail--charts { height: auto; grid-gutter: 1 2; }
        & .detail--charts.-below { margin: 1 0 0 0; }
        & .detail--chart { height: auto; }
        & .detail--chart > Chart { height: 8; }
        & .detail--notice { height: auto; }
    }
    """

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

    def told_by(self, part: DetailPart) -> DetailPart:
        """The part whose answer is shown in its place: itself, or what has the curve instead."""
        other = part.instead
        if other is None or self.answer(_name(other)) is None or not self._has_none(part):
            return part
        return other

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
        wanted |= {_name(part.instead) for part in self.tab.parts if part.instead is not None}
        wanted |= {_FIRST + _name(part) for part in self.tab.parts if part.first is not None}
        self._ask_no_more(set(self._asked) - wanted)
        for part in self.tab.parts:
            if part.first is not None:
                self._ask(_FIRST + _name(part), part.first.tool, part.first.arguments)
        self.refresh_bindings()
        self.show()

    def _ask_on(self) -> None:
        """Ask for each part whose arguments are known, and elsewhere for what has no curve."""
        elsewhere = [part.instead for part in self.tab.parts if part.instead is not None]
        wanted = [
            part.instead
            for part in self.tab.parts
            if part.instead is not None and self._has_none(part)
        ]
        for other in wanted:
            self._ask(_name(other), other.tool, self._arguments(other))
        self._ask_no_more({*map(_name, elsewhere)} - {*map(_name, wanted)})
        for part in self.tab.parts:
            arguments = self._arguments(part)
            if part.first is not None:
                before = self.data(_FIRST + _name(part))
                if before is None:
                    continue
                arguments |= part.then(before)
            self._ask(_name(part), part.tool, arguments)

    def _arguments(self, part: DetailPart) -> dict[str, object]:
        return {**part.arguments, **part.looking_back(WINDOWS[self.window])}

    def _has_none(self, part: DetailPart) -> bool:
        """Whether a curve's backend is not configured, or has no such series."""
        answer = self.answer(_name(part))
        if answer is not None and answer.state is State.NOT_CONFIGURED:
            return True
        data = self.data(_name(part))
        return isinstance(part.form, AsChart) and data is not None and not part.form.series(data)

    def _ask_no_more(self, names: set[str]) -> None:
        for name in names & set(self._asked):
            self.rest(name)
            del self._asked[name]

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


def _name(part: DetailPart) -> str:
    """Parts that ask for the same share the answer."""
    return json.dumps([part.tool, dict(part.arguments), part.windowed], sort_keys=True)
