"""`sre dashboards`: Grafana dashboards with their queries and thresholds."""

from __future__ import annotations

from commands.adapter import add_tool
from commands.noun import noun

app = noun("dashboards", "Grafana dashboards with their queries and thresholds.", default="list")
add_tool(
    app,
    "grafana_search_dashboards",
    "list",
    examples=("dashboards list", "dashboards list --tag storage --fields uid,title"),
)
add_tool(app, "grafana_search_dashboards")
add_tool(app, "grafana_get_dashboard")
