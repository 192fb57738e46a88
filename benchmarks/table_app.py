"""An app of two tables, 1,000 guests and 500 alerts, which all change again and again.

``python -m benchmarks.table_app SECONDS FILE``: refreshes the guests every so many seconds and the
alerts a little less often, 0 for never. It writes the stalls of its event loop into FILE as JSON,
in seconds: the longest while the first rows came, and the longest after that.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from textual.app import App, ComposeResult
from textual.containers import Horizontal

from widgets.cell import Cell, Column, Display, KeyedRow, keyed_rows
from widgets.table import KeyedTable

TABLES = {"guests": 1000, "alerts": 500}
"""Names of the tables, and how many rows they have."""
CURSOR_COLOR = (1, 2, 3)
"""Background of the row under the cursor, by which it is known in what is written."""

Sample = tuple[str, int]


def _number(index: int) -> Column[Sample]:
    return Column(
        f"value{index}",
        f"Value {index}",
        lambda row, _: Cell(f"{row[1] * index}", row[1] * index),
        width=8,
        align="right",
    )


COLUMNS: list[Column[Sample]] = [
    Column("name", "Name", lambda row, _: Cell(row[0], row[0]), width=14, flexible=True),
    *(_number(index) for index in range(1, 9)),
]


def _rows(kind: str, count: int, tick: int) -> list[KeyedRow]:
    display = Display(now=datetime(2026, 1, 1, tzinfo=UTC), utc=None, wide=True)
    # Every value changes and most rows change their place, but the middle stays near the middle.
    samples = [
        (f"{kind}-{number:04}", number * 10 + (number * 7919 + tick * 104_729) % 2000)
        for number in range(count)
    ]
    return keyed_rows(samples, COLUMNS, display, lambda row: row[0])


class TableApp(App[None]):
    """Cells are made in the event loop, as the panes do."""

    ENABLE_COMMAND_PALETTE = False
    CSS = f"KeyedTable > .datatable--cursor {{ background: rgb{CURSOR_COLOR}; }}"

    def __init__(self, every: float) -> None:
        super().__init__()
        self._every = every
        self._tick = 0
        self._stalls: list[float] = []
        self.first_stall = 0.0

    def compose(self) -> ComposeResult:
        """The tables."""
        with Horizontal():
            yield KeyedTable(COLUMNS, sort_key="value3", reverse=True, id="guests")
            yield KeyedTable(COLUMNS, sort_key="value3", reverse=True, id="alerts")

    def on_mount(self) -> None:
        """Wait until the empty tables are on the screen."""
        self.query_one("#guests").focus()
        self.call_after_refresh(lambda: self.run_worker(self._live()))

    @property
    def longest_stall(self) -> float:
        """Since the first rows came."""
        return max(self._stalls, default=0.0)

    async def _live(self) -> None:
        gc.freeze()
        gc.set_threshold(1_000, 8, 100)
        self.run_worker(self._watch_loop())
        await asyncio.sleep(0.2)
        self._stalls.clear()
        for table in TABLES:
            self._refresh(table)
        await asyncio.sleep(0.3)
        self.first_stall = self.longest_stall
        self._stalls.clear()
        if self._every:
            # Each source has its own poller, out of step with the others.
            for number, table in enumerate(TABLES):
                self.run_worker(self._poll(table, self._every * (1 + 0.3 * number)))

    async def _poll(self, table: str, every: float) -> None:
        while True:
            await asyncio.sleep(every)
            self._refresh(table)

    def _refresh(self, kind: str) -> None:
        self._tick += 1
        table = self.query_one(f"#{kind}", KeyedTable)
        first = not table.total
        table.set_rows(_rows(kind, TABLES[kind], self._tick))
        if first:
            table.move_to_key(f"{kind}-{TABLES[kind] // 2:04}")

    async def _watch_loop(self) -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(0.001)
            self._stalls.append(time.perf_counter() - before - 0.001)


def main(every: str, file: str) -> None:
    """Run the app and write down its stalls."""
    app = TableApp(float(every))
    app.run()
    Path(file).write_text(json.dumps([app.first_stall, app.longest_stall]), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
