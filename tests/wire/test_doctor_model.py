"""The check-up of a model weighs what a real question weighs, and says what it found."""

from __future__ import annotations

import json

import pytest
from pydantic import SecretStr

from providers.reading import State
from sre_tui.doctor import model as doctor_model
from sre_tui.doctor.model import language_model
from sre_tui.settings import LlmSettings, Settings
from sre_tui.tools.rendering import estimate_tokens
from tests.stubs.llm_fixtures import server
from tests.stubs.openai_server import Call, Fail, OpenAIServer, Say, call, say

__all__ = ["server"]

GAUGE = Call.of("read_gauge", name="boiler")


def settings_for(server: OpenAIServer, context_tokens: int = 32_000) -> Settings:
    llm = LlmSettings(
        provider="openai",
        model="house",
        api_key=SecretStr("sk-homelab-0123456789"),
        base_url=server.url,
        timeout=60.0,
        context_tokens=context_tokens,
    )
    backends = {"prometheus": [{"url": "http://prometheus.lan"}]}
    return Settings.model_validate({**backends, "llm": llm})


async def told(server: OpenAIServer, *replies: Say | Fail, context: int = 32_000) -> dict[str, str]:
    server.script(*replies)
    found = await language_model(settings_for(server, context), ask=True)
    return {one.aspect: f"{one.verdict} {one.detail}" for one in found}


async def test_the_probe_offers_what_a_question_offers(server: OpenAIServer) -> None:
    found = await told(server, call(GAUGE))
    assert found["tools"] == "ok calls tools as it should"
    [request] = server.requests
    assert request.tools[-1] == "read_gauge"
    assert "prometheus_range_query" in request.tools
    assert "truenas_apps" not in request.tools
    assert "Your sources, there are no others: prometheus:main." in request.text
    tools = json.dumps(request.body["tools"], ensure_ascii=False)
    assert estimate_tokens(tools) + estimate_tokens(request.messages[0]["content"]) < 3050


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (call(Call("read_gauge", '{"nam')), "malformed arguments"),
        (call(Call.of("prometheus_targets")), "called prometheus_targets where read_gauge was"),
        (say('{"name": "read_gauge"}'), "writes tool calls as text"),
        (say("The boiler is warm."), "did not call the tool"),
    ],
)
async def test_what_a_model_does_instead_of_calling_is_named(
    server: OpenAIServer, reply: Say, said: str
) -> None:
    assert said in (await told(server, reply))["tools"]


async def test_little_context_and_slow_beginnings_are_doubtful(
    server: OpenAIServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor_model, "LONG_WAIT", 0.0)
    found = await told(server, call(GAUGE), context=4096)
    assert found["context"].startswith("warning 4096 tokens are little")
    assert "before the first word, for about" in found["speed"]


async def test_a_model_that_does_not_answer_is_broken(server: OpenAIServer) -> None:
    server.script(Fail(401, "no such key", code="invalid_api_key"))
    [found] = await language_model(settings_for(server), ask=True)
    assert found.state is State.UNREACHABLE
    assert "Until then the built-in analyst answers." in str(found.fix)
