"""Checks of containers, by metrics."""

from __future__ import annotations

from typing import Final

from sre_tui.diagnosis.checks.metric import metric_check
from sre_tui.diagnosis.finding import Severity

CHECKS: Final = (
    metric_check(
        "unit-failed", "unit_failed", "containers",
        'node_systemd_unit_state{state="failed",$S}',
        "==", 1,
        "systemd unit {name} has failed (state failed = {value})",
        delay=0,
        title="a systemd unit that failed",
        why="what it does is not done",
        advice="read its journal",
    ),
    metric_check(
        "container-restarts", "restart_loop", "containers",
        'changes(container_start_time_seconds{name!="",$S}[15m])',
        ">", 2.5,
        "container {name} was started {value:time} within 15 min",
        delay=0, severity=Severity.CRITICAL,
        title="a container that is started over and over",
        why="it dies soon after each start",
        advice="read its last lines before it dies",
    ),
    metric_check(
        "container-gone", "container_down", "containers",
        'time() - container_last_seen{name!="",$S}',
        ">", 180,
        "container {name} was last seen {value} ago",
        unit="s", delay=0,
        title="a container that is gone",
        why="what it offers is not there",
        advice="see who stopped it, or why it ended",
    ),
)  # fmt: skip
