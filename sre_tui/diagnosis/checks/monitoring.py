"""Checks of monitoring, by metrics."""

from __future__ import annotations

from typing import Final

from sre_tui.diagnosis.checks.metric import metric_check

CHECKS: Final = (
    metric_check(
        "target-up", "target_down", "monitoring",
        "up{$S}",
        "==", 0,
        "Prometheus cannot scrape {job} at {instance} (up = {value})",
        delay=120,
    ),
    metric_check(
        "config-reload", "monitoring_config", "monitoring",
        "prometheus_config_last_reload_successful{$S}",
        "==", 0,
        "Prometheus could not load its configuration (last reload successful = {value})",
        delay=0,
    ),
)  # fmt: skip
