"""What the app does with reports: reads the archive, makes one, writes it, mails it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from providers.errors import BackendError
from providers.text import one_line
from sre_tui.complaint import Complaint
from sre_tui.live.daemon_threads import DaemonThreads

if TYPE_CHECKING:
    from sre_tui.live.feed import Feed
    from sre_tui.memory.report import Heading, Report, SectionState
    from sre_tui.tools.context import ToolContext


@dataclass(frozen=True)
class Made:
    """A new report, and why it is not in the archive; empty if it is."""

    report: Report
    not_archived: str = ""


class NotMade(Complaint):
    """There is nothing to report on; ``str(error)`` says what to do."""

    code = "not_configured"


class ReportDesk:
    """Reports of the homelab of this context."""

    def __init__(self, context: ToolContext) -> None:
        self._context = context

    def shelf(self, reference: str) -> Feed:
        """Looks at one report of the archive, ``latest`` or an id, as long as it is asked."""
        from sre_tui.live.report_shelf import ShelfFeed

        return ShelfFeed(self._context, reference)

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
        return await asyncio.to_thread(self._make_here, lambda: loop.call_soon_threadsafe(told))

    def _make_here(self, told: Callable[[], object]) -> Made:
        # Reading and judging weeks of data would stop the drawing.
        with asyncio.Runner(loop_factory=_loop) as runner:
            return runner.run(self._make(told))

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


def _loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    # The end of the app waits for no report.
    loop.set_default_executor(DaemonThreads())
    return loop
