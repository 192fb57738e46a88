"""What a running tool has at hand: settings, clock, and one client per backend instance."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from providers.clock import Clock
from providers.closing import Closing
from providers.last_known_good import DiskKept, LastKnownGood
from providers.reading import Reading
from sre_tui.environment import Folders
from sre_tui.settings import BACKENDS, Settings

if TYPE_CHECKING:
    from index.search import Index
    from providers.client import InstanceClient
    from providers.grafana import GrafanaClient
    from providers.loki import LokiClient
    from providers.pbs import PbsClient
    from providers.prometheus import PrometheusClient
    from providers.proxmox import ProxmoxClient
    from providers.truenas import TrueNasClient
    from sre_tui.usage.counter import Counter

ClientT = TypeVar("ClientT")
T = TypeVar("T")


class ToolContext(Closing):
    """Opened once per command, app or server; clients are made when first asked for."""

    def __init__(
        self,
        settings: Settings,
        folders: Folders,
        clock: Clock,
        *,
        kept: LastKnownGood | None = None,
        usage: Counter | None = None,
    ) -> None:
        self.settings = settings
        self.folders = folders
        self.clock = clock
        self._disk: DiskKept | None = None
        if kept is None:
            kept = self._disk = DiskKept(folders.cache / "last-known-good")
        self.kept: LastKnownGood = kept
        self.usage = usage
        """Counts what is asked for; None where nobody asked, as in the polls of the app."""

    @cached_property
    def prometheus(self) -> tuple[PrometheusClient, ...]:
        """One client per configured Prometheus."""
        from providers.prometheus import PrometheusClient

        return tuple(
            PrometheusClient(endpoint, clock=self.clock, kept=self.kept)
            for endpoint in self.settings.prometheus
        )

    @cached_property
    def grafana(self) -> tuple[GrafanaClient, ...]:
        """One client per configured Grafana."""
        from providers.grafana import GrafanaClient

        return tuple(
            GrafanaClient(endpoint, clock=self.clock, kept=self.kept)
            for endpoint in self.settings.grafana
        )

    @cached_property
    def loki(self) -> tuple[LokiClient, ...]:
        """One client per configured Loki."""
        from providers.loki import LokiClient

        return tuple(
            LokiClient(endpoint, clock=self.clock, kept=self.kept)
            for endpoint in self.settings.loki
        )

    @cached_property
    def proxmox(self) -> tuple[ProxmoxClient, ...]:
        """One client per configured Proxmox VE cluster or host."""
        from providers.proxmox import ProxmoxClient

        return tuple(
            ProxmoxClient(endpoint, clock=self.clock, kept=self.kept)
            for endpoint in self.settings.proxmox
        )

    @cached_property
    def pbs(self) -> tuple[PbsClient, ...]:
        """One client per configured Proxmox Backup Server."""
        from providers.pbs import PbsClient

        return tuple(
            PbsClient(endpoint, clock=self.clock, kept=self.kept) for endpoint in self.settings.pbs
        )

    @cached_property
    def truenas(self) -> tuple[TrueNasClient, ...]:
        """One client per configured TrueNAS."""
        from providers.truenas import TrueNasClient

        return tuple(
            TrueNasClient(endpoint, clock=self.clock, kept=self.kept)
            for endpoint in self.settings.truenas
        )

    @cached_property
    def index(self) -> Index:
        """The runbook index, or its plain-text fallback."""
        from sre_tui.tools.runbook_index import open_index

        return open_index(self.settings, self.folders)

    def ask_again(self) -> None:
        """Let backends be asked at once that were to be left alone for a while."""
        for name in BACKENDS:
            opened: tuple[InstanceClient, ...] = self.__dict__.get(name, ())
            for client in opened:
                client.ask_again()

    async def aclose(self) -> None:
        """Close every client that was opened."""
        for name in BACKENDS:
            for client in self.__dict__.get(name, ()):
                await client.aclose()
        if self._disk is not None:
            self._disk.close()


async def ask_all(
    clients: Iterable[ClientT], call: Callable[[ClientT], Awaitable[Reading[T]]]
) -> list[Reading[T]]:
    """One reading of every instance, asked at the same time.

    A reading ends by itself at its instance's deadline, so the slowest one bounds the whole.
    """
    return list(await asyncio.gather(*(call(client) for client in clients)))
