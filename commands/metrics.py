"""`sre metrics`: search, query and plot Prometheus metrics."""

from __future__ import annotations

from commands.adapter import add_tool
from commands.noun import noun

app = noun("metrics", "Search, query and plot Prometheus metrics.", default="search")
add_tool(app, "prometheus_search_metrics")
add_tool(app, "prometheus_instant_query")
add_tool(app, "prometheus_range_query")
add_tool(app, "prometheus_targets")
