"""What the diagnosis is to reach without a model, on scenarios that nobody looked at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sre_tui.evals.report import Report

HALF: Final = "reporting"
RANK_1: Final = 0.90
TOP_3: Final = 0.97
CALIBRATION_ERROR: Final = 0.10


@dataclass(frozen=True)
class Goal:
    """One goal, in words and figures as people read them."""

    what: str
    wanted: str
    reached: str
    met: bool


def goals_of(report: Report) -> Iterator[Goal]:
    """The goals and what was reached; nothing if the reporting half was not asked."""
    causes = report.conclusions(HALF)
    if causes is None or causes.rank_1 is None or causes.top_3 is None:
        return
    yield _at_least("a true cause in the first place", RANK_1, causes.rank_1)
    yield _at_least("a true cause among the first three", TOP_3, causes.top_3)
    yield _none("certain causes where there is none to know", causes.false_on_controls)
    answers = report.of_subject("analyst", HALF)
    if answers is not None:
        yield _none("figures that no evidence supports", answers.unsupported)
    error = causes.calibration_error
    if error is not None:
        met = error < CALIBRATION_ERROR
        yield Goal("calibration error", f"< {CALIBRATION_ERROR:.2f}", f"{error:.3f}", met)


def _at_least(what: str, wanted: float, reached: float) -> Goal:
    return Goal(what, f"≥ {100 * wanted:.0f} %", f"{100 * reached:.1f} %", reached >= wanted)


def _none(what: str, reached: int) -> Goal:
    return Goal(what, "0", str(reached), not reached)
