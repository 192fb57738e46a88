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
    ),
    metric_check(
        "rebooted", "rebooted", "nodes",
        "time() - node_boot_time_seconds{$S}",
        "<", 1800,
        "it was booted {value} before",
        unit="s", delay=0, severity=Severity.NOTE, lasting=False,
    ),
    metric_check(
        "node-up", "node_down", "nodes",
        'pve_up{id=~"node/.+",$S}',
        "==", 0,
        "Proxmox shows {id} as not running (pve_up = {value})",
        delay=0, severity=Severity.CRITICAL,
    ),
)  # fmt: skip
