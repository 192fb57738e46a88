"""`sre alerts`: what fires, what is pending, and the rules behind it."""

from __future__ import annotations

from commands.adapter import add_tool
from commands.noun import noun

app = noun("alerts", "Alerts that are firing or pending, and their rules.", default="list")
add_tool(app, "grafana_get_alerts")
add_tool(app, "grafana_get_alert_rules")
