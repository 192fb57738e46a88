"""A model that wants to record an incident: the user is asked, and nothing is written else."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from providers.reading import State
from sre_tui.agent.agent import Agent
from sre_tui.agent.analyst import BuiltInAnalyst
from sre_tui.agent.consent import Consent, NobodyAsked
from sre_tui.agent.events import Answer
from sre_tui.agent.evidence import EvidenceStore
from sre_tui.agent.limits import Deadline
from sre_tui.agent.redaction import Redactor
from sre_tui.agent.runner import ToolRunner
from sre_tui.agent.session import Session, SessionRecord
from sre_tui.memory.draft import named_values
from sre_tui.settings import LlmSettings, Settings
from sre_tui.tools.memory_data import with_incidents
from sre_tui.tools.registry import WRITING, get_tool
from tests.stubs.homelab_tools import NOW, context_in
from tests.stubs.openai_server import Call, OpenAIServer, call, say

from .conftest import answer_of

RECORD = "memory_record_incident"
HOUR = timedelta(hours=1)
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
        timeout=60.0,
    )
    context = context_in(folder, Settings(llm=llm))
    agent = Agent(context, BuiltInAnalyst(), consent=consent)
    try:
        answer = await answer_of(agent.ask("record this incident please"))
    finally:
        await agent.aclose()
    if not (folder / "data" / "memory").exists():
        return answer, ""
    kept, _ = await with_incidents(context, lambda each: each.all())
    assert all(one.session == answer.session for one in kept)
    return answer, ",".join(one.title for one in kept)


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


@pytest.mark.parametrize(("given", "began"), [({}, NOW), ({"started": "-3h"}, NOW - 3 * HOUR)])
async def test_all_that_would_be_written_is_shown_as_it_would_be(
    tmp_path: Path, given: dict[str, str], began: datetime
) -> None:
    seen: list[Mapping[str, str]] = []

    async def agree(values: Mapping[str, str]) -> Mapping[str, str]:
        seen.append(values)
        return values

    called = {"title": "x", "services": "a,b", **given}
    ran = await runner_in(tmp_path, Deadline(10.0), agree).run(get_tool(RECORD), called)
    assert ran.result is not None
    written = ran.result.data
    assert written.started == began.replace(microsecond=0)
    shown = dict(named_values(seen[0]))
    kept = {"What was wrong": "x", "What it affects": "a,b", "Conversation": "s1"}
    assert shown == kept | {"Began": f"{began:%FT%H:%M:%SZ}"}
    # The rest that is kept is empty, or said by nobody.
    said = written.model_dump(exclude={"id", "recorded", "updated", "state", "lasted"})
    assert {name for name, value in said.items() if value} == set(seen[0])


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
    assert "Nobody could be asked (no terminal, or its answers are read by a program)" in (
        server.requests[1].text
    )
    assert "refused" not in server.requests[1].text


async def test_who_went_away_before_answering_has_not_refused(
    server: OpenAIServer, tmp_path: Path
) -> None:
    async def gone(values: Mapping[str, str]) -> None:
        raise NobodyAsked("the terminal was closed before there was an answer")

    server.script(call(WANTED), say("Not recorded [E1]."))
    answer, titles = await asked(server, tmp_path, gone)
    assert (titles, answer.complete) == ("", True)
    said = "Nobody could be asked (the terminal was closed before there was an answer): nothing was"
    assert said in server.requests[1].text
    assert "refused" not in server.requests[1].text
    assert answer.evidence[0].summary == "nobody could be asked, nothing was recorded"


async def test_a_call_that_makes_no_sense_is_told_to_the_model(
    server: OpenAIServer, tmp_path: Path
) -> None:
    async def agree(values: Mapping[str, str]) -> Mapping[str, str]:
        return values

    server.script(call(Call.of(RECORD, title="x", started="2036-01-01")), say("Not recorded [E1]."))
    _, titles = await asked(server, tmp_path, agree)
    assert titles == ""
    assert "it cannot have begun in the future" in server.requests[1].text


@dataclass
class Clock:
    """Stands still but for what a test lets go by."""

    now: float = 100.0


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("sre_tui.agent.limits.time.monotonic", lambda: clock.now)
    return clock


def runner_in(folder: Path, deadline: Deadline, consent: Consent | None) -> ToolRunner:
    context, tools, redactor = context_in(folder), [get_tool(RECORD)], Redactor()
    now = context.clock()
    session = Session(SessionRecord(id="s1", created_at=now, updated_at=now, fence="f"))
    return ToolRunner(
        context, tools, EvidenceStore(session, tools, redactor, context.clock), redactor, deadline,
        lambda event: None, lambda what, detail: None, consent, "s1",
    )  # fmt: skip


async def test_the_time_for_a_question_stands_still_while_the_user_thinks(
    clock: Clock, tmp_path: Path
) -> None:
    left: list[float] = []

    async def think(values: Mapping[str, str]) -> None:
        clock.now += 300
        await asyncio.sleep(0)

    async def think_and_agree(values: Mapping[str, str]) -> Mapping[str, str]:
        await think(values)
        return values

    for consent in (think, think_and_agree):
        deadline = Deadline(10.0)
        clock.now += 4
        runner = runner_in(tmp_path, deadline, consent)
        ran = await runner.run(get_tool(RECORD), {"title": "x"})
        left.append(deadline.left)
        assert deadline.worked == 4.0
        assert (ran.result is not None) is (consent is think_and_agree)
    assert left == [6.0, 6.0]


async def test_what_was_agreed_to_is_recorded_though_the_time_is_over(
    clock: Clock, tmp_path: Path
) -> None:
    async def agree(values: Mapping[str, str]) -> Mapping[str, str]:
        return values

    deadline = Deadline(10.0)
    clock.now += 20
    ran = await runner_in(tmp_path, deadline, agree).run(get_tool(RECORD), {"title": "x"})
    assert ran.result is not None
    kept, _ = await with_incidents(context_in(tmp_path), lambda each: each.all())
    assert [one.id for one in kept] == [ran.result.data.id]


async def test_a_write_that_nobody_answers_is_told_as_not_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def agree(values: Mapping[str, str]) -> Mapping[str, str]:
        return values

    async def never(*_: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr("sre_tui.tools.memory_recording.with_incidents", never)
    monkeypatch.setattr("sre_tui.agent.runner.LONGEST_WRITE", 0.01)
    ran = await runner_in(tmp_path, Deadline(10.0), agree).run(get_tool(RECORD), {"title": "x"})
    assert ran.result is None
    assert ran.evidence.state is State.UNREACHABLE
    assert ran.evidence.summary == (
        "it is not known whether it was recorded: `sre incidents list` tells"
    )
    assert ran.evidence.text.startswith("It is not known whether it was recorded: the journal gave")


def test_every_tool_that_writes_says_so() -> None:
    names = [name for own in WRITING.values() for name in own]
    assert names == [RECORD]
    assert all(get_tool(name).writes for name in names)
