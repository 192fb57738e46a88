"""Checks of pools, by metrics."""

from __future__ import annotations

from typing import Final

from sre_tui.diagnosis.checks.metric import metric_check
from sre_tui.diagnosis.finding import Severity

CHECKS: Final = (
    metric_check(
        "raid-failed", "pool_degraded", "pools",
        'node_md_disks{state="failed",$S}',
        ">", 0,
        "RAID {device} has {value:failed disk}",
        delay=0, severity=Severity.CRITICAL,
        title="a RAID with failed disks",
        why="redundancy is lost",
        advice="replace the disk",
    ),
)  # fmt: skip
