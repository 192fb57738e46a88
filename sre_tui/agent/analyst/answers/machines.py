"""The figures of one machine, or of what runs on it, for an answer about its condition."""

from __future__ import annotations

from providers.proxmox import Guest
from sre_tui.agent.analyst.answers.nodes import node_figures
from sre_tui.agent.analyst.answers.told import read
from sre_tui.agent.analyst.entities import EntityKind
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.wording import names, plain
from sre_tui.tools.proxmox_data import NodeListing
from sre_tui.tools.proxmox_guest_data import GuestListing
from sre_tui.views.human import duration, percent


async def machine_figures(look: Look) -> tuple[str, str]:
    """What is told of the machine now, in words, with citations; empty if nothing is."""
    entity = look.focus.entities[0]
    keys = {entity.name.casefold(), *(host.casefold() for host in look.focus.hosts)}
    if not look.focus.of(EntityKind.HOST):
        return _seen(look, keys)
    guests, guest_cite = await read(look, "guests", "proxmox_list_guests", GuestListing)
    for guest in guests.items if guests is not None else ():
        if (guest.name or "").casefold() in keys:
            seen, cite = _seen(look, keys)
            return "; ".join(part for part in (guest_figures(guest), seen) if part), (
                guest_cite + cite
            )
    nodes, node_cite = await read(look, "nodes", "proxmox_node_status", NodeListing)
    for node in nodes.items if nodes is not None else ():
        if node.node.name.casefold() in keys:
            return node_figures(node), node_cite
    return _seen(look, keys)


def guest_figures(guest: Guest) -> str:
    """State and load of one guest."""
    parts = [f"{plain(guest.status)} on {plain(guest.node, 40)}"]
    if guest.cpu is not None:
        parts.append(f"{percent(guest.cpu)} of its processors")
    if guest.memory is not None and guest.memory_size:
        parts.append(f"{percent(guest.memory / guest.memory_size)} of its memory")
    if guest.status == "stopped" and guest.onboot is False:
        parts.append("not set to start on boot")
    if guest.uptime:
        parts.append(f"up {duration(guest.uptime)}")
    return ", ".join(parts)


def _seen(look: Look, keys: set[str]) -> tuple[str, str]:
    good = [says for key in sorted(keys) for says, up in look.inventory.seen_up.get(key, []) if up]
    told = [one for one in good if "Proxmox" not in one] or good
    return (names([plain(one, 100) for one in told]), look.cite("identity")) if told else ("", "")


__all__ = ["guest_figures", "machine_figures"]
