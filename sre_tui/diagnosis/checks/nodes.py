"""Checks of nodes, by metrics."""

from __future__ import annotations

from typing import Final

from sre_tui.diagnosis.checks.metric import metric_check
from sre_tui.diagnosis.finding import Severity

CHECKS: Final = (
    metric_check(
        "chip-temperature", "temperature_high", "nodes",
        "max by (instance, hostname) (node_hwmon_temp_celsius{$S})",
        ">", 85,
        "a sensor reads {value}",
        unit="celsius",
        title="a hot processor or board",
        why="it slows down, then switches itself off",
        advice="look at fans and dust",
    ),
    metric_check(
        "rebooted", "rebooted", "nodes",
        "time() - node_boot_time_seconds{$S}",
        "<", 1800,
        "it was booted, and had been up for {value} when that was seen",
        unit="s", delay=0, severity=Severity.NOTE, lasting=False,
        title="a machine that was booted recently",
        why="programs on it were interrupted",
        advice="see who or what restarted it",
    ),
)  # fmt: skip
