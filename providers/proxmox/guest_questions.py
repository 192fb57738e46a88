"""What can be asked about guests."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

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

        Without VM.Audit on the guests the reading is unauthorized, with it on some of them partial:
        what a token may not see is left out without a word, so its rights are asked for as well.

        Args:
            boot: also asks of stopped guests whether they start on boot (``…/config`` of each).
        """
        from providers.proxmox.boot import with_boot
        from providers.proxmox.permissions import GUESTS, recipe, with_permissions

        async def known() -> Inventory:
            found = await self._known()
            return await with_boot(self._api, found) if boot else found

        async def fetch() -> Fetched[Inventory]:
            found, held = await with_permissions(self._api, known)
            how = recipe(self._api)
            missing = GUESTS.unseen(self._api, held, how, empty=not found.guests)
            return Fetched(found, missing=missing)

        return await self._http.reading(INVENTORY, Inventory, fetch)

    async def guest(self, guest: Guest) -> Reading[GuestDetail]:
        """Configuration, state, snapshots, addresses and recent tasks of a guest of the inventory.

        Partial if a part cannot be read. Addresses of a virtual machine come from its agent, which
        may not run, or not be open to the token: ``agent`` tells.
        """
        from providers.proxmox.detail import GuestDetail
        from providers.proxmox.guest_reader import read_guest
        from providers.proxmox.permissions import own_only, recipe, with_permissions

        async def fetch() -> Fetched[GuestDetail]:
            (detail, missing), held = await with_permissions(
                self._api, partial(read_guest, self._api, guest)
            )
            _, unseen = own_only(held, (guest.node,), recipe(self._api))
            return Fetched(detail, missing="; ".join(filter(None, (missing, unseen))))

        return await self._http.reading(f"guest {guest.type}/{guest.vmid}", GuestDetail, fetch)

    async def guest_history(self, guest: Guest, timeframe: Timeframe = "day") -> Reading[History]:
        """Processor, memory, network and disk of a guest over time."""
        subject = f"{guest.type}/{guest.vmid}"
        return await self._history(f"/nodes/{guest.node}/{subject}", subject, timeframe)
