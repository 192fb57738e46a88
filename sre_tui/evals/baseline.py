"""Figures that were reached once and must not get worse."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, ValidationError

from sre_tui.complaint import Complaint
from sre_tui.evals.cases import HALVES
from sre_tui.evals.outcome import Asked
from sre_tui.evals.report import Report, report_of
from sre_tui.evals.run import ANALYST, Outcomes

SLACK: Final = 1e-9
CALIBRATION_SLACK: Final = 0.02
"""By how much the calibration error may grow: a single hypothesis moves it a little."""


class BaselineError(Complaint):
    """A baseline cannot be read, or says nothing about what was asked."""

    code = "baseline"
    wrong_usage = True


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Conclusions(_Model):
    """What the diagnosis reached."""

    questions: int
    rank_1: float
    top_3: float
    controls: int
    false_on_controls: int
    calibration_error: float


class Answers(_Model):
    """What the built-in analyst reached."""

    passed: float
    cause_named: float
    mention: float
    tools: float
    unsupported: int
    citations_right: float


class Level(_Model):
    """What was reached over some questions."""

    causes: Conclusions
    analyst: Answers | None = None


class Baseline(_Model):
    """Figures without a model.

    Attributes:
        subset: scenarios that are different enough to be asked with every change.
        levels: by half, and ``subset``.
    """

    subset: tuple[str, ...]
    levels: dict[str, Level]


BUNDLED: Final = Path(__file__).with_name("baseline.json")
"""The project's own."""


def load_baseline(path: Path) -> Baseline:
    """Read a baseline.

    Raises:
        BaselineError: it cannot be read.
    """
    try:
        return Baseline.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise BaselineError(f"{path}: cannot be read: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise BaselineError(f"{path}: {where}: {first['msg']}") from error


def level_of(report: Report, half: str) -> Level | None:
    """What a report says about a half; None if it says nothing."""
    causes, answers = report.conclusions(half), report.of_subject(ANALYST, half)
    if causes is None:
        return None
    return Level(
        causes=Conclusions(
            questions=causes.questions,
            rank_1=_rounded(causes.rank_1),
            top_3=_rounded(causes.top_3),
            controls=causes.controls,
            false_on_controls=causes.false_on_controls,
            calibration_error=_rounded(causes.calibration_error, nothing=0.0),
        ),
        analyst=None
        if answers is None
        else Answers(
            passed=_rounded(answers.passed),
            cause_named=_rounded(answers.cause_named),
            mention=_rounded(answers.mention),
            tools=_rounded(answers.tools),
            unsupported=answers.unsupported,
            citations_right=_rounded(answers.citations_right),
        ),
    )


def _rounded(value: float | None, *, nothing: float = 1.0) -> float:
    return round(nothing if value is None else value, 4)


def losses(name: str, stored: Level, reached: Level) -> Iterator[str]:
    """What got worse, one clause each: ``tuning: rank_1 fell from 0.95 to 0.9``."""
    causes, now = stored.causes, reached.causes
    if (causes.questions, causes.controls) != (now.questions, now.controls):
        yield (
            f"{name}: the baseline is of {causes.questions} + {causes.controls} questions, these "
            f"are {now.questions} + {now.controls}; renew it with --update-baseline"
        )
        return
    yield from _fallen(name, causes, now, ("rank_1", "top_3"))
    yield from _risen(name, causes, now, ("false_on_controls",), SLACK)
    yield from _risen(name, causes, now, ("calibration_error",), CALIBRATION_SLACK)
    if stored.analyst is None or reached.analyst is None:
        return
    better = ("passed", "cause_named", "mention", "tools", "citations_right")
    yield from _fallen(f"{name}, analyst", stored.analyst, reached.analyst, better)
    yield from _risen(f"{name}, analyst", stored.analyst, reached.analyst, ("unsupported",), SLACK)


def _fallen(name: str, stored: _Model, now: _Model, figures: Iterable[str]) -> Iterator[str]:
    for figure in figures:
        before, after = getattr(stored, figure), getattr(now, figure)
        if after < before - SLACK:
            yield f"{name}: {figure} fell from {before:g} to {after:g}"


def _risen(
    name: str, stored: _Model, now: _Model, figures: Iterable[str], slack: float
) -> Iterator[str]:
    for figure in figures:
        before, after = getattr(stored, figure), getattr(now, figure)
        if after > before + slack:
            yield f"{name}: {figure} rose from {before:g} to {after:g}"


def levels_of(outcomes: Outcomes, subset: Collection[str], *, whole: bool) -> dict[str, Level]:
    """What was reached in every half, and over the subset if all of it was asked.

    Args:
        outcomes: what a run brought.
        subset: ids of scenarios.
        whole: whether the halves that were asked were asked completely.
    """
    report = report_of(outcomes, seconds=0.0, show=lambda _: False)
    levels: dict[str, Level | None] = {}
    if whole:
        levels = {half: level_of(report, half) for half in HALVES}
    asked = {_scenario(one.asked) for one in outcomes.causes}
    if subset and set(subset) <= asked:
        part = Outcomes(
            causes=[one for one in outcomes.causes if _scenario(one.asked) in subset],
            answers=[one for one in outcomes.answers if _scenario(one.asked) in subset],
        )
        told = report_of(part, seconds=0.0, show=lambda _: False)
        # What is asked with every change is looked at, so none of it is of the reporting half.
        levels["subset"] = level_of(told, "tuning")
    return {name: level for name, level in levels.items() if level is not None}


def _scenario(asked: Asked) -> str:
    return asked.case.partition("/")[0]
