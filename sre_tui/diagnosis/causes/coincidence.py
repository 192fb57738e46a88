"""Dependencies that no backend tells of, guessed from what fails in the same moment.

That Gitea needs the database of another guest stands in a file nobody reads. But where a database
stops and three sites fail within the same two minutes, one explains the others, as long as nothing
that is known to touch them does.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from sre_tui.diagnosis.causes.hypothesis import Hypothesis
from sre_tui.diagnosis.finding import Severity

BEFORE: Final = timedelta(minutes=3)
"""An effect comes at most that much later than what it depends on fails."""
AFTER: Final = timedelta(minutes=1)
"""It may be seen that much earlier: probes do not all look at the same time."""
STEPS: Final = 4
"""Such a dependency counts as further away than any that is known."""
_GONE: Final = frozenset(
    {"guest_down", "guest_stopped", "guest_crash_loop", "node_down", "restart_loop",
     "container_down", "unit_failed", "connections_exhausted", "oom_kill", "dns_down"}
)  # fmt: skip
"""Patterns after which something that others may need does not answer."""
_FELT: Final = frozenset({"web_down", "web_errors"})


def link_coincident(hypotheses: Sequence[Hypothesis]) -> None:
    """Explain sites that failed when something went away, and that nothing else explains.

    Nothing is guessed where two things went away in that moment.
    """
    gone = [
        one
        for one in hypotheses
        if one.pattern.id in _GONE and one.since is not None and not one.open_start
        and one.severity is not Severity.NOTE and not one.refuted
    ]  # fmt: skip
    for felt in hypotheses:
        if felt.pattern.id not in _FELT or felt.explained_by or felt.open_start:
            continue
        causes = [one for one in gone if _together(one, felt)]
        roots = [one for one in causes if not any(other in causes for other in one.explained_by)]
        if len({one.subject for one in roots}) == 1:
            for one in causes:
                one.effects[felt] = STEPS
                felt.explained_by[one] = STEPS


def _together(one: Hypothesis, felt: Hypothesis) -> bool:
    if one.since is None or felt.since is None:
        return False
    return -AFTER <= felt.since - one.since <= BEFORE
