"""The journal: what was wrong, why, and what helped; read, added to, changed and closed."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Final, Literal, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen

from sre_tui.screens.actions import bindings
from sre_tui.screens.keys import key_of_action
from sre_tui.screens.list_level import ListLevel
from sre_tui.screens.panes import PaneSpec
from sre_tui.screens.recording import JournalChanged
from sre_tui.screens.row_detail import RowDetailScreen, RowSubject
from sre_tui.screens.rows_pane import RowChosen, RowsPane
from sre_tui.screens.wanted import IncidentFormWanted

if TYPE_CHECKING:
    from sre_tui.memory.incident import Incident

_MOST: Final = 1000
"""Incidents that are listed, the latest."""


class OnIncident:
    """What a screen that has an incident does with it."""

    PART: ClassVar[str] = "incident"

    @property
    @abstractmethod
    def incident(self) -> Incident | None:
        """The one that is meant; None if there is none."""

    def action_edit(self) -> None:
        """Say other things of it."""
        self._ask_for("edit")

    def action_close(self) -> None:
        """Say that it is over."""
        self._ask_for("close")

    def _ask_for(self, form: Literal["edit", "close"]) -> None:
        if (incident := self.incident) is not None:
            screen = cast("Screen[None]", self)
            screen.post_message(IncidentFormWanted(form, incident, screen))


class IncidentsScreen(OnIncident, ListLevel):
    """All that was recorded, followed while it is open."""

    PART: ClassVar[str] = "incidents"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("incidents"), *bindings("incident")]
    QUIET: ClassVar[frozenset[str]] = frozenset({"rows.investigate", "rows.logs", "rows.sort-next"})
    SPEC: ClassVar[PaneSpec] = PaneSpec(
        "incidents",
        "Incidents",
        ("memory_search_incidents",),
        nothing="No incident was recorded yet",
    )

    @property
    def incident(self) -> Incident | None:
        """The one under the cursor."""
        chosen: Incident | None = self.pane.chosen
        return chosen

    def body(self) -> ComposeResult:
        """The list, which names the key that adds to it while it is empty."""
        key = key_of_action(self.app, "incidents.record")
        said = f"{self.SPEC.nothing}: {key} records one"
        yield RowsPane(replace(self.SPEC, nothing=said), 0, self.clock)

    def on_mount(self) -> None:
        """Look into the journal."""
        self._look()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Dim what needs an incident while there is none."""
        if action in ("edit", "close"):
            return True if self.is_mounted and self.incident is not None else None
        return True

    def action_record(self) -> None:
        """Record a new one."""
        self.post_message(IncidentFormWanted("record", None, self))

    def _look(self) -> None:
        self.list_what({"limit": _MOST})

    @on(JournalChanged)
    def _journal_changed(self, event: JournalChanged) -> None:
        event.stop()
        self._look()

    @on(RowChosen)
    def _row_chosen(self, event: RowChosen) -> None:
        event.stop()
        # Not that of the levels that only show a row.
        event.prevent_default()
        self.app.push_screen(IncidentScreen(RowSubject(self.pane, event.key), self.clock))


class IncidentScreen(OnIncident, RowDetailScreen):
    """One with all its texts."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("incident")
    QUIET: ClassVar[frozenset[str]] = frozenset(
        {"detail.next", "detail.hour", "detail.logs", "detail.changes"}
    )

    @property
    def incident(self) -> Incident | None:
        """The one that is shown, unless it is gone."""
        incident: Incident = self._row.row
        return None if self._row.is_gone else incident
