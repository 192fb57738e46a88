"""What is told where the true cause is not known: all that speaks of it is taken away.

On scenarios that everybody has looked at, confidence is hardly ever put to the test. Without what
tells of the true cause every other one that is named is wrong, as it is in homelabs whose trouble
no pattern knows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from sre_tui.demo.scenario import Question
from sre_tui.diagnosis.causes.model import CONFIRMED
from sre_tui.diagnosis.investigate import Insight, Knowledge, investigate
from sre_tui.evals.calibration import expected_error, reliability
from sre_tui.evals.measures import is_true, named_causes

KNOWN: Final = 4
"""To so many questions whose cause is known there is one whose cause is not."""

Claim = tuple[float, bool]
"""The confidence of a cause of what was asked, and whether it is true."""


@dataclass
class Claims:
    """Causes that were named of what was asked.

    Attributes:
        known: as everything was read.
        unknown: by question, without what tells of its true causes.
    """

    known: list[Claim] = field(default_factory=list)
    unknown: list[list[Claim]] = field(default_factory=list)

    def add(self, insight: Insight, question: Question, knowledge: Knowledge) -> None:
        """Ask a question that has true causes, with them and without."""
        self.known += claims(insight, question, knowledge)
        self.unknown.append(
            claims(without_truth(insight, question, knowledge), question, knowledge)
        )

    @property
    def text(self) -> str:
        """What both amount to, in a line."""
        lost = [claim for each in self.unknown for claim in each]
        certain = sum(any(one >= CONFIRMED for one, _ in each) for each in self.unknown)
        return (
            f"calibration error: {_error(self.known)}, with one in {KNOWN + 1} questions whose "
            f"cause is not known: {_error([*self.known * KNOWN, *lost])}; of {len(self.unknown)} "
            f"such questions {certain} name something with certainty\n"
        )


def without_truth(insight: Insight, question: Question, knowledge: Knowledge) -> Insight:
    """All that was found but what tells of the true causes of a question."""
    left = (
        one
        for one in insight.findings
        if not is_true(one.kind, one.subject, question.truth, knowledge.patterns)
    )
    return replace(insight, findings=tuple(left))


def claims(insight: Insight, question: Question, knowledge: Knowledge) -> list[Claim]:
    """The causes that are told of what is asked, trouble elsewhere left out."""
    found = investigate(insight, question.ask, knowledge)
    named = named_causes(found.causes, question.truth, knowledge.patterns)
    return [(one.confidence, one.right) for one in named]


def _error(told: Sequence[Claim]) -> str:
    error = expected_error(reliability(told))
    return "none" if error is None else f"{error:.3f}"
