"""What the app does with reports: reads the archive, makes one, writes it, mails it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from providers.errors import BackendError
from providers.text import one_line
from sre_tui.complaint import Complaint, why
from sre_tui.live.daemon_threads import DaemonThreads

if TYPE_CHECKING:
    from sre_tui.live.feed import Feed
    from sre_tui.live.report_post import Posted
    from sre_tui.memory.report import Report
    from sre_tui.memory.report_sections import Heading, SectionState
    from sre_tui.memory.reports import ListedReport
    from sre_tui.settings.mailing import Mailing
    from sre_tui.tools.context import ToolContext

LISTED: Final = 104
"""Reports in the list of earlier ones: two years of weekly ones."""
T = TypeVar("T")


@dataclass(frozen=True)
class Made:
    """A new report, and why it is not in the archive; empty if it is."""

    report: Report
    not_archived: str = ""


class NotMade(Complaint):
    """There is nothing to report on; ``str(error)`` says what to do."""

    code = "not_configured"


class FileThere(Complaint):
    """A file of that name is there, and nobody said that it is to be replaced."""

    code = "file_exists"


class ReportDesk:
    """Reports of the homelab of this context."""

    def __init__(self, context: ToolContext) -> None:
        self._context = context

    def shelf(self, reference: str) -> Feed:
        """Looks at one report of the archive, ``latest`` or an id, as long as it is asked."""
        from sre_tui.live.report_shelf import ShelfFeed

        return ShelfFeed(self._context, reference)

    async def listed(self) -> tuple[ListedReport, ...]:
        """The reports of the archive with how it was, the latest first.

        Raises:
            BackendError: if the memory cannot be used.
        """
        from sre_tui.tools.memory_data import with_reports

        return await with_reports(self._context, lambda each: each.listed(LISTED))

    async def write(self, report: Report, name: str, *, replacing: bool = False) -> Path:
        """Write a report into a file, as what its ending says.

        Args:
            report: which.
            name: of the file; ``~`` is the home of the user.
            replacing: whether a file that is there already is replaced.

        Returns:
            Where it is.

        Raises:
            Complaint: if the name says nothing, the file is there, or it cannot be written.
        """
        return await asyncio.to_thread(_written, report, name, replacing)

    def mailing(self) -> Mailing:
        """From whom and to whom reports are mailed; nobody is contacted.

        Raises:
            SettingsError: if something is missing, with one line for each.
        """
        from sre_tui.settings.mailing import mailing_of

        return mailing_of(self._context.settings)

    async def mail(self, report: Report, *, is_archived: bool) -> Posted:
        """Mail a report, in a thread of its own.

        Args:
            report: which.
            is_archived: whether it is in the archive, which is told then.

        Raises:
            BackendError: if it could not be mailed.
            Complaint: alike.
        """
        from sre_tui.live.report_post import post

        mailing = self.mailing()
        return await asyncio.to_thread(
            _in_own_loop, lambda: post(self._context, report, mailing, is_archived=is_archived)
        )

    async def make(self, told: Callable[[], object]) -> Made:
        """Make a report and archive it, in a thread of its own.

        Args:
            told: called as soon as each of its sections is there.

        Raises:
            Complaint: if none can be made; ``str(error)`` is one line.
        """
        if not self._context.settings.configured:
            raise NotMade(
                "no backend is configured, so there is nothing to report on; "
                "`sre config init` makes a settings file"
            )
        loop = asyncio.get_running_loop()

        def tell() -> None:
            loop.call_soon_threadsafe(told)

        return await asyncio.to_thread(_in_own_loop, lambda: self._make(tell))

    async def _make(self, told: Callable[[], object]) -> Made:
        from sre_tui.report.make import make_report
        from sre_tui.tools.context import ToolContext
        from sre_tui.tools.memory_data import with_reports

        def one_more(heading: Heading, state: SectionState) -> None:
            told()

        context = self._context
        # Connections belong to the event loop they were made in.
        own = ToolContext(
            context.settings, context.folders, context.clock, kept=context.kept, usage=context.usage
        )
        async with own:
            report = await make_report(own, told=one_more)
            keep = context.settings.report.keep
            try:
                await with_reports(own, lambda each: each.add(report, keep=keep))
            except (BackendError, Complaint) as error:
                return Made(report, one_line(str(error)))
            return Made(report)


def _in_own_loop(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run work that would stop the drawing, in the thread that calls."""
    with asyncio.Runner(loop_factory=_loop) as runner:
        return runner.run(work())


def _loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    # The end of the app waits for no report.
    loop.set_default_executor(DaemonThreads())
    return loop


def _written(report: Report, name: str, replacing: bool) -> Path:
    from sre_tui.report.files import ENDINGS, NotWritten, format_of, report_in, write_file

    try:
        path = Path(name).expanduser().absolute()
        form = format_of(path)
        if form is None:
            raise NotWritten(f"end the name in {', '.join(ENDINGS)}")
        if not path.parent.is_dir():
            raise NotWritten(f"there is no folder {path.parent}")
        if path.is_dir():
            raise NotWritten(f"{path} is a folder")
        if path.exists() and not replacing:
            raise FileThere(f"{path} is there already")
    except (RuntimeError, ValueError, OSError) as error:
        raise NotWritten(f"{name} cannot be the name of a file: {why(error)}") from error
    write_file(path, report_in(form, report))
    return path
