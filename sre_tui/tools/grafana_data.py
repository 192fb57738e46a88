"""What the alert and dashboard tools answer."""

from __future__ import annotations

from pydantic import Field

from providers.alerting import Alert, AlertRule
from providers.grafana import Dashboard, DashboardHit, Panel
from sre_tui.memory.alert_past import AlertPast
from sre_tui.tools.gist import with_first
from sre_tui.tools.result import Listing


class AlertListing(Listing[Alert]):
    """Alert instances, the most pressing first."""

    filters: dict[str, str] = Field(default_factory=dict)
    """The filters that were applied, by argument."""
    counts: dict[str, int] = Field(default_factory=dict)
    """Alerts by state before filtering, silenced ones counted under ``silenced``."""
    recorded: tuple[AlertPast, ...] = ()
    """How often and when those that are shown were recorded in the journal; others are not in."""

    def gist(self) -> str:
        """How many alerts, and the most pressing ones."""
        named = dict.fromkeys(f"{a.name} on {a.host}" if a.host else a.name for a in self.items)
        return with_first(self.counted("alert"), named)


class RuleListing(Listing[AlertRule]):
    """Alert rules, the ones that fire or cannot be evaluated first."""

    filters: dict[str, str] = Field(default_factory=dict)

    def gist(self) -> str:
        """How many rules, and which of them are active."""
        active = [rule.name for rule in self.items if rule.state and rule.state.active]
        return with_first(f"{self.counted('rule')}, {len(active)} active", active)


class DashboardListing(Listing[DashboardHit]):
    """Dashboards by title."""

    query: str

    def gist(self) -> str:
        """How many dashboards, and the first of them."""
        return with_first(self.counted("dashboard"), [hit.title for hit in self.items])


class DashboardDetail(Listing[Panel]):
    """One dashboard; ``items`` are its panels."""

    dashboard: Dashboard | None
    """Without its panels, which are the items; None if there is no such dashboard."""

    def gist(self) -> str:
        """The dashboard's title and how many panels it has."""
        if self.dashboard is None:
            return "no such dashboard"
        return f"{self.dashboard.title}: {self.counted('panel')}"

    def missing(self) -> str:
        """Why there is no such dashboard, and which ones there are."""
        if self.dashboard is not None:
            return ""
        return "; ".join(self.hints) or "there is no such dashboard"
