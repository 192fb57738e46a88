"""Makes reports in the app: one at a time, in the background, whatever screen one is on."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from textual.app import App
from textual.message import Message

from providers.errors import BackendError
from providers.text import one_line
from sre_tui.complaint import Complaint
from sre_tui.screens.keys import key_of_action

if TYPE_CHECKING:
    from textual.notifications import SeverityLevel

    from sre_tui.live.report_desk import Made, ReportDesk
    from sre_tui.memory.report import Report

log = logging.getLogger(__name__)

SECTIONS: Final = 9
"""How many sections a report has."""


class ReportingChanged(Message, bubble=False):
    """A report that is being made went on, was made, or could not be.

    Attributes:
        is_made: whether it is there now.
        is_mailed: whether the archive tells something else of a mail now.
        failure: why it could not be made, if so.
    """

    def __init__(
        self, *, is_made: bool = False, is_mailed: bool = False, failure: str = ""
    ) -> None:
        super().__init__()
        self.is_made = is_made
        self.is_mailed = is_mailed
        self.failure = failure


class Reporting:
    """Makes the reports of an app, and knows how far the one under way is.

    Attributes:
        desk: who does it.
        made: the last one that was made.
    """

    def __init__(self, app: App[Any], desk: ReportDesk) -> None:
        """Nothing under way."""
        self.desk = desk
        self.made: Made | None = None
        self._app = app
        self._done: int | None = None
        self._is_mailing = False

    @property
    def progress(self) -> str:
        """How far the report under way is, in words; empty if none is."""
        if self._done is None:
            return ""
        far = f"Making a report: {self._done} of {SECTIONS} sections"
        return far if self._done < SECTIONS else f"{far}, its summary is being written"

    def begin(self) -> None:
        """Make one, unless one is being made."""
        if self._done is not None:
            self._app.notify(f"It is under way: {self._done} of {SECTIONS} sections")
            return
        self._done = 0
        self._tell(ReportingChanged())
        # The app's, because whoever leaves the screen wants the report nevertheless.
        self._app.run_worker(self._make(), exit_on_error=False)

    def mail(self, report: Report, *, is_archived: bool) -> None:
        """Mail one, in the background; what became of that is told wherever one is then."""
        if self._is_mailing:
            self._app.notify("A report is being mailed; this one was not")
            return
        self._is_mailing = True
        self._app.notify("The report is being mailed…")
        self._app.run_worker(self._mail(report, is_archived=is_archived), exit_on_error=False)

    async def _mail(self, report: Report, *, is_archived: bool) -> None:
        try:
            done = await self.desk.mail(report, is_archived=is_archived)
        except (BackendError, Complaint) as error:
            self._app.notify(one_line(f"Not mailed: {error}", 400), severity="error")
        except Exception as error:
            log.exception("a report was perhaps not mailed")
            name = type(error).__name__
            said = f"It is not known whether it was mailed ({name}); the log has more"
            self._app.notify(said, severity="error")
        else:
            if done.is_archived and self.made is not None and self.made.report is report:
                self.made = replace(self.made, not_archived="")
            severity: SeverityLevel = "information" if done.is_whole else "warning"
            self._app.notify(one_line(done.line, 400), severity=severity)
        finally:
            self._is_mailing = False
        self._tell(ReportingChanged(is_mailed=True))

    async def _make(self) -> None:
        failure = ""
        try:
            self.made = await self.desk.make(self._one_more)
        except (BackendError, Complaint) as error:
            failure = one_line(f"The report was not made: {error}", 400)
        except Exception as error:
            log.exception("a report could not be made")
            name = type(error).__name__
            failure = f"The report was not made: something went wrong inside ({name}); see the log"
        finally:
            self._done = None
        self._tell(ReportingChanged(is_made=not failure, failure=failure))
        if self._is_watched:
            return
        if failure:
            self._app.notify(failure, severity="error")
        else:
            key = key_of_action(self._app, "app.report")
            self._app.notify(f"The report is made: {key} shows it")

    @property
    def _is_watched(self) -> bool:
        return getattr(self._app.screen, "shows_reports", False)

    def _one_more(self) -> None:
        if self._done is not None:
            self._done = min(self._done + 1, SECTIONS)
            self._tell(ReportingChanged())

    def _tell(self, changed: ReportingChanged) -> None:
        for screen in self._app.screen_stack:
            if getattr(screen, "shows_reports", False):
                screen.post_message(changed)
