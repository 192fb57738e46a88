"""Answers how a guest is set up, and which stopped guests should have started on boot."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from providers.proxmox import Guest, GuestDetail
from sre_tui.agent.analyst.amounts import amount
from sre_tui.agent.analyst.answers.nodes import tell_hardware
from sre_tui.agent.analyst.answers.told import read, told, unknown_name, with_runbook, yes_no
from sre_tui.agent.analyst.calls import Call
from sre_tui.agent.analyst.entities import mentioned
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.opening import Opening
from sre_tui.agent.analyst.wording import clock_time, names, plain
from sre_tui.tools.proxmox_guest_data import GuestListing, GuestProperties
from sre_tui.views.human import count, duration, size

MOST_ASKED: Final = 8
"""Stopped guests whose configuration is read for one question."""
_BOOT: Final = re.compile(r"\b(boot\w*|onboot|autostart\w*|automatic\w*|starts? (with|on|at|by))\b")
_CORES: Final = re.compile(r"\b(cores?|v?cpus?|sockets?|kerne|processors?)\b")
_HOW_MANY: Final = re.compile(r"\b(how many|wie ?viele|number of)\b")
_IN_ALL: Final = re.compile(r"\b(total|altogether|in all|insgesamt|zusammen|cluster|nodes)\b")
_MEMORY: Final = re.compile(r"\b(memory|ram|speicher|mem)\b")
_ADDRESS: Final = re.compile(r"\b(ips?|address\w*|network|mac|bridge|vlan|adresse)\b")
_DISKS: Final = re.compile(r"\b(disks?|volumes?|drives?|platten?|storage)\b")
_SNAPSHOTS: Final = re.compile(r"\bsnapshots?\b")
_WHERE: Final = re.compile(r"\b(node|where|host|hypervisor|wo)\b")


async def tell_guest_config(look: Look) -> Iterator[str] | None:
    """One guest's configuration, or the part of it that is asked for."""
    data, cite = await read(look, "guests", "proxmox_list_guests", GuestListing)
    if data is None:
        return None
    known = {name: one for one in data.items for name in (one.name, str(one.vmid)) if name}
    wanted = mentioned(look.question, list(known))
    if not wanted:
        await look.discover("identity", "logs")
        services = look.inventory.services
        carried = [host for name in mentioned(look.question, services) for host in services[name]]
        wanted = [host for host in (*look.focus.hosts, *carried) if host in known]
    if not wanted and (look.focus.named or not look.focus.unknown):
        return await _of_machine(look)
    if not wanted:
        unknown = [one.word for one in look.focus.unknown] or list(look.question.candidates[:1])
        near = [name for one in look.focus.unknown for name in one.near]
        return unknown_name(look, unknown, near, cite)
    asked = str(known[wanted[0]].vmid)
    found, own = await read(
        look, "config", "proxmox_get_guest_config", GuestProperties, guest=asked, backups=False
    )
    if found is None or found.guest is None:
        return _unreadable(look, known[wanted[0]], cite)
    every = {title: text for title, text in _facts(found.guest, look) if text}
    chosen = _asked(look.question.folded)
    lead = _lead(look, found.guest, every, chosen)
    lines = [f"{title}: {text}{own}" for title, text in every.items()]
    return told(look, lead + f"**.{own}", ("", lines))


def _unreadable(look: Look, guest: Guest, cite: str) -> Iterator[str]:
    """Says that a guest's settings cannot be read, and why."""
    name, node = plain(guest.name or guest.label, 60), plain(guest.node, 40)
    ran = look.found["config"].ran
    why = plain(ran.evidence.summary, 160) if ran is not None else "it was not asked"
    if guest.status == "unknown":
        why = f"it is on node {node}, which does not report (is it offline?): `sre nodes {node}`"
    asked = look.found["config"].cite or cite
    return told(look, f"**The settings of {name} cannot be read now**: {why}.{cite}{asked}")


async def _of_machine(look: Look) -> Iterator[str] | None:
    """The processors of a machine that is no guest; what is asked of none is asked of all."""
    folded = look.question.folded
    if not _CORES.search(folded):
        return told(look, "**Which guest is meant is not understood**: `sre guests list` lists "
                    f"them.{look.cite('guests')}")  # fmt: skip
    model = re.search(r"\b(model|what|which|kind|type)\b", folded) and not _HOW_MANY.search(folded)
    if model or _IN_ALL.search(folded):
        found = await tell_hardware(look)
        if found is not None:
            return found
    await look.discover("targets")
    return await amount(look)


def _asked(folded: str) -> str:
    for words, title in (
        (_BOOT, "start"), (_SNAPSHOTS, "snapshots"), (_CORES, "processor"), (_MEMORY, "memory"),
        (_ADDRESS, "network"), (_DISKS, "disks"), (_WHERE, "node"),
    ):  # fmt: skip
        if words.search(folded):
            return title
    return ""


def _lead(look: Look, detail: GuestDetail, facts: dict[str, str], asked: str) -> Opening:
    name = plain(detail.guest.label, 80)
    if asked == "start" and detail.config is not None:
        on = detail.config.boot.onboot
        does = "starts" if on else "does not start"
        return Opening(yes_no(look, fine=on), f"{name} {does} on boot of its node")
    if asked == "snapshots":
        has = bool(detail.snapshots)
        said = f"{name} has {facts.get('snapshots', 'no snapshots')}"
        return Opening(yes_no(look, fine=has), said)
    if asked == "node":
        return Opening("", f"{name} is on {plain(detail.guest.node, 40)}")
    if asked and asked in facts:
        return Opening("", f"{name} has {facts[asked]}")
    kind = "container" if detail.guest.type == "lxc" else "virtual machine"
    parts = [facts[part] for part in ("processor", "memory") if part in facts]
    where = f"{plain(detail.guest.status)} on {plain(detail.guest.node, 40)}"
    return Opening("", f"{name} is a {kind} with {names(parts)}, {where}")


def _facts(detail: GuestDetail, look: Look) -> Iterator[tuple[str, str]]:
    guest, config = detail.guest, detail.config
    up = f", up {duration(guest.uptime)}" if guest.uptime else ""
    yield "state", f"{plain(guest.status)} on {plain(guest.node, 40)}{up}"
    if config is not None:
        compute = config.compute
        cores = (compute.cores or 1) * (compute.sockets or 1)
        cpu = f" ({plain(compute.cpu_type, 40)})" if compute.cpu_type else ""
        yield "processor", f"{count(cores, 'core')}{cpu}"
        memory = compute.memory or guest.memory_size
        yield "memory", f"{size(memory)} of memory" if memory else ""
        yield "disks", names([
            f"{plain(one.slot, 20)} {size(one.size) if one.size else ''} on "
            f"{plain(one.storage or one.volume, 60)}".replace("  ", " ")
            for one in config.volumes if not one.is_cdrom and not one.unused
        ], 8)  # fmt: skip
        seen = [address for one in detail.interfaces for address in one.addresses
                if not one.name.startswith("lo")]  # fmt: skip
        cards = [
            f"{plain(one.slot, 20)} {plain(one.address, 60)}".rstrip()
            + f" at {plain(one.bridge, 30)}"
            + (f", VLAN {one.vlan}" if one.vlan is not None else "")
            + (f", MAC {plain(one.mac, 30)}" if one.mac else "")
            for one in config.networks
        ]
        told_of = f"; addresses {names([plain(one, 60) for one in seen], 6)}" if seen else ""
        yield "network", names(cards, 4) + told_of
        yield "start", "starts on boot" if config.boot.onboot else "does not start on boot"
    snapshots = detail.snapshots
    listed = names([plain(one.name, 40) for one in snapshots])
    yield (
        "snapshots",
        f"{count(len(snapshots), 'snapshot')}: {listed}" if snapshots else ("no snapshots"),
    )
    yield (
        "last tasks",
        "; ".join(
            f"{plain(one.type, 30)} by {plain(one.user, 40)} {clock_time(one.started, look.now)}"
            for one in detail.tasks[:3]
        ),
    )


async def tell_autostart(look: Look) -> Iterator[str] | None:
    """Guests that are stopped though they are set to start on boot."""
    data, cite = await read(look, "stopped", "proxmox_list_guests", GuestListing, status="stopped")
    if data is None:
        return None
    stopped = [one for one in data.items if not one.template]
    found = await look.ask(**{
        f"config{one.vmid}": Call(
            "proxmox_get_guest_config", {"guest": str(one.vmid), "backups": False}
        )
        for one in stopped[:MOST_ASKED]
    })  # fmt: skip
    should: list[str] = []
    others: list[str] = []
    lines: list[str] = []
    for one in found.values():
        properties = one.data(GuestProperties)
        detail = properties.guest if properties is not None else None
        if detail is None or detail.config is None:
            continue
        name = plain(detail.guest.name or detail.guest.label, 60)
        (should if detail.config.boot.onboot else others).append(name)
        if detail.config.boot.onboot:
            last = next((task for task in detail.tasks), None)
            by = f": last {plain(last.type, 30)} by {plain(last.user, 40)} " + clock_time(
                last.started, look.now) if last is not None else ""  # fmt: skip
            lines.append(f"{name} on {plain(detail.guest.node, 40)}{by}{one.cite}")
    if len(stopped) > MOST_ASKED:
        look.note_gap(f"{len(stopped) - MOST_ASKED} further stopped guests")
    if should:
        await with_runbook(look, "guest_stopped")
        return told(look, f"**{names(should, 12)} {'is' if len(should) == 1 else 'are'} stopped "
                    f"though set to start on boot**.{cite}", ("", lines))  # fmt: skip
    rest = f": {names(others, 12)} {'is' if len(others) == 1 else 'are'} stopped on purpose" if (
        others) else ""  # fmt: skip
    return told(
        look, Opening("None: ", f"every guest that should start on boot runs**{rest}.{cite}")
    )


__all__ = ["tell_autostart", "tell_guest_config"]
