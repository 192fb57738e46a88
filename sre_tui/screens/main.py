"""The place where one spends the evening: alerts on the left, the chat on the right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Final

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.reactive import reactive
from textual.screen import Screen
from textual.widgets import Footer, TextArea

from providers.clock import Clock
from providers.reading import SourceStatus
from sre_tui.live.answers import AnswerError, AnswerSource
from sre_tui.live.health import health_of
from sre_tui.live.snapshot import Snapshot
from sre_tui.screens.actions import bindings
from sre_tui.screens.alerts_pane import AlertChosen, AlertsPane, Inquired
from sre_tui.screens.chat_pane import (
    ChatLeft,
    ChatPane,
    EvidenceWanted,
    SessionsWanted,
    SourcesSeen,
)
from sre_tui.screens.pane_tabs import PaneTabs, TabChosen
from sre_tui.screens.status_header import StatusHeader
from widgets.cell import Tone
from widgets.pane import Pane
from widgets.too_small import SizeGate

PANES: Final = {"alerts": "Alerts", "chat": "Chat"}
WIDE: Final = 100
"""Columns from which on the panes stand side by side."""
ROOMY: Final = 112
"""Columns from which on the alerts can leave some of their room to the chat."""
_AGES_EVERY: Final = 10
"""Seconds after which ages are written anew."""


class Painted(Message):
    """The whole screen is there, down to the keys in the footer, which come last."""


class KeyFooter(Footer):
    """The keys; says when they are there."""

    _due = False

    def bindings_changed(self, screen: Screen[object]) -> None:
        """Show the keys anew, once for all changes that come together."""
        if not self._due:
            self._due = screen.app.app_focus and self.is_attached and screen is self.screen
            super().bindings_changed(screen)

    async def recompose(self) -> None:
        """Show the keys of now."""
        self._due = False
        await super().recompose()
        self.post_message(Painted())


class MainScreen(Screen[None]):
    """Assign `alerts` and `sources`; the panes and the header follow."""

    PART: ClassVar[str] = "main"
    BINDINGS: ClassVar[list[BindingType]] = bindings("main")
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide"), (ROOMY, "-roomy")]  # noqa: RUF012 - as in Textual

    alerts: reactive[Snapshot | None] = reactive(None, init=False)
    sources: reactive[Mapping[str, SourceStatus]] = reactive({}, init=False)
    paused: reactive[bool] = reactive(False, init=False)
    front: reactive[str] = reactive("alerts", init=False)
    zoomed: reactive[bool] = reactive(False, toggle_class="-zoomed")

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

    def compose(self) -> ComposeResult:
        """Header, tabs, panes, footer."""
        # Known before the first size is told, so that nothing is styled and laid out twice.
        width = self.app.size.width
        self.add_class(max(one for one in self.HORIZONTAL_BREAKPOINTS if one[0] <= width)[1])
        now = self._clock()
        with SizeGate():
            yield StatusHeader(self._homelab, self._sources, health_of(None, now), now)
            yield PaneTabs(PANES)
            with Horizontal(id="panes"):
                yield AlertsPane(self._clock, id="alerts", classes="-front")
                yield ChatPane(self._answers, id="chat")
            yield KeyFooter(show_command_palette=False, compact=True)

    @property
    def header(self) -> StatusHeader:
        """The two lines at the top."""
        return self.query_one(StatusHeader)

    @property
    def alerts_pane(self) -> AlertsPane:
        """The left."""
        return self.query_one(AlertsPane)

    @property
    def chat(self) -> ChatPane:
        """The right."""
        return self.query_one(ChatPane)

    def on_mount(self) -> None:
        """Let the clock run."""
        self.set_interval(1.0, self._tick)
        self.alerts_pane.focus_list()

    def watch_alerts(self, snapshot: Snapshot | None) -> None:
        """Hand a snapshot to the pane and the header."""
        with self.app.batch_update():
            self.alerts_pane.snapshot = snapshot
            self.header.show_health(health_of(snapshot, self._clock()))

    def watch_sources(self, sources: Mapping[str, SourceStatus]) -> None:
        """Show the badges."""
        self.header.show_sources(sources, self._clock())

    def watch_paused(self, paused: bool) -> None:
        """Say that the data stands still."""
        self.header.show_paused(paused)

    def watch_front(self) -> None:
        """Show which pane is the one in front."""
        for pane in PANES:
            self.query_one(f"#{pane}", Pane).set_class(pane == self.front, "-front")
        self.query_one(PaneTabs).show(self.front)

    async def inquire(self, question: str) -> None:
        """Ask in the chat; where only one pane has room, the chat comes to the front."""
        await self.chat.ask(question)
        if not self._is_side_by_side:
            self.action_show_pane("chat")

    def action_show_pane(self, pane: str) -> None:
        """Go to a pane."""
        self.front = pane
        if self._is_side_by_side:
            # At once, because what is typed next belongs there already.
            self._focus_front()
        else:
            # A pane that was hidden can take the focus only once it is displayed.
            self.call_after_refresh(self._focus_front)

    def action_next(self) -> None:
        """Go to the next pane."""
        self._step(1)

    def action_previous(self) -> None:
        """Go to the pane before."""
        self._step(-1)

    def action_zoom(self) -> None:
        """One pane on the whole screen, and back."""
        self.zoomed = not self.zoomed

    def action_back(self) -> None:
        """Undo one thing: the answer under way, the filter, the zoom."""
        if self.chat.busy:
            self.chat.cancel()
        elif self.alerts_pane.filtered:
            self.alerts_pane.clear_filter()
        elif self.zoomed:
            self.zoomed = False

    @property
    def _is_side_by_side(self) -> bool:
        return not self.has_class("-narrow") and not self.zoomed

    def _step(self, step: int) -> None:
        names = list(PANES)
        self.action_show_pane(names[(names.index(self.front) + step) % len(names)])

    def _focus_front(self) -> None:
        if self.front == "chat":
            self.set_focus(self.chat.prompt.query_one(TextArea))
        else:
            self.alerts_pane.focus_list()

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
            self.header.show_health(health_of(self.alerts, now))
            self.header.show_sources(self.sources, now)
            self.alerts_pane.show_again()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """The pane with the focus is the one in front."""
        for pane in PANES:
            if event.widget in self.query_one(f"#{pane}").walk_children(with_self=True):
                self.front = pane

    @on(TabChosen)
    def _tab_chosen(self, event: TabChosen) -> None:
        self.action_show_pane(event.pane)

    @on(ChatLeft)
    def _chat_left(self) -> None:
        self.action_show_pane("alerts")

    @on(SourcesSeen)
    def _sources_seen(self, event: SourcesSeen) -> None:
        event.stop()
        self.sources = {**self.sources, **{one.source: one for one in event.sources}}

    @on(Inquired)
    async def _inquired(self, event: Inquired) -> None:
        event.stop()
        await self.inquire(event.question)

    @on(AlertChosen)
    @work
    async def _alert_chosen(self, event: AlertChosen) -> None:
        from sre_tui.screens.alert_detail import AlertDetailScreen

        alert = self.alerts_pane.find(event.key)
        if alert is None:
            self.notify("This alert is no longer there")
            return
        screen = AlertDetailScreen(alert, self.alerts_pane, self._homelab, self._clock)
        question = await self.app.push_screen_wait(screen)
        if question is not None:
            await self.inquire(question)

    @on(EvidenceWanted)
    @work
    async def _evidence_wanted(self, event: EvidenceWanted) -> None:
        from sre_tui.screens.choice import ChoiceScreen, Offer
        from sre_tui.screens.evidence import EvidenceScreen

        evidence = self.chat.evidence
        chosen: str | None = event.id
        if not chosen:
            offers = [Offer(one.id, f"{one.id} {one.tool}", one.summary) for one in evidence]
            nothing = "No evidence yet: it comes with the first answer"
            chosen = await self.app.push_screen_wait(ChoiceScreen("Evidence", offers, nothing))
        if not chosen:
            return
        if chosen not in [one.id for one in evidence]:
            self.notify(f"There is no evidence {chosen} in this conversation")
            return
        self.app.push_screen(EvidenceScreen(evidence, chosen, self._clock))

    @on(SessionsWanted)
    @work
    async def _sessions_wanted(self) -> None:
        from sre_tui.screens.choice import ChoiceScreen, Offer
        from sre_tui.views.human import ago, count

        if self.chat.busy:
            self.notify("One answer is still under way; esc cancels it")
            return
        now = self._clock()
        saved = {one.id: one for one in await self._answers.saved()}
        offers = [
            Offer(
                one.id,
                one.title or one.id,
                one.problem
                or f"{count(one.questions, 'question')}"
                + (f", {ago(one.updated_at, now)}" if one.updated_at else ""),
                disabled=bool(one.problem),
            )
            for one in saved.values()
        ]
        nothing = "No conversation was saved yet"
        chosen = await self.app.push_screen_wait(ChoiceScreen("Conversations", offers, nothing))
        if chosen is None:
            return
        try:
            past = await self._answers.resume(chosen)
        except AnswerError as error:
            await self.chat.transcript.add_notice(str(error), Tone.ERROR)
            return
        await self.chat.resume(tuple(past), saved[chosen])
        self.action_show_pane("chat")
