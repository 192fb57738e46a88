"""The connection to one Proxmox VE, and what every group of questions needs of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from providers.client import BackendClient
from providers.clock import Clock, system_clock
from providers.endpoint import ProxmoxEndpoint
from providers.http import HttpBackend
from providers.last_known_good import LastKnownGood
from providers.proxmox.allowed import ALLOWED
from providers.proxmox.api import Api
from providers.proxmox.errors import read_error
from providers.proxmox.members import read_inventory
from providers.proxmox.resources import Inventory, with_last_names
from providers.reading import Reading
from providers.readings import Fetched

if TYPE_CHECKING:
    from providers.proxmox.history import History, Timeframe

INVENTORY: Final = "inventory"
"""The question under which the last good inventory is kept."""


class ProxmoxConnection(BackendClient):
    """One Proxmox VE cluster or host."""

    def __init__(
        self,
        endpoint: ProxmoxEndpoint,
        *,
        clock: Clock = system_clock,
        kept: LastKnownGood | None = None,
    ) -> None:
        super().__init__(
            HttpBackend(
                "proxmox",
                endpoint,
                allow=ALLOWED,
                headers=Api.header(endpoint.token),
                error_reader=read_error,
                clock=clock,
                kept=kept,
            )
        )
        self._api = Api(self._http)
        self._only = () if endpoint.node is None else (endpoint.node,)

    async def _known(self) -> Inventory:
        """What there is now; guests of a node that is silent have the names they had last.

        Raises:
            BackendError: if there is no usable answer.
        """
        found = await read_inventory(self._api, self._only)
        if all(guest.name is not None for guest in found.guests):
            return found
        before = await self._http.last_good(INVENTORY, Inventory)
        return found if before is None else with_last_names(found, *before)

    async def _history(self, path: str, subject: str, timeframe: Timeframe) -> Reading[History]:
        from providers.proxmox.history import History
        from providers.proxmox.history_reader import read_history

        async def fetch() -> Fetched[History]:
            return Fetched(await read_history(self._api, path, subject, timeframe))

        return await self._http.reading(f"history {subject} {timeframe}", History, fetch)
