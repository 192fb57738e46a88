"""Plays scenarios one after the other and asks their questions."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sre_tui.agent.agent import Agent
from sre_tui.agent.events import Answer, Answered, Failed
from sre_tui.demo.scenario import Question
from sre_tui.diagnosis.investigate import Insight, Knowledge, investigate
from sre_tui.evals.cases import Exam
from sre_tui.evals.citations import cited
from sre_tui.evals.judge import Judge
from sre_tui.evals.measures import (
    missing_groups,
    named_causes,
    names_cause,
    phrases_said,
    tools_not_called,
    tools_wrongly_called,
)
from sre_tui.evals.outcome import AnswerOutcome, Asked, CauseOutcome
from sre_tui.evals.stage import Stage, play
from sre_tui.settings import LlmSettings

ANALYST = "analyst"


def _nothing(_: str) -> None:
    return


@dataclass(frozen=True)
class Candidate:
    """Somebody who answers questions through the agent.

    Attributes:
        name: what it is called in the figures.
        llm: its model; settings without a provider mean the built-in analyst.
        prepare: told the question before it is asked.
    """

    name: str
    llm: LlmSettings
    prepare: Callable[[str], None] = _nothing


@dataclass
class Outcomes:
    """Everything a run brought.

    Attributes:
        seconds: by scenario and round, what starting it and reading every backend took.
    """

    causes: list[CauseOutcome] = field(default_factory=list)
    answers: list[AnswerOutcome] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)


async def run(
    chosen: Sequence[Exam],
    *,
    candidates: Sequence[Candidate] = (),
    knowledge: Knowledge | None = None,
    judge: Judge | None = None,
    rounds: int = 1,
    tell: Callable[[str], None] = _nothing,
) -> Outcomes:
    """Put every question to the diagnosis and to every candidate.

    Args:
        chosen: scenarios with their questions.
        candidates: who answers besides the diagnosis itself.
        knowledge: what the diagnosis knows; the bundled patterns and checks by default.
        judge: a model that judges the answers of other models.
        rounds: how often, each time with other loads and moments.
        tell: takes a line of progress for each scenario.
    """
    known = knowledge or Knowledge()
    outcomes = Outcomes()
    for round_ in range(1, rounds + 1):
        for place, exam in enumerate(chosen, start=1):
            label = f"{place}/{len(chosen)} {exam.scenario.id}"
            tell(label if rounds == 1 else f"round {round_}: {label}")
            # The first round is that of the scenario's own seed.
            seed = None if round_ == 1 else exam.scenario.seed + round_ - 1
            async with play(exam.scenario, seed=seed) as stage:
                await _ask_all(exam, stage, candidates, known, judge, round_, outcomes)
    return outcomes


async def _ask_all(
    exam: Exam,
    stage: Stage,
    candidates: Sequence[Candidate],
    knowledge: Knowledge,
    judge: Judge | None,
    round_: int,
    outcomes: Outcomes,
) -> None:
    began = time.perf_counter()
    insight = await stage.look(knowledge)
    outcomes.seconds.append(time.perf_counter() - began)
    for place, question in exam.questions:
        asked = exam.asked(place, question, round_)
        outcomes.causes.append(conclude(asked, question, insight, knowledge))
        for one in candidates:
            outcome = await _answered(one, asked, question, stage.agent)
            if judge is not None and one.llm.provider is not None and not outcome.failed:
                judged = await judge.judge(question, outcome.text)
                outcome = outcome.model_copy(update={"judged": judged})
            outcomes.answers.append(outcome)


def conclude(
    asked: Asked, question: Question, insight: Insight, knowledge: Knowledge
) -> CauseOutcome:
    """What the diagnosis alone makes of a question."""
    began = time.perf_counter()
    found = investigate(insight, question.ask, knowledge)
    return CauseOutcome(
        asked=asked,
        named=named_causes(found.causes, question.truth, knowledge.patterns),
        verdict=found.verdict,
        elapsed=time.perf_counter() - began,
    )


async def _answered(
    candidate: Candidate, asked: Asked, question: Question, agent: Agent
) -> AnswerOutcome:
    candidate.prepare(question.ask)
    async for event in agent.ask(question.ask, llm=candidate.llm):
        if isinstance(event, Answered):
            return marked(candidate, asked, question, event.answer)
        if isinstance(event, Failed):
            return AnswerOutcome(asked=asked, subject=candidate.name, text="", failed=event.detail)
    raise RuntimeError("a question ended without an answer")


def marked(candidate: Candidate, asked: Asked, question: Question, answer: Answer) -> AnswerOutcome:
    """An answer held against the truth."""
    truth = question.truth
    called = [one.tool for one in answer.evidence]
    citations = cited(answer)
    usage = answer.usage
    wanted = "analyst" if candidate.llm.provider is None else "model"
    whys = [one.detail for one in answer.degraded if one.what in ("model", "analyst")]
    failed = answer.mode != wanted or not answer.text.strip()
    return AnswerOutcome(
        asked=asked,
        subject=candidate.name,
        text=answer.text,
        cause_named=names_cause(answer.text, truth.causes),
        missing=missing_groups(answer.text, truth.mention),
        said=phrases_said(answer.text, truth.avoid),
        not_called=tools_not_called(called, truth.tools),
        wrongly_called=tools_wrongly_called(called, truth.tools),
        unsupported=tuple(one.text for one in answer.unsupported),
        citations=citations.sentences,
        bad_citations=citations.unsupported,
        failed="; ".join(whys) or "it is empty" if failed else "",
        tool_calls=usage.tool_calls,
        model_calls=usage.model_calls,
        prompt_tokens=usage.prompt_tokens,
        completion_tokens=usage.completion_tokens,
        cost=usage.cost,
        elapsed=usage.elapsed,
    )
