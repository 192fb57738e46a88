"""What the app asks the homelab for, and how often: one feed for each thing it shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from sre_tui.live.feed import Feed, ToolFeed

if TYPE_CHECKING:
    from sre_tui.settings.model import AppSettings
    from sre_tui.tools.context import ToolContext

ALERTS: Final = "alerts"
GUESTS: Final = "guests"
GUEST_LOAD: Final = "guest-load"
POOLS: Final = "pools"
SNAPSHOTS: Final = "snapshots"
FORECAST: Final = "forecast"
COVERAGE: Final = "coverage"
DATASTORES: Final = "datastores"
HEALTH: Final = "health"

ALWAYS: Final = frozenset({ALERTS, HEALTH})
"""Feeds of the header, which is never hidden."""
LOAD_QUERY: Final = 'pve_cpu_usage_ratio{id=~"(lxc|qemu)/.*"}'
"""One query brings the hour of every guest; asking Proxmox VE would take a request for each."""


def homelab_feeds(context: ToolContext) -> list[Feed]:
    """The feeds, in the order their answers are waited for."""
    every: AppSettings = context.settings.app
    load = {"query": LOAD_QUERY, "since": "1h", "step": "5m", "limit": 1000}
    health = ToolFeed(context, HEALTH, "health_overview", {}, every.health_every)

    def trend(name: str, tool: str, arguments: Mapping[str, object]) -> ToolFeed:
        # Health and trends read the most by far: one after the other they take 8 MB less.
        return ToolFeed(context, name, tool, arguments, every.trends_every, after=health)

    return [
        ToolFeed(context, ALERTS, "grafana_get_alerts", {"limit": 1000}, every.alerts_every),
        ToolFeed(context, GUESTS, "proxmox_list_guests", {}, every.guests_every),
        ToolFeed(context, POOLS, "truenas_pool_status", {}, every.pools_every),
        ToolFeed(context, COVERAGE, "backup_coverage", {}, every.backups_every),
        ToolFeed(context, DATASTORES, "pbs_datastore_status", {}, every.backups_every),
        health,
        trend(GUEST_LOAD, "prometheus_range_query", load),
        trend(SNAPSHOTS, "truenas_snapshots", {"limit": 5000}),
        trend(FORECAST, "capacity_forecast", {"kind": "pool"}),
    ]
