"""Tells guests that are stopped on purpose from those that ought to run."""

from __future__ import annotations

import asyncio
from typing import Final

from providers.attempt import attempt
from providers.coercion import flag
from providers.errors import BackendError
from providers.proxmox.api import Api
from providers.proxmox.guests import Guest
from providers.proxmox.resources import Inventory

MOST: Final = 50
"""Guests that are asked about; each costs a request, which the inventory does not."""
LIMIT: Final = 5.0
"""Seconds; a node that hangs must not hold up a list that is there already, but one that is busy
must be heard: a guest that should run is known by this alone."""


async def with_boot(api: Api, found: Inventory) -> Inventory:
    """The inventory, its stopped guests with whether they start on boot (``…/config`` of each).

    What is not told in time, or by too many to ask, stays unknown.
    """
    online = frozenset(found.online)
    asked = [guest for guest in found.guests if guest.is_doubtful and guest.node in online][:MOST]
    if not asked:
        return found
    calls = {asyncio.ensure_future(_starts(api, guest)): guest.key for guest in asked}
    try:
        done, _ = await asyncio.wait(calls, timeout=LIMIT)
    finally:
        for call in calls:
            call.cancel()
    starts = {calls[call]: call.result() for call in done}
    return found.model_copy(
        update={
            "guests": tuple(
                guest.model_copy(update={"onboot": starts[guest.key]})
                if guest.key in starts
                else guest
                for guest in found.guests
            )
        }
    )


async def _starts(api: Api, guest: Guest) -> bool | None:
    path = f"/nodes/{guest.node}/{guest.type}/{guest.vmid}/config"
    config = await attempt(lambda: api.data(path))
    if isinstance(config, BackendError) or not isinstance(config, dict):
        return None
    return flag(config.get("onboot"))
