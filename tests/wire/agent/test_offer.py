"""What a model on a real socket is offered when every backend is configured."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import SecretStr

from providers.llm import Chunk, Finished, LanguageModel, Message, TextPiece, ToolSchema
from sre_tui.agent.agent import Agent
from sre_tui.agent.analyst import BuiltInAnalyst
from sre_tui.agent.offer import MORE_TOOLS
from sre_tui.demo.scenario_load import list_scenarios
from sre_tui.memory.place import place_of
from sre_tui.memory.store import open_store
from sre_tui.memory.usage import Usage
from sre_tui.settings import BACKENDS, LlmSettings, Settings
from sre_tui.tools.registry import MODULES, offered_tools
from sre_tui.tools.rendering import estimate_tokens
from sre_tui.usage.counter import Counter, spool_of
from sre_tui.usage.taking import take_over
from tests.stubs.homelab_tools import context_in
from tests.stubs.openai_server import Call, OpenAIServer, Request, call, say

from .conftest import answer_of

LIMIT = 3000
RIGHT = 0.95
EVALS = Path(__file__).parents[2] / "evals"
KEYS: Mapping[str, dict[str, str]] = {
    "grafana": {"token": "glsa_0123456789"},
    "proxmox": {"token": "sre@pve!tui=0123456789"},
    "pbs": {"token": "sre@pbs!tui:0123456789"},
    "truenas": {"token": "1-0123456789"},
}


def settings_for(server: OpenAIServer, *backends: str, **llm: Any) -> Settings:
    options: dict[str, Any] = {"provider": "openai", "model": "house", "timeout": 5.0}
    options |= {"api_key": SecretStr("sk-homelab-0123456789"), "base_url": server.url}
    configured: dict[str, Any] = {
        each: [{"url": f"https://{each}.lan", "name": "main", **KEYS.get(each, {})}]
        for each in backends
    }
    return Settings(llm=LlmSettings(**(options | llm)), **configured)


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as stack:
        yield stack


def agent_of(
    stack: AsyncExitStack, folder: Path, settings: Settings, *, counts: bool = False
) -> Agent:
    """An agent with all tools, whose backends are asked nothing before the model is."""
    context = context_in(folder, settings)
    if counts:
        context.usage = Counter(spool_of(context.folders), context.clock, "chat")
    for backend in BACKENDS:
        context.__dict__[backend] = ()
    made = Agent(context, BuiltInAnalyst())
    stack.push_async_callback(made.aclose)
    return made


def cost(request: Request) -> int:
    """What system prompt and tools of a request cost."""
    return cost_of(request.messages, request.body["tools"])


def cost_of(messages: Sequence[Mapping[str, Any]], tools: Sequence[Mapping[str, Any]]) -> int:
    [system] = [m["content"] for m in messages if m["role"] == "system"]
    return estimate_tokens(system) + estimate_tokens(json.dumps(tools, ensure_ascii=False))


def questions() -> Iterator[tuple[str, list[tuple[str, ...]]]]:
    """Questions with the tools they need; of each group one will do."""
    files = {*EVALS.glob("*_questions.yaml"), *EVALS.glob("tool_choice_*.yaml")}
    for path in sorted(files):
        for entry in yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader):
            if "must" in entry:
                yield entry["ask"], [_group(one) for one in entry["must"]]
    for scenario in list_scenarios():
        for question in scenario.questions:
            yield question.ask, [_group(one) for one in question.truth.tools.must]


def _group(one: str | Sequence[str]) -> tuple[str, ...]:
    return (one,) if isinstance(one, str) else tuple(one)


@pytest.mark.slow
async def test_every_question_gets_its_tools_in_a_small_prompt(
    server: OpenAIServer, stack: AsyncExitStack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: dict[str, set[tuple[str, ...]]] = {}
    for question, groups in questions():
        asked.setdefault(question, set()).update(groups)
    assert len(asked) >= 100
    offered: list[set[str]] = []

    # So many answers of a server would take a minute, and none of them matters.
    async def stream(
        _: LanguageModel, messages: Sequence[Message], tools: Sequence[ToolSchema]
    ) -> AsyncGenerator[Chunk]:
        assert cost_of(messages, tools) < LIMIT
        offered.append({tool["function"]["name"] for tool in tools})
        yield TextPiece("I do not know.")
        yield Finished("house", "stop", 0, 0, None)

    monkeypatch.setattr(LanguageModel, "stream", stream)
    agent = agent_of(stack, tmp_path, settings_for(server, *BACKENDS))
    lacking: list[str] = []
    for question, needed in asked.items():
        offered.clear()
        answer = await answer_of(agent.ask(question))
        assert answer.text == "I do not know."
        [names] = offered
        assert MORE_TOOLS in names
        missing = [one for one in sorted(needed) if not set(one) & names]
        lacking += [f"{question}: {missing}"][: bool(missing)]
    assert len(lacking) <= (1 - RIGHT) * len(asked), "\n".join(lacking)


@pytest.mark.parametrize("configured", [(), *[(each,) for each in BACKENDS], BACKENDS[:3]])
async def test_only_tools_of_configured_backends_are_spoken_of(
    server: OpenAIServer, stack: AsyncExitStack, tmp_path: Path, configured: tuple[str, ...]
) -> None:
    settings = settings_for(server, *configured)
    agent = agent_of(stack, tmp_path, settings)
    server.script(say("I do not know."))
    answer = await answer_of(agent.ask("Is everything all right?"))
    assert answer.text == "I do not know."
    [request] = server.requests
    sent = json.dumps([request.body["tools"], request.messages[0]])
    there = {tool.name for tool in offered_tools(settings)}
    for name in (name for names in MODULES.values() for name in names):
        assert (name in sent) is (name in there), name
    assert cost(request) < LIMIT
    sources = ", ".join(f"{each}:main" for each in BACKENDS if each in configured)
    assert (f"Your sources, there are no others: {sources}." in request.text) is bool(sources)


async def test_long_notes_take_their_room_from_the_tools(
    server: OpenAIServer, stack: AsyncExitStack, tmp_path: Path
) -> None:
    settings = settings_for(server, *BACKENDS)
    agent = agent_of(stack, tmp_path, settings)
    notes = context_in(tmp_path, settings).folders.site_file
    notes.parent.mkdir(parents=True, exist_ok=True)
    notes.write_text("The NAS sleeps at night.\n" * 500, encoding="utf-8")
    server.script(say("I do not know."))
    await answer_of(agent.ask("Which disks sleep?"))
    [request] = server.requests
    assert "The NAS sleeps at night." in request.text
    assert cost(request) < LIMIT
    assert "hdd_power_status" in request.tools


async def test_further_tools_come_with_the_next_turn_and_stay(
    server: OpenAIServer, stack: AsyncExitStack, tmp_path: Path
) -> None:
    wanted = "truenas_apps"
    server.script(
        call(Call.of(MORE_TOOLS, names=[wanted, "truenas_app_list"])),
        call(Call.of(wanted)),
        say("There are no apps [E1]."),
    )
    agent = agent_of(stack, tmp_path, settings_for(server, *BACKENDS))
    answer = await answer_of(agent.ask("Which alerts are firing?"))
    before, after, last = server.requests
    assert wanted not in before.tools
    assert wanted in after.tools
    assert wanted in last.tools
    assert max(map(cost, server.requests)) < LIMIT
    [told] = [m["content"] for m in after.messages if m["role"] == "tool"]
    assert told.startswith(f"You can call now: {wanted}.")
    assert "there is no tool 'truenas_app_list'; did you mean truenas_apps" in told
    assert [one.tool for one in answer.evidence] == [wanted]
    assert answer.complete


async def test_a_tool_that_was_not_shown_is_served_all_the_same(
    server: OpenAIServer, stack: AsyncExitStack, tmp_path: Path
) -> None:
    server.script(call(Call.of("truenas_apps")), say("There are no apps [E1]."))
    agent = agent_of(stack, tmp_path, settings_for(server, *BACKENDS))
    answer = await answer_of(agent.ask("Which alerts are firing?"))
    first, second = server.requests
    assert "truenas_apps" not in first.tools
    assert "truenas_apps" in second.tools
    assert [one.tool for one in answer.evidence] == ["truenas_apps"]


async def test_a_tool_that_a_question_like_it_took_before_is_offered(
    server: OpenAIServer, stack: AsyncExitStack, tmp_path: Path
) -> None:
    server.script(call(Call.of("truenas_apps")), say("An app is being updated [E1]."))
    server.script(*(say("I do not know."),) * 4)
    settings = settings_for(server, *BACKENDS)
    agent = agent_of(stack, tmp_path, settings, counts=True)
    await answer_of(agent.ask("Why does Jellyfin stutter?"))
    first = server.requests[0]
    assert "truenas_apps" not in first.tools
    await answer_of(agent.ask("why does Immich stutter?"))
    await answer_of(agent.ask("Which certificates end soon?"))
    folders = context_in(tmp_path, settings).folders
    with open_store(place_of(settings, folders)) as store:
        take_over(spool_of(folders), Usage(store))
    await answer_of(agent.ask("why does Immich stutter?"))
    waited, unlike, kept = server.requests[2:]
    for request in (waited, kept):
        assert "truenas_apps" in request.tools
        assert cost(request) < LIMIT
        # What was asked before is nobody else's.
        assert "Jellyfin" not in request.text
    assert "truenas_apps" not in unlike.tools
    await answer_of(agent_of(stack, tmp_path, settings).ask("why does Immich stutter?"))
    assert "truenas_apps" not in server.requests[-1].tools


async def test_asking_for_the_same_tools_again_and_again_ends_the_work(
    server: OpenAIServer, stack: AsyncExitStack, tmp_path: Path
) -> None:
    again = call(Call.of(MORE_TOOLS, names="truenas_apps"))
    server.script(again, again, again, say("I do not know."))
    agent = agent_of(stack, tmp_path, settings_for(server, *BACKENDS))
    answer = await answer_of(agent.ask("Which alerts are firing?"))
    assert len(server.requests) == 4
    assert server.requests[-1].tools == []
    assert "You had already: truenas_apps." in server.requests[2].text
    assert not answer.complete


async def test_what_was_shown_survives_a_conversation_that_is_shortened(
    server: OpenAIServer, stack: AsyncExitStack, tmp_path: Path
) -> None:
    server.script(call(Call.of(MORE_TOOLS, names=["truenas_apps"])))
    server.script(*(call(Call.of("runbook_search", query=f"disk {n}")) for n in range(6)))
    server.script(say("I do not know."))
    agent = agent_of(stack, tmp_path, settings_for(server, *BACKENDS, context_tokens=4096))
    await answer_of(agent.ask("Which alerts are firing?"))
    for request in server.requests[1:]:
        assert "truenas_apps" in request.tools
        assert cost(request) < LIMIT
        assert len(request.text) / 3.5 + cost(request) / 2 < 4096


async def test_a_tool_whose_backend_is_missing_is_refused_with_what_it_needs(
    server: OpenAIServer, stack: AsyncExitStack, tmp_path: Path
) -> None:
    server.script(call(Call.of("truenas_apps")), say("I cannot see the NAS."))
    agent = agent_of(stack, tmp_path, settings_for(server, "prometheus"))
    answer = await answer_of(agent.ask("Which apps run on the NAS?"))
    told = server.requests[1].messages[-1]["content"]
    assert told == "Error: truenas_apps needs truenas, which is not configured"
    assert answer.evidence == ()
