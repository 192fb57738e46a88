"""The built-in analyst in front of a simulated homelab, for evaluations and wire tests."""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx

from providers.guard import GuardedTransport
from sre_tui.agent.agent import Agent
from sre_tui.agent.analyst import BuiltInAnalyst
from sre_tui.agent.events import Answer, Answered
from sre_tui.demo.runtime.demo import RunningDemo, start_demo
from sre_tui.demo.runtime.fault_modes import FaultMode
from sre_tui.environment import Environment, Folders
from sre_tui.settings.load import load_settings
from sre_tui.tools.context import ToolContext
from sre_tui.tools.registry import offered_tools
from sre_tui.tools.result import ToolResult
from sre_tui.tools.tool import Tool

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


_TOLD: dict[tuple[str, str, bytes], tuple[httpx.Response, bytes]] = {}
"""What the servers of all open labs have answered; no two of them share an address."""
_ask = GuardedTransport.handle_async_request


async def _asked_once(guard: GuardedTransport, request: httpx.Request) -> httpx.Response:
    """Where the clock stands, the same request has no other answer; what fails is tried anew."""
    key = request.method, str(request.url), await request.aread()
    if key not in _TOLD:
        response = await _ask(guard, request)
        if response.status_code != httpx.codes.OK:
            return response
        _TOLD[key] = response, b"".join([part async for part in response.aiter_raw()])
        await response.aclose()
    told, body = _TOLD[key]
    return httpx.Response(
        told.status_code,
        headers=told.headers,
        stream=httpx.ByteStream(body),
        extensions=told.extensions,
    )


@contextmanager
def remembered_answers() -> Iterator[None]:
    """Servers are asked only once for the same."""
    try:
        with patch.object(GuardedTransport, "handle_async_request", _asked_once):
            yield
    finally:
        # Another lab may get the address of this one.
        _TOLD.clear()


# What a fixture gives is written out, and thrown away, by the loop that made it.
@dataclass(repr=False)
class Lab:
    """A homelab and an agent without a model, with what its tools have told so far."""

    demo: RunningDemo
    agent: Agent
    tools: tuple[RememberingTool, ...]

    async def break_backend(self, name: str, how: FaultMode) -> None:
        """Make a backend fail, for the tools too."""
        await self.demo.break_backend(name, how)
        _TOLD.clear()
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
        stack.enter_context(remembered_answers())
        running = start_demo(scenario, guests=guests, clock=NOW.timestamp)
        demo = await stack.enter_async_context(running)
        answering = agent_without_model(dict(demo.environment), folder)
        agent = await stack.enter_async_context(answering)
        tools = tuple(
            RememberingTool(**{part.name: getattr(tool, part.name) for part in fields(tool)})
            for tool in offered_tools(agent._context.settings)
        )
        agent._tools = tools
        yield Lab(demo, agent, tools)


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
