"""What the alert and dashboard tools answer."""

from __future__ import annotations

from pydantic import Field

from providers.alerting import Alert, AlertRule
from providers.grafana import Dashboard, DashboardHit, Panel
from sre_tui.tools.result import Listing


class AlertListing(Listing[Alert]):
    """Alert instances, the most pressing first."""

    filters: dict[str, str] = Field(default_factory=dict)
    """The filters that were applied, by argument."""
    counts: dict[str, int] = Field(default_factory=dict)
    """Alerts by state before filtering, silenced ones counted under ``silenced``."""


class RuleListing(Listing[AlertRule]):
    """Alert rules, the ones that fire or cannot be evaluated first."""

    filters: dict[str, str] = Field(default_factory=dict)


class DashboardListing(Listing[DashboardHit]):
    """Dashboards by title."""

    query: str


class DashboardDetail(Listing[Panel]):
    """One dashboard; ``items`` are its panels."""

    dashboard: Dashboard | None
    """Without its panels, which are the items; None if there is no such dashboard."""
