"""All tools, by name. Importing this module imports no tool; asking for one imports its module."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any, Final

from sre_tui.complaint import Complaint
from sre_tui.nearest import nearest
from sre_tui.settings import BACKENDS, Settings
from sre_tui.tools.tool import Tool, registered

MODULES: Final[Mapping[str, tuple[str, ...]]] = {
    "investigate": ("investigate",),
    "what_changed": ("what_changed",),
    "topology": ("topology",),
    "prometheus_metrics": ("prometheus_search_metrics", "prometheus_targets"),
    "prometheus_queries": ("prometheus_instant_query", "prometheus_range_query"),
    "correlate_series": ("correlate_series",),
    "grafana_alerts": ("grafana_get_alerts",),
    "grafana_rules": ("grafana_get_alert_rules",),
    "grafana_dashboards": ("grafana_search_dashboards", "grafana_get_dashboard"),
    "loki_queries": ("loki_query_logs", "loki_metric_query", "loki_list_label_values"),
    "loki_changes": ("loki_correlate_changes",),
    "loki_patterns": ("loki_patterns",),
    "truenas_pools": ("truenas_pool_status",),
    "truenas_sharing": ("truenas_list_shares", "truenas_snapshots"),
    "truenas_system": ("truenas_system_status", "truenas_apps"),
    "hdd_power_status": ("hdd_power_status",),
    "proxmox_guests": ("proxmox_list_guests",),
    "proxmox_guest_config": ("proxmox_get_guest_config",),
    "proxmox_nodes": ("proxmox_node_status",),
    "proxmox_tasks": ("proxmox_list_tasks",),
    "proxmox_storages": ("proxmox_storage",),
    "check_health": ("check_health",),
    "health_overview": ("health_overview",),
    "backup_coverage": ("backup_coverage",),
    "backup_jobs": ("backup_jobs",),
    "pbs_datastores": ("pbs_datastore_status",),
    "pbs_backups": ("pbs_list_backups",),
    "pbs_tasks": ("pbs_list_tasks",),
    "capacity_forecast": ("capacity_forecast",),
    "runbooks": ("runbook_search",),
    "memory_incidents": ("memory_search_incidents",),
    "memory_baseline": ("memory_check_baseline",),
    "memory_reports": ("memory_get_previous_report",),
}
"""Module in this package to the tools it registers, in the order they are offered."""

WRITING: Final[Mapping[str, tuple[str, ...]]] = {
    "memory_recording": ("memory_record_incident",),
}
"""The same of tools that write. A model is offered them only where the user can be asked first, and
no call runs without the user's consent; whoever cannot ask has their commands only."""


class UnknownTool(Complaint):
    """There is no tool of that name; ``str(error)`` suggests the nearest."""

    code = "usage"
    wrong_usage = True


def get_tool(name: str) -> Tool[Any]:
    """The tool of that name.

    Raises:
        UnknownTool: if there is none.
    """
    for module, names in (*MODULES.items(), *WRITING.items()):
        if name in names:
            import_module(f"sre_tui.tools.{module}")
            return registered()[name]
    known = [name for names in MODULES.values() for name in names]
    close = nearest(name, known, limit=1)
    raise UnknownTool(
        f"there is no tool {name!r}; "
        + (f"did you mean {close[0]}?" if close else f"there are {', '.join(known)}")
    )


def all_tools() -> tuple[Tool[Any], ...]:
    """Every tool, in the order they are offered."""
    return tuple(get_tool(name) for names in MODULES.values() for name in names)


def offered_tools(settings: Settings, *, asks: bool = False) -> tuple[Tool[Any], ...]:
    """The tools that a configured backend can answer; where the user can be asked, also writing."""
    writing = [get_tool(name) for names in WRITING.values() for name in names] if asks else []
    return tuple(tool for tool in (*all_tools(), *writing) if tool.offered(settings))


def missing_backends(name: str, settings: Settings) -> str:
    """One line saying what a tool of that name would need; empty if nothing, or no such tool."""
    if not any(name in names for names in MODULES.values()):
        return ""
    tool = get_tool(name)
    if tool.offered(settings):
        return ""
    needed = " or ".join(backend for backend in BACKENDS if backend in tool.needs)
    return f"{name} needs {needed}, which is not configured"
