"""Figures over many outcomes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import fmean, median

from pydantic import BaseModel, ConfigDict

from sre_tui.evals.calibration import Bin, expected_error, reliability
from sre_tui.evals.misses import Misses, misses_of
from sre_tui.evals.outcome import AnswerOutcome, CauseOutcome


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True)


class CauseFigures(_Model):
    """How good the diagnosis is. Ratios are None where there is nothing to count.

    Attributes:
        questions: those with a true cause.
        rank_1: ratio of them with a true cause in the first place.
        top_3: ratio of them with one among the first three.
        controls: questions in which no cause can be known.
        false_on_controls: causes that were named as certain in them.
        confirmed: causes of what was asked that were named as certain where there is a true one.
        confirmed_right: ratio of those that are true.
        hypotheses: every cause of what was asked that was named, certain or not.
        calibration_error: mean distance of confidence and truth over ten bins.
        misses: what came first instead of a true cause.
        own_seconds: half of the questions took no longer, without what the backends took.
        longest_own_seconds: the longest.
    """

    questions: int
    rank_1: float | None
    top_3: float | None
    controls: int
    false_on_controls: int
    confirmed: int
    confirmed_right: float | None
    hypotheses: int
    calibration_error: float | None
    bins: tuple[Bin, ...]
    misses: Misses
    own_seconds: float
    longest_own_seconds: float


class AnswerFigures(_Model):
    """How good whole answers are. Ratios are of all answers unless said otherwise.

    Attributes:
        passed: nothing was wrong.
        cause_named: of those with a true cause, the ones that name its subject.
        mention: every group of words was met.
        clean: no phrase to be avoided was said.
        tools: the right tools were used.
        unsupported: figures, names, times and citations without evidence, a count.
        citations: sentences that cite evidence, a count.
        citations_right: ratio of them that the evidence bears out.
        failed: questions without an answer, a count.
        tool_calls: mean.
        tokens: mean of prompt and completion together.
        cost: US dollars in all; None if a price is not known.
        seconds: half of the answers took no longer.
        judged_right: ratio of the judged answers that the judge found right.
    """

    answers: int
    passed: float
    cause_named: float | None
    mention: float
    clean: float
    tools: float
    unsupported: int
    citations: int
    citations_right: float | None
    failed: int
    tool_calls: float
    model_calls: float
    tokens: float
    cost: float | None
    seconds: float
    judged_right: float | None


def cause_figures(outcomes: Sequence[CauseOutcome]) -> CauseFigures:
    """Figures over what the diagnosis concluded."""
    incidents = [one for one in outcomes if one.asked.wanted]
    controls = [one for one in outcomes if one.asked.no_cause]
    claimed = [each for one in (*incidents, *controls) for each in one.named if not each.elsewhere]
    confirmed = [
        each for one in incidents for each in one.named if each.confirmed and not each.elsewhere
    ]
    bins = reliability([(each.confidence, each.right) for each in claimed])
    return CauseFigures(
        questions=len(incidents),
        rank_1=ratio(one.rank == 1 for one in incidents),
        top_3=ratio(one.rank is not None and one.rank <= 3 for one in incidents),
        controls=len(controls),
        false_on_controls=sum(len(one.false_causes) for one in controls),
        confirmed=len(confirmed),
        confirmed_right=ratio(each.right for each in confirmed),
        hypotheses=len(claimed),
        calibration_error=expected_error(bins),
        bins=bins,
        misses=misses_of(outcomes),
        own_seconds=median([one.elapsed for one in outcomes] or [0.0]),
        longest_own_seconds=max((one.elapsed for one in outcomes), default=0.0),
    )


def answer_figures(outcomes: Sequence[AnswerOutcome]) -> AnswerFigures:
    """Figures over answers.

    Raises:
        ValueError: if there are none.
    """
    if not outcomes:
        raise ValueError("no answers")
    causes = [one.cause_named for one in outcomes if one.cause_named is not None]
    sentences = sum(one.citations for one in outcomes)
    bad = sum(len(one.bad_citations) for one in outcomes)
    costs = [one.cost for one in outcomes]
    known = [cost for cost in costs if cost is not None]
    judged = [one.judged for one in outcomes if one.judged is not None]
    return AnswerFigures(
        answers=len(outcomes),
        passed=fmean(one.passed for one in outcomes),
        cause_named=ratio(causes),
        mention=fmean(not one.missing and not one.failed for one in outcomes),
        clean=fmean(not one.said for one in outcomes),
        tools=fmean(not one.not_called and not one.wrongly_called for one in outcomes),
        unsupported=sum(len(one.unsupported) for one in outcomes),
        citations=sentences,
        citations_right=1 - bad / sentences if sentences else None,
        failed=sum(bool(one.failed) for one in outcomes),
        tool_calls=fmean(one.tool_calls for one in outcomes),
        model_calls=fmean(one.model_calls for one in outcomes),
        tokens=fmean(one.prompt_tokens + one.completion_tokens for one in outcomes),
        cost=sum(known) if len(known) == len(costs) else None,
        seconds=median(one.elapsed for one in outcomes),
        judged_right=ratio(one.verdict == "right" for one in judged),
    )


def ratio(values: Iterable[bool]) -> float | None:
    """Share of the true ones; None if there are none at all."""
    found = list(values)
    return sum(found) / len(found) if found else None
