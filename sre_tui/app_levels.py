"""The part of the app that opens levels: which screen shows what is wanted."""

from __future__ import annotations

from abc import abstractmethod
from functools import cached_property
from typing import TYPE_CHECKING

from textual.app import App

from sre_tui.app_parts import AppParts
from sre_tui.screens.main import MainScreen
from sre_tui.screens.wanted import (
    ChartsWanted,
    IncidentFormWanted,
    InvestigationWanted,
    LogsWanted,
    OpeningWanted,
    RecordWanted,
    TimelineWanted,
)

if TYPE_CHECKING:
    from sre_tui.screens.recording import Recording
    from sre_tui.screens.reporting import Reporting


class LevelsApp(App[None]):
    """Pushes a screen for each thing that can be asked for."""

    def __init__(self, parts: AppParts) -> None:
        """An app over these parts."""
        super().__init__()
        self._parts = parts

    @property
    @abstractmethod
    def main(self) -> MainScreen:
        """The screen at the bottom of the stack."""

    def on_findings_wanted(self) -> None:
        """Show what the checks found."""
        from sre_tui.screens.findings import FindingsScreen

        self.push_screen(FindingsScreen(self._parts.clock))

    def on_opening_wanted(self, event: OpeningWanted) -> None:
        """Show what a row of some details stands for."""
        from sre_tui.screens.details import level_for

        parts = self._parts
        level = level_for(event.opening, self.main, parts.read_runbook, parts.clock)
        if level is None:
            self.notify("This is not there any more")
        else:
            self.push_screen(level)

    def on_timeline_wanted(self, event: TimelineWanted) -> None:
        """Show what changed."""
        from sre_tui.screens.timeline import TimelineScreen

        self.push_screen(TimelineScreen(self._parts.clock, event.host, event.at))

    def on_investigation_wanted(self, event: InvestigationWanted) -> None:
        """Show what is wrong, and why."""
        from sre_tui.screens.investigation import InvestigationScreen

        self.push_screen(InvestigationScreen(self._parts.clock, event.about))

    def on_logs_wanted(self, event: LogsWanted) -> None:
        """Show log lines."""
        from sre_tui.screens.logs import LogsScreen

        self.push_screen(LogsScreen(self._parts.clock, event.of))

    def on_charts_wanted(self, event: ChartsWanted) -> None:
        """Show metrics."""
        from sre_tui.screens.metric_chart import ChartsScreen

        self.push_screen(ChartsScreen(self._parts.clock, event.of))

    def action_report(self) -> None:
        """Show the latest report."""
        from sre_tui.screens.report import ReportScreen

        if isinstance(self.screen, ReportScreen):
            self.screen.show_latest()
        elif self._reporting is not None:
            self.push_screen(ReportScreen(self._parts.clock, self._reporting))
        else:
            self.notify("There is no archive of reports", severity="warning")

    def on_incidents_wanted(self) -> None:
        """Show the journal."""
        from sre_tui.screens.incidents import IncidentsScreen

        self.push_screen(IncidentsScreen(self._parts.clock))

    def on_incident_form_wanted(self, event: IncidentFormWanted) -> None:
        """Ask what is to be written into the journal."""
        self._recording.open(event)

    def on_record_wanted(self, event: RecordWanted) -> None:
        """Ask what to record of it."""
        self._recording.begin(event)

    @cached_property
    def _recording(self) -> Recording:
        from sre_tui.screens.recording import Recording

        return Recording(self, self._parts.clock, self._parts.record, self._parts.change)

    @cached_property
    def _reporting(self) -> Reporting | None:
        from sre_tui.screens.reporting import Reporting

        desk = self._parts.reports
        return None if desk is None else Reporting(self, desk)
