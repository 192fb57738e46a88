"""A model that fails for good, for a while or in the middle, or that there is none of."""

from __future__ import annotations

import pytest

from sre_tui.agent.events import Answered, Started, TextReset
from sre_tui.settings import LlmSettings
from tests.stubs.homelab_tools import Bench
from tests.stubs.openai_server import Call, Fail, OpenAIServer, Say, call, say

from .conftest import MakeAgent, answer_of, events_of


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (Fail(401, "no"), "refuses the key"),
        (Fail(404, "The model `house` does not exist"), "does not know the model"),
        (Fail(429, "no quota", headers={"retry-after": "3600"}), "limits the rate"),
    ],
)
async def test_the_analyst_answers_when_the_model_fails_for_good(
    server: OpenAIServer, agent_for: MakeAgent, reply: Fail, why: str
) -> None:
    server.script(reply)
    events = await events_of(agent_for().ask("What is wrong?"))
    started, last = events[0], events[-1]
    assert isinstance(started, Started)
    assert started.mode == "model"
    assert isinstance(last, Answered)
    answer = last.answer
    assert (answer.mode, answer.model) == ("analyst", None)
    assert answer.text == "About 'What is wrong?': sdc has 24 errors, 4711 in the year [E1]."
    assert answer.unsupported == ()
    [told] = answer.degraded
    assert told.what == "model"
    assert why in told.detail
    assert "built-in analyst" in told.detail


async def test_the_analyst_goes_on_with_what_the_model_found(
    server: OpenAIServer, agent_for: MakeAgent, bench: Bench
) -> None:
    server.script(call(Call.of("list_disks")), *[Fail(500, "boom")] * 3)
    answer = await answer_of(agent_for().ask("?"))
    assert answer.mode == "analyst"
    assert len(bench.calls) == 1
    assert [one.id for one in answer.evidence] == ["E1"]


async def test_without_a_provider_the_analyst_answers_and_nothing_is_degraded(
    agent_for: MakeAgent,
) -> None:
    agent = agent_for()
    answer = await answer_of(agent.ask("?", llm=LlmSettings()))
    assert answer.mode == "analyst"
    assert answer.degraded == ()


async def test_a_fallback_model_is_named(server: OpenAIServer, agent_for: MakeAgent) -> None:
    server.script(Fail(401, "no"), model="house")
    server.script(say("Hello."), model="spare")
    answer = await answer_of(agent_for(fallbacks=("spare",)).ask("?"))
    assert answer.model == "openai/spare"
    assert "house failed" in answer.degraded[0].detail


async def test_a_cut_stream_is_taken_back_and_asked_for_again(
    server: OpenAIServer, agent_for: MakeAgent
) -> None:
    server.script(Say(pieces=("Disk ", "sdc", "x"), cut_after=2), say("All is well."))
    events = await events_of(agent_for().ask("?"))
    assert any(isinstance(event, TextReset) for event in events)
    last = events[-1]
    assert isinstance(last, Answered)
    assert last.answer.text == "All is well."
    assert last.answer.complete


async def test_a_short_rate_limit_is_announced(server: OpenAIServer, agent_for: MakeAgent) -> None:
    server.script(Fail(429, "slow down", headers={"retry-after": "0.05"}), say("Here."))
    answer = await answer_of(agent_for().ask("?"))
    assert answer.text == "Here."
    assert "waiting" in answer.degraded[0].detail


async def test_a_provider_without_a_model_says_what_to_set(agent_for: MakeAgent) -> None:
    answer = await answer_of(agent_for(model=None).ask("?"))
    assert answer.mode == "analyst"
    assert "LLM_MODEL" in answer.degraded[0].detail
