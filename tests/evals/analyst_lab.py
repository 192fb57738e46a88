"""The built-in analyst in front of a simulated homelab, for evaluations and wire tests."""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from unittest.mock import patch

from sre_tui.agent.agent import Agent
from sre_tui.agent.analyst import BuiltInAnalyst
from sre_tui.agent.events import Answer, Answered
from sre_tui.demo.runtime.demo import RunningDemo
from sre_tui.demo.runtime.fault_modes import FaultMode
from sre_tui.diagnosis import investigate
from sre_tui.diagnosis.investigate import Insight, Knowledge
from sre_tui.diagnosis.sources import Sources
from sre_tui.diagnosis.timeline import gather
from sre_tui.environment import Environment, Folders
from sre_tui.settings.load import load_settings
from sre_tui.tools.context import ToolContext
from sre_tui.tools.registry import offered_tools
from sre_tui.tools.result import ToolResult
from sre_tui.tools.tool import Tool
from tests.stubs.at_hand import forget, start_at_hand
from tests.stubs.patient import patient

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)


@dataclass(frozen=True)
class RememberingTool(Tool[Any]):
    """A tool that asks the backends once for the same: where the clock stands, nothing changes."""

    answers: dict[str, ToolResult[Any]] = field(default_factory=dict, compare=False)

    async def run(self, context: ToolContext, arguments: Mapping[str, object]) -> ToolResult[Any]:
        """The first answer to these arguments; whatever fails is tried anew."""
        key = self.parse(arguments).model_dump_json()
        if key not in self.answers:
            self.answers[key] = await super().run(context, arguments)
        return self.answers[key]


@contextmanager
def _seen_once(context: ToolContext, seen: dict[object, object]) -> Iterator[None]:
    """Whoever looks at the same hours of the homelab gets the same picture and findings.

    They stand before the question is read, and nobody alters them.
    """
    look, read = investigate.look, gather.read_timeline

    async def looked(
        sources: Sources, end: datetime, *, window: timedelta, knowledge: Knowledge
    ) -> Insight:
        if sources is not context:
            return await look(sources, end, window=window, knowledge=knowledge)
        key = "look", end, window
        if key not in seen:
            seen[key] = await look(sources, end, window=window, knowledge=knowledge)
        return cast(Insight, seen[key])

    async def told(
        sources: Sources, begin: datetime, end: datetime, knowledge: Knowledge
    ) -> gather.Timeline:
        if sources is not context:
            return await read(sources, begin, end, knowledge)
        key = "timeline", begin, end
        if key not in seen:
            seen[key] = await read(sources, begin, end, knowledge)
        return cast(gather.Timeline, seen[key])

    with (
        patch.object(investigate, "look", looked),
        patch.object(gather, "read_timeline", told),
    ):
        yield


# What a fixture gives is written out, and thrown away, by the loop that made it.
@dataclass(repr=False)
class Lab:
    """A homelab and an agent without a model, with what its tools have told and seen so far."""

    demo: RunningDemo
    agent: Agent
    tools: tuple[RememberingTool, ...]
    seen: dict[object, object]

    async def break_backend(self, name: str, how: FaultMode) -> None:
        """Make a backend fail, for the tools too."""
        await self.demo.break_backend(name, how)
        forget(self.demo, name)
        self.seen.clear()
        for tool in self.tools:
            tool.answers.clear()

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
    async with AsyncExitStack() as stack:
        running = start_at_hand(scenario, guests=guests, clock=NOW.timestamp)
        demo = await stack.enter_async_context(running)
        answering = agent_without_model(patient(demo.environment), folder)
        agent = await stack.enter_async_context(answering)
        tools = tuple(
            RememberingTool(**{part.name: getattr(tool, part.name) for part in fields(tool)})
            for tool in offered_tools(agent._context.settings)
        )
        agent._tools = tools
        seen: dict[object, object] = {}
        stack.enter_context(_seen_once(agent._context, seen))
        yield Lab(demo, agent, tools, seen)


class Labs:
    """Homelabs that several tests ask, and none of them breaks: each is started once."""

    def __init__(self, folder: Path, stack: AsyncExitStack) -> None:
        self._folder = folder
        self._stack = stack
        self._started: dict[tuple[str, int], Lab] = {}

    async def of(self, scenario: str, guests: int) -> Lab:
        """The homelab of a scenario with so many guests."""
        wanted = (scenario, guests)
        if wanted not in self._started:
            folder = self._folder / f"{scenario}-{guests}"
            folder.mkdir()
            lab = lab_of(scenario, folder, guests=guests)
            self._started[wanted] = await self._stack.enter_async_context(lab)
        return self._started[wanted]


@asynccontextmanager
async def shared_labs(folder: Path) -> AsyncIterator[Labs]:
    """Homelabs that are stopped at the end."""
    async with AsyncExitStack() as stack:
        yield Labs(folder, stack)
