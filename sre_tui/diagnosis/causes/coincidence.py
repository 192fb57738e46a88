"""Dependencies that no backend tells of, guessed from what fails in the same moment.

That Gitea needs the database of another guest stands in a file nobody reads. But where a database
stops and three sites fail within the same two minutes, one explains the others, as long as nothing
that is known to touch them does. Programs that begin to complain of what nobody knows count the
same way, if those of several machines do so together.
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
_COMPLAINTS: Final = "service_errors"
_SEVERAL: Final = 2
"""Machines whose programs complain in the same moment, so that it is hardly by chance."""


def link_coincident(hypotheses: Sequence[Hypothesis]) -> None:
    """Explain what failed when something went away, and that nothing else explains.

    Nothing is guessed where two things went away in that moment.
    """
    gone = [
        one
        for one in hypotheses
        if one.pattern.id in _GONE and one.since is not None and not one.open_start
        and one.severity is not Severity.NOTE and not one.refuted
    ]  # fmt: skip
    guessed = [
        (felt, causes)
        for felt in hypotheses
        if felt.pattern.id in (*_FELT, _COMPLAINTS) and not felt.open_start and _unexplained(felt)
        and (causes := _went_away(felt, gone))
    ]  # fmt: skip
    for felt, causes in guessed:
        alike = {_machine(other) for other, same in guessed if set(same) & set(causes)}
        if felt.pattern.id in _FELT or len(alike) >= _SEVERAL:
            for one in causes:
                one.effects[felt] = STEPS
                felt.explained_by[one] = STEPS


def _unexplained(felt: Hypothesis) -> bool:
    """Whether at most the time of something speaks for its being the reason."""
    return all(
        one.pattern.circumstantial and felt.pattern.id == _COMPLAINTS for one in felt.explained_by
    )


def _went_away(felt: Hypothesis, gone: Sequence[Hypothesis]) -> list[Hypothesis]:
    """What of one subject went away when this began; nothing if several subjects did."""
    causes = [one for one in gone if _together(one, felt)]
    roots = [one for one in causes if not any(other in causes for other in one.explained_by)]
    return causes if len({one.subject for one in roots}) == 1 else []


def _machine(one: Hypothesis) -> str:
    return one.subject.host or one.subject.name


def _together(one: Hypothesis, felt: Hypothesis) -> bool:
    if one.since is None or felt.since is None:
        return False
    return -AFTER <= felt.since - one.since <= BEFORE
