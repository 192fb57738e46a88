"""Which view shows which tool's result; the module of a view is imported when it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any, Final

from sre_tui.views.table import TableView

VIEWS: Final[Mapping[str, tuple[str, str]]] = {
    "investigate": ("investigation", "INVESTIGATION"),
    "what_changed": ("changes", "CHANGES"),
    "topology": ("topology", "TOPOLOGY"),
    "prometheus_search_metrics": ("metrics", "METRICS"),
    "prometheus_instant_query": ("metrics", "SAMPLES"),
    "prometheus_range_query": ("metrics", "SERIES"),
    "prometheus_targets": ("metrics", "TARGETS"),
    "correlate_series": ("correlations", "COMPANIONS"),
    "grafana_get_alerts": ("alerts", "ALERTS"),
    "grafana_get_alert_rules": ("alerts", "RULES"),
    "grafana_search_dashboards": ("dashboards", "DASHBOARDS"),
    "grafana_get_dashboard": ("dashboards", "PANELS"),
    "loki_query_logs": ("logs", "LOG_ENTRIES"),
    "loki_metric_query": ("metrics", "SERIES"),
    "loki_list_label_values": ("logs", "LABEL_VALUES"),
    "loki_patterns": ("logs", "LOG_PATTERNS"),
    "loki_correlate_changes": ("logs", "CHANGES"),
    "truenas_pool_status": ("pools", "POOLS"),
    "truenas_list_shares": ("nas", "SHARES"),
    "truenas_snapshots": ("nas", "SNAPSHOTS"),
    "truenas_system_status": ("nas", "STATUS"),
    "truenas_apps": ("nas", "APPS"),
    "hdd_power_status": ("nas", "DISKS"),
    "proxmox_list_guests": ("guests", "GUESTS"),
    "proxmox_get_guest_config": ("guests", "PROPERTIES"),
    "proxmox_node_status": ("nodes", "NODES"),
    "proxmox_list_tasks": ("tasks", "TASKS"),
    "proxmox_storage": ("storage", "STORAGES"),
    "backup_coverage": ("backup_coverage", "COVERAGE"),
    "backup_jobs": ("backup_jobs", "BACKUP_JOBS"),
    "pbs_datastore_status": ("datastores", "DATASTORES"),
    "pbs_list_backups": ("backups", "BACKUPS"),
    "pbs_list_tasks": ("backup_tasks", "BACKUP_TASKS"),
    "capacity_forecast": ("forecasts", "FORECASTS"),
    "check_health": ("findings", "FINDINGS"),
    "health_overview": ("findings", "OVERVIEW"),
    "runbook_search": ("runbooks", "PASSAGES"),
    "memory_search_incidents": ("incidents", "INCIDENTS"),
    "memory_check_baseline": ("baselines", "CHECKS"),
    "memory_get_previous_report": ("report_list", "REPORT"),
}
"""Tool name to the module in this package and the name of its view there."""


def table_view(tool_name: str) -> TableView[Any]:
    """The view of a tool's result."""
    module, attribute = VIEWS[tool_name]
    view: TableView[Any] = getattr(import_module(f"sre_tui.views.{module}"), attribute)
    return view
