"""`sre logs`: lines, counts, patterns and changes from Loki."""

from __future__ import annotations

from commands.adapter import add_tool
from commands.noun import noun

app = noun("logs", "Search logs in Loki, their patterns and what changed in them.", default="query")
add_tool(app, "loki_query_logs")
add_tool(app, "loki_metric_query")
add_tool(app, "loki_list_label_values")
add_tool(app, "loki_correlate_changes")
add_tool(app, "loki_patterns")
