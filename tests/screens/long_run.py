"""An evening of the app in fast motion: its pollers bring something new whenever they are told."""

from __future__ import annotations

import asyncio
import gc
import threading
import tracemalloc
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from pydantic import BaseModel

from sre_tui.live.homelab import ALERTS, COVERAGE, DATASTORES, GUESTS, POOLS
from sre_tui.tools.backup_coverage_listing import CoverageListing
from sre_tui.tools.grafana_data import AlertListing
from sre_tui.tools.pbs_data import DatastoreListing
from sre_tui.tools.proxmox_guest_data import GuestListing
from sre_tui.tools.result import ToolResult
from sre_tui.tools.truenas_data import PoolListing
from tests.screens.homelab import ALERTS as ALERT_ROWS
from tests.screens.homelab import NOW, alert, status
from tests.screens.panes import (
    COVERAGE_ROWS,
    GIB,
    GUEST_ROWS,
    POOL_ROWS,
    STORE_ROWS,
    answered,
    guest,
)
from tests.screens.stage import Scene, on_stage

INTERVAL = 15.0
"""Seconds of the app's time from round to round: the default of its quickest feeds."""
LOOK_EVERY = 3
"""Rounds after which somebody opens a row and goes back."""
_PAGE = 4096


@dataclass(frozen=True)
class Standing:
    """What is held after so many rounds: bytes of Python objects, bytes of the process."""

    rounds: int
    objects: int
    process: int


def _alerts(tick: int) -> BaseModel:
    newest = alert(f"Flapping{tick}", f"host{tick}", active_at=NOW + timedelta(seconds=tick))
    return AlertListing(items=(*ALERT_ROWS[: 2 + tick % 3], newest), total=3)


def _guests(tick: int) -> BaseModel:
    busy = (one.model_copy(update={"cpu": (tick % 97) / 100, "uptime": 60.0 * tick})
            for one in GUEST_ROWS)  # fmt: skip
    return GuestListing(items=(*busy, guest(10_000 + tick, f"short-lived-{tick}")))


def _pools(tick: int) -> BaseModel:
    grown = {"usable_used": 5 * GIB * (tick % 100 + 1)}
    return PoolListing(items=tuple(one.model_copy(update=grown) for one in POOL_ROWS))


MADE: dict[str, Callable[[int], BaseModel]] = {
    ALERTS: _alerts,
    GUESTS: _guests,
    POOLS: _pools,
    COVERAGE: lambda tick: CoverageListing(items=COVERAGE_ROWS[tick % 2 :]),
    DATASTORES: lambda tick: DatastoreListing(items=STORE_ROWS),
}


class InFastMotion:
    """A feed whose interval is over when `pass_by` is called."""

    interval = 0.0

    def __init__(self, name: str) -> None:
        self.name = name
        self.rounds = 0
        self._due = threading.Semaphore(0)

    def pass_by(self) -> None:
        self._due.release()

    async def recall(self) -> None:
        """Nothing was kept."""

    async def fetch(self) -> ToolResult[BaseModel]:
        await asyncio.to_thread(self._due.acquire)
        self.rounds += 1
        made = answered(self.name, MADE[self.name](self.rounds), status("backend:main")).result
        assert made is not None
        return made


async def _round(scene: Scene, feeds: Sequence[InFastMotion], number: int) -> None:
    before = dict(scene.main.snapshots)
    scene.clock.now += timedelta(seconds=INTERVAL)
    for feed in feeds:
        feed.pass_by()

    def all_came() -> bool:
        now = scene.main.snapshots
        return all(now.get(one.name) not in (None, before.get(one.name)) for one in feeds)

    def is_listed() -> bool:
        rows = scene.main.rows_pane(GUESTS).rows
        return any(row.guest.name == f"short-lived-{number}" for row in rows)

    await scene.settle(lambda: all_came() and is_listed())
    scene.main.tell_ages()
    if number % LOOK_EVERY == 0:
        await scene.press("1234"[number // LOOK_EVERY % 4], "enter")
        assert not scene.at_main
        await scene.press("escape")


def _standing(rounds: int) -> Standing:
    # Whatever is only reachable from itself is no growth.
    gc.collect()
    resident = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * _PAGE
    objects = tracemalloc.get_traced_memory()[0] if tracemalloc.is_tracing() else 0
    return Standing(rounds, objects, resident)


async def run_for(rounds: int, looks: Sequence[int], *, trace_from: int | None) -> list[Standing]:
    """Let that many rounds pass.

    Args:
        rounds: how many.
        looks: after which rounds it is told what is held.
        trace_from: the round from which on objects are counted; None to count the process alone.
    """
    feeds = [InFastMotion(name) for name in MADE]
    found: list[Standing] = []
    try:
        async with on_stage(size=(120, 40), feeds=feeds) as scene:
            for number in range(1, rounds + 1):
                if number == trace_from:
                    gc.collect()
                    tracemalloc.start()
                await _round(scene, feeds, number)
                if number in looks:
                    found.append(_standing(number))
    finally:
        tracemalloc.stop()
        for feed in feeds:
            feed.pass_by()
    return found
