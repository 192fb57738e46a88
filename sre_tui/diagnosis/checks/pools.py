"""Checks of pools, by metrics."""

from __future__ import annotations

from typing import Final

from sre_tui.diagnosis.checks.metric import metric_check
from sre_tui.diagnosis.finding import Severity

CHECKS: Final = (
    metric_check(
        "pool-state", "pool_degraded", "pools",
        'node_zfs_zpool_state{state!="online",$S}',
        "==", 1,
        "pool {zpool} is {state} (state {value})",
        delay=0, severity=Severity.CRITICAL,
    ),
    metric_check(
        "raid-failed", "pool_degraded", "pools",
        'node_md_disks{state="failed",$S}',
        ">", 0,
        "RAID {device} has {value} failed disks",
        delay=0, severity=Severity.CRITICAL,
    ),
    metric_check(
        "pool-space", "pool_full", "pools",
        '1 - node_filesystem_avail_bytes{fstype="zfs",mountpoint!="/",$S} / '
        'node_filesystem_size_bytes{fstype="zfs",mountpoint!="/",$S}',
        ">", 0.8,
        "{device} at {mountpoint} is {value} full",
        unit="ratio", clear=0.76, delay=0,
    ),
)  # fmt: skip
