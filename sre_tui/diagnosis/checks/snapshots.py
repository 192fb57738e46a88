"""Checks of snapshots, by metrics."""

from __future__ import annotations

from typing import Final

from sre_tui.diagnosis.checks.metric import metric_check

CHECKS: Final = (
    metric_check(
        "replication-failed", "replication_failed", "snapshots",
        "pve_replication_failed_syncs{$S}",
        ">", 0,
        "replication job {id} failed {value} times",
        delay=0,
    ),
    metric_check(
        "replication-age", "replication_failed", "snapshots",
        "time() - pve_replication_last_sync_timestamp_seconds{$S}",
        ">", 14400,
        "replication job {id} ran last {value} ago",
        unit="s", delay=0,
    ),
)  # fmt: skip
