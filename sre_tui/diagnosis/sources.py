"""What the diagnosis reads from: the clients of the configured backends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from providers.clock import Clock

if TYPE_CHECKING:
    from providers.grafana import GrafanaClient
    from providers.loki import LokiClient
    from providers.pbs import PbsClient
    from providers.prometheus import PrometheusClient
    from providers.proxmox import ProxmoxClient
    from providers.truenas import TrueNasClient


class Sources(Protocol):
    """One client per configured instance; no client, no questions to that backend."""

    @property
    def clock(self) -> Clock:
        """Tells the time."""

    @property
    def prometheus(self) -> tuple[PrometheusClient, ...]:
        """Prometheus and what speaks its language."""

    @property
    def grafana(self) -> tuple[GrafanaClient, ...]:
        """Grafana."""

    @property
    def loki(self) -> tuple[LokiClient, ...]:
        """Loki."""

    @property
    def proxmox(self) -> tuple[ProxmoxClient, ...]:
        """Proxmox VE."""

    @property
    def pbs(self) -> tuple[PbsClient, ...]:
        """Proxmox Backup Server."""

    @property
    def truenas(self) -> tuple[TrueNasClient, ...]:
        """TrueNAS SCALE."""
