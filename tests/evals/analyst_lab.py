"""The built-in analyst in front of a simulated homelab, for evaluations and wire tests."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sre_tui.agent.agent import Agent
from sre_tui.agent.analyst import BuiltInAnalyst
from sre_tui.agent.events import Answer, Answered
from sre_tui.demo.runtime.demo import RunningDemo, start_demo
from sre_tui.environment import Environment, Folders
from sre_tui.settings.load import load_settings
from sre_tui.tools.context import ToolContext

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)


@dataclass
class Lab:
    """A homelab and an agent without a model."""

    demo: RunningDemo | None
    agent: Agent

    async def ask(self, question: str, attached: str = "") -> Answer:
        """The finished answer."""
        async for event in self.agent.ask(question, attached=attached):
            if isinstance(event, Answered):
                return event.answer
        raise AssertionError(f"no answer to {question!r}")


@asynccontextmanager
async def agent_without_model(
    variables: dict[str, str], folder: Path, *, now: datetime = NOW, here: str = ""
) -> AsyncIterator[Agent]:
    """An agent with these settings whose built-in analyst answers."""
    environment = Environment(
        variables=variables,
        folders=Folders.under(folder),
        working_folder=folder,
        clock=lambda: now,
    )
    settings = load_settings(environment)
    async with ToolContext(settings, environment.folders, environment.clock) as context:
        agent = Agent(context, BuiltInAnalyst(zone=UTC, here=here))
        yield agent
        await agent.aclose()


@asynccontextmanager
async def lab_of(scenario: str, folder: Path, *, guests: int = 40) -> AsyncIterator[Lab]:
    """The homelab of a scenario with an agent that reads it."""
    async with (
        start_demo(scenario, guests=guests, clock=NOW.timestamp) as demo,
        agent_without_model(dict(demo.environment), folder) as agent,
    ):
        yield Lab(demo, agent)
