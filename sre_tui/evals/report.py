"""The report of a run: figures by half and situation, and the cases where they may be shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from pydantic import BaseModel, ConfigDict

from sre_tui.evals.figures import AnswerFigures, CauseFigures, answer_figures, cause_figures
from sre_tui.evals.outcome import AnswerOutcome, Asked, CauseOutcome
from sre_tui.evals.run import Outcomes

ALL: Final = "all"
DIAGNOSIS: Final = "investigate"


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True)


class CauseGroup(_Model):
    """What the diagnosis concluded, in one half and situation; ``all`` is every situation."""

    half: str
    situation: str
    figures: CauseFigures


class HourGroup(_Model):
    """What the diagnosis concluded in one half, asked at one hour (``HH:MM`` in UTC)."""

    half: str
    hour: str
    figures: CauseFigures


class AnswerGroup(_Model):
    """What one subject answered, in one half and situation."""

    subject: str
    half: str
    situation: str
    figures: AnswerFigures


class Spread(_Model):
    """How far a figure differs from round to round."""

    subject: str
    half: str
    figure: str
    lowest: float
    highest: float


class Report(_Model):
    """Everything a run brought.

    Attributes:
        hours: figures of the diagnosis by hour; none where everything was asked at one.
        look_seconds: half of the scenarios took no longer to be read from every backend.
        cause_cases: single conclusions; none of a half that is not to be looked at.
        answer_cases: single answers, with the same exception.
    """

    scenarios: int
    questions: int
    rounds: int
    seconds: float
    look_seconds: float
    causes: tuple[CauseGroup, ...]
    hours: tuple[HourGroup, ...] = ()
    answers: tuple[AnswerGroup, ...] = ()
    spread: tuple[Spread, ...] = ()
    cause_cases: tuple[CauseOutcome, ...] = ()
    answer_cases: tuple[AnswerOutcome, ...] = ()

    def conclusions(self, half: str) -> CauseFigures | None:
        """Figures of the diagnosis over a whole half."""
        found = (one.figures for one in self.causes if (one.half, one.situation) == (half, ALL))
        return next(found, None)

    def of_subject(self, subject: str, half: str) -> AnswerFigures | None:
        """Figures of one subject's answers over a whole half."""
        wanted = (subject, half, ALL)
        found = (
            one.figures for one in self.answers if (one.subject, one.half, one.situation) == wanted
        )
        return next(found, None)


def report_of(outcomes: Outcomes, *, seconds: float, show: Callable[[Asked], bool]) -> Report:
    """Put outcomes together.

    Args:
        outcomes: what a run brought.
        seconds: how long it took.
        show: whether a single case may be shown.
    """
    asked = [one.asked for one in outcomes.causes]
    halves = [half for half in ("tuning", "reporting") if any(one.half == half for one in asked)]
    subjects = list(dict.fromkeys(one.subject for one in outcomes.answers))
    looks = sorted(outcomes.seconds)
    return Report(
        scenarios=len({one.case.partition("/")[0] for one in asked}),
        questions=len({one.case for one in asked}),
        rounds=max((one.round for one in asked), default=0),
        seconds=seconds,
        look_seconds=looks[len(looks) // 2] if looks else 0.0,
        causes=tuple(group for half in halves for group in _cause_groups(half, outcomes.causes)),
        hours=tuple(group for half in halves for group in _hour_groups(half, outcomes.causes)),
        answers=tuple(
            group
            for subject in subjects
            for half in halves
            for group in _answer_groups(subject, half, outcomes.answers)
        ),
        spread=tuple(each for half in halves for each in _spread(half, outcomes, subjects)),
        cause_cases=tuple(one for one in outcomes.causes if show(one.asked)),
        answer_cases=tuple(one for one in outcomes.answers if show(one.asked)),
    )


def _situations(asked: Sequence[Asked]) -> list[str]:
    return [ALL, *sorted({one.situation for one in asked})]


def _cause_groups(half: str, outcomes: Sequence[CauseOutcome]) -> list[CauseGroup]:
    own = [one for one in outcomes if one.asked.half == half]
    return [
        CauseGroup(
            half=half,
            situation=situation,
            figures=cause_figures([one for one in own if situation in (ALL, one.asked.situation)]),
        )
        for situation in _situations([one.asked for one in own])
    ]


def _hour_groups(half: str, outcomes: Sequence[CauseOutcome]) -> list[HourGroup]:
    if len({_hour(one.asked) for one in outcomes}) < 2:
        return []
    own = [one for one in outcomes if one.asked.half == half]
    return [
        HourGroup(
            half=half,
            hour=hour,
            figures=cause_figures([one for one in own if _hour(one.asked) == hour]),
        )
        for hour in sorted({_hour(one.asked) for one in own} - {""})
    ]


def _hour(asked: Asked) -> str:
    return "" if asked.at is None else f"{asked.at:%H:%M}"


def _answer_groups(subject: str, half: str, outcomes: Sequence[AnswerOutcome]) -> list[AnswerGroup]:
    own = [one for one in outcomes if one.subject == subject and one.asked.half == half]
    return [
        AnswerGroup(
            subject=subject,
            half=half,
            situation=situation,
            figures=answer_figures([one for one in own if situation in (ALL, one.asked.situation)]),
        )
        for situation in _situations([one.asked for one in own])
        if own
    ]


def _spread(half: str, outcomes: Outcomes, subjects: Sequence[str]) -> list[Spread]:
    """Lowest and highest figures of the rounds; nothing to tell of a single one."""
    rounds = sorted({one.asked.round for one in outcomes.causes})
    if len(rounds) < 2:
        return []
    found: dict[tuple[str, str], list[float]] = {}
    for number in rounds:
        own = [
            one for one in outcomes.causes if (one.asked.half, one.asked.round) == (half, number)
        ]
        figures = cause_figures(own)
        for name in ("rank_1", "top_3", "calibration_error"):
            value = getattr(figures, name)
            if value is not None:
                found.setdefault((DIAGNOSIS, name), []).append(value)
        for subject in subjects:
            said = [
                one
                for one in outcomes.answers
                if (one.subject, one.asked.half, one.asked.round) == (subject, half, number)
            ]
            if said:
                figure = answer_figures(said)
                found.setdefault((subject, "passed"), []).append(figure.passed)
                found.setdefault((subject, "mention"), []).append(figure.mention)
    return [
        Spread(subject=subject, half=half, figure=name, lowest=min(each), highest=max(each))
        for (subject, name), each in found.items()
    ]
