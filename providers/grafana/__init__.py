"""Grafana: alert state and rules, silences, dashboards, annotations."""

from providers.grafana.client import GrafanaClient
from providers.grafana.models import (
    Annotation,
    Dashboard,
    DashboardHit,
    DatasourceRef,
    Health,
    Panel,
    PanelQuery,
    Threshold,
    Variable,
)

__all__ = [
    "Annotation",
    "Dashboard",
    "DashboardHit",
    "DatasourceRef",
    "GrafanaClient",
    "Health",
    "Panel",
    "PanelQuery",
    "Threshold",
    "Variable",
]
