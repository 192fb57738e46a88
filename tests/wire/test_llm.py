"""The language model over a real socket: streams, tool calls, and every way it can fail."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Any

import pytest

from providers.llm import (
    Chunk,
    ContextTooLong,
    CutStream,
    Finished,
    LanguageModel,
    LlmConfig,
    LlmError,
    RateLimited,
    RequestRejected,
    ServerError,
    Stalled,
    TextPiece,
    ToolCallRequest,
    UnknownModel,
    Unreachable,
    Waiting,
    WebPage,
    WrongKey,
)
from tests.stubs.llm_fixtures import server, warm
from tests.stubs.openai_server import Call, Fail, OpenAIServer, Reply, Say, call, say
from tests.stubs.ports import free_ports

__all__ = ["server", "warm"]

KEY = "sk-homelab-0123456789"
QUESTION = [{"role": "user", "content": "What is wrong?"}]
TOOL = {
    "type": "function",
    "function": {"name": "look", "parameters": {"type": "object", "properties": {}}},
}
TOO_LONG = Fail(
    400,
    "This model's maximum context length is 8192 tokens. Your messages resulted in 9000 tokens.",
    code="context_length_exceeded",
    kind="invalid_request_error",
)

MakeModel = Callable[..., LanguageModel]


@pytest.fixture
async def model_for(server: OpenAIServer) -> AsyncIterator[MakeModel]:
    async with AsyncExitStack() as stack:

        def make(**changes: Any) -> LanguageModel:
            options: dict[str, Any] = {
                "provider": "openai",
                "model": "house",
                "api_key": KEY,
                "base_url": server.url,
                "stall_timeout": 5.0,
                "retries": 1,
            }
            made = LanguageModel(LlmConfig(**(options | changes)))
            stack.push_async_callback(made.aclose)
            return made

        yield make


async def collect(model: LanguageModel) -> list[Chunk]:
    return [chunk async for chunk in model.stream(QUESTION, [TOOL])]


async def fails(model: LanguageModel, kind: type[LlmError]) -> LlmError:
    with pytest.raises(kind) as caught:
        await collect(model)
    assert KEY not in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "litellm" not in str(caught.value)
    return caught.value


async def test_text_comes_in_pieces_with_the_usage_at_the_end(
    server: OpenAIServer, model_for: MakeModel
) -> None:
    server.script(Say(pieces=("Disk ", "sdc ", "fails."), usage=(321, 12)))
    assert await collect(model_for()) == [
        TextPiece("Disk "),
        TextPiece("sdc "),
        TextPiece("fails."),
        Finished("openai/house", "stop", 321, 12, None),
    ]
    assert server.requests[0].headers["authorization"] == f"Bearer {KEY}"
    assert server.requests[0].tools == ["look"]


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("interleave", [True, False])
async def test_parallel_tool_calls_are_put_together(
    server: OpenAIServer, model_for: MakeModel, stream: bool, interleave: bool
) -> None:
    calls = (Call.of("look", at="a long name of a thing"), Call.of("look", at="b"))
    server.script(Say(pieces=("Looking.",), calls=calls, interleave=interleave))
    text, *requests, end = await collect(model_for(stream=stream))
    assert text == TextPiece("Looking.")
    assert requests == [
        ToolCallRequest("call_0", "look", '{"at": "a long name of a thing"}'),
        ToolCallRequest("call_1", "look", '{"at": "b"}'),
    ]
    assert isinstance(end, Finished)
    assert end.reason == "tool_calls"
    assert server.requests[0].body.get("stream", False) is stream


async def test_calls_that_share_an_id_are_told_apart(
    server: OpenAIServer, model_for: MakeModel
) -> None:
    server.script(call(Call("look", "{}", id="same"), Call("look", "{}", id="same")))
    requests = [c for c in await collect(model_for()) if isinstance(c, ToolCallRequest)]
    assert len({request.id for request in requests}) == 2


async def test_the_price_of_a_known_model_is_counted(
    server: OpenAIServer, model_for: MakeModel
) -> None:
    server.script(Say(pieces=("Fine.",), usage=(1000, 100)))
    model = model_for(model="openai/gpt-4o")
    end = (await collect(model))[-1]
    assert isinstance(end, Finished)
    assert end.cost is not None
    assert end.cost > 0
    assert await model.context_tokens() >= 100_000


async def test_an_unknown_model_has_a_small_context_unless_told(model_for: MakeModel) -> None:
    assert await model_for().context_tokens() == 8192
    assert await model_for(context_tokens=32768).context_tokens() == 32768


async def test_tokens_are_counted_when_the_server_does_not(
    server: OpenAIServer, model_for: MakeModel
) -> None:
    server.script(Say(pieces=("All is ", "well."), usage=None))
    end = (await collect(model_for()))[-1]
    assert isinstance(end, Finished)
    assert end.prompt_tokens > 0
    assert end.completion_tokens > 0


async def test_ollama_is_told_how_much_context_to_keep(
    server: OpenAIServer, model_for: MakeModel
) -> None:
    server.script(Say(pieces=("Looking.",), calls=(Call.of("look", at="x"),), usage=(50, 5)))
    model = model_for(
        provider="ollama",
        model="ollama/qwen3:8b",
        api_key=None,
        base_url=server.url.removesuffix("/v1"),
        context_tokens=16384,
    )
    text, request, end = await collect(model)
    assert text == TextPiece("Looking.")
    assert isinstance(request, ToolCallRequest)
    assert (request.name, request.arguments) == ("look", '{"at": "x"}')
    assert isinstance(end, Finished)
    assert (end.prompt_tokens, end.completion_tokens) == (50, 5)
    assert server.requests[0].body["options"]["num_ctx"] == 16384
    assert server.requests[0].model == "qwen3:8b"


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (Fail(401, f"Incorrect API key provided: {KEY}", code="invalid_api_key"), WrongKey),
        (Fail(404, "The model `house` does not exist", code="model_not_found"), UnknownModel),
        (Fail(404, body="<html><body>nothing here</body></html>"), UnknownModel),
        (Fail(400, "tools are not supported", kind="invalid_request_error"), RequestRejected),
        (TOO_LONG, ContextTooLong),
        (Fail(429, "slow down", headers={"retry-after": "900"}), RateLimited),
        (Fail(200, body="<html>please log in</html>"), WebPage),
        (Say(), ServerError),
    ],
)
async def test_failures_that_are_not_tried_again(
    server: OpenAIServer, model_for: MakeModel, reply: Reply, kind: type[LlmError]
) -> None:
    server.script(reply)
    error = await fails(model_for(), kind)
    assert len(server.requests) == 1
    assert not isinstance(error, RateLimited) or error.retry_after == 900


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"retry-after": "Sun, 22 Nov 2026 12:15:00 GMT"}, 900),
        (
            {
                "retry-after": "Sun, 22 Nov 2026 15:15:00 GMT",
                "date": "Sun, 22 Nov 2026 15:00:00 GMT",
            },
            900,
        ),
    ],
)
async def test_a_wait_may_be_given_as_a_date(
    server: OpenAIServer, headers: dict[str, str], wait: float
) -> None:
    server.script(Fail(429, "slow down", headers=headers))
    config = LlmConfig("openai", "house", api_key=KEY, base_url=server.url, retries=1)
    model = LanguageModel(config, clock=lambda: datetime(2026, 11, 22, 12, 0, tzinfo=UTC))
    error = await fails(model, RateLimited)
    await model.aclose()
    assert isinstance(error, RateLimited)
    assert error.retry_after == wait
    assert "it asks to wait 900 s" in error.detail


async def test_a_key_without_the_right_is_a_wrong_key(
    server: OpenAIServer, model_for: MakeModel
) -> None:
    server.script(Fail(403, "this key may not use this model"))
    await fails(model_for(retries=0), WrongKey)


async def test_a_failing_server_is_asked_again(server: OpenAIServer, model_for: MakeModel) -> None:
    server.script(Fail(500, "boom"), say("Back again."))
    assert (await collect(model_for()))[0] == TextPiece("Back again.")


@pytest.mark.parametrize(
    "reply", [Fail(500, "boom"), Fail(502, body="<html>bad gateway</html>"), Fail(503, "busy")]
)
async def test_a_server_that_keeps_failing_is_given_up(
    server: OpenAIServer, model_for: MakeModel, reply: Reply
) -> None:
    server.script(reply, reply)
    error = await fails(model_for(), ServerError)
    assert "127.0.0.1" in str(error)


async def test_a_short_rate_limit_is_waited_for_as_long_as_asked(
    server: OpenAIServer, model_for: MakeModel
) -> None:
    server.script(Fail(429, "slow down", headers={"retry-after": "0.05"}), say("Now."))
    waiting, text, _ = await collect(model_for())
    assert isinstance(waiting, Waiting)
    assert waiting.seconds == 0.05
    assert text == TextPiece("Now.")


async def test_a_fallback_answers_at_once_when_the_first_model_is_limited_and_keeps_answering(
    server: OpenAIServer, model_for: MakeModel
) -> None:
    server.script(Fail(429, "slow down", headers={"retry-after": "30"}), model="house")
    server.script(say("One."), say("Two."), model="spare")
    model = model_for(fallbacks=("spare",))
    assert (await collect(model))[-1] == Finished("openai/spare", "stop", 100, 20, None)
    assert (await collect(model))[0] == TextPiece("Two.")
    assert [request.model for request in server.requests] == ["house", "spare", "spare"]


async def test_a_limited_model_rests_however_many_models_were_used_and_closed_before(
    server: OpenAIServer, model_for: MakeModel
) -> None:
    for _ in range(120):
        one_of_many = model_for()
        assert await one_of_many.context_tokens() == 8192
        await one_of_many.aclose()
    server.script(Fail(429, "slow down", headers={"retry-after": "30"}), model="house")
    server.script(say("One."), say("Two."), model="spare")
    model = model_for(fallbacks=("spare",))
    await collect(model)
    await collect(model)
    assert [request.model for request in server.requests] == ["house", "spare", "spare"]


async def test_a_fallback_answers_when_the_first_model_keeps_failing(
    server: OpenAIServer, model_for: MakeModel
) -> None:
    server.script(Fail(500, "boom"), Fail(500, "boom"), model="house")
    server.script(say("From the spare one."), model="spare")
    chunks = await collect(model_for(fallbacks=("spare",)))
    assert chunks[0] == TextPiece("From the spare one.")


async def test_the_key_stays_with_its_own_provider(
    server: OpenAIServer, monkeypatch: pytest.MonkeyPatch, model_for: MakeModel
) -> None:
    monkeypatch.setenv("DEEPSEEK_API_BASE", server.url)
    monkeypatch.setenv("DEEPSEEK_API_KEY", "other-key")
    server.script(Fail(401, "no"), model="house")
    server.script(say("Hello."), model="deepseek-chat")
    chunks = await collect(model_for(fallbacks=("deepseek/deepseek-chat",)))
    assert chunks[0] == TextPiece("Hello.")
    assert KEY not in server.requests[1].headers["authorization"]


@pytest.mark.parametrize("cut_after", [1, 2])
@pytest.mark.parametrize("clean", [True, False])
async def test_a_cut_stream_is_noticed_even_if_the_body_ends_properly(
    server: OpenAIServer, model_for: MakeModel, cut_after: int, clean: bool
) -> None:
    server.script(Say(pieces=("Disk ", "sdc ", "fails"), cut_after=cut_after, clean=clean))
    await fails(model_for(), CutStream)


async def test_a_cut_body_is_noticed_without_streaming(
    server: OpenAIServer, model_for: MakeModel
) -> None:
    server.script(Say(pieces=("Disk sdc fails",), cut_after=0))
    await fails(model_for(stream=False, retries=0), CutStream)


@pytest.mark.parametrize("stall_after", [0, 2])
async def test_a_stall_ends_after_the_timeout(
    server: OpenAIServer, model_for: MakeModel, stall_after: int
) -> None:
    server.script(Say(pieces=("a", "b", "c"), stall_after=stall_after))
    await fails(model_for(stall_timeout=0.2), Stalled)


async def test_a_stall_before_the_first_piece_goes_to_the_fallback(
    server: OpenAIServer, model_for: MakeModel
) -> None:
    server.script(Say(pieces=("a",), stall_after=0), model="house")
    server.script(say("Here."), model="spare")
    chunks = await collect(model_for(stall_timeout=0.2, fallbacks=("spare",)))
    assert chunks[0] == TextPiece("Here.")


async def test_a_cancelled_call_closes_its_connection(
    server: OpenAIServer, model_for: MakeModel
) -> None:
    server.script(Say(pieces=("a", "b"), stall_after=1))
    stream = model_for().stream(QUESTION)
    assert await anext(stream) == TextPiece("a")
    waiting = asyncio.ensure_future(anext(stream))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await stream.aclose()


async def test_nobody_listening_is_unreachable(model_for: MakeModel) -> None:
    port = free_ports()
    error = await fails(model_for(base_url=f"http://127.0.0.1:{port}/v1"), Unreachable)
    assert f"127.0.0.1:{port}" in str(error)


async def test_a_provider_nobody_knows(model_for: MakeModel) -> None:
    model = model_for(provider="hal", base_url=None)
    with pytest.raises(UnknownModel, match="house"):
        await collect(model)


async def test_a_missing_key(model_for: MakeModel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    await fails(model_for(api_key=None, base_url=None), WrongKey)


async def test_nothing_reaches_the_screen_or_the_log(
    server: OpenAIServer,
    model_for: MakeModel,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    server.script(Fail(500, f"boom {KEY}"), Fail(401, f"bad {KEY}"), say("ok"))
    with pytest.raises(WrongKey):
        await collect(model_for())
    await collect(model_for())
    assert capfd.readouterr() == ("", "")
    assert KEY not in caplog.text
    assert not [record for record in caplog.records if "litellm" in record.name.lower()]
