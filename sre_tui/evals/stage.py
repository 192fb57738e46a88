"""A simulated homelab with everything that is measured in front of it: diagnosis and agent."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Final

from sre_tui.agent.agent import Agent
from sre_tui.agent.analyst import BuiltInAnalyst
from sre_tui.demo.runtime.demo import serve_world
from sre_tui.demo.scenario import Scenario
from sre_tui.demo.world.world import World
from sre_tui.diagnosis.checks.registry import all_queries
from sre_tui.diagnosis.investigate import Insight, Knowledge, understand
from sre_tui.diagnosis.picture.gather import WINDOW, Wanted, take_picture
from sre_tui.environment import Environment, Folders
from sre_tui.evals.moments import moment_of
from sre_tui.settings import BACKENDS
from sre_tui.settings.load import load_settings
from sre_tui.tools.context import ToolContext

GUESTS: Final = 40
_PATIENCE: Final = 120.0
"""Seconds a healthy backend may take: a busy machine is no outage."""
_IMPATIENCE: Final = 2.0
"""Seconds a backend may take that the scenario lets never answer."""


@dataclass(frozen=True)
class Stage:
    """One scenario being played; ``now`` is the moment at which its clock stands still."""

    context: ToolContext
    agent: Agent
    now: datetime

    async def look(self, knowledge: Knowledge) -> Insight:
        """Read every backend once, as an investigation does."""
        wanted = Wanted(
            end=self.now,
            start=self.now - WINDOW,
            queries=all_queries(),
            lines=knowledge.patterns.search(),
            deadline=_PATIENCE,
        )
        return understand(await take_picture(self.context, wanted), knowledge)


@asynccontextmanager
async def play(
    scenario: Scenario, *, seed: int | None = None, hour: time | None = None
) -> AsyncIterator[Stage]:
    """Serve a scenario on loopback with a clock that stands still.

    Args:
        scenario: what goes wrong.
        seed: instead of the scenario's own.
        hour: instead of the scenario's own, in UTC.
    """
    now = moment_of(scenario.id, hour)
    clock = now.timestamp
    world = World.create(scenario, guests=GUESTS, seed=seed, anchor=clock())
    with tempfile.TemporaryDirectory(prefix="sre-eval-") as folder:
        async with serve_world(
            world,
            scenario=scenario.id,
            guests=GUESTS,
            seed=seed,
            clock=clock,
            outages=scenario.outages,
        ) as demo:
            environment = Environment(
                variables={**_patience(scenario), **demo.environment},
                folders=Folders.under(Path(folder)),
                working_folder=Path(folder),
                clock=lambda: now,
            )
            settings = load_settings(environment)
            async with ToolContext(settings, environment.folders, environment.clock) as context:
                agent = Agent(context, BuiltInAnalyst(zone=UTC))
                try:
                    yield Stage(context, agent, now)
                finally:
                    await agent.aclose()


def _patience(scenario: Scenario) -> Mapping[str, str]:
    """Timeouts by which only what the scenario breaks is given up."""
    failing = {one.backend: one.how for one in scenario.outages}
    seconds = {
        name: {None: _PATIENCE, "timeout": _IMPATIENCE}.get(failing.get(name)) for name in BACKENDS
    }
    return {f"{name.upper()}_TIMEOUT": f"{each:g}" for name, each in seconds.items() if each}
