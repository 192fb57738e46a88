"""Whether a value is normal is answered by what is usual for the thing at this hour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from pydantic import BaseModel

from sre_tui.agent.relevance import Hint, ranked
from sre_tui.diagnosis.signals.baseline_check import BaselineCheck, check_of
from sre_tui.diagnosis.signals.measures import MEASURES
from sre_tui.memory.baseline import Baseline
from sre_tui.tools.baseline_names import NONE_YET
from sre_tui.tools.memory_baseline import BaselineChecks
from sre_tui.tools.prometheus_data import InstantValues, JudgedSample
from sre_tui.tools.registry import all_tools
from sre_tui.tools.value_text import value_of
from tests.unit.analyst.constructed import NOW, World, answer_now

CPU = next(one for one in MEASURES if one.name == "cpu")
HEAT = next(one for one in MEASURES if one.name == "temperature")
USUAL = {
    "media": Baseline(
        metric="cpu", host="media", hour=158, median=0.15, spread=0.01, p95=0.17, least=0.14,
        most=0.18, samples=14, since=NOW - timedelta(days=28), until=NOW, computed=NOW,
    ),
    "pve1": Baseline(
        metric="cpu", host="pve1", hour=158, median=0.85, spread=0.02, p95=0.9, least=0.8,
        most=0.9, samples=14, since=NOW - timedelta(days=28), until=NOW, computed=NOW,
    ),
}  # fmt: skip


@dataclass
class Known(World):
    """What is usual is known of two machines; the calls are kept."""

    asked: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    complaint: str = ""
    old: bool = False

    def answer(self, tool: str, arguments: Mapping[str, Any]) -> BaseModel | None:
        query = str(arguments.get("query", ""))
        if tool == "memory_check_baseline":
            self.asked.append((tool, arguments))
            return self.checks(**arguments)
        if query == CPU.gauge.value:
            row = self.check("media", 0.16)
            sample = JudgedSample(source="p", labels={}, at=NOW, value=0.16, baseline=row)
            return InstantValues(items=(sample,), query=query, at=NOW, kind="vector")
        return super().answer(tool, arguments)

    def check(self, host: str, value: float) -> BaselineCheck:
        then = NOW + timedelta(weeks=3) if self.old else NOW
        return check_of(CPU, USUAL[host], value, then)

    def checks(self, metric: str, value: str, host: str = "", at: str = "") -> BaselineChecks:
        measure = HEAT if metric == "temperature" else CPU
        amount = value_of(value, measure.unit)
        rows = [self.check(name, amount) for name in USUAL if host in ("", name)]
        return BaselineChecks(
            asked=metric, value=value, at=NOW, items=() if self.complaint else tuple(rows),
            complaint=self.complaint, total=len(rows),
        )  # fmt: skip


@pytest.mark.parametrize(
    ("question", "begins"),
    [
        ("is 85% CPU normal for media?", "**No: 85 % is high for media (processor use): usual is"),
        ("is 16 % cpu usual for media", "**Yes: 16 % is normal for media (processor use)"),
        ("is a cpu usage of 0.02 unusual for media?", "**Yes: 2 % is low for media"),
        ("is 85% cpu too high for media?", "**Yes: 85 % is high for media"),
        ("is 2% cpu too high for media?", "**No: 2 % is low for media"),
        ("Is it normal that media uses 85% cpu?", "**No: 85 % is high for media"),
        ("media is at 85 % cpu, is that normal?", "**No: 85 % is high for media"),
        ("sind 85% CPU normal für media?", "**No: 85 % is high for media"),
        ("ist eine CPU von 16% üblich auf media?", "**Yes: 16 % is normal for media"),
    ],
)
def test_a_value_is_compared_with_what_is_usual(question: str, begins: str) -> None:
    world = Known()
    assert answer_now(question, world).startswith(begins)
    ((_, arguments),) = world.asked
    assert arguments["host"] == "media"


def test_the_answer_says_what_it_rests_on_and_how_it_is_now() -> None:
    text = answer_now("is 85% CPU normal for media?", Known())
    assert "at this hour (Sun 14–15 UTC), and the most in 28 days was 18 %**. [E1]" in text
    assert f"- the middle is 15 %; 14 % to 18 % in 14 values until {NOW:%Y-%m-%d}\n" in text
    assert "- now it is 16 %, which is normal [E2]\n" in text
    old = answer_now("is 85% CPU normal for media?", Known(old=True))
    assert "which is old: `sre baselines compute` makes it anew" in old


def test_of_all_machines_those_are_named_for_which_it_is_not() -> None:
    odd = answer_now("is 85% CPU normal?", Known())
    assert odd.startswith("**85 % is not usual for 1 of 2 hosts** (processor use). [E1]")
    assert "- media: high, usual is 9.75–20.3 % at this hour [E1]\n" in odd
    assert "pve1" not in odd


@pytest.mark.parametrize(
    ("question", "metric", "value", "host"),
    [
        ("is 62°C normal for nas1?", "temperature", "62°C", "nas1"),
        ("is 62 C normal for sdc on nas1?", "temperature", "62 C", "nas1/sdc"),
        ("is 85% cpu normal on pve2?", "cpu", "85%", "pve2"),
    ],
)
def test_what_is_asked_for_is_read(question: str, metric: str, value: str, host: str) -> None:
    world = Known(complaint="there is none")
    answer_now(question, world)
    assert world.asked == [
        ("memory_check_baseline", {"metric": metric, "value": value, "host": host})
    ]


def test_a_time_that_is_named_is_the_hour_to_compare_with() -> None:
    world = Known()
    text = answer_now("was 85% cpu normal for media yesterday at 03:00?", world)
    ((_, arguments),) = world.asked
    assert arguments["at"].startswith("2026-11-21T03:")
    assert "now it is" not in text


@pytest.mark.parametrize(
    ("complaint", "told"),
    [
        (NONE_YET, "whether 85% is usual: there are no baselines yet: "),
        (
            "there is no host with a baseline of cpu 'media'; did you mean nas1? There are: a, b",
            "a baseline of cpu 'media'; did you mean nas1\n",
        ),
        ("there is no host with a baseline of cpu 'media'; there are: a, b", "cpu 'media'\n"),
    ],
)
def test_without_a_baseline_the_rest_is_told(complaint: str, told: str) -> None:
    text = answer_now("is 85% CPU normal for media?", Known(complaint=complaint))
    assert text.startswith("**")
    assert told in text.partition("**Not checked**")[2]


@pytest.mark.parametrize(
    "question", ["is 85% CPU normal for media?", "is a load of 9 unusual on pve2?"]
)
def test_a_model_is_shown_the_tool_before_all_that_serve_few_questions(question: str) -> None:
    best = ranked(all_tools(), [Hint(question)])
    assert next(one.name for one in best if one.breadth != "anything") == "memory_check_baseline"


@pytest.mark.parametrize(
    "question",
    [
        "why is a load of 9 on pve2 so high?",
        "is the cpu of media normal?",
        "is media ok?",
        "tank is 90% full, is that too high?",
        "kids download at 2 MB/s, normally 30. who is eating my line?",
        "what is normal for 10.0.20.5?",
    ],
)
def test_other_questions_are_left_to_others(question: str) -> None:
    world = Known()
    answer_now(question, world)
    assert world.asked == []
