"""The place where one spends the evening: the panes on the left, the chat on the right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Final

from textual import events, on, work
from textual._styles_cache import StylesCache
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.reactive import reactive
from textual.screen import Screen
from textual.widgets import TextArea

from providers.clock import Clock
from providers.reading import SourceStatus
from sre_tui.live.answers import AnswerSource
from sre_tui.live.health import health_of
from sre_tui.live.homelab import ALERTS, HEALTH
from sre_tui.live.snapshot import Snapshot
from sre_tui.screens.actions import bindings
from sre_tui.screens.chat_messages import (
    ChatLeft,
    EvidenceWanted,
    ModelsWanted,
    SessionsWanted,
    SourcesSeen,
)
from sre_tui.screens.chat_pane import ChatPane
from sre_tui.screens.pane_tabs import PaneTabs, TabChosen
from sre_tui.screens.panes import CHAT, PANES
from sre_tui.screens.rows_pane import NUMBERS, RowChosen, RowsCounted, RowsPane
from sre_tui.screens.stacking import heights
from sre_tui.screens.status_header import StatusHeader
from sre_tui.screens.wanted import (
    ChartsWanted,
    FindingsWanted,
    IncidentsWanted,
    InvestigationWanted,
    LogsWanted,
    TimelineWanted,
)
from widgets.key_footer import KeyFooter
from widgets.too_small import SizeGate

ORDER: Final = (*(spec.id for spec in PANES), CHAT)
"""The panes in the order of their keys."""
WIDE: Final = 100
"""Columns from which on the chat stands beside the panes."""
_AROUND: Final = 3
"""Lines of the header and the footer."""
TALL: Final = 32
"""Lines from which on all panes stand one above the other."""
_AGES_EVERY: Final = 10
"""Seconds after which ages are written anew."""


class PanesShown(Message):
    """Other panes than before have a place on the screen; `feeds` is what they live on."""

    def __init__(self, feeds: frozenset[str]) -> None:
        super().__init__()
        self.feeds = feeds


class MainScreen(Screen[None]):
    """Assign `snapshots` and `sources`; the panes and the header follow."""

    PART: ClassVar[str] = "main"
    BINDINGS: ClassVar[list[BindingType]] = bindings("main")

    snapshots: reactive[Mapping[str, Snapshot]] = reactive(dict, init=False)
    sources: reactive[Mapping[str, SourceStatus]] = reactive({}, init=False)
    paused: reactive[bool] = reactive(False, init=False)
    front: reactive[str] = reactive(ORDER[0], init=False)
    zoomed: reactive[bool] = reactive(False, init=False)

    def __init__(
        self, homelab: str, clock: Clock, answers: AnswerSource, sources: Sequence[str]
    ) -> None:
        """A screen that waits for its first snapshot."""
        super().__init__()
        self._homelab = homelab
        self._clock = clock
        self._answers = answers
        self._sources = tuple(sources)
        self._ticks = 0
        self._fed: frozenset[str] = frozenset()
        self._open = ORDER[0]

    def compose(self) -> ComposeResult:
        """Header, tabs, panes, footer."""
        now = self._clock()
        with SizeGate():
            yield StatusHeader(self._homelab, self._sources, health_of(None, None, now), now)
            yield PaneTabs({**{spec.id: spec.title for spec in PANES}, CHAT: "Chat"})
            with Horizontal(id="panes"):
                with Vertical(id="rows"):
                    for number, spec in enumerate(PANES, 1):
                        yield RowsPane(spec, number, self._clock)
                yield ChatPane(self._answers, NUMBERS[len(PANES)], id=CHAT)
            yield KeyFooter()

    @property
    def crumbs(self) -> tuple[str, ...]:
        """What every breadcrumb begins with."""
        return (self._homelab,)

    @property
    def header(self) -> StatusHeader:
        """The two lines at the top."""
        return self.query_one(StatusHeader)

    @property
    def rows_panes(self) -> Sequence[RowsPane]:
        """The left."""
        return [self.rows_pane(spec.id) for spec in PANES]

    def rows_pane(self, name: str) -> RowsPane:
        """The pane of that id on the left."""
        return self.query_one(f"#{name}", RowsPane)

    @property
    def open_pane(self) -> RowsPane:
        """The pane on the left that is in front, or was before the chat."""
        return self.rows_pane(self._open)

    @property
    def chat(self) -> ChatPane:
        """The right."""
        return self.query_one(ChatPane)

    def on_mount(self) -> None:
        """Let the clock run."""
        # Before the first size is told, so that nothing is laid out twice.
        self.place_panes()
        self.set_interval(1.0, self._tick)
        self.open_pane.focus_list()
        self._tell_shown_later()

    def on_screen_resume(self) -> None:
        """Take the size of now, of which a screen below another one is not told."""
        self.place_panes()
        # Textual remembers a colour for each drawn widget, and by it the widget's whole picture.
        StylesCache.get_inner_outer.cache_clear()

    def on_resize(self) -> None:
        """Other panes may have a place now."""
        self.place_panes()
        self._tell_shown_later()

    def watch_snapshots(
        self, before: Mapping[str, Snapshot], snapshots: Mapping[str, Snapshot]
    ) -> None:
        """Hand what is new to the panes that live on it, and to the header."""
        new = {name for name, one in snapshots.items() if one is not before.get(name)}
        with self.app.batch_update():
            for pane in self.rows_panes:
                if new & pane.spec.lives_on:
                    pane.snapshots = {
                        name: one for name, one in snapshots.items() if name in pane.spec.lives_on
                    }
            if new & {ALERTS, HEALTH}:
                self._tell_health()

    def watch_sources(self, sources: Mapping[str, SourceStatus]) -> None:
        """Show the badges."""
        self.header.show_sources(sources, self._clock())

    def watch_paused(self, paused: bool) -> None:
        """Say that the data stands still."""
        self.header.show_paused(paused)

    def watch_front(self) -> None:
        """Show which pane is the one in front."""
        if self.front != CHAT:
            self._open = self.front
        self.query_one(PaneTabs).show(self.front)
        self.place_panes()
        self._tell_shown_later()

    def watch_zoomed(self) -> None:
        """Other panes have a place now."""
        self.place_panes()
        self._tell_shown_later()

    async def inquire(self, question: str, attached: str = "") -> None:
        """Ask in the chat; where only one pane has room, the chat comes to the front."""
        await self.chat.ask(question, attached)
        if not self._is_side_by_side:
            self.action_show_pane(CHAT)

    def action_show_pane(self, pane: str) -> None:
        """Go to a pane."""
        self.front = pane
        # At once, because what is typed next belongs there already.
        self._focus_front()

    def action_next(self) -> None:
        """Go to the next pane."""
        self._step(1)

    def action_previous(self) -> None:
        """Go to the pane before."""
        self._step(-1)

    def action_zoom(self) -> None:
        """One pane on the whole screen, and back."""
        self.zoomed = not self.zoomed

    def action_findings(self) -> None:
        """Show what the checks found."""
        self.post_message(FindingsWanted())

    def action_timeline(self) -> None:
        """Show what changed."""
        self.post_message(TimelineWanted())

    def action_investigate(self) -> None:
        """Find out what is wrong anywhere."""
        self.post_message(InvestigationWanted())

    def action_incidents(self) -> None:
        """Show the journal."""
        self.post_message(IncidentsWanted())

    def action_logs(self) -> None:
        """Show the log lines of everybody."""
        self.post_message(LogsWanted())

    def action_metrics(self) -> None:
        """Chart any metric."""
        self.post_message(ChartsWanted())

    def action_back(self) -> None:
        """Undo one thing: the answer under way, the filter, the zoom."""
        if self.chat.busy:
            self.chat.cancel()
        elif self.open_pane.filtered:
            self.open_pane.clear_filter()
        elif self.zoomed:
            self.zoomed = False

    @property
    def is_stacked(self) -> bool:
        """Whether all panes of rows stand one above the other."""
        return self._is_side_by_side and self.app.size.height >= TALL

    @property
    def _is_side_by_side(self) -> bool:
        # By the app's size: a screen below another one is not told its own.
        return self.app.size.width >= WIDE and not self.zoomed

    def _step(self, step: int) -> None:
        self.action_show_pane(ORDER[(ORDER.index(self.front) + step) % len(ORDER)])

    def _focus_front(self) -> None:
        if self.front == CHAT:
            self.set_focus(self.chat.prompt.query_one(TextArea))
        else:
            pane = self.rows_pane(self.front)
            # The next key may ask about a row, before the pane has been drawn.
            pane.catch_up()
            pane.focus_list()

    def place_panes(self) -> None:
        """Show the panes that there is room for."""
        # Not by classes of the screen, with each of which all that is on it would be styled anew.
        beside, asking = self._is_side_by_side, self.front == CHAT
        for pane in self.rows_panes:
            pane.display = self.is_stacked or pane.id == self._open
        self.query_one("#rows").display = beside or not asking
        self.chat.display = beside or asking
        self.query_one(PaneTabs).display = not self.is_stacked
        self.share_lines()

    def share_lines(self) -> None:
        """Give each pane on the left as many lines as it can use."""
        panes = self.rows_panes
        if not self.is_stacked:
            for pane in panes:
                pane.styles.clear_rule("height")
            return
        room = self.app.size.height - _AROUND
        front = panes.index(self.open_pane)
        shares = heights([pane.needs for pane in panes], front, room)
        for pane, share in zip(panes, shares, strict=True):
            pane.styles.height = share

    def _tell_shown_later(self) -> None:
        if self.is_mounted:
            self.call_after_refresh(self._tell_shown)

    def _tell_shown(self) -> None:
        shown = [pane for pane in self.rows_panes if pane.is_on_screen]
        feeds = frozenset().union(*(pane.spec.lives_on for pane in shown))
        if feeds != self._fed:
            self._fed = feeds
            self.post_message(PanesShown(feeds))

    def _tell_health(self) -> None:
        known = self.snapshots
        self.header.show_health(health_of(known.get(HEALTH), known.get(ALERTS), self._clock()))

    def _tick(self) -> None:
        self._ticks += 1
        self.header.show_time(self._clock())
        if self._ticks % _AGES_EVERY == 0:
            self.tell_ages()

    def tell_ages(self) -> None:
        """Write every age anew."""
        now = self._clock()
        with self.app.batch_update():
            self.header.show_time(now)
            self._tell_health()
            self.header.show_sources(self.sources, now)
            for pane in self.rows_panes:
                if pane.is_on_screen:
                    pane.show_again()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """The pane with the focus is the one in front."""
        for name in ORDER:
            if self.query_one(f"#{name}") in event.widget.ancestors_with_self:
                self.front = name

    @on(TabChosen)
    def _tab_chosen(self, event: TabChosen) -> None:
        self.action_show_pane(event.pane)

    @on(ChatLeft)
    def _chat_left(self) -> None:
        self.action_show_pane(self.open_pane.spec.id)

    @on(SourcesSeen)
    def _sources_seen(self, event: SourcesSeen) -> None:
        event.stop()
        self.sources = {**self.sources, **{one.source: one for one in event.sources}}

    @on(RowsCounted)
    def _rows_counted(self) -> None:
        self.share_lines()

    @on(RowChosen)
    async def _row_chosen(self, event: RowChosen) -> None:
        from sre_tui.screens.details import detail_screen

        event.stop()
        pane = self.rows_pane(event.pane)
        if pane.find(event.key) is None:
            self.notify(f"This {pane.kind.noun} is no longer there")
            return
        self.app.push_screen(detail_screen(pane, event.key, self._clock))

    @on(EvidenceWanted)
    @work
    async def _evidence_wanted(self, event: EvidenceWanted) -> None:
        from sre_tui.screens.chat_choices import choose_evidence
        from sre_tui.screens.evidence import EvidenceScreen

        evidence = self.chat.evidence
        chosen = event.id or await choose_evidence(self.app, evidence)
        if not chosen:
            return
        if chosen not in [one.id for one in evidence]:
            self.notify(f"There is no evidence {chosen} in this conversation")
            return
        self.app.push_screen(EvidenceScreen(evidence, chosen, self._clock))

    @on(SessionsWanted)
    @work
    async def _sessions_wanted(self, event: SessionsWanted) -> None:
        from sre_tui.screens.chat_choices import choose_session

        if not self.chat.is_free():
            return
        chosen = event.id or await choose_session(self.app, self._answers, self._clock)
        if chosen is not None:
            await self.chat.resume(chosen)
            self.action_show_pane(CHAT)

    @on(ModelsWanted)
    @work
    async def _models_wanted(self, event: ModelsWanted) -> None:
        from sre_tui.screens.chat_choices import choose_model

        if not self.chat.is_free():
            return
        chosen = event.name or await choose_model(self.app, self._answers)
        if chosen is not None:
            await self.chat.choose_model(chosen)
            self.action_show_pane(CHAT)
