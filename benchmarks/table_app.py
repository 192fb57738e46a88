"""The app with 1,000 guests and 500 alerts, which all change again and again.

``python -m benchmarks.table_app SECONDS FILE``: asks for both every so many seconds, 0 for once.
What a backend would answer is made anew each time, where answers are read: in the thread of the
live data. It writes the stalls of the event loop that draws into FILE as JSON, in seconds: the
longest while the first rows came, and the longest after that.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sre_tui.app
from providers.alerting import Alert, AlertState
from providers.clock import system_clock
from providers.proxmox import Guest
from providers.reading import SourceStatus, State
from sre_tui.app import SreApp
from sre_tui.app_parts import AppParts
from sre_tui.live.answers import AnswerRun, PastExchange, SavedSession
from sre_tui.live.feed import Feed
from sre_tui.live.homelab import ALERTS, GUESTS
from sre_tui.screens.rows_pane import RowTable
from sre_tui.tools.grafana_data import AlertListing
from sre_tui.tools.proxmox_guest_data import GuestListing
from sre_tui.tools.result import ToolResult

ROWS = {GUESTS: 1000, ALERTS: 500}
"""Names of the feeds, and how many rows each brings."""
CURSOR_COLOR = (1, 2, 3)
"""Background of the row under the cursor, by which it is known in what is written."""
NEVER = 86400.0
START = datetime(2026, 1, 1, tzinfo=UTC)


def _guests(tick: int) -> GuestListing:
    # Every value changes and most rows change their place, but the middle stays near the middle.
    load = [number * 10 + (number * 7919 + tick * 104_729) % 2000 for number in range(1000)]
    documents = [
        {
            "source": "proxmox:main",
            "vmid": 1000 + number,
            "type": "lxc" if number % 2 else "qemu",
            "node": f"pve{number % 3}",
            "name": f"guest-{number:04}",
            "status": "running",
            "uptime": 1000.0 * number + tick,
            "cpus": 4.0,
            "cpu": load[number] / 12_000,
            "memory": load[number] << 20,
            "memory_size": 12_000 << 20,
        }
        for number in sorted(range(1000), key=load.__getitem__)
    ]
    return GuestListing(items=tuple(Guest.model_validate(each) for each in documents))


def _alerts(tick: int) -> AlertListing:
    items = tuple(
        Alert(
            source="grafana:main",
            name=f"alert-{number:04}",
            state=AlertState.FIRING,
            severity="warning",
            host=f"guest-{number:04}",
            labels={"alertname": f"alert-{number:04}"},
            active_at=START + timedelta(seconds=(number * 7919 + tick * 104_729) % 20_000),
            summary=f"value {number * tick}",
            fingerprint=str(number),
        )
        for number in range(500)
    )
    return AlertListing(items=items)


@dataclass
class Changing:
    """A feed whose rows are others each time."""

    name: str
    interval: float
    make: Callable[[int], Any]
    tick: int = 0

    async def recall(self) -> ToolResult[Any] | None:
        """Nothing was known."""
        return None

    async def fetch(self) -> ToolResult[Any]:
        """The next rows."""
        self.tick += 1
        now = system_clock()
        status = SourceStatus(source="bench:main", state=State.OK, observed_at=now)
        return ToolResult[Any](
            state=State.OK, observed_at=now, sources=(status,), data=self.make(self.tick)
        )


class Mute:
    """Answers nothing: only the panes are measured."""

    model = None
    models = ()
    session = None

    async def choose(self, name: str) -> None:
        """There is no choice."""
        raise NotImplementedError(name)

    def ask(self, question: str, attached: str = "") -> AnswerRun:
        """Nobody asks."""
        raise NotImplementedError(question, attached)

    def begin(self) -> None:
        """There is no conversation."""

    async def saved(self) -> Sequence[SavedSession]:
        """None."""
        return ()

    async def resume(self, session: str) -> Sequence[PastExchange]:
        """None."""
        return ()

    async def save(self, file: str) -> str:
        """There is nothing to save."""
        raise NotImplementedError(file)

    async def recalled(self) -> Sequence[str]:
        """Nothing."""
        return ()

    async def remember(self, question: str) -> None:
        """Nothing is asked."""

    def warm_up(self) -> None:
        """Nothing to load."""


class TableApp(SreApp):
    """The app; watches its own event loop."""

    CSS_PATH = str(Path(sre_tui.app.__file__).parent / "screens" / "main.tcss")
    CSS = f"KeyedTable > .datatable--cursor {{ background: rgb{CURSOR_COLOR}; }}"

    def __init__(self, every: float) -> None:
        feeds: list[Feed] = [
            Changing(GUESTS, every or NEVER, _guests),
            Changing(ALERTS, every or NEVER, _alerts),
        ]
        super().__init__(AppParts("bench", system_clock, Mute(), feeds=feeds))
        self._stalls: list[float] = []
        self.first_stall = 0.0

    def on_mount(self) -> None:
        """Go to the guests; the watch begins when all is painted."""
        super().on_mount()
        self.call_after_refresh(lambda: self.run_worker(self._watch()))

    @property
    def longest_stall(self) -> float:
        """Since the first rows came."""
        return max(self._stalls, default=0.0)

    async def _watch(self) -> None:
        self.main.action_show_pane("guests")
        async for _ in self._loop_times():
            if not self.first_stall and (table := self._middle()) is not None:
                await asyncio.sleep(0.5)
                self.first_stall = self.longest_stall
                self._stalls.clear()
                self.main.rows_pane("guests").focus_list()
                table.move_to_key("proxmox:main/lxc/1499")

    def _middle(self) -> RowTable | None:
        tables = [table for table in self.main.query(RowTable) if table.total]
        return next((each for each in tables if each.total == ROWS[GUESTS]), None)

    async def _loop_times(self) -> AsyncIterator[None]:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(0.001)
            self._stalls.append(time.perf_counter() - before - 0.001)
            yield


def main(every: str, file: str) -> None:
    """Run the app and write down its stalls."""
    app = TableApp(float(every))
    app.run()
    Path(file).write_text(json.dumps([app.first_stall, app.longest_stall]), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
