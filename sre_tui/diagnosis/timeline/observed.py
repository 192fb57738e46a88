"""What one source saw of a change, before it is joined with what the others saw."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from sre_tui.diagnosis.timeline.event import Event


class Teller(IntEnum):
    """Who says it best: of one change that several tell, the words of the first are taken."""

    TASK = 0
    MARK = 1
    CHECK = 2
    SERVER = 3
    LOG = 4
    ALERT = 5
    SERIES = 6


@dataclass(frozen=True)
class Observed:
    """One change as one source saw it.

    Attributes:
        event: what is known of it.
        fact: what happened, the same word whoever saw it: the id of a failure pattern, or a word
            of its own such as ``started``.
        teller: who says it.
        check: id of the check that found it; empty if none did.
    """

    event: Event
    fact: str
    teller: Teller
    check: str = ""

    @property
    def order(self) -> tuple[float, int, str]:
        """Sorts by time, then by who tells it best, the same whatever order they come in."""
        return self.event.at.timestamp(), self.teller, self.event.key
