"""What the app holds once its panes are filled, against a bare Textual app of the same widgets.

Measured on the demo in a terminal of 120x40, before a question is asked: resident memory.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.bench_commands import SRE
from benchmarks.bench_first_paint import BARE
from benchmarks.budget import Measured
from benchmarks.terminal import Terminal
from sre_tui.demo.runtime.background import launch_demo
from sre_tui.demo.runtime.remote import stop_demo
from sre_tui.demo.runtime.state import demo_environment

SCENARIO = "nas-disk-failing"
GOAL_MB = 120
STEADY_S = 5.0
"""Seconds without growth after which all there is has been read."""
PATIENCE_S = 60.0


def measure() -> list[Measured]:
    """Open the app on the demo, and a bare one."""
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        place = home / "demo.json"
        state = launch_demo(place, home / "demo.log", scenario=SCENARIO)
        try:
            variables = {
                "PATH": os.environ["PATH"],
                "HOME": name,
                "TERM": "xterm-256color",
                **demo_environment(state),
            }
            # Whoever installed it has it compiled; the first start does that here.
            _held([*SRE, "tui"], variables)
            ours = _held([*SRE, "tui"], variables)
            bare = _held([sys.executable, "-c", BARE], variables)
        finally:
            stop_demo(state, place)
    what, floor = "memory of sre tui on the demo", "bare Textual app, same widgets"
    return [Measured(what, ours / 1e3, floor, bare / 1e3, None, GOAL_MB / 1e3, "MB")]


def _held(command: Sequence[str], variables: Mapping[str, str]) -> float:
    """Megabytes of a program that has nothing more to read.

    Raises:
        TimeoutError: it grows and grows.
    """
    with Terminal(command, variables) as terminal:
        most, since = 0.0, time.perf_counter()
        while time.perf_counter() - since < STEADY_S:
            if time.perf_counter() - terminal.started > PATIENCE_S:
                raise TimeoutError("the program does not stop growing")
            terminal.read_for(0.5)
            now = _resident(terminal.process)
            if now > most + 0.5:
                most, since = now, time.perf_counter()
        held = _resident(terminal.process)
        terminal.leave()
    return held


def _resident(process: int) -> float:
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024
