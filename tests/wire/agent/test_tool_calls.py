"""Calls as models write them: at once, malformed, misnamed, as text, and of tools that fail."""

from __future__ import annotations

import pytest

from providers.reading import State
from sre_tui.agent.events import Answered, TextDelta, TextReset
from tests.stubs.homelab_tools import Bench
from tests.stubs.openai_server import Call, OpenAIServer, Say, call, say

from .conftest import MakeAgent, answer_of, events_of, tool_replies


async def test_calls_of_one_turn_run_at_the_same_time(
    server: OpenAIServer, agent_for: MakeAgent, bench: Bench
) -> None:
    server.script(
        call(*(Call.of("read_log", host=host) for host in ("nas1", "media", "router"))),
        say("Nothing else [E3]."),
    )
    answer = await answer_of(agent_for().ask("Any errors?"))
    assert bench.most_under_way == 3
    assert [one.id for one in answer.evidence] == ["E1", "E2", "E3"]
    assert [one.arguments["host"] for one in answer.evidence] == ["nas1", "media", "router"]
    assert len(tool_replies(server.requests[1])) == 3


@pytest.mark.parametrize(
    "written",
    [
        "{'host': 'media'}",
        '{"host": "media",}',
        '```json\n{"host": "media"}\n```',
        '{"host": "media"',
        '{"arguments": {"host": "media"}}',
        '"{\\"host\\": \\"media\\"}"',
        '{"Host": "media", "extra": null}',
    ],
)
async def test_malformed_arguments_are_repaired(
    server: OpenAIServer, agent_for: MakeAgent, bench: Bench, written: str
) -> None:
    server.script(call(Call("read_log", written)), say("Done [E1]."))
    await answer_of(agent_for().ask("?"))
    assert bench.calls == [("read_log", {"host": "media"})]


async def test_arguments_beyond_repair_are_asked_for_again(
    server: OpenAIServer, agent_for: MakeAgent, bench: Bench
) -> None:
    server.script(
        call(Call("read_log", "the media host please")),
        call(Call.of("read_log", hots="media")),
        say("I cannot tell."),
    )
    server.script(say("I cannot tell."))
    answer = await answer_of(agent_for().ask("?"))
    assert bench.calls == []
    assert "no JSON object" in tool_replies(server.requests[1])[0]
    assert "takes no 'hots'; it takes host" in tool_replies(server.requests[2])[1]
    assert answer.evidence == ()
    server.reset()


@pytest.mark.parametrize(
    "text",
    [
        '<tool_call>\n{"name": "read_log", "arguments": {"host": "media"}}\n</tool_call>',
        'I will look.\n```json\n{"name": "read_log", "arguments": {"host": "media"}}\n```',
        '{"name": "read_log", "parameters": {"host": "media"}}',
        '<think>Hm.</think>[TOOL_CALLS] [{"name": "read_log", "args": {"host": "media"}}]',
        '<function=read_log>{"host": "media"}</function>',
    ],
)
async def test_calls_written_as_text_are_made(
    server: OpenAIServer, agent_for: MakeAgent, bench: Bench, text: str
) -> None:
    pieces = tuple(text[start : start + 5] for start in range(0, len(text), 5))
    server.script(Say(pieces=pieces), say("The disk fails [E1]."))
    events = await events_of(agent_for().ask("?"))
    assert bench.calls == [("read_log", {"host": "media"})]
    shown = "".join(event.text for event in events if isinstance(event, TextDelta))
    assert "read_log" not in shown or any(isinstance(event, TextReset) for event in events)
    last = events[-1]
    assert isinstance(last, Answered)
    assert last.answer.text == "The disk fails [E1]."


async def test_a_name_in_another_spelling_is_understood_and_a_wrong_one_gets_the_nearest(
    server: OpenAIServer, agent_for: MakeAgent, bench: Bench
) -> None:
    server.script(
        call(Call.of("functions.List-Disks"), Call.of("read_logs_of", host="media")),
        say("Done [E1]."),
    )
    await answer_of(agent_for().ask("?"))
    assert [name for name, _ in bench.calls] == ["list_disks"]
    _, wrong = tool_replies(server.requests[1])
    assert "did you mean read_log" in wrong


async def test_failing_tools_are_evidence_too(server: OpenAIServer, agent_for: MakeAgent) -> None:
    server.script(
        call(
            Call.of("query_metric", query="sum(up"),
            Call.of("query_metric", query="up"),
            Call.of("break_down"),
        ),
        say("Prometheus cannot be reached [E2]."),
    )
    answer = await answer_of(agent_for().ask("?"))
    rejected, down, broken = answer.evidence
    assert rejected.state is State.BAD_RESPONSE
    assert rejected.text.splitlines()[-2:] == ["sum(up", "   ^"]
    assert down.state is State.UNREACHABLE
    assert "no connection to 127.0.0.1:9090" in tool_replies(server.requests[1])[1]
    assert [(one.what, one.detail) for one in answer.degraded] == [
        ("prometheus:main", "unreachable: no connection to 127.0.0.1:9090")
    ]
    assert "RuntimeError" in broken.text
    assert "supersecretvalue" not in broken.model_dump_json()
