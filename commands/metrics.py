"""`sre metrics`: search, query and plot Prometheus metrics."""

from __future__ import annotations

from commands.noun import noun

app = noun(
    "metrics",
    "Search, query and plot Prometheus metrics.",
    default="search",
    tools={
        "search": "prometheus_search_metrics",
        "query": "prometheus_instant_query",
        "range": "prometheus_range_query",
        "correlate": "correlate_series",
        "targets": "prometheus_targets",
    },
)
