"""A model that wants to record an incident: the user is asked, and nothing is written else."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest
from pydantic import SecretStr

from sre_tui.agent.agent import Agent
from sre_tui.agent.analyst import BuiltInAnalyst
from sre_tui.agent.consent import Consent
from sre_tui.agent.events import Answer, Answered
from sre_tui.agent.limits import Deadline
from sre_tui.settings import LlmSettings, Settings
from sre_tui.tools.memory_data import with_incidents
from sre_tui.tools.registry import WRITING, get_tool
from tests.stubs.homelab_tools import context_in
from tests.stubs.llm_fixtures import server
from tests.stubs.openai_server import Call, OpenAIServer, call, say

__all__ = ["server"]

RECORD = "memory_record_incident"
WANTED = Call.of(
    RECORD, title="Jellyfin buffers", subject="nas1/sdc", services="jellyfin,immich",
    cause="sdc\x1b[1m fails", severity="critical", started="2026-11-20T10:00:00Z",
)  # fmt: skip


async def asked(server: OpenAIServer, folder: Path, consent: Consent | None) -> tuple[Answer, str]:
    """The answer to a question, and the titles in the journal afterwards."""
    llm = LlmSettings(
        provider="openai",
        model="house",
        api_key=SecretStr("sk-homelab-0123456789"),
        base_url=server.url,
        timeout=5.0,
    )
    context = context_in(folder, Settings(llm=llm))
    agent = Agent(context, BuiltInAnalyst(), consent=consent)
    try:
        async with agent.ask("record this incident please") as run:
            last = [event async for event in run][-1]
    finally:
        await agent.aclose()
    assert isinstance(last, Answered)
    if not (folder / "data" / "memory").exists():
        return last.answer, ""
    kept, _ = await with_incidents(context, lambda each: each.all())
    assert all(one.session == last.answer.session for one in kept)
    return last.answer, ",".join(one.title for one in kept)


async def test_what_the_user_agrees_to_is_recorded(server: OpenAIServer, tmp_path: Path) -> None:
    seen: list[Mapping[str, str]] = []

    async def agree(values: Mapping[str, str]) -> Mapping[str, str]:
        seen.append(values)
        return {**values, "title": "Jellyfin stalls"}

    server.script(call(WANTED), call(WANTED), say("Recorded [E1]."))
    answer, titles = await asked(server, tmp_path, agree)
    (values,) = seen
    assert (values["title"], values["services"]) == ("Jellyfin buffers", "jellyfin,immich")
    assert values["started"] == "2026-11-20T10:00:00Z"
    assert (titles, answer.text) == ("Jellyfin stalls", "Recorded [E1].")
    schemas = [each["function"] for each in server.requests[0].body["tools"]]
    offered = next(each for each in schemas if each["name"] == RECORD)
    assert offered["description"].endswith("call it only when the user wants that.")
    assert "session" not in offered["parameters"]["properties"]
    assert "- Jellyfin stalls (incident id" in server.requests[1].text
    assert "You asked this before" in server.requests[2].text


async def test_a_refusal_is_told_to_the_model_and_nothing_is_written(
    server: OpenAIServer, tmp_path: Path
) -> None:
    async def refuse(values: Mapping[str, str]) -> None:
        return None

    server.script(call(WANTED), say("As you like [E1]."))
    answer, titles = await asked(server, tmp_path, refuse)
    assert (titles, answer.text, answer.complete) == ("", "As you like [E1].", True)
    assert "The user was asked and refused: nothing was recorded." in server.requests[1].text
    assert answer.evidence[0].summary == "the user refused, nothing was recorded"


async def test_without_anybody_to_ask_the_tool_is_not_there(
    server: OpenAIServer, tmp_path: Path
) -> None:
    server.script(call(WANTED), say("I cannot."))
    _, titles = await asked(server, tmp_path, None)
    assert titles == ""
    assert RECORD not in server.requests[0].tools
    assert "there is no tool 'memory_record_incident'" in server.requests[1].text


async def test_a_call_that_makes_no_sense_is_told_to_the_model(
    server: OpenAIServer, tmp_path: Path
) -> None:
    async def agree(values: Mapping[str, str]) -> Mapping[str, str]:
        return values

    server.script(call(Call.of(RECORD, title="x", started="2036-01-01")), say("Not recorded [E1]."))
    _, titles = await asked(server, tmp_path, agree)
    assert titles == ""
    assert "it cannot have begun in the future" in server.requests[1].text


async def test_the_time_for_a_question_stands_still_while_the_user_thinks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 100.0
    monkeypatch.setattr("sre_tui.agent.limits.time.monotonic", lambda: now)
    deadline = Deadline(10.0)
    with deadline.waiting():
        now = 400.0
        await asyncio.sleep(0)
    assert deadline.left == 10.0


def test_every_tool_that_writes_says_so() -> None:
    names = [name for own in WRITING.values() for name in own]
    assert names == [RECORD]
    assert all(get_tool(name).writes for name in names)
