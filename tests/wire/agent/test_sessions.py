"""What is kept of a conversation: when it is cancelled, goes on, or cannot be saved."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from sre_tui.agent.events import AgentEvent, Answered, Degraded, Failed, TextDelta
from tests.stubs.homelab_tools import Bench
from tests.stubs.openai_server import Call, OpenAIServer, Say, call, say

from .conftest import MakeAgent, answer_of, degraded, events_of, tool_replies


async def test_cancelling_keeps_what_came(server: OpenAIServer, agent_for: MakeAgent) -> None:
    server.script(call(Call.of("list_disks")), Say(pieces=("Disk ", "sdc "), stall_after=2))
    agent = agent_for()
    events: list[AgentEvent] = []
    async with agent.ask("?") as run:
        async for event in run:
            events.append(event)
            if isinstance(event, TextDelta) and event.text == "sdc ":
                run.cancel()
    last = events[-1]
    assert isinstance(last, Answered)
    assert last.answer.text == "Disk sdc"
    assert not last.answer.complete
    saved = agent.sessions.latest()
    assert saved.exchanges[0].text == "Disk sdc"
    assert [one.id for one in saved.evidence] == ["E1"]


async def test_a_cancelled_reader_saves_the_session(
    server: OpenAIServer, agent_for: MakeAgent, bench: Bench
) -> None:
    bench.gate = asyncio.Event()
    server.script(call(Call.of("list_disks")))
    agent = agent_for()
    reader = asyncio.ensure_future(events_of(agent.ask("What broke?")))
    await bench.entered.wait()
    reader.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reader
    assert agent.sessions.latest().exchanges[0].question == "What broke?"
    assert bench.under_way == 0


async def test_cancelled_before_it_began(agent_for: MakeAgent) -> None:
    run = agent_for().ask("?")
    run.cancel()
    [event] = await events_of(run)
    assert isinstance(event, Failed)
    assert event.code == "cancelled"


async def test_a_session_goes_on_with_its_evidence(
    server: OpenAIServer, agent_for: MakeAgent, bench: Bench
) -> None:
    server.script(call(Call.of("list_disks")), say("Disk sdc has 24 errors [E1]."))
    agent = agent_for()
    first = await answer_of(agent.ask("What is wrong?"))
    server.script(call(Call.of("read_log", host="nas1")), say("Since then [E1], [E2]."))
    second = await answer_of(agent_for().ask("Since when?", agent.sessions.latest()))
    assert second.session == first.session
    assert [one.id for one in second.evidence] == ["E2"]
    assert second.unsupported == ()
    told = server.requests[2].text
    assert "What is wrong?" in told
    assert "Disk sdc has 24 errors [E1]." in told
    saved = agent.sessions.load(first.session)
    assert [exchange.question for exchange in saved.exchanges] == ["What is wrong?", "Since when?"]
    assert [one.id for one in saved.evidence] == ["E1", "E2"]
    server.script(call(Call.of("read_evidence", evidence="E1", first_row=2)), say("As said [E1]."))
    await answer_of(agent_for().ask("Show me.", agent.sessions.load(first.session)))
    assert "nas1/sdc: 51.5 °C, 24 errors" in tool_replies(server.requests[-1])[0]


async def test_an_answer_arrives_though_the_session_cannot_be_saved(
    server: OpenAIServer, agent_for: MakeAgent, tmp_path: Path
) -> None:
    (tmp_path / "state").write_text("a file where the folder should be")
    server.script(say("All is well."))
    events = await events_of(agent_for().ask("?"))
    assert any(isinstance(event, Degraded) for event in events)
    last = events[-1]
    assert isinstance(last, Answered)
    assert last.answer.text == "All is well."
    assert degraded(last.answer) == ["session"]
