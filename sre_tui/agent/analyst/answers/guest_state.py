"""Answers whether one guest is switched on, or on which node it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from providers.proxmox import Guest
from sre_tui.agent.analyst.answers.told import read, told
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.opening import Opening
from sre_tui.agent.analyst.question import Intent
from sre_tui.agent.analyst.wording import code, plain
from sre_tui.tools.proxmox_guest_data import GuestListing
from sre_tui.views.human import duration

_WHO: Final = r"(?:(?:the|my|vm|ct|lxc|guest|container|der|die|das) )*(?P<name>\S+) "
_STATE: Final = re.compile(
    rf"^(?P<why>why )?(?:is|was|isn't|ist) {_WHO}(?:still |currently |really |even )*(?P<not>not )?"
    r"(?:(?:powered|turned|switched) )?(?P<state>on|off|up|down|running|stopped|started|online|"
    r"offline|an|aus)(?: (?:right )?now)?$"
)
_PLACE: Final = re.compile(rf"^(?:is|ist|does) {_WHO}(?:running |run |still )*on (?P<node>\S+)$")
_OFF: Final = frozenset({"off", "down", "stopped", "offline", "aus"})
_SWITCHED: Final = frozenset({"on", "off", "stopped", "started", "an", "aus"})
"""Words for the state of the guest itself; the others are about what runs in it as well."""
_OPEN: Final = frozenset({Intent.OVERVIEW, Intent.WHY, Intent.LIST, Intent.TARGETS})


async def tell_guest_state(look: Look) -> Iterator[str] | None:
    """Whether the guest named is on; None if that is not asked, or other signals tell more."""
    folded = look.question.folded
    asked, place = _STATE.match(folded), _PLACE.match(folded)
    match = asked or place
    if match is None or look.question.intent not in _OPEN:
        return None
    if not look.caller.offers("proxmox_list_guests"):
        return None
    data, cite = await read(look, "guests", "proxmox_list_guests", GuestListing)
    known = [] if data is None else [one for one in data.items if not one.template]
    name = match["name"].casefold()
    guests = [one for one in known if name in ((one.name or "").casefold(), str(one.vmid))]
    if len(guests) != 1 or guests[0].status in ("unknown", "error"):
        return None
    if asked is None:
        nodes = {one.node.casefold() for one in known}
        return _placed(look, guests[0], match["node"], cite) if match["node"] in nodes else None
    return _switched(look, guests[0], asked, cite)


def _placed(look: Look, guest: Guest, node: str, cite: str) -> Iterator[str]:
    head = "Yes" if guest.node.casefold() == node else "No"
    return told(look, Opening(f"{head}: ", f"{_state(guest)}**.{cite}"))


def _switched(look: Look, guest: Guest, asked: re.Match[str], cite: str) -> Iterator[str] | None:
    runs, word = guest.status == "running", asked["state"]
    if runs and (asked["why"] or word not in _SWITCHED):
        return None
    # Somebody wants it to run: why it does not is for the diagnosis to tell.
    if not runs and guest.onboot and look.caller.offers("prometheus_instant_query"):
        return None
    wants_off = (word in _OFF) is not bool(asked["not"])
    head = "" if asked["why"] else "Yes: " if runs is not wants_off else "No: "
    if runs:
        more = f" Ask {code(f'is {guest.name or guest.vmid} ok?', 80)} for what runs in it."
        return told(look, Opening(head, f"{_state(guest)}**.{cite}{more}"))
    boot = "it is not set to start on boot, so nothing says that it should run"
    if guest.onboot is not False:
        boot = "whether it is set to start on boot is not known"
    if guest.onboot:
        boot = "it is set to start on boot"
    return told(look, Opening(head, f"{_state(guest)}**; {boot}.{cite}"))


def _state(guest: Guest) -> str:
    up = f", up {duration(guest.uptime)}" if guest.uptime else ""
    return f"{plain(guest.label, 80)} is {plain(guest.status)} on {plain(guest.node, 40)}{up}"


__all__ = ["tell_guest_state"]
