"""Open the app in a terminal and compare it with a bare Textual app of the same widgets.

Measures from starting the process to the first painted screen, and from ctrl+q to its end.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
from collections.abc import Mapping, Sequence

from benchmarks.budget import Measured
from benchmarks.terminal import Terminal

RUNS = 11
MARKER = b"Quit"
"""In the footer, which is the last to be painted."""

BARE = """
from textual.app import App
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import DataTable, Footer, Header, Input, Markdown, OptionList, TextArea

class Bare(App):
    CSS = "#body { height: 1fr; } TextArea, OptionList { height: 3; } Input { height: 1; }"
    BINDINGS = [("q", "quit", "Quit"), ("s", "sort", "Sort"), ("slash", "filter", "Filter")]
    def compose(self):
        yield Header(show_clock=True)
        with Horizontal(id="body"):
            with Vertical() as pane:
                pane.border_title = "Alerts"
                pane.styles.border = ("round", "white")
                yield DataTable()
                yield Input(compact=True)
            with Vertical() as chat:
                chat.styles.border = ("round", "white")
                with VerticalScroll():
                    yield Markdown("Ask")
                yield OptionList()
                yield TextArea(placeholder="Ask")
        yield Footer()
    def on_mount(self):
        self.query_one(DataTable).add_columns("Severity", "Alert", "Host", "State", "Age")

Bare().run()
"""


def _open(command: Sequence[str], variables: Mapping[str, str]) -> tuple[float, float]:
    """Seconds to the first painted screen, and from ctrl+q to the end of the process."""
    with Terminal(command, variables) as terminal:
        painted = terminal.until(lambda seen: MARKER in seen, terminal.started)
        terminal.read_for(0.3)
        return painted, terminal.leave()


def measure() -> list[Measured]:
    """Time the first paint and leaving."""
    with tempfile.TemporaryDirectory() as home:
        variables = {
            "PATH": os.environ["PATH"],
            "HOME": home,
            "TERM": "xterm-256color",
            "PROMETHEUS_URL": "http://127.0.0.1:1",
            "GRAFANA_URL": "http://127.0.0.1:1",
            "LOKI_URL": "http://127.0.0.1:1",
        }
        commands = {
            "bare": [sys.executable, "-c", BARE],
            "ours": [sys.executable, "-m", "sre_tui", "tui"],
        }
        # In turns, so that a busy moment of the machine slows both; the first round fills caches.
        rounds = [
            {name: _open(command, variables) for name, command in commands.items()}
            for _ in range(RUNS + 1)
        ][1:]
    # The pair in the middle: a pair shares its moment, the medians of either side need not.
    pairs = [(one["ours"][0], one["bare"][0]) for one in rounds]
    painted, bare_painted = sorted(pairs, key=lambda pair: pair[0] / pair[1])[RUNS // 2]
    left, bare_left = (
        statistics.median(one[name][1] for one in rounds) for name in ("ours", "bare")
    )
    floor = "bare Textual app, same widgets"
    return [
        Measured("sre tui, first paint", painted, floor, bare_painted, ratio_budget=1.4),
        Measured("sre tui, leaving", left, floor, bare_left, seconds_budget=1.0),
    ]
