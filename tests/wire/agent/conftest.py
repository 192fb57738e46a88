"""An agent with a model behind a real socket, and what came of its runs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from sre_tui.agent.agent import Agent
from sre_tui.agent.analyst_protocol import AnalystTask
from sre_tui.agent.events import AgentEvent, Answer, Answered
from sre_tui.agent.run import Run
from sre_tui.agent.runner import ToolRunner
from sre_tui.settings import LlmSettings, Settings
from tests.stubs.homelab_tools import Bench, context_in
from tests.stubs.llm_fixtures import server, warm
from tests.stubs.openai_server import OpenAIServer, Request

__all__ = ["server", "warm"]

MakeAgent = Callable[..., Agent]


class FakeAnalyst:
    """Looks at the disks and says what a person without a model would see."""

    async def answer(self, task: AnalystTask, runner: ToolRunner) -> AsyncIterator[str]:
        tool = next(tool for tool in runner.tools if tool.name == "list_disks")
        ran = await runner.run(tool, {})
        yield f"About {task.question!r}: "
        runner.vouch("4711")
        yield f"sdc has 24 errors, 4711 in the year [{ran.evidence.id}]."


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture
async def agent_for(server: OpenAIServer, bench: Bench, tmp_path: Path) -> AsyncIterator[MakeAgent]:
    async with AsyncExitStack() as stack:

        def make(**changes: Any) -> Agent:
            options: dict[str, Any] = {
                "provider": "openai",
                "model": "house",
                "api_key": SecretStr("sk-homelab-0123456789"),
                "base_url": server.url,
                "timeout": 5.0,
            }
            settings = Settings(llm=LlmSettings(**(options | changes)))
            made = Agent(context_in(tmp_path, settings), FakeAnalyst(), tools=bench.tools)
            stack.push_async_callback(made.aclose)
            return made

        yield make


async def events_of(run: Run) -> list[AgentEvent]:
    async with run:
        return [event async for event in run]


async def answer_of(run: Run) -> Answer:
    last = (await events_of(run))[-1]
    assert isinstance(last, Answered)
    return last.answer


def degraded(answer: Answer) -> list[str]:
    return [one.what for one in answer.degraded]


def tool_replies(request: Request) -> list[str]:
    return [str(m["content"]) for m in request.messages if m["role"] == "tool"]
