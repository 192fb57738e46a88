"""What the simulated Grafana reads: the world's rules, alerts, silences and dashboards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from sre_tui.demo.telemetry import AlertRule, Annotation, RawAlert, SeriesSource, Silence

GrafanaVersion = Literal["11.6.4", "13.0.2"]
Role = Literal["Viewer", "Editor", "Admin"]


class GrafanaSource(Protocol):
    """The part of the world that Grafana shows; times are Unix seconds."""

    @property
    def series(self) -> SeriesSource:
        """The metrics that rules are evaluated over."""
        ...

    def alert_rules(self) -> Sequence[AlertRule]:
        """All alerting rules."""
        ...

    def silences(self, now: float) -> Sequence[Silence]:
        """Silences that are active, pending or expired."""
        ...

    def annotations(self, start: float, end: float) -> Sequence[Annotation]:
        """Annotations in the window."""
        ...

    def raw_alerts(self, now: float) -> Sequence[RawAlert]:
        """Alerts that no rule produces."""
        ...

    def dashboards(self) -> Sequence[Mapping[str, Any]]:
        """Dashboards as JSON, with ``uid``, ``title``, ``tags``, ``panels``.

        An optional ``folder`` is the folder's title; ``elements`` and ``layout`` in the place of
        ``panels`` make it one of schema v2.
        """
        ...


@dataclass(frozen=True)
class Account:
    """A service account behind a token."""

    role: Role = "Viewer"
    name: str = "sre-tui"
    status: Literal["valid", "expired", "revoked"] = "valid"
