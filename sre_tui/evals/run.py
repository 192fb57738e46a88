"""Plays scenarios and asks their questions."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import AsyncExitStack, ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import time
from multiprocessing import get_context
from time import perf_counter

from sre_tui.agent.agent import Agent
from sre_tui.agent.events import Answer, Answered, Failed
from sre_tui.demo.scenario import Question, Truth
from sre_tui.diagnosis.investigate import Insight, Knowledge, investigate
from sre_tui.evals.cases import Exam
from sre_tui.evals.citations import cited
from sre_tui.evals.echo import NAME, echo_model
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
from sre_tui.evals.stage import play
from sre_tui.settings import LlmSettings

ANALYST = "analyst"


def _nothing(_: str) -> None:
    return


@dataclass(frozen=True)
class Plan:
    """Who answers besides the diagnosis itself, and how often.

    Attributes:
        analyst: whether the built-in analyst answers.
        llm: a model that answers.
        echo: whether a script answers that repeats what one tool says.
        judge: a model that judges the answers of the model and the script.
        rounds: how often, each time with other loads and moments.
        hour: when every scenario plays, in UTC; at an hour of its own if there is none.
    """

    analyst: bool = True
    llm: LlmSettings | None = None
    echo: bool = False
    judge: LlmSettings | None = None
    rounds: int = 1
    hour: time | None = None


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
        seconds: by scenario and round, what reading every backend took.
    """

    causes: list[CauseOutcome] = field(default_factory=list)
    answers: list[AnswerOutcome] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def add(self, other: Outcomes) -> None:
        """Take up what another run brought."""
        self.causes += other.causes
        self.answers += other.answers
        self.seconds += other.seconds


async def run(
    chosen: Sequence[Exam],
    plan: Plan = Plan(),
    *,
    jobs: int = 1,
    tell: Callable[[str], None] = _nothing,
) -> Outcomes:
    """Put every question to the diagnosis and to whoever the plan names.

    Args:
        chosen: scenarios with their questions.
        plan: who answers, and how often.
        jobs: how many scenarios are played at the same time, each in a process of its own if
            there is more than one.
        tell: takes a line of progress for each scenario that is done.
    """
    wanted = [(exam, round_) for round_ in range(1, plan.rounds + 1) for exam in chosen]
    found: list[Outcomes] = []
    with ExitStack() as stack:
        pool = stack.enter_context(_workers(min(jobs, len(wanted)))) if jobs > 1 else None
        loop = asyncio.get_running_loop()
        waiting = [
            loop.run_in_executor(pool, _examine_alone, exam, round_, plan)
            for exam, round_ in wanted
            if pool is not None
        ]
        for place, (exam, round_) in enumerate(wanted):
            done = await waiting[place] if waiting else await examine(exam, round_, plan)
            found.append(done)
            label = f"{exam.scenario.id}, round {round_}" if plan.rounds > 1 else exam.scenario.id
            tell(f"{place + 1}/{len(wanted)} {label}")
    outcomes = Outcomes()
    for each in found:
        outcomes.add(each)
    return outcomes


@contextmanager
def _workers(count: int) -> Iterator[ProcessPoolExecutor]:
    pool = ProcessPoolExecutor(count, get_context("spawn"), _be_quiet)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def _be_quiet() -> None:
    """Keep what is logged about failing backends off the screen."""
    logging.lastResort = logging.NullHandler()


def _examine_alone(exam: Exam, round_: int, plan: Plan) -> Outcomes:
    try:
        return asyncio.run(examine(exam, round_, plan))
    finally:
        # A played world hangs together in circles that would pile up from scenario to scenario.
        gc.collect()


async def examine(exam: Exam, round_: int, plan: Plan) -> Outcomes:
    """Play one scenario and put its questions."""
    knowledge = Knowledge()
    outcomes = Outcomes()
    # The first round is that of the scenario's own seed.
    seed = None if round_ == 1 else exam.scenario.seed + round_ - 1
    async with AsyncExitStack() as stack:
        stage = await stack.enter_async_context(play(exam.scenario, seed=seed, hour=plan.hour))
        candidates = await _candidates(plan, stack)
        judge = None if plan.judge is None else Judge(plan.judge)
        if judge is not None:
            stack.push_async_callback(judge.aclose)
        began = perf_counter()
        insight = await stage.look(knowledge)
        outcomes.seconds.append(perf_counter() - began)
        for place, question in exam.questions:
            asked = exam.asked(place, question, round_, stage.now)
            others = [other.truth for _, other in exam.questions if other is not question]
            outcomes.causes.append(conclude(asked, question, insight, knowledge, others))
            for one in candidates:
                outcome = await _answered(one, asked, question, stage.agent)
                if judge is not None and one.llm.provider is not None and not outcome.failed:
                    judged = await judge.judge(question, outcome.text)
                    outcome = outcome.model_copy(update={"judged": judged})
                outcomes.answers.append(outcome)
    return outcomes


async def _candidates(plan: Plan, stack: AsyncExitStack) -> list[Candidate]:
    made = [Candidate(ANALYST, LlmSettings())] if plan.analyst else []
    if plan.llm is not None:
        made.append(Candidate(plan.llm.model or str(plan.llm.provider), plan.llm))
    if plan.echo:
        model = await stack.enter_async_context(echo_model())
        made.append(Candidate(NAME, model.settings, model.ask))
    return made


def conclude(
    asked: Asked,
    question: Question,
    insight: Insight,
    knowledge: Knowledge,
    others: Sequence[Truth] = (),
) -> CauseOutcome:
    """What the diagnosis alone makes of a question.

    Args:
        asked: the question as outcomes carry it.
        question: with what is true of it.
        insight: what was read from the backends.
        knowledge: patterns and runbooks.
        others: what is true of the other questions of the scenario.
    """
    began = perf_counter()
    found = investigate(insight, question.ask, knowledge)
    return CauseOutcome(
        asked=asked,
        named=named_causes(
            found.ranked, question.truth, knowledge.patterns, found.elsewhere, others
        ),
        verdict=found.verdict,
        elapsed=perf_counter() - began,
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
