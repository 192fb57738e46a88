"""What the usage comes to, and when nothing can be told of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sre_tui.usage.records import Call, Counted, Run
from sre_tui.usage.summary import Objective, summarized
from sre_tui.views.usage import headline, notes

NOW = datetime(2026, 11, 20, 23, 0, tzinfo=UTC)
SINCE = NOW - timedelta(days=7)


def calls(times: int = 1, kind: str = "tool", name: str = "x", **values: object) -> list[Counted]:
    front = str(values.pop("front", "ask"))
    call = {"name": name, "started": NOW, "seconds": 1, "outcome": "ok", **values}
    run = Run(id="a", front=front, version="1", started=NOW)
    return [Counted(run=run, call=Call.model_validate({"kind": kind, **call}))] * times


def objectives(counted: list[Counted]) -> dict[str, Objective]:
    return {each.name: each for each in summarized(counted, SINCE, NOW).objectives}


def test_nothing_was_counted() -> None:
    usage = summarized([], SINCE, NOW)
    assert {each.verdict for each in usage.objectives} == {"no_calls"}
    assert {each.measured for each in usage.objectives} == {None}
    assert (usage.first, usage.calls) == (None, ())
    assert headline(usage) == "Nothing was counted in the last 7 days."


def test_too_few_calls_have_no_verdict() -> None:
    found = objectives(calls(19, "question", "analyst", seconds=60) + calls(19))
    assert found["answer_p95"].measured is None
    assert found["tool_success"].measured == 1
    verdicts = [each.verdict for each in found.values()]
    assert verdicts == ["too_few", "too_few", "no_calls", "too_few"]


@pytest.mark.parametrize(("slow", "p95", "verdict"), [(1, 14.9, "pass"), (2, 15.0, "fail")])
def test_the_95th_of_a_hundred_answers(slow: int, p95: float, verdict: str) -> None:
    counted = calls(20 - slow, "question", "model", seconds=14.9)
    counted += calls(slow, "question", "model", seconds=15)
    # Neither how long a command took nor an answer that nobody waited for tells of answers.
    counted += calls(50, "question", "alerts", front="command", seconds=900)
    counted += calls(50, "question", "model", outcome="cancelled", seconds=900)
    found = objectives(counted)["answer_p95"]
    assert (found.measured, found.verdict, found.calls) == (p95, verdict, 20)


def test_what_was_asked_wrongly_is_no_failure() -> None:
    counted = calls(99) + calls(1, outcome="unreachable") + calls(5, outcome="rejected")
    found = objectives(counted)["tool_success"]
    # The target is to be over 99 %, and this is just that.
    assert (found.measured, found.calls, found.verdict) == (0.99, 100, "fail")
    assert objectives(counted + calls(1))["tool_success"].verdict == "pass"
    (used,) = summarized(counted, SINCE, NOW).calls
    assert (used.calls, used.failed, used.success) == (105, 1, 0.99)


def test_availability_is_that_of_questions_and_commands() -> None:
    counted = calls(150, "question", "alerts", front="command", outcome="partial")
    counted += calls(50, "question", "analyst") + calls(1, "question", "model", outcome="failed")
    found = objectives(counted)["availability"]
    assert found.calls == 201
    assert found.measured == pytest.approx(200 / 201)
    assert found.verdict == "pass"


def test_prices_that_nobody_knows_are_not_zero() -> None:
    priced = {"tokens_in": 1000, "tokens_out": 50}
    counted = calls(1, "model", "openai/a", cost=0.0123, **priced)
    counted += calls(2, "model", "ollama/b", **priced)
    counted += calls(1, "model", "ollama/b", outcome="timed_out")
    usage = summarized(counted, SINCE, NOW)
    local, paid = usage.calls
    assert (local.name, local.cost, local.unpriced, local.tokens_in) == ("ollama/b", None, 2, 2000)
    assert (paid.cost, paid.unpriced) == (0.0123, 0)
    assert headline(usage).endswith("4 model calls (3,150 tokens, $0.0123).")
    assert "the price of 2 model calls is not known, and in no sum" in tuple(notes(usage))
