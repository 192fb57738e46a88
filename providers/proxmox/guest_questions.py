"""What can be asked about guests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from providers.attempt import attempt, missing_parts
from providers.errors import BackendError
from providers.proxmox.connection import INVENTORY, ProxmoxConnection
from providers.proxmox.resources import Inventory
from providers.reading import Reading
from providers.readings import Fetched

if TYPE_CHECKING:
    from providers.proxmox.detail import GuestDetail
    from providers.proxmox.guests import Guest
    from providers.proxmox.history import History, Timeframe


class GuestQuestions(ProxmoxConnection):
    """Guests: all of them, one with everything, one over time."""

    async def inventory(self, *, boot: bool = False) -> Reading[Inventory]:
        """Guests, nodes and storages, by one call (``/cluster/resources``).

        Where there is no guest, the token's rights are looked at: without VM.Audit the reading is
        unauthorized, or partial if there is anything else to see.

        Args:
            boot: also asks of stopped guests whether they start on boot (``…/config`` of each).
        """
        from providers.proxmox.boot import with_boot
        from providers.proxmox.permissions import refuse_blindness

        async def fetch() -> Fetched[Inventory]:
            found = await self._known()
            if found.guests:
                return Fetched(await with_boot(self._api, found) if boot else found)
            blind = await attempt(lambda: refuse_blindness(self._api, "VM.Audit", "guests"))
            if isinstance(blind, BackendError) and not found.storages:
                raise blind
            return Fetched(found, missing=missing_parts({"guests": blind}))

        return await self._http.reading(INVENTORY, Inventory, fetch)

    async def guest(self, guest: Guest) -> Reading[GuestDetail]:
        """Configuration, state, snapshots, addresses and recent tasks of a guest of the inventory.

        Partial if a part cannot be read. Addresses of a virtual machine come from its agent, which
        may not run, or not be open to the token: ``agent`` tells.
        """
        from providers.proxmox.detail import GuestDetail
        from providers.proxmox.guest_reader import read_guest

        async def fetch() -> Fetched[GuestDetail]:
            detail, missing = await read_guest(self._api, guest)
            return Fetched(detail, missing=missing)

        return await self._http.reading(f"guest {guest.type}/{guest.vmid}", GuestDetail, fetch)

    async def guest_history(self, guest: Guest, timeframe: Timeframe = "day") -> Reading[History]:
        """Processor, memory, network and disk of a guest over time."""
        subject = f"{guest.type}/{guest.vmid}"
        return await self._history(f"/nodes/{guest.node}/{subject}", subject, timeframe)
