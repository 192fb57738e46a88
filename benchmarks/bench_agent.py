"""What the agent adds to the time its model takes, with a scripted model on a real socket."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from pydantic import SecretStr

from benchmarks.budget import Measured
from providers.clock import system_clock
from sre_tui.agent.agent import Agent
from sre_tui.agent.analyst_protocol import AnalystTask
from sre_tui.agent.events import Answered
from sre_tui.agent.runner import ToolRunner
from sre_tui.environment import Folders
from sre_tui.settings import LlmSettings, Settings
from sre_tui.tools.context import ToolContext
from tests.stubs.homelab_tools import Bench
from tests.stubs.openai_server import Call, OpenAIServer, Reply, Request, call, say

THINKING = 0.5
"""Seconds the model takes for each of its replies; a small local one takes more."""
ROUNDS = 7


class _NoAnalyst:
    async def answer(self, task: AnalystTask, runner: ToolRunner) -> AsyncIterator[str]:
        yield "the model was meant to answer"


def measure() -> list[Measured]:
    """Time whole questions with two tool calls, against what the model itself took."""
    whole, model = asyncio.run(_measure())
    return [
        Measured(
            "a question, two replies of the model",
            whole,
            "the model's time",
            model,
            ratio_budget=1.1,
        )
    ]


async def _measure() -> tuple[float, float]:
    with tempfile.TemporaryDirectory() as folder:
        async with OpenAIServer() as server:
            llm = LlmSettings(
                provider="openai",
                model="openai/scripted",
                base_url=server.url,
                api_key=SecretStr("none"),
            )
            context = ToolContext(Settings(llm=llm), Folders.under(Path(folder)), system_clock)
            bench = Bench()
            async with context:
                agent = Agent(context, _NoAnalyst(), tools=bench.tools)
                times = [await _question(agent, server) for _ in range(ROUNDS + 1)]
                await agent.aclose()
    # The first one loads LiteLLM, which the app does before anybody asks.
    return statistics.median(times[1:]), 2 * THINKING


async def _question(agent: Agent, server: OpenAIServer) -> float:
    calls = call(Call.of("list_disks", host="nas1"), Call.of("read_log", host="nas1"))
    server.script(_after_thinking(calls), _after_thinking(say("sdc has ", "24 errors [E1].")))
    began = time.perf_counter()
    async for event in agent.ask("which disk is failing?"):
        if isinstance(event, Answered) and event.answer.mode != "model":
            raise RuntimeError(f"the model did not answer: {event.answer.degraded}")
    return time.perf_counter() - began


def _after_thinking(reply: Reply) -> Callable[[Request], Reply]:
    def step(_: Request) -> Reply:
        # The server runs in this loop: while it thinks the agent must not be able to work.
        time.sleep(THINKING)
        return reply

    return step
