"""Checks of clocks, by metrics."""

from __future__ import annotations

from typing import Final

from sre_tui.diagnosis.checks.metric import metric_check
from sre_tui.diagnosis.finding import Severity

CHECKS: Final = (
    metric_check(
        "clock-offset", "clock_skew", "clocks",
        "abs(node_timex_offset_seconds{$S})",
        ">", 0.1,
        "the clock is off by {value}",
        unit="s",
        title="a machine whose clock is off",
        why="logins, certificates and the order of events depend on it",
        advice="look at its time servers",
    ),
    metric_check(
        "clock-unsynchronised", "clock_unsynchronised", "clocks",
        "node_timex_sync_status{$S}",
        "==", 0,
        "the clock is not synchronised (sync status {value})",
        severity=Severity.NOTE,
        title="a clock that is not synchronised",
        why="it drifts away",
        advice="see whether its time service runs",
    ),
)  # fmt: skip
