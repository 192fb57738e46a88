"""What the journal has of the window."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from providers.text import one_line
from sre_tui.memory.report_sections import JournalIncidents, ReportedIncident
from sre_tui.report.scope import Scope
from sre_tui.report.standing import Collected, standing_of
from sre_tui.tools.memory_data import asked_incidents

if TYPE_CHECKING:
    from sre_tui.memory.incident import Incident
    from sre_tui.memory.incidents import Found, Incidents

MOST: Final = 200


async def collect(scope: Scope) -> Collected:
    """Incidents that began or ended in the window, and those that are open."""
    found, status, _ = await asked_incidents(scope.context, lambda each: _of(each, scope))
    if found is None:
        return Collected(JournalIncidents(**standing_of([status])._asdict()))
    left_out = found.total - len(found.items)
    lacking = (f"{left_out} of {found.total} incidents are not told",) if left_out else ()
    ordered = sorted(found.items, key=lambda one: (one.ended is not None, -one.started.timestamp()))
    return Collected(
        JournalIncidents(
            **standing_of([status], *lacking)._asdict(),
            incidents=tuple(map(_reported, ordered)),
            open=sum(one.ended is None for one in ordered),
        )
    )


def _of(incidents: Incidents, scope: Scope) -> Found:
    from sre_tui.memory.incidents import Wanted

    # All that had not ended before it are those that began or ended in it, and the open ones.
    return incidents.find(Wanted(since=scope.since, until=scope.until, limit=MOST))


def _reported(one: Incident) -> ReportedIncident:
    return ReportedIncident(
        id=one.id,
        title=one_line(one.title),
        severity=one_line(one.severity, 40),
        subject=one_line(one.subject, 120),
        cause=one_line(one.cause, 500),
        started=one.started,
        ended=one.ended,
    )
