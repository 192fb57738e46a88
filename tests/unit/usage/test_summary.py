"""What the usage comes to, and when nothing can be told of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeAlias
from uuid import uuid4

import pytest

from sre_tui.memory.place import Place
from sre_tui.memory.store import open_store
from sre_tui.memory.usage import Usage
from sre_tui.usage.gathering import timed
from sre_tui.usage.records import Call, Counted, Run
from sre_tui.usage.summary import Objective, UsageSummary, summarized
from sre_tui.views.usage import headline, notes

NOW = datetime(2026, 11, 20, 23, 0, tzinfo=UTC)
SINCE = NOW - timedelta(days=7)
Summary: TypeAlias = Callable[[list[Counted]], UsageSummary]


def calls(times: int = 1, kind: str = "tool", name: str = "x", **values: object) -> list[Counted]:
    front = str(values.pop("front", "ask"))
    call = {"name": name, "started": NOW, "seconds": 1, "outcome": "ok", **values}
    run = Run(id=front, front=front, version="1", started=SINCE)
    return [Counted(run=run, call=Call.model_validate({"kind": kind, **call}))] * times


@pytest.fixture
def summary(tmp_path: Path) -> Summary:
    """What the memory makes of calls that begin one after the other."""

    def made(counted: list[Counted]) -> UsageSummary:
        started = (SINCE + timedelta(seconds=number) for number in range(len(counted)))
        apart = [
            each.model_copy(update={"call": each.call.model_copy(update={"started": at})})
            for each, at in zip(counted, started, strict=True)
        ]
        too_early = calls(30, outcome="failed")[0]
        early = too_early.call.model_copy(update={"started": SINCE - timedelta(seconds=1)})
        with open_store(Place(path=tmp_path / f"{uuid4()}.db")) as store:
            usage = Usage(store)
            usage.take([*apart, too_early.model_copy(update={"call": early})])
            return summarized(timed(usage, SINCE), SINCE, NOW)

    return made


def objectives(usage: UsageSummary) -> dict[str, Objective]:
    return {each.name: each for each in usage.objectives}


def test_nothing_was_counted(summary: Summary) -> None:
    usage = summary([])
    assert {each.verdict for each in usage.objectives} == {"no_calls"}
    assert {each.measured for each in usage.objectives} == {None}
    assert (usage.first, usage.calls) == (None, ())
    assert headline(usage) == "Nothing was counted in the last 7 days."


def test_too_few_calls_have_no_verdict(summary: Summary) -> None:
    found = objectives(summary(calls(19, "question", "analyst", seconds=60) + calls(19)))
    assert found["answer_p95"].measured is None
    assert found["tool_success"].measured == 1
    verdicts = [each.verdict for each in found.values()]
    assert verdicts == ["too_few", "too_few", "no_calls", "too_few"]


@pytest.mark.parametrize(("slow", "p95", "verdict"), [(1, 14.9, "pass"), (2, 15.0, "fail")])
def test_the_95th_of_a_hundred_answers(
    summary: Summary, slow: int, p95: float, verdict: str
) -> None:
    counted = calls(20 - slow, "question", "model", seconds=14.9)
    counted += calls(slow, "question", "model", seconds=15)
    # Neither how long a command took nor an answer that nobody waited for tells of answers.
    counted += calls(50, "question", "alerts", front="command", seconds=900)
    counted += calls(50, "question", "model", outcome="cancelled", seconds=900)
    found = objectives(summary(counted))["answer_p95"]
    assert (found.measured, found.verdict, found.calls) == (p95, verdict, 20)


def test_what_was_asked_wrongly_is_no_failure(summary: Summary) -> None:
    counted = calls(99) + calls(1, outcome="unreachable") + calls(5, outcome="rejected")
    found = objectives(summary(counted))["tool_success"]
    # The target is to be over 99 %, and this is just that.
    assert (found.measured, found.calls, found.verdict) == (0.99, 100, "fail")
    assert objectives(summary(counted + calls(1)))["tool_success"].verdict == "pass"
    (used,) = summary(counted).calls
    assert (used.calls, used.failed, used.success) == (105, 1, 0.99)


def test_availability_is_that_of_questions_and_commands(summary: Summary) -> None:
    counted = calls(150, "question", "alerts", front="command", outcome="partial")
    counted += calls(50, "question", "analyst") + calls(1, "question", "model", outcome="failed")
    found = objectives(summary(counted))["availability"]
    assert found.calls == 201
    assert found.measured == pytest.approx(200 / 201)
    assert found.verdict == "pass"


def test_prices_that_nobody_knows_are_not_zero(summary: Summary) -> None:
    priced = {"tokens_in": 1000, "tokens_out": 50}
    counted = calls(1, "model", "openai/a", cost=0.0123, **priced)
    counted += calls(2, "model", "ollama/b", **priced)
    counted += calls(1, "model", "ollama/b", outcome="timed_out")
    usage = summary(counted)
    local, paid = usage.calls
    assert (local.name, local.cost, local.unpriced, local.tokens_in) == ("ollama/b", None, 2, 2000)
    assert (paid.cost, paid.unpriced) == (0.0123, 0)
    assert headline(usage).endswith("4 model calls (3,150 tokens, $0.0123).")
    assert "the price of 2 model calls is not known, and in no sum" in tuple(notes(usage))
