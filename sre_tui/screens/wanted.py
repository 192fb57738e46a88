"""What can be asked for from anywhere in the app, and is opened as a level of its own."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from textual.message import Message

from sre_tui.screens.about.tab import Opening
from sre_tui.screens.subject_queries import ChartsOf, LogsOf

if TYPE_CHECKING:
    from textual.screen import Screen

    from sre_tui.diagnosis.causes.model import Investigation
    from sre_tui.memory.draft import Draft
    from sre_tui.memory.incident import Incident


class FindingsWanted(Message):
    """The user wants to see what the checks found."""


class TimelineWanted(Message):
    """The user wants to see what changed.

    Attributes:
        host: around which thing; empty for everything.
        at: around which moment, aware UTC; None for now.
    """

    def __init__(self, host: str = "", at: datetime | None = None) -> None:
        super().__init__()
        self.host = host
        self.at = at


class InvestigationWanted(Message):
    """The user wants to know what is wrong with something, and why.

    Attributes:
        about: a name or words; empty for everything.
    """

    def __init__(self, about: str = "") -> None:
        super().__init__()
        self.about = about


class OpeningWanted(Message):
    """The user wants to see what a row of some details stands for."""

    def __init__(self, opening: Opening) -> None:
        super().__init__()
        self.opening = opening


class PaneWanted(Message):
    """The user wants to go to a pane, from whatever level.

    Attributes:
        pane: its id.
    """

    def __init__(self, pane: str) -> None:
        super().__init__()
        self.pane = pane


class RecordWanted(Message):
    """The user wants to record an incident.

    Attributes:
        draft: what is known of it.
        found: the investigation that found it.
        on: the screen on which it was asked for.
    """

    def __init__(self, draft: Draft, found: Investigation, on: Screen[Any]) -> None:
        super().__init__()
        self.draft = draft
        self.found = found
        self.on = on


class IncidentsWanted(Message):
    """The user wants to see the journal."""


class IncidentFormWanted(Message):
    """The user wants to write something into the journal.

    Attributes:
        form: whether it is a new incident, or one that is changed or over.
        incident: the one that is in the journal; None for a new one.
        on: the screen on which it was asked for.
    """

    def __init__(
        self, form: Literal["record", "edit", "close"], incident: Incident | None, on: Screen[Any]
    ) -> None:
        super().__init__()
        self.form = form
        self.incident = incident
        self.on = on


class LogsWanted(Message):
    """The user wants to see log lines, live.

    Attributes:
        of: whose; None for those of everybody.
    """

    def __init__(self, of: LogsOf | None = None) -> None:
        super().__init__()
        self.of = of


class ChartsWanted(Message):
    """The user wants to see metrics as charts.

    Attributes:
        of: whose; None for any that is typed.
    """

    def __init__(self, of: ChartsOf | None = None) -> None:
        super().__init__()
        self.of = of
