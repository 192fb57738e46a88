"""A pane of rows, live: whatever it lists, it is filtered, sorted, explained and opened alike."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar, Final

from textual import on
from textual.binding import BindingType
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Input

from providers.clock import Clock
from sre_tui.live.snapshot import Snapshot
from sre_tui.live.standing import standing
from sre_tui.screens.about.tab import ToRow
from sre_tui.screens.actions import bindings
from sre_tui.screens.filter_line import FilterChanged, FilterLeft, FilterLine
from sre_tui.screens.pane_states import pane_state
from sre_tui.screens.panes import PaneSpec
from sre_tui.screens.wanted import (
    ChartsWanted,
    InvestigationWanted,
    LogsWanted,
    OpeningWanted,
    TimelineWanted,
)
from widgets.cell import Display, keyed_rows
from widgets.pane import Pane, PaneKind, PaneState
from widgets.table import KeyedTable, RowHighlighted, RowSelected

if TYPE_CHECKING:
    from sre_tui.screens.rows.kind import RowKind

_MESSAGES: Final = {PaneKind.LOADING: 2, PaneKind.EMPTY: 2}
"""Rows whose room a message takes, if less than one that says what to do."""
NUMBERS: Final = "¹²³⁴⁵⁶⁷⁸⁹"
"""The keys of the panes, as they stand before their titles."""


class RowChosen(Message):
    """The user wants to see all about the row of that key."""

    def __init__(self, pane: str, key: str) -> None:
        super().__init__()
        self.pane = pane
        self.key = key


class Inquired(Message):
    """The user asks about something chosen.

    Attributes:
        question: what is asked.
        attached: text from outside that it is about, such as a log line.
    """

    def __init__(self, question: str, attached: str = "") -> None:
        super().__init__()
        self.question = question
        self.attached = attached


class RowsCounted(Message):
    """A pane has another number of rows than before, and needs more or less room."""


class RowTable(KeyedTable):
    """The rows."""

    PART: ClassVar[str] = "list"
    BINDINGS: ClassVar[list[BindingType]] = bindings("list")


class RowsPane(Pane):
    """Assign `snapshots`; everything shown follows from them.

    While the pane is hidden nothing of it is drawn or sorted; it catches up when it is shown.
    """

    PART: ClassVar[str] = "rows"
    BINDINGS: ClassVar[list[BindingType]] = bindings("rows")

    snapshots: reactive[Mapping[str, Snapshot]] = reactive(dict, init=False, always_update=True)
    taken: reactive[int] = reactive(0)
    """How many times the rows were taken anew; who shows one of them watches it."""

    def __init__(self, spec: PaneSpec, number: int, clock: Clock, **attributes: Any) -> None:
        """The pane of that number, 0 for none, which counts ages by this clock."""
        super().__init__(
            f"{NUMBERS[number - 1] if number else ''}{spec.title}",
            state=pane_state(None, clock(), rows=0, nothing=""),
            id=spec.id,
            **attributes,
        )
        self.spec = spec
        self.stand_in: PaneState | None = None
        """State to show in place of that of the snapshots."""
        self._heading = self.title
        self._clock = clock
        self._kind: RowKind[Any] | None = None
        self._rows: dict[str, Any] = {}
        self._table: RowTable | None = None
        self._filter: FilterLine | None = None
        self._possible = (False, False)
        self._needed = 0
        self._is_behind = False

    @property
    def kind(self) -> RowKind[Any]:
        """What its rows are."""
        if self._kind is None:
            self._kind = self.spec.kind()
        return self._kind

    @property
    def chosen(self) -> Any | None:
        """The row under the cursor; None while no row can be seen."""
        key = None if self._table is None else self._table.cursor_key
        if key is None or self.has_class("-message"):
            return None
        return self._rows.get(key)

    @property
    def chosen_key(self) -> str | None:
        """The key of the row under the cursor."""
        chosen = self.chosen
        return None if chosen is None else self.kind.key(chosen)

    @property
    def filtered(self) -> bool:
        """Whether a filter is in force."""
        return self._table is not None and bool(self._table.filter_text)

    @property
    def rows(self) -> Sequence[Any]:
        """All rows, the most pressing first."""
        return tuple(self._rows.values())

    def find(self, key: str) -> Any | None:
        """The row of that key as it was seen last."""
        return self._rows.get(key)

    @property
    def needs(self) -> int:
        """How many rows it has to show; a message takes the room of some."""
        return len(self._rows) or _MESSAGES.get(self.state.kind, 4)

    @property
    def is_answered(self) -> bool:
        """Whether what the rows are taken from has data, so that a missing row is gone."""
        return any(
            (snapshot := self.snapshots.get(feed)) is not None and snapshot.state.has_data
            for feed in self.spec.feeds
        )

    async def watch_snapshots(self) -> None:
        """Show the rows and the state together."""
        known = {
            feed: snapshot.result.data
            for feed, snapshot in self.snapshots.items()
            if snapshot.result is not None and snapshot.state.has_data
        }
        if any(feed in known for feed in self.spec.feeds):
            if self.spec.module not in sys.modules:
                # Its import is too much for the thread that draws.
                await asyncio.to_thread(import_module, self.spec.module)
            # Two rows of one key would be one too many, and a backend may send them.
            self._rows = {self.kind.key(row): row for row in self.kind.rows(known)}
        else:
            self._rows = {}
        if self._rows and self._table is None:
            self._table = RowTable(self.kind.columns)
            await self.mount(self._table)
        if self.is_on_screen:
            self.show_again()
        else:
            self._is_behind = True
            self._tell_state()
        self.taken += 1
        if self.needs != self._needed:
            self._needed = self.needs
            self.post_message(RowsCounted())

    def on_show(self) -> None:
        """Show what came while nobody looked."""
        self.catch_up()

    def catch_up(self) -> None:
        """Show what came while the pane was hidden."""
        if self._is_behind:
            self.show_again()

    def show_again(self) -> None:
        """Show the same rows with the ages of now."""
        self._is_behind = False
        with self.app.batch_update():
            if self._table is not None:
                display = Display(now=self._clock(), utc=None, wide=False)
                self._table.set_rows(
                    keyed_rows(self.rows, self.kind.columns, display, self.kind.key)
                )
            self._tell_state()
        self._tell_bindings()

    def focus_list(self) -> None:
        """Give the focus to the rows, or to the message in their place."""
        if self._table is not None:
            self.focus_content(self._table)
        else:
            self.can_focus = True
            self.screen.set_focus(self)

    def clear_filter(self) -> None:
        """Show all rows again."""
        if self._filter is not None:
            self._filter.clear()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Dim what needs a row while there is none."""
        if action in (
            "explain", "changes", "copy", "investigate", "timeline", "backups", "metrics"
        ):  # fmt: skip
            # A key that is not in the footer says itself why there is nothing to show.
            return True if self.chosen is not None else None
        if action == "logs":
            row = self.chosen
            return True if row is not None and self.kind.logs(row) is not None else None
        if action == "filter" and isinstance(self.screen.focused, Input):
            return False
        if action in ("filter", "sort_next", "sort_previous", "reverse"):
            return True if self._has_rows else None
        return True

    def action_explain(self) -> None:
        """Ask what the row means."""
        if (row := self.chosen) is not None:
            self.post_message(Inquired(self.kind.explain(row)))

    def action_changes(self) -> None:
        """Ask what changed around it."""
        if (row := self.chosen) is not None:
            self.post_message(Inquired(self.kind.changes(row, self._clock())))

    def action_investigate(self) -> None:
        """Look for its cause."""
        if (row := self.chosen) is not None:
            self.post_message(InvestigationWanted(self.kind.origin(row).about))

    def action_timeline(self) -> None:
        """List what changed with it around its beginning."""
        if (row := self.chosen) is not None:
            origin = self.kind.origin(row)
            self.post_message(TimelineWanted(origin.host, origin.at))

    def action_logs(self) -> None:
        """Show its log lines."""
        if (row := self.chosen) is not None and (of := self.kind.logs(row)) is not None:
            self.post_message(LogsWanted(of))

    def action_metrics(self) -> None:
        """Show its metrics."""
        if (row := self.chosen) is None:
            return
        if (of := self.kind.charts(row)) is not None:
            self.post_message(ChartsWanted(of))
        else:
            self.notify(f"No metrics are known of {self.kind.name(row)}")

    def action_copy(self) -> None:
        """Copy what is known of it."""
        if (row := self.chosen) is not None:
            self.app.copy_to_clipboard(self.kind.copied(row, self._clock()))
            self.notify(f"Copied: {self.kind.name(row)}")

    async def action_filter(self) -> None:
        """Type a filter."""
        if self._filter is None:
            self._filter = FilterLine()
            await self.mount(self._filter)
            self._count()
        self._filter.open()

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

    def action_backups(self) -> None:
        """Open what is known of its backups."""
        if (row := self.chosen) is None:
            return
        if (key := self._backups_of(row)) is not None:
            self.post_message(OpeningWanted(ToRow("backups", key)))
        else:
            self.notify(f"No backups are known of {self.kind.name(row)}")

    def _backups_of(self, row: Any) -> str | None:
        panes = (pane for pane in self.app.screen_stack[0].query(RowsPane))
        known = next((pane.rows for pane in panes if pane.id == "backups"), ())
        return self.kind.backups(row, known)

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
        self.post_message(RowChosen(self.spec.id, event.key))

    @on(RowHighlighted)
    def _row_highlighted(self, event: RowHighlighted) -> None:
        event.stop()
        self._tell_bindings()

    def _tell_state(self) -> None:
        now = standing(self.snapshots.get(feed) for feed in self.spec.feeds)
        self.state = self.stand_in or pane_state(
            now, self._clock(), rows=len(self._rows), nothing=self.spec.nothing
        )
        self._count()

    def _tell_bindings(self) -> None:
        # The footer is built anew each time, which is too much for every snapshot.
        possible = (self.chosen is not None, self._has_rows)
        if possible != self._possible:
            self._possible = possible
            self.refresh_bindings()

    @property
    def _has_rows(self) -> bool:
        return bool(self._rows) and not self.has_class("-message")

    def _count(self) -> None:
        if not self.is_answered:
            self.title = self._heading
            return
        total = len(self._rows)
        shown = total if self._table is None or self._is_behind else len(self._table.shown_keys)
        told = f"{total}" if shown == total else f"{shown} of {total}"
        summary = self.kind.summary(self.rows) if self._rows else ""
        self.title = " · ".join(part for part in (f"{self._heading} {told}", summary) if part)
        if self._filter is not None:
            self._filter.count(shown, total)
