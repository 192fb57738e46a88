"""An investigation: against the slowest part it reads, and its own work for 1,000 guests."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.bench_guests import MANY, SLOW, demo
from benchmarks.budget import Measured
from providers.collector import seldom_collected
from providers.last_known_good import NothingKept
from providers.reading import State
from providers.shared_reads import shared_reads
from sre_tui.demo.runtime.remote import break_backend
from sre_tui.diagnosis.checks.registry import all_queries
from sre_tui.diagnosis.investigate import Knowledge, investigate, understand
from sre_tui.diagnosis.picture.gather import WINDOW, Wanted, part_names, take_picture
from sre_tui.diagnosis.picture.picture import Picture
from sre_tui.diagnosis.timeline.shifts import shift_queries
from sre_tui.environment import Environment, Folders
from sre_tui.settings import BACKENDS
from sre_tui.settings.load import load_settings
from sre_tui.tools.context import ToolContext
from sre_tui.tools.registry import get_tool

USUAL = 40
ROUNDS = 3
PATIENCE = 120.0
"""Seconds that a part may take: the simulated backends share one process."""


def measure() -> list[Measured]:
    """Time whole investigations over slow backends, and what they do beside reading."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with demo(folder / "usual", USUAL) as (state, variables):
            # All simulated backends share one process: only what they wait for shows whether they
            # are asked at the same time.
            for backend in BACKENDS:
                break_backend(state, backend, "slow", SLOW)
            whole, slowest, part = asyncio.run(_whole(folder, variables))
        with demo(folder / "many", MANY) as (_, variables):
            own = asyncio.run(_own_work(folder, variables))
    return [
        Measured(
            "an investigation, all backends slow",
            whole,
            f"the slowest part, {part}, alone",
            slowest,
            1.2,
        ),
        Measured(
            f"its own work, {MANY:,} guests", own, "an investigation", whole, seconds_budget=2.0
        ),
    ]


async def _whole(folder: Path, variables: Mapping[str, str]) -> tuple[float, float, str]:
    async with _context(folder, variables) as context:
        tool = get_tool("investigate")
        names = dict.fromkeys(name for each in BACKENDS for name in part_names(each))

        async def read(name: str) -> float:
            began = time.perf_counter()
            await take_picture(context, _wanted(context, frozenset({name})))
            return time.perf_counter() - began

        await tool.run(context, {})
        once = {name: await read(name) for name in names}
        slowest = max(once, key=lambda name: once[name])
        whole, alone = [], []
        for _ in range(ROUNDS):
            began = time.perf_counter()
            await tool.run(context, {})
            whole.append(time.perf_counter() - began)
            alone.append(await read(slowest))
        return statistics.median(whole), statistics.median(alone), slowest


async def _own_work(folder: Path, variables: Mapping[str, str]) -> float:
    """Processor seconds of reading and concluding; the simulated backends are another process."""
    async with _context(folder, variables, PATIENCE) as context:
        names = dict.fromkeys(name for each in BACKENDS for name in part_names(each))
        began = time.process_time()
        # One scope each, as for a picture that is taken at once.
        with seldom_collected():
            async with shared_reads():
                # One part after the other: together they would wait for each other in one process.
                pictures = [
                    await take_picture(context, _wanted(context, frozenset({name})))
                    for name in names
                ]
        reading = time.process_time() - began
        picture = _joined(pictures)
        if troubled := [one for one in picture.sources() if one.state is not State.OK]:
            raise RuntimeError(f"{troubled[0].source} did not answer in full: {troubled[0].detail}")
        times = []
        for _ in range(ROUNDS):
            began = time.process_time()
            knowledge = Knowledge()
            investigate(understand(picture, knowledge), "why is jellyfin slow", knowledge)
            times.append(time.process_time() - began)
        return reading + statistics.median(times)


def _joined(pictures: list[Picture]) -> Picture:
    """One picture of pictures with a part each."""
    parts: dict[str, Any] = {
        name: part for picture in pictures for name, part in picture.parts() if part.configured
    }
    series = next((each.series for each in pictures if each.series), {})
    return replace(pictures[0], **parts, series=series)


def _wanted(context: ToolContext, parts: frozenset[str]) -> Wanted:
    now = context.clock()
    return Wanted(
        end=now,
        start=now - WINDOW,
        queries=(*all_queries(), *shift_queries(now - WINDOW, now)),
        lines=Knowledge().patterns.search(),
        parts=parts,
        deadline=PATIENCE,
    )


def _context(
    folder: Path, variables: Mapping[str, str], timeout: float | None = None
) -> ToolContext:
    environment = Environment(variables=dict(variables), folders=Folders.under(folder))
    settings = load_settings(environment)
    if timeout is not None:
        patient: dict[str, object] = {
            backend: tuple(
                each.model_copy(update={"timeout": timeout}) for each in settings.endpoints(backend)
            )
            for backend in BACKENDS
        }
        settings = settings.model_copy(update=patient)
    return ToolContext(settings, environment.folders, environment.clock, kept=NothingKept())
