"""A report to read: the latest of the archive, those before it, and a new one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Static

from providers.clock import Clock
from providers.errors import BackendError
from providers.text import one_line
from sre_tui.complaint import Complaint
from sre_tui.screens.actions import bindings
from sre_tui.screens.keys import key_of_action
from sre_tui.screens.level import Level
from sre_tui.screens.page_scroll import PageScroll
from sre_tui.screens.page_text import page_text
from sre_tui.screens.reporting import Reporting, ReportingChanged
from sre_tui.views.human import ago
from sre_tui.views.report import page_of
from widgets.cell import Display, Tone, marked
from widgets.page import PageText
from widgets.pane import READY, Pane, PaneKind, PaneState
from widgets.text import plain_line, plain_text

if TYPE_CHECKING:
    from sre_tui.live.report_shelf import Shelf
    from sre_tui.memory.report import ArchivedReport, Report

_ASKED: Final = "report"
_LATEST: Final = "latest"
_AROUND: Final = 5
"""Columns of the frame, the space beside the text, and the bar that scrolls it."""
_COPIED_WIDTH: Final = 100


class ReportScreen(Level):
    """The page of one report; what is shown stays until something else is there."""

    PART: ClassVar[str] = "report"
    BINDINGS: ClassVar[list[BindingType]] = bindings("report")
    shows_reports: ClassVar[bool] = True
    """Whoever looks at it is told of nothing that it shows anyway."""
    DEFAULT_CSS = """
    ReportScreen {
        & #page { padding: 0 1; }
        & #making { height: 1; padding: 0 1; display: none; color: $text-primary; }
        &.-making #making { display: block; }
    }
    """

    def __init__(self, clock: Clock, reporting: Reporting) -> None:
        """The latest report, and whatever is being made."""
        super().__init__(clock)
        self._reporting = reporting
        self._reference = _LATEST
        self._shown: Report | None = None
        self._drawn: tuple[str, int] = ("", 0)
        self._failure = ""

    @property
    def crumbs(self) -> tuple[str, ...]:
        """What is read."""
        return ("Report",)

    def body(self) -> ComposeResult:
        """The page, and how far a new one is."""
        with Pane("Report", state=self.state_of(_ASKED), id="report"), PageScroll(id="page"):
            yield PageText(id="text")
        yield Static(id="making", markup=False)

    def on_mount(self) -> None:
        """Look into the archive."""
        self.query_one(Pane).focus_content(self.query_one(PageScroll))
        self._look()

    def show(self) -> None:
        """The report, how old it is, and what is to be said of it."""
        if not self.is_mounted:
            return
        report = self._wanted() or self._shown
        with self.app.batch_update():
            self._tell_progress()
            if report is not None:
                self._draw(report)
            pane = self.query_one(Pane)
            pane.title = self._title(report)
            pane.state = self._state(report)
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Dim what there is nothing for."""
        match action:
            case "earlier":
                return True if self._beside(1) else None
            case "later":
                return True if self._beside(-1) else None
            case "copy" | "write" | "mail":
                return True if self._shown is not None else None
        return True

    def action_make(self) -> None:
        """Make a new one."""
        self._reporting.begin()

    def action_earlier(self) -> None:
        """The report before."""
        self._step(1)

    def action_later(self) -> None:
        """The report after."""
        self._step(-1)

    @work
    async def action_choose(self) -> None:
        """List them, and go to one."""
        from sre_tui.screens.report_choices import choose_report

        try:
            rows = await self._reporting.desk.listed()
        except (BackendError, Complaint) as error:
            self.notify(one_line(f"The reports cannot be listed: {error}", 400), severity="error")
            return
        if not self.is_current:
            # Whoever went on wants no list any more.
            return
        chosen = await choose_report(self.app, rows, self.clock())
        if chosen is not None:
            self._go_to(_LATEST if self._ids[:1] == [chosen] else chosen)

    @work
    async def action_write(self) -> None:
        """Ask for the name of a file, and write it."""
        from sre_tui.screens.file_name import FileNameScreen

        if (report := self._shown) is None:
            return
        name = f"report-{report.made:%Y-%m-%d}.html"
        hint = f".html, .md, .json or .txt says as what; in {Path.cwd()}"
        asked = FileNameScreen(
            f"Write the report {report.id} to",
            name,
            hint,
            lambda name, replacing: self._reporting.desk.write(report, name, replacing=replacing),
        )
        path = await self.app.push_screen_wait(asked)
        if path is not None:
            self.notify(f"Written: {path}")

    @work
    async def action_mail(self) -> None:
        """Mail it, if that is agreed to."""
        from sre_tui.screens.report_choices import agree_to_mail

        if (report := self._shown) is None:
            return
        try:
            mailing = self._reporting.desk.mailing()
        except Complaint as error:
            self.notify(f"It cannot be mailed: {error}", severity="warning")
            return
        row, before = self._row, ""
        if row is not None and row.mailed is not None:
            before = f"it was mailed {ago(row.mailed, self.clock())}"
        if await agree_to_mail(self.app, mailing, before):
            self._reporting.mail(report, is_archived=report is not self._loose)

    def action_copy(self) -> None:
        """Copy all of it."""
        if (report := self._shown) is not None:
            page = page_of(report, Display(report.made, None, True), _COPIED_WIDTH)
            self.app.copy_to_clipboard(page_text(page, _COPIED_WIDTH).plain)
            self.notify(f"Copied the report {report.id}")

    def show_latest(self) -> None:
        """Go to the latest one."""
        self._go_to(_LATEST)

    @property
    def _shelf(self) -> Shelf | None:
        data: Shelf | None = self.data(_ASKED)
        return data

    @property
    def _loose(self) -> Report | None:
        """The newest, where it could not be archived."""
        made = self._reporting.made
        return None if made is None or not made.not_archived else made.report

    @property
    def _ids(self) -> list[str]:
        """What can be gone through, the latest first."""
        loose, shelf = self._loose, self._shelf
        archived = [row.id for row in shelf.rows] if shelf is not None else []
        return [loose.id, *archived] if loose is not None else archived

    @property
    def _row(self) -> ArchivedReport | None:
        shelf, shown = self._shelf, self._shown
        if shelf is None or shown is None:
            return None
        return next((row for row in shelf.rows if row.id == shown.id), None)

    def _wanted(self) -> Report | None:
        """The report that was asked for, as soon as it is there."""
        loose = self._loose
        if loose is not None and self._reference in (_LATEST, loose.id):
            return loose
        if self.is_behind(_ASKED) or (shelf := self._shelf) is None:
            return None
        return shelf.report

    def _beside(self, step: int) -> str:
        """The id of an earlier or later one; empty if there is none."""
        ids, shown = self._ids, self._shown
        if shown is None or shown.id not in ids:
            return ""
        place = ids.index(shown.id) + step
        return ids[place] if 0 <= place < len(ids) else ""

    def _step(self, step: int) -> None:
        if reference := self._beside(step):
            self._go_to(_LATEST if reference == self._ids[0] else reference)

    def _go_to(self, reference: str) -> None:
        if reference != self._reference:
            self._reference = reference
            self._look()

    def _look(self) -> None:
        self.ask_feed(_ASKED, self._reporting.desk.shelf(self._reference))
        self.show()

    def _draw(self, report: Report) -> None:
        room = self.size.width - _AROUND
        if self._drawn == (report.id, room):
            return
        page = page_of(report, Display(report.made, None, True), room)
        self.query_one(PageText).text = page_text(page, room)
        if self._shown is None or self._shown.id != report.id:
            self.query_one(PageScroll).scroll_home(animate=False)
        self._shown, self._drawn = report, (report.id, room)

    def _title(self, report: Report | None) -> str:
        if report is None:
            return "Report"
        told = [f"Report {report.id}", f"made {ago(report.made, self.clock())}"]
        ids, row = self._ids, self._row
        if report.id in ids:
            told.append(f"{ids.index(report.id) + 1} of {len(ids)}")
        if row is not None and row.mailed is not None:
            told.append("mailed")
        elif row is not None and row.mail_due:
            told.append("to be mailed")
        return " · ".join(told)

    def _state(self, report: Report | None) -> PaneState:
        key = key_of_action(self.app, "report.make")
        archive = self.state_of(_ASKED, nothing="")
        if report is None:
            shelf = self._shelf
            if shelf is not None and not shelf.rows:
                said = "No report has been made yet"
                return PaneState(PaneKind.EMPTY, said, "", f"{key} makes one")
            return archive
        if report is self._loose and self._reporting.made is not None:
            why = f"this report is not archived: {self._reporting.made.not_archived}"
            return PaneState(PaneKind.PARTIAL, why)
        if archive.kind in (PaneKind.READY, PaneKind.LOADING) or self.is_behind(_ASKED):
            return READY
        said = " · ".join(each for each in (archive.headline, archive.detail) if each)
        return PaneState(PaneKind.PARTIAL, said)

    def _tell_progress(self) -> None:
        said = self._reporting.progress
        tone, words = (Tone.INFO, said) if said else (Tone.ERROR, self._failure)
        self.query_one("#making", Static).update(
            plain_text(marked(tone, plain_line(words))) if words else Text()
        )
        self.set_class(bool(words), "-making")

    @on(ReportingChanged)
    def _changed(self, event: ReportingChanged) -> None:
        event.stop()
        self._failure = event.failure
        if event.is_made:
            self._reference = _LATEST
        if event.is_made or event.is_mailed:
            self._look()
        else:
            self.show()
