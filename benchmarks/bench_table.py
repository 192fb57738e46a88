"""Refresh a table of 1,000 rows every tick and compare the main loop with the idle app.

Prints the longest stall of the event loop and the time from key to screen, idle and busy, and
their ratio, medians of three runs. Exit code 1 if a stall is over 50 ms.
"""

from __future__ import annotations

import asyncio
import gc
import statistics
import time
from datetime import UTC, datetime

from textual.app import App, ComposeResult

from benchmarks.budget import Measured
from widgets.cell import Cell, Column, Display, KeyedRow, keyed_rows
from widgets.table import KeyedTable

ROWS = 1000
ROUNDS = 20
REPEATS = 3
BUDGET = 0.050
"""Seconds."""

Sample = tuple[str, int]


def _number(index: int) -> Column[Sample]:
    return Column(
        f"value{index}",
        f"Value {index}",
        lambda row, _: Cell(f"{row[1] * index % 997}", row[1] * index % 997),
        width=8,
        align="right",
    )


COLUMNS: list[Column[Sample]] = [
    Column("name", "Name", lambda row, _: Cell(row[0], row[0]), width=14, flexible=True),
    *(_number(index) for index in range(1, 9)),
]


def _rows(tick: int) -> list[KeyedRow]:
    display = Display(now=datetime(2026, 1, 1, tzinfo=UTC), utc=None, wide=True)
    samples = [(f"guest-{number:04}", number * 7 + tick * 13) for number in range(ROWS)]
    return keyed_rows(samples, COLUMNS, display, lambda row: row[0])


class _Bench(App[None]):
    ENABLE_COMMAND_PALETTE = False

    def compose(self) -> ComposeResult:
        yield KeyedTable(COLUMNS, sort_key="value3", reverse=True)


async def _watch_loop(stalls: list[float]) -> None:
    while True:
        before = time.perf_counter()
        await asyncio.sleep(0.001)
        stalls.append(time.perf_counter() - before - 0.001)


async def _run(busy: bool) -> tuple[float, float]:
    """Longest stall and p95 from key to screen, in seconds; cells are made in the loop too."""
    app = _Bench()
    stalls: list[float] = []
    keys: list[float] = []
    async with app.run_test(size=(120, 40)) as pilot:
        table = app.query_one(KeyedTable)
        table.set_rows(_rows(0))
        table.focus()
        await pilot.pause()
        await pilot.press("j")
        watcher = asyncio.create_task(_watch_loop(stalls))
        _settle_heap()
        for tick in range(1, ROUNDS + 1):
            if busy:
                table.set_rows(_rows(tick))
            await asyncio.sleep(0.02)
            before = time.perf_counter()
            await pilot.press("j")
            keys.append(time.perf_counter() - before)
            await asyncio.sleep(0.05)
        watcher.cancel()
    return max(stalls), statistics.quantiles(keys, n=20)[-1]


def _settle_heap() -> None:
    # Going over every imported module again and again is the app's matter, not the table's.
    gc.collect()
    gc.freeze()


async def _first_paint() -> float:
    """Longest stall while 1,000 rows arrive in an empty table."""
    app = _Bench()
    stalls: list[float] = []
    async with app.run_test(size=(120, 40)) as pilot:
        watcher = asyncio.create_task(_watch_loop(stalls))
        rows = _rows(0)
        _settle_heap()
        await asyncio.sleep(0.05)
        stalls.clear()
        app.query_one(KeyedTable).set_rows(rows)
        await asyncio.sleep(0.2)
        await pilot.pause()
        watcher.cancel()
    return max(stalls)


def measure() -> list[Measured]:
    """Key to screen and the longest stall while 1,000 rows change, against the idle app."""
    idle_stall, idle_key = asyncio.run(_run(busy=False))
    busy_runs = [asyncio.run(_run(busy=True)) for _ in range(REPEATS)]
    stall = statistics.median(stall for stall, _ in busy_runs)
    key = statistics.median(key for _, key in busy_runs)
    first = statistics.median(asyncio.run(_first_paint()) for _ in range(REPEATS))
    floor = "the same app idle"
    return [
        Measured(f"key to screen, {ROWS} rows changing", key, floor, idle_key, None, BUDGET),
        Measured(f"longest stall, {ROWS} rows changing", stall, floor, idle_stall, None, BUDGET),
        Measured(f"longest stall, first {ROWS} rows", first, floor, idle_stall, None, BUDGET),
    ]
