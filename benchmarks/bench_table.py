"""Press keys in a terminal while 1,000 guests and 500 alerts change under the cursor.

From writing a key until the row it leads to arrives highlighted, median and p95, and the longest
stall of the app's event loop; each against the same app with data that stands still. The runs are
made in turns, and each figure is the median of what the runs had, so that a busy moment of the
machine spoils a run and not the figure.
"""

from __future__ import annotations

import json
import os
import re
import statistics
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.budget import Measured
from benchmarks.table_app import CURSOR_COLOR, ROWS
from benchmarks.terminal import Terminal

PRESSES = 60
REPEATS = 5
REFRESH_S = 1.0
"""Seconds between two refreshes; polling a homelab is hardly ever as quick."""
BUDGET = 0.050
"""Seconds."""

_HIGHLIGHTED = re.compile(
    rb"48;2;%d;%d;%dm[^\x1b]*guest-(\d{4})" % CURSOR_COLOR  # SGR, padding, name of the guest
)


@dataclass(frozen=True)
class _Run:
    keys: list[float]
    first_stall: float
    stall: float


class _Cursor:
    """Knows the row under the cursor by what is written."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._row = b""

    def rest(self, seconds: float) -> None:
        """Let that time go by."""
        self._look(self._terminal.read_for(seconds))

    def press(self, key: bytes) -> float:
        """Seconds from writing the key until another row is highlighted."""
        before = self._row
        return self._terminal.until(
            lambda seen: self._look(seen) != before, self._terminal.type(key)
        )

    def _look(self, written: bytes) -> bytes:
        self._row = (_HIGHLIGHTED.findall(written) or [self._row])[-1]
        return self._row


def _run(every: float) -> _Run:
    with tempfile.TemporaryDirectory() as home:
        stalls = Path(home) / "stalls.json"
        variables = {
            "PATH": os.environ["PATH"],
            "HOME": home,
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
        }
        command = [sys.executable, "-m", "benchmarks.table_app", str(every), str(stalls)]
        keys: list[float] = []
        with Terminal(command, variables) as terminal:
            cursor = _Cursor(terminal)
            terminal.until(lambda seen: b"guest-0499" in seen, terminal.started)
            cursor.rest(1.0)
            for number in range(PRESSES):
                keys.append(cursor.press(b"j" if number // 15 % 2 == 0 else b"k"))
                # Out of step with the refreshes, so that presses fall before, into and after them.
                cursor.rest(0.06 + 0.013 * (number % 11))
            terminal.leave()
        first, later = json.loads(stalls.read_text(encoding="utf-8"))
    return _Run(keys, first, later)


def _p95(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=20)[-1]


def measure() -> list[Measured]:
    """Key to screen and the longest stalls while all rows change, against the app idle."""
    idle: list[_Run] = []
    busy: list[_Run] = []
    for _ in range(REPEATS):
        idle.append(_run(0))
        busy.append(_run(REFRESH_S))
    idle_stall, stall, first = (
        statistics.median(stalls)
        for stalls in (
            [run.stall for run in idle],
            [run.stall for run in busy],
            [run.first_stall for run in busy],
        )
    )
    floor = "the same app idle"

    def middle(figure: Callable[[list[float]], float], runs: list[_Run]) -> float:
        return statistics.median(figure(run.keys) for run in runs)

    rows = " + ".join(f"{count} {name}" for name, count in ROWS.items())
    return [
        Measured(
            f"key to screen p50, {rows} changing",
            middle(statistics.median, busy),
            floor,
            middle(statistics.median, idle),
        ),
        Measured(
            f"key to screen p95, {rows} changing",
            middle(_p95, busy),
            floor,
            middle(_p95, idle),
            seconds_budget=BUDGET,
        ),
        Measured(
            f"longest stall, {rows} changing", stall, floor, idle_stall, seconds_budget=BUDGET
        ),
        Measured(f"longest stall, first {rows}", first, floor, idle_stall, seconds_budget=BUDGET),
    ]
