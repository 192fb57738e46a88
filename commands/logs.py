"""`sre logs`: lines, counts, patterns and changes from Loki."""

from __future__ import annotations

from commands.noun import noun

app = noun(
    "logs",
    "Search logs in Loki, their patterns and what changed in them.",
    default="labels",
    tools={
        "query": "loki_query_logs",
        "metric": "loki_metric_query",
        "labels": "loki_list_label_values",
        "changes": "loki_correlate_changes",
        "patterns": "loki_patterns",
    },
)
