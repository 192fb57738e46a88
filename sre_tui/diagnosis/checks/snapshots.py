"""Checks of snapshots, by metrics."""

from __future__ import annotations

from typing import Final

from sre_tui.diagnosis.checks.metric import metric_check

CHECKS: Final = (
    metric_check(
        "replication-age", "replication_failed", "snapshots",
        "time() - pve_replication_last_sync_timestamp_seconds{$S}",
        ">", 14400,
        "replication job {id} ran last {value} ago",
        unit="s", delay=0,
        title="a replication that has not run for hours",
        why="the copy on the other node grows old",
        advice="read the log of its last run",
    ),
)  # fmt: skip
