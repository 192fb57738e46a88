"""What comes first where a true cause does not: how the diagnosis misses, without its cases."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from sre_tui.evals.outcome import CauseOutcome


class Instead(StrEnum):
    """What stands in the place of a true cause."""

    NOTHING = "nothing is named"
    ANOTHER_QUESTION = "what is true of another question of the incident"
    OTHER_SUBJECT = "the right kind of trouble, of another subject"
    OTHER_KIND = "another kind of trouble, of the right subject"
    SOMETHING_ELSE = "something else"


class Misses(BaseModel):
    """How often a true cause did not come first, and what came instead.

    Attributes:
        instead: how often each came first; what never did is left out.
        later: of all of them, those with a true cause among the first three.
    """

    model_config = ConfigDict(frozen=True)

    instead: dict[Instead, int]
    later: int

    @property
    def count(self) -> int:
        """All questions with a true cause that none was told for in the first place."""
        return sum(self.instead.values())


def misses_of(outcomes: Sequence[CauseOutcome]) -> Misses:
    """Count the misses among outcomes; controls have none."""
    missed = [one for one in outcomes if one.asked.wanted and one.rank != 1]
    found = [_instead(one) for one in missed]
    return Misses(
        instead={each: found.count(each) for each in Instead if each in found},
        later=sum(one.rank is not None and one.rank <= 3 for one in missed),
    )


def _instead(outcome: CauseOutcome) -> Instead:
    if not outcome.named:
        return Instead.NOTHING
    first = outcome.named[0]
    if first.right_of_another:
        return Instead.ANOTHER_QUESTION
    if first.right_kind:
        return Instead.OTHER_SUBJECT
    return Instead.OTHER_KIND if first.right_subject else Instead.SOMETHING_ELSE
