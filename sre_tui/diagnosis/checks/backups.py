"""Checks of backups, by metrics."""

from __future__ import annotations

from typing import Final

from sre_tui.diagnosis.checks.metric import metric_check

CHECKS: Final = (
    metric_check(
        "datastore-space", "datastore_full", "backups",
        "pbs_used{$S} / pbs_size{$S}",
        ">", 0.9,
        "datastore {datastore} is {value} full",
        unit="ratio", clear=0.855, delay=0,
    ),
    metric_check(
        "backup-age", "backup_missing", "backups",
        "time() - pbs_snapshot_vm_last_timestamp{$S}",
        ">", 129600,
        "the newest backup of {vm_name} is {value} old",
        unit="s", delay=0,
    ),
    metric_check(
        "backup-unverified", "backup_unverified", "backups",
        "pbs_snapshot_vm_last_verify{$S}",
        "==", 0,
        "the newest backup of {vm_name} is not verified (verify state {value})",
        delay=0,
    ),
    metric_check(
        "not-backed-up", "backup_missing", "backups",
        "pve_not_backed_up_total{$S}",
        ">", 0,
        "{value} guests are in no backup job",
        delay=0,
    ),
)  # fmt: skip
