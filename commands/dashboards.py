"""`sre dashboards`: Grafana dashboards with their queries and thresholds."""

from __future__ import annotations

from commands.adapter import add_tool
from commands.noun import noun

app = noun(
    "dashboards",
    "Grafana dashboards with their queries and thresholds.",
    default="list",
    tools={"search": "grafana_search_dashboards", "show": "grafana_get_dashboard"},
)
add_tool(
    app,
    "grafana_search_dashboards",
    "list",
    examples=("dashboards list", "dashboards list --tag storage --fields uid,title"),
)
