"""Checks of logs, by metrics."""

from __future__ import annotations

from typing import Final

from sre_tui.diagnosis.checks.combined import without_part
from sre_tui.diagnosis.checks.metric import metric_check

CHECKS: Final = (
    metric_check(
        "logs-dropped", "logs_dropped", "logs",
        "increase(loki_discarded_samples_total{$S}[5m])",
        ">", 0,
        "Loki dropped {value:line} within 5 min ({reason})",
        delay=0,
        title="log lines that Loki drops",
        why="they are missing when they are needed",
        advice="see who writes so much, and which limit is hit",
    ),
    without_part(
        "log_volume",
        metric_check(
            "log-volume", "log_flood", "logs",
            "sum by (instance) (increase(loki_distributor_lines_received_total{$S}[5m])) / "
            "(sum by (instance) (increase(loki_distributor_lines_received_total{$S}[5m] "
            "offset 1d)) > 0)",
            ">", 4,
            "Loki receives {value} times as many lines as a day before",
            unit="ratio", delay=600,
            title="many more log lines than a day before",
            why="it fills disk and limits of the log store",
            advice="see who writes so much",
        ),
    ),
)  # fmt: skip
