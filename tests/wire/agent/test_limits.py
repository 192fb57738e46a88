"""Where turns, time and money end, there is an answer all the same."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from providers.reading import State
from sre_tui.agent import agent as agent_module
from sre_tui.agent.limits import Deadline
from tests.stubs.homelab_tools import Bench
from tests.stubs.openai_server import Call, OpenAIServer, Say, call, say

from .conftest import MakeAgent, answer_of, degraded, tool_replies


async def test_a_repeated_call_is_not_run_again_and_ends_the_work(
    server: OpenAIServer, agent_for: MakeAgent, bench: Bench
) -> None:
    again = call(Call.of("list_disks"))
    server.script(again, call(Call.of("list_disks", host="nas1", limit=20)), again)
    server.script(say("Disk sdc has 24 errors [E1]."))
    answer = await answer_of(agent_for().ask("?"))
    assert len(bench.calls) == 1
    assert "You asked this before" in tool_replies(server.requests[2])[1]
    assert server.requests[3].tools == []
    assert answer.text == "Disk sdc has 24 errors [E1]."
    assert not answer.complete
    assert degraded(answer) == ["budget"]


async def test_the_limit_of_turns_ends_with_an_answer_without_tools(
    server: OpenAIServer, agent_for: MakeAgent
) -> None:
    server.script(
        call(Call.of("read_log", host="a")),
        call(Call.of("read_log", host="b")),
        say("As far as is known, sdc fails [E1]."),
    )
    answer = await answer_of(agent_for(max_turns=2).ask("?"))
    assert server.requests[2].tools == []
    assert "Stop here" in str(server.requests[2].messages[-1]["content"])
    assert not answer.complete
    assert answer.text.startswith("As far as is known")
    assert answer.usage.model_calls == 3


async def test_a_model_that_will_not_stop_leaves_the_evidence(
    server: OpenAIServer, agent_for: MakeAgent
) -> None:
    server.script(*(call(Call.of("read_log", host=host)) for host in "ab"))
    answer = await answer_of(agent_for(max_turns=1).ask("?"))
    assert not answer.complete
    assert "[E1]" in answer.text
    assert "sdc: read error at sector 4711" in answer.text


class HeldDeadline(Deadline):
    """Time that is up when a test says so, however busy the machine is."""

    nearly_up: Callable[[], bool]
    up: Callable[[], bool]
    pause = 60.0

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.grace = self.pause
        self._is_granted = False

    @property
    def left(self) -> float:
        if self._is_granted:
            return 60.0
        return 0.0 if type(self).up() else 0.2 if type(self).nearly_up() else 60.0

    def grant_grace(self) -> None:
        self._is_granted = True


@pytest.fixture
def hold(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Says when the time for a question is nearly up, when it is, and how long the grace is."""

    def held(nearly_up: Callable[[], bool], up: Callable[[], bool], grace: float = 60.0) -> None:
        held_so = {"nearly_up": staticmethod(nearly_up), "up": staticmethod(up), "pause": grace}
        for name, value in held_so.items():
            monkeypatch.setattr(HeldDeadline, name, value, raising=False)
        monkeypatch.setattr(agent_module, "Deadline", HeldDeadline)

    return held


SILENT = Say(pieces=("a",), stall_after=0)


async def test_the_time_limit_ends_with_what_is_known(
    server: OpenAIServer, agent_for: MakeAgent, bench: Bench, hold: Callable[..., None]
) -> None:
    hold(nearly_up=lambda: bool(bench.calls), up=lambda: len(server.requests) >= 2)
    last = [lambda request: SILENT if request.tools else say("24 errors [E1].")] * 9
    server.script(call(Call.of("list_disks")), *last)
    answer = await answer_of(agent_for().ask("?"))
    assert answer.text == "24 errors [E1]."
    assert not answer.complete
    assert degraded(answer) == ["budget"]


async def test_a_tool_that_hangs_is_given_up_when_the_time_is_up(
    server: OpenAIServer, agent_for: MakeAgent, bench: Bench, hold: Callable[..., None]
) -> None:
    bench.gate = asyncio.Event()
    hold(nearly_up=lambda: bool(server.requests), up=lambda: bool(bench.calls))
    server.script(call(Call.of("list_disks")), say("The disks did not answer [E1]."))
    answer = await answer_of(agent_for().ask("?"))
    assert answer.evidence[0].state is State.UNREACHABLE
    assert answer.text == "The disks did not answer [E1]."


async def test_a_silent_model_leaves_time_for_the_analyst(
    server: OpenAIServer, agent_for: MakeAgent, hold: Callable[..., None]
) -> None:
    hold(nearly_up=lambda: True, up=lambda: bool(server.requests), grace=0.2)
    server.script(*[SILENT] * 9)
    answer = await answer_of(agent_for().ask("?"))
    assert answer.mode == "analyst"
    assert "sdc has 24 errors" in answer.text
    assert answer.evidence[0].state is State.OK


async def test_the_cost_limit(server: OpenAIServer, agent_for: MakeAgent) -> None:
    dear = Say(calls=(Call.of("list_disks"),), usage=(1_000_000, 1000))
    server.script(dear, say("24 errors [E1]."))
    answer = await answer_of(agent_for(model="openai/gpt-4o", max_cost_per_question=0.5).ask("?"))
    assert not answer.complete
    assert answer.usage.cost is not None
    assert answer.usage.cost > 0.5
    again = agent_for(model="openai/gpt-4o", max_cost_per_day=0.5)
    answer = await answer_of(again.ask("And now?"))
    assert answer.mode == "analyst"
    assert "today's cost limit" in answer.degraded[0].detail


async def test_a_daily_limit_that_cannot_be_held_is_told_once_per_question(
    server: OpenAIServer, agent_for: MakeAgent
) -> None:
    server.script(call(Call.of("list_disks")), say("24 errors [E1]."))
    first = await answer_of(agent_for(max_cost_per_day=0.5).ask("?"))
    server.script(say("Still so."))
    second = await answer_of(agent_for(max_cost_per_day=0.5).ask("And now?"))
    for answer in (first, second):
        [told] = answer.degraded
        assert (answer.mode, told.what) == ("model", "budget")
        assert told.detail == (
            "the price of house is not known, so the daily limit of $0.50 cannot be held"
        )


async def test_a_daily_limit_holds_where_prices_are_known(
    server: OpenAIServer, agent_for: MakeAgent
) -> None:
    server.script(say("All is well."))
    answer = await answer_of(agent_for(model="openai/gpt-4o", max_cost_per_day=0.5).ask("?"))
    assert answer.degraded == ()
