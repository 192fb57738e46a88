"""Eight hours of the app in fast motion: what it holds at the end, against after the first hour."""

from __future__ import annotations

import asyncio

from benchmarks.budget import Measured
from tests.screens.long_run import INTERVAL, run_for

HOUR = int(3600 / INTERVAL)
"""Rounds."""


def measure() -> list[Measured]:
    """Run it; some minutes of work."""
    first, last = asyncio.run(run_for(8 * HOUR, (HOUR, 8 * HOUR), trace_from=None))
    what, floor = "memory after eight hours", "after one hour"
    return [Measured(what, last.process / 1e9, floor, first.process / 1e9, 1.1, unit="MB")]
