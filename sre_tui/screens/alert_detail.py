"""All about one alert."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.screen import Screen
from textual.widgets import Footer, Static

from providers.clock import Clock
from sre_tui.screens.actions import bindings
from sre_tui.screens.alert_text import changes, explain, facts, full_text
from sre_tui.screens.alerts_pane import AlertsPane
from widgets.cell import Tone, marked
from widgets.text import plain_text
from widgets.too_small import SizeGate

if TYPE_CHECKING:
    from providers.alerting import Alert


class AlertDetailScreen(Screen[str | None]):
    """Stays true while it is open; gives the question the user wants to ask, if any."""

    PART: ClassVar[str] = "detail"
    BINDINGS: ClassVar[list[BindingType]] = bindings("detail")
    CSS_PATH = "alert_detail.tcss"

    def __init__(self, alert: Alert, pane: AlertsPane, homelab: str, clock: Clock) -> None:
        """Show this alert, as the pane sees it from now on."""
        super().__init__()
        self._alert = alert
        self._pane = pane
        self._homelab = homelab
        self._clock = clock

    def compose(self) -> ComposeResult:
        """Where one is, and the page."""
        with SizeGate():
            yield Static(id="breadcrumb", markup=False)
            yield Static(id="gone", markup=False)
            with VerticalScroll(id="page"):
                yield Static(id="alert", markup=False)
            yield Footer(show_command_palette=False, compact=True)

    def on_mount(self) -> None:
        """Follow the pane."""
        crumbs = f"{self._homelab} › Alerts › {self._alert.name}"
        self.query_one("#breadcrumb", Static).update(plain_text(crumbs))
        self.query_one(VerticalScroll).focus()
        self.watch(self._pane, "snapshot", self._follow)

    def action_back(self) -> None:
        """Back to the list."""
        self.dismiss(None)

    def action_explain(self) -> None:
        """Ask what it means."""
        self.dismiss(explain(self._alert))

    def action_changes(self) -> None:
        """Ask what changed when it began."""
        self.dismiss(changes(self._alert, self._clock()))

    def action_copy(self) -> None:
        """Copy what is known of it."""
        self.app.copy_to_clipboard(facts(self._alert, self._clock()))
        self.notify(f"Copied: {self._alert.name}")

    def _follow(self) -> None:
        # The pane's own handler may run after this one, so the snapshot itself is looked into.
        snapshot = self._pane.snapshot
        items: tuple[Alert, ...] = ()
        if snapshot is not None and snapshot.result is not None and snapshot.state.has_data:
            items = snapshot.result.data.items
            now_known = next((one for one in items if one.key == self._alert.key), None)
            said = marked(Tone.OK, "no longer active; this is how it was seen last")
            self._alert = now_known or self._alert
            self.query_one("#gone", Static).update(plain_text("" if now_known else said))
            self.set_class(now_known is None, "-gone")
        self.query_one("#alert", Static).update(full_text(self._alert, self._clock()))
