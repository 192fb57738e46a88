"""Which scenarios and questions are asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from sre_tui.complaint import Complaint
from sre_tui.demo.scenario import Question, Scenario
from sre_tui.demo.scenario_load import list_scenarios, load_folder
from sre_tui.evals.outcome import Asked, Half
from sre_tui.nearest import nearest

Choice = Literal["tuning", "reporting", "all"]
HALVES: tuple[Half, ...] = ("tuning", "reporting")


class UnknownCase(Complaint):
    """There is no such case among the scenarios that were chosen."""

    code = "unknown_case"
    wrong_usage = True


@dataclass(frozen=True)
class Exam:
    """A scenario with the questions that are put to it, each with its place in the file."""

    scenario: Scenario
    questions: tuple[tuple[int, Question], ...]

    def asked(self, place: int, question: Question, round_: int, now: datetime) -> Asked:
        """The question as outcomes carry it, asked at this moment."""
        truth = question.truth
        return Asked(
            case=f"{self.scenario.id}/{place}",
            half=self.scenario.half,
            situation=situation(self.scenario),
            ask=question.ask,
            wanted=tuple(f"{one.kind}@{one.subject}" for one in truth.causes),
            no_cause=truth.no_cause,
            round=round_,
            at=now,
        )


def exams(
    half: Choice = "all", cases: Sequence[str] = (), folder: Path | None = None
) -> tuple[Exam, ...]:
    """What is to be asked.

    Args:
        half: which half of the scenarios.
        cases: only these: ``dns-down`` for all questions of a scenario, ``dns-down/2`` for one.
        folder: scenario files to take instead of the bundled ones.

    Raises:
        ScenarioError: a file has mistakes, with every one of all files.
        UnknownCase: there is no such case.
    """
    known = list_scenarios() if folder is None else load_folder(folder)
    chosen = [one for one in known if half in ("all", one.half)]
    if cases:
        _check(cases, chosen)
    made = (Exam(one, tuple(_questions(one, cases))) for one in chosen)
    return tuple(one for one in made if one.questions)


def situation(scenario: Scenario) -> str:
    """What makes a scenario hard, in two words."""
    if scenario.is_control:
        return "control"
    if scenario.outages:
        return "backends failing"
    several = any(question.truth.also for question in scenario.questions)
    if several or len(scenario.faults) > 1:
        return "several faults"
    return "one fault" if scenario.faults else "raw telemetry"


def _questions(scenario: Scenario, cases: Sequence[str]) -> Iterator[tuple[int, Question]]:
    for place, question in enumerate(scenario.questions, start=1):
        if not cases or scenario.id in cases or f"{scenario.id}/{place}" in cases:
            yield place, question


def _check(cases: Iterable[str], scenarios: Iterable[Scenario]) -> None:
    known = [
        name
        for one in scenarios
        for name in (one.id, *(f"{one.id}/{place + 1}" for place in range(len(one.questions))))
    ]
    for case in cases:
        if case not in known:
            close = nearest(case, known)
            meant = f"; did you mean {' or '.join(close)}?" if close else ""
            raise UnknownCase(f"no case {case!r} among the chosen scenarios{meant}")
