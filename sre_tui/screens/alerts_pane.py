"""The alerts, live: most pressing first, filtered and sorted as the user likes."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Input

from providers.clock import Clock
from sre_tui.live.snapshot import Snapshot
from sre_tui.screens.actions import bindings
from sre_tui.screens.filter_line import FilterChanged, FilterLeft, FilterLine
from sre_tui.screens.pane_states import pane_state
from widgets.cell import Cell, Column, Display, Tone, keyed_rows, marked
from widgets.pane import Pane, PaneKind, PaneState
from widgets.table import KeyedTable, RowHighlighted, RowSelected
from widgets.text import duration

if TYPE_CHECKING:
    from providers.alerting import Alert

NOTHING = "No alert is firing or pending"


class AlertChosen(Message):
    """The user wants to see all about the alert of that key."""

    def __init__(self, key: str) -> None:
        super().__init__()
        self.key = key


class Inquired(Message):
    """The user asks about something chosen."""

    def __init__(self, question: str) -> None:
        super().__init__()
        self.question = question


class AlertTable(KeyedTable):
    """The rows."""

    PART: ClassVar[str] = "list"
    BINDINGS: ClassVar[list[BindingType]] = bindings("list")


class AlertsPane(Pane):
    """Assign `snapshot`; everything shown follows from it."""

    PART: ClassVar[str] = "alerts"
    BINDINGS: ClassVar[list[BindingType]] = bindings("alerts")

    snapshot: reactive[Snapshot | None] = reactive(None, always_update=True)

    def __init__(self, clock: Clock, **attributes: Any) -> None:
        """A pane that counts ages by this clock."""
        super().__init__("Alerts", state=PaneState(PaneKind.LOADING), **attributes)
        self._clock = clock
        self._alerts: dict[str, Alert] = {}
        self._table: AlertTable | None = None
        self._possible = (False, False)

    def compose(self) -> ComposeResult:
        """The notice, and the filter at the bottom; the table comes with the first rows."""
        yield from super().compose()
        yield FilterLine()

    @property
    def chosen(self) -> Alert | None:
        """The alert under the cursor; None while no row can be seen."""
        key = None if self._table is None else self._table.cursor_key
        if key is None or self.has_class("-message"):
            return None
        return self._alerts.get(key)

    @property
    def filtered(self) -> bool:
        """Whether a filter is in force."""
        return self._table is not None and bool(self._table.filter_text)

    def find(self, key: str) -> Alert | None:
        """The alert of that key as it was seen last."""
        return self._alerts.get(key)

    @property
    def alerts(self) -> tuple[Alert, ...]:
        """All alerts, the most pressing first."""
        return tuple(self._alerts.values())

    async def watch_snapshot(self, snapshot: Snapshot | None) -> None:
        """Show the rows and the state together."""
        items: tuple[Alert, ...] = ()
        if snapshot is not None and snapshot.result is not None and snapshot.state.has_data:
            items = snapshot.result.data.items
        # Two rows of one key would be one too many, and a backend may send them.
        self._alerts = {alert.key: alert for alert in items}
        if self._alerts and self._table is None:
            # Its import is too much for the thread that draws.
            await asyncio.to_thread(import_module, "sre_tui.views.alerts")
            self._table = AlertTable(_columns())
            await self.mount(self._table, before=self.query_one(FilterLine))
        self.show_again()

    def show_again(self) -> None:
        """Show the same snapshot with the ages of now."""
        now = self._clock()
        with self.app.batch_update():
            if self._table is not None:
                display = Display(now=now, utc=None, wide=False)
                rows = self._alerts.values()
                self._table.set_rows(keyed_rows(rows, _columns(), display, lambda alert: alert.key))
            self.state = pane_state(self.snapshot, now, rows=len(self._alerts), nothing=NOTHING)
            self._count()
        self._tell_bindings()

    def focus_list(self) -> None:
        """Give the focus to the rows, or to the message in their place."""
        if self._table is not None and not self.has_class("-message"):
            self.screen.set_focus(self._table)
        else:
            self.can_focus = True
            self.screen.set_focus(self)

    def clear_filter(self) -> None:
        """Show all rows again."""
        self.query_one(FilterLine).clear()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Dim what needs an alert while there is none."""
        if action in ("explain", "changes", "copy"):
            return True if self.chosen is not None else None
        if action == "filter" and isinstance(self.screen.focused, Input):
            return False
        if action in ("filter", "sort_next", "sort_previous", "reverse"):
            return True if self._has_rows else None
        return True

    def action_explain(self) -> None:
        """Ask what the alert means."""
        from sre_tui.screens.alert_text import explain

        if self.chosen is not None:
            self.post_message(Inquired(explain(self.chosen)))

    def action_changes(self) -> None:
        """Ask what changed when it began."""
        from sre_tui.screens.alert_text import changes

        if self.chosen is not None:
            self.post_message(Inquired(changes(self.chosen, self._clock())))

    def action_copy(self) -> None:
        """Copy what is known of it."""
        from sre_tui.screens.alert_text import facts

        if self.chosen is not None:
            self.app.copy_to_clipboard(facts(self.chosen, self._clock()))
            self.notify(f"Copied: {self.chosen.name}")

    def action_filter(self) -> None:
        """Type a filter."""
        self.query_one(FilterLine).open()

    def action_sort_next(self) -> None:
        """Sort by the next column."""
        if self._table is not None:
            self._table.action_sort_next()

    def action_sort_previous(self) -> None:
        """Sort by the column before."""
        if self._table is not None:
            self._table.action_sort_previous()

    def action_reverse(self) -> None:
        """Turn the order round."""
        if self._table is not None:
            self._table.action_sort_reverse()

    @on(FilterChanged)
    def _filter_changed(self, event: FilterChanged) -> None:
        event.stop()
        if self._table is not None:
            self._table.set_filter(event.text)
        self._count()

    @on(FilterLeft)
    def _filter_left(self, event: FilterLeft) -> None:
        event.stop()
        self.focus_list()

    @on(RowSelected)
    def _row_selected(self, event: RowSelected) -> None:
        event.stop()
        self.post_message(AlertChosen(event.key))

    @on(RowHighlighted)
    def _row_highlighted(self, event: RowHighlighted) -> None:
        event.stop()
        self._tell_bindings()

    def _tell_bindings(self) -> None:
        # The footer is built anew each time, which is too much for every snapshot.
        possible = (self.chosen is not None, self._has_rows)
        if possible != self._possible:
            self._possible = possible
            self.refresh_bindings()

    @property
    def _has_rows(self) -> bool:
        return bool(self._alerts) and not self.has_class("-message")

    def _count(self) -> None:
        total = len(self._alerts)
        shown = total if self._table is None else len(self._table.shown_keys)
        if self.snapshot is None or not self.snapshot.state.has_data:
            self.title = "Alerts"
        else:
            self.title = f"Alerts {total}" if shown == total else f"Alerts {shown} of {total}"
        self.query_one(FilterLine).count(shown, total)


def _columns() -> tuple[Column[Alert], ...]:
    """The columns of the alerts' view, narrowed to a pane that shares the screen."""
    from sre_tui.views.alerts import ALERTS

    given = {column.key: column for column in ALERTS.columns}
    return (
        replace(given["severity"], width=10),
        replace(given["name"], width=14),
        replace(given["host"], width=7, flexible=True),
        replace(given["state"], width=10, cell=_state),
        replace(given["active_at"], title="Age", width=6, cell=_age, align="right"),
        replace(given["summary"], width=24),
        given["value"],
        given["silence"],
        given["source"],
    )


def _state(alert: Alert, display: Display) -> Cell:
    from sre_tui.views.alerts import alert_state

    cell = alert_state(alert, display)
    return replace(cell, text=marked(Tone.MUTED, "silenced")) if alert.silenced else cell


def _age(alert: Alert, display: Display) -> Cell:
    if alert.active_at is None:
        return Cell("", None)
    seconds = max(0.0, (display.now - alert.active_at).total_seconds())
    return Cell("now" if seconds < 1 else duration(seconds), seconds)
