"""From a question to a checked answer: what is told on the way, and what runs beside it."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

from providers.reading import State
from sre_tui.agent.events import (
    Answered,
    Failed,
    TextDelta,
    TextReset,
    ToolFinished,
    ToolStarted,
    Unsupported,
)
from sre_tui.agent.evidence import EvidenceStore
from sre_tui.agent.grounding import Grounds, check
from sre_tui.agent.redaction import Redactor
from sre_tui.tools.result import ToolResult
from sre_tui.tools.tool import Tool
from tests.stubs.homelab_tools import Bench
from tests.stubs.openai_server import Call, OpenAIServer, call, say

from .conftest import MakeAgent, answer_of, events_of


@pytest.mark.parametrize("stream", [True, False])
async def test_a_question_is_answered_with_evidence(
    server: OpenAIServer, agent_for: MakeAgent, stream: bool
) -> None:
    server.script(
        call(Call.of("list_disks", host="nas1"), text="Let me look."),
        say("Disk `sdc` on nas1 has ", "24 errors and 51.5 °C [E1]."),
    )
    events = await events_of(agent_for(stream=stream).ask("What is wrong with nas1?"))
    kinds = [event.kind for event in events]
    assert kinds[0] == "started"
    assert kinds[-1] == "answer"
    assert [kind for kind in kinds if kind.startswith("tool")] == ["tool_started", "tool_finished"]
    last = events[-1]
    assert isinstance(last, Answered)
    answer = last.answer
    assert answer.text == "Disk `sdc` on nas1 has 24 errors and 51.5 °C [E1]."
    assert answer.unsupported == ()
    assert answer.degraded == ()
    assert answer.complete
    assert (answer.mode, answer.model) == ("model", "house")
    assert (answer.usage.model_calls, answer.usage.tool_calls) == (2, 1)
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (200, 40)
    [evidence] = answer.evidence
    assert (evidence.id, evidence.tool, evidence.state) == ("E1", "list_disks", State.OK)
    assert evidence.arguments == {"host": "nas1"}
    shown = ""
    for event in events:
        if isinstance(event, TextReset):
            shown = ""
        if isinstance(event, TextDelta):
            shown += event.text
    assert shown == answer.text


async def test_an_answer_is_checked_outside_the_event_loop(
    server: OpenAIServer, agent_for: MakeAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[int] = []

    def noted(answer: str, grounds: Grounds) -> tuple[Unsupported, ...]:
        threads.append(threading.get_ident())
        return check(answer, grounds)

    monkeypatch.setattr("sre_tui.agent.turn.check", noted)
    server.script(call(Call.of("list_disks")), say("sdc has 24 errors [E1]."))
    await answer_of(agent_for().ask("What is wrong?"))
    assert len(threads) == 1
    assert threading.get_ident() not in threads


async def test_results_are_redacted_outside_the_event_loop(
    server: OpenAIServer, agent_for: MakeAgent, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.log_lines = ["password=hunter2x"]
    threads: dict[str, int] = {}
    value, text_of = Redactor.value, EvidenceStore.text_of

    def noted_value(self: Redactor, document: Any) -> Any:
        if "hunter2x" in str(document):
            threads["document"] = threading.get_ident()
        return value(self, document)

    def noted_text(self: EvidenceStore, tool: Tool[Any], result: ToolResult[Any]) -> str:
        threads["text"] = threading.get_ident()
        return text_of(self, tool, result)

    monkeypatch.setattr(Redactor, "value", noted_value)
    monkeypatch.setattr(EvidenceStore, "text_of", noted_text)
    server.script(call(Call.of("read_log", host="media")), say("It logs a password [E1]."))
    answer = await answer_of(agent_for().ask("What is wrong?"))
    assert "hunter2x" not in answer.model_dump_json()
    assert threads.keys() == {"document", "text"}
    assert threading.get_ident() not in threads.values()


@pytest.mark.parametrize("place", ["question", "attached", "what the model reads", "a page"])
async def test_the_event_loop_turns_while_secrets_are_searched_for(
    server: OpenAIServer,
    agent_for: MakeAgent,
    bench: Bench,
    monkeypatch: pytest.MonkeyPatch,
    place: str,
) -> None:
    loop = asyncio.get_running_loop()
    searched: list[bool] = []
    text = Redactor.text

    def held(self: Redactor, said: str) -> str:
        if "needle" in said:
            turned = threading.Event()
            loop.call_soon_threadsafe(turned.set)
            searched.append(turned.wait(timeout=60))
        return text(self, said)

    monkeypatch.setattr(Redactor, "text", held)
    asked = {"question": "Is needle in it?"}.get(place, "What is wrong?")
    bench.log_lines = (
        ["a quiet line", "the needle"] if place not in ("question", "attached") else []
    )
    read = Call.of("read_evidence", evidence="E1", first_row=2)
    pages = [call(read)] if place == "a page" else []
    server.script(call(Call.of("read_log", host="media")), *pages, say("Nothing [E1]."))
    await answer_of(agent_for().ask(asked, attached="a needle" if place == "attached" else ""))
    assert searched
    assert all(searched)


async def test_what_is_not_in_the_evidence_is_flagged(
    server: OpenAIServer, agent_for: MakeAgent
) -> None:
    server.script(
        call(Call.of("list_disks")), say("Disk sdc has 24 errors, `sdx9` has 977 at 03:17 [E4].")
    )
    answer = await answer_of(agent_for().ask("?"))
    flagged = {(one.kind, one.text) for one in answer.unsupported}
    assert flagged == {
        ("name", "sdx9"),
        ("figure", "977"),
        ("time", "03:17"),
        ("citation", "E4"),
    }
    for one in answer.unsupported:
        assert answer.text[one.start : one.end] == one.text


async def test_every_event_survives_json(server: OpenAIServer, agent_for: MakeAgent) -> None:
    server.script(call(Call.of("list_disks")), say("Fine."))
    for event in await events_of(agent_for().ask("?")):
        assert type(event).model_validate_json(event.model_dump_json()) == event


async def test_tools_that_were_started_are_finished(
    server: OpenAIServer, agent_for: MakeAgent
) -> None:
    server.script(call(Call.of("list_disks"), Call.of("break_down")), say("Hm [E1]."))
    events = await events_of(agent_for().ask("?"))
    started = [event.evidence_id for event in events if isinstance(event, ToolStarted)]
    finished = [event.evidence.id for event in events if isinstance(event, ToolFinished)]
    assert sorted(started) == sorted(finished) == ["E1", "E2"]
    assert not any(isinstance(event, Failed) for event in events)
