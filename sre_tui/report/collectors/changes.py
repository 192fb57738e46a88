"""What changed in the window, as far as it tells something."""

from __future__ import annotations

from typing import Final

from providers.text import one_line
from sre_tui.diagnosis.timeline.event import Event
from sre_tui.diagnosis.timeline.gather import read_timeline
from sre_tui.diagnosis.timeline.select import most_telling
from sre_tui.memory.report import Changes, ReportedChange
from sre_tui.report.scope import Scope
from sre_tui.report.standing import Collected, joined, standing_of, unconfigured
from sre_tui.settings import BACKENDS
from sre_tui.tools.knowledge import knowledge_of

MOST: Final = 60


async def collect(scope: Scope) -> Collected:
    """The telling changes of the window, in order of time."""
    if not scope.context.settings.configured:
        return Collected(Changes(**unconfigured(*BACKENDS)._asdict()))
    read = await read_timeline(scope.context, scope.since, scope.until, knowledge_of(scope.context))
    wanted = [one for one in read.events if not one.routine]
    chosen = most_telling(wanted, MOST)
    sources = joined(read.sources)
    return Collected(
        Changes(
            **standing_of(sources)._asdict(),
            changes=tuple(map(_reported, chosen)),
            left_out=len(wanted) - len(chosen),
        ),
        sources,
    )


def _reported(one: Event) -> ReportedChange:
    return ReportedChange(
        at=one.at,
        kind=one.kind,
        subject=one_line(str(one.subject), 120),
        text=one_line(one.text),
        severity=one.severity.value,
        count=one.count,
    )
