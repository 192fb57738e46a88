"""Answers whether something is mounted: a storage, a USB disk, a folder of the NAS on a machine."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from providers.pbs import Datastore
from providers.proxmox.storage import Storage
from sre_tui.agent.analyst.answers.told import read, told
from sre_tui.agent.analyst.calls import Call
from sre_tui.agent.analyst.entities import mentioned
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.opening import Opening
from sre_tui.agent.analyst.quantities import INSTANT
from sre_tui.agent.analyst.wording import capital, names, plain
from sre_tui.tools.pbs_data import DatastoreListing
from sre_tui.tools.prometheus_data import InstantValues
from sre_tui.tools.proxmox_data import StorageListing
from sre_tui.tools.truenas_data import PoolListing
from sre_tui.views.human import size

SHOWN: Final = 12
_ASKED: Final = re.compile(
    r"^(?!.*\b(?:shares?|exports?|freigaben?|snapshots?|iso|why|warum|how (?:do|can|to)|who|wer)\b)"
    r"(?:is|are|ist|sind|was|has)\b.*\b(?:mounted|eingehängt|gemountet)\b"
    r"|^(?=.*\busb\b)(?!.*\b(?:why|warum|how (?:do|can|to)|zigbee|passthrough|passed|ups|usv|coral|"
    r"dongle|printer|drucker|adapter|camera|kamera)\b)"
    r".*\b(?:mounted|mount|eingehängt|gemountet|connected|attached|plug\w*|angeschlossen|da|there|"
    r"available|online|inactive|offline|gone|weg|missing)\b"
)
_NOT: Final = re.compile(
    r"\b(?:not|isn't|nicht|un(?:mounted|plugged)|inactive|offline|gone|weg|missing)\b"
)
_USB: Final = re.compile(r"\busb\b")
_PATH: Final = re.compile(r"(?<![\w/])/?[\w.-]+(?:/[\w.-]+)+")
_SYSTEMS: Final = 'node_filesystem_size_bytes{fstype!~"tmpfs|ramfs|overlay|squashfs|vfat"}'
_DISKS: Final = 'smartctl_device{interface=~"usb.*"}'


async def tell_mounted(look: Look) -> Iterator[str] | None:
    """Whether what is named is mounted; None if that is not asked, or of nothing that is known."""
    folded = look.question.folded
    if not _ASKED.search(folded):
        return None
    data, cite = None, ""
    if look.caller.offers("proxmox_storage"):
        data, cite = await read(look, "storages", "proxmox_storage", StorageListing)
    await look.ask(
        systems=Call(INSTANT, {"query": _SYSTEMS, "limit": 2000}),
        usb=Call(INSTANT, {"query": _DISKS, "limit": 100}),
    )
    await look.discover("identity")
    storages = list(data.items) if data is not None else []
    if _USB.search(folded):
        return await _datastores(look) or _usb(look, storages, cite)
    said = mentioned(look.question, [one.name for one in storages])
    chosen = [one for one in storages if one.name in said]
    if chosen and not _PATH.search(look.question.text):
        return _storages(look, chosen, cite)
    path = next(iter(_PATH.findall(look.question.text)), "")
    hosts = [one for one in look.focus.hosts if any(host == one for host, _ in _mounts(look))]
    return await _folder(look, path.strip("/"), hosts) if path or hosts else None


async def _datastores(look: Look) -> Iterator[str] | None:
    """Whether the disk of a datastore that is called so is there; None if none is called so."""
    if not look.caller.offers("pbs_datastore_status"):
        return None
    data, cite = await read(look, "datastores", "pbs_datastore_status", DatastoreListing)
    chosen = [one for one in (data.items if data is not None else ())
              if "usb" in f"{one.name} {one.comment}".casefold()]  # fmt: skip
    if not chosen:
        return None
    lines = [_store(one) for one in chosen]
    away = any(one.is_away for one in chosen)
    head = _word(look, fine=not away)
    lead = Opening(head, f"{lines[0] if head else capital(lines[0])}**.{cite}")
    return told(look, lead, ("", [line + cite for line in lines[1:]]))


def _store(one: Datastore) -> str:
    name = f"datastore {plain(one.name, 60)} of {plain(one.source, 60)}"
    note = f" ({plain(one.comment, 100)})" if one.comment else ""
    if one.maintenance:
        return f"{name}{note} is in maintenance: {plain(one.maintenance, 100)}"
    if one.mount == "notmounted":
        return f"the disk of {name}{note} is not plugged in"
    free = f", {size(one.available)} free" if one.available is not None else ""
    return f"{name}{note} is mounted{free}"


def _usb(look: Look, storages: Sequence[Storage], cite: str) -> Iterator[str]:
    """What is called so: nobody tells of a file system by which cable its disk hangs."""
    chosen = [one for one in storages if "usb" in one.name.casefold()]
    if chosen:
        return _storages(look, chosen, cite)
    places = [(host, place) for host, place in _mounts(look) if "usb" in place.casefold()]
    if places:
        where = names([f"{plain(place, 80)} on {plain(host, 60)}" for host, place in places], SHOWN)
        lead = Opening(_word(look, fine=True), f"a file system is mounted at {where}**")
        return told(look, lead + f".{look.cite('systems')}")
    disks = look.found["usb"].data(InstantValues)
    seen = [f"{plain(one.labels.get('device', '?'), 40)} on {look.inventory.host_of(one.labels)} "
            f"({plain(one.labels.get('model_name', ''), 60)})"
            for one in (disks.items if disks is not None else ())]  # fmt: skip
    known = names([plain(one, 60) for one in dict.fromkeys(s.name for s in storages)], SHOWN)
    said = "No storage and no file system is called after USB, so whether a USB disk is mounted"
    text = f"**{said} cannot be told**"
    if seen:
        text += f"; SMART sees {names(seen, SHOWN)}{look.cite('usb')}"
    text += f"; Proxmox VE has the storages {known}.{cite}" if known else "."
    more = "`lsblk -o NAME,TRAN,MOUNTPOINTS` on the machine shows it."
    return told(look, f"{text} {more}")


def _storages(look: Look, chosen: Sequence[Storage], cite: str) -> Iterator[str]:
    bad = [one for one in chosen if one.status != "available" or one.troubled]
    lines = [_line(one) for one in (bad or chosen)]
    lead = Opening(_word(look, fine=not bad), f"{lines[0]}**.{cite}")
    return told(look, lead, ("", [line + cite for line in lines[1:]]))


def _line(one: Storage) -> str:
    on = names([plain(node, 40) for node in one.nodes], SHOWN)
    said = f"storage {plain(one.name, 60)} ({plain(one.type, 20)}) is {one.status} on {on}"
    if one.troubled:
        said += f", but not on {names([plain(node, 40) for node in one.troubled], SHOWN)}"
    free = f", {size(one.free)} free" if one.free is not None else ""
    return said + free


async def _folder(look: Look, path: str, hosts: Sequence[str]) -> Iterator[str] | None:
    """A folder of the NAS on a machine, or on any; None if it is none that is known."""
    pools, own = await read(look, "datasets", "truenas_pool_status", PoolListing, datasets=True)
    every = [one.name for pool in (pools.items if pools is not None else ())
             for one in pool.datasets]  # fmt: skip
    wanted = path if path in every else next(iter(mentioned(look.question, every)), "")
    if not wanted:
        return None
    clients = [host for host, mounts in look.inventory.mounts.items()
               if any(own_path.strip("/").endswith(wanted) for _, own_path in mounts)]  # fmt: skip
    cites = look.cite("identity") + own
    name = plain(wanted, 80)
    on = [plain(one, 60) for one in hosts]
    if on:
        fine = set(hosts) <= set(clients)
        state = "is" if fine else "is not seen to be"
        lead = Opening(_word(look, fine=fine), f"{name} {state} mounted on {names(on)}**")
    else:
        state = f"is mounted by {names([plain(one, 60) for one in clients], SHOWN)}"
        if not clients:
            state = "is not seen to be mounted by any machine"
        lead = Opening(_word(look, fine=bool(clients)), f"{name} {state}**")
    return told(look, lead + f".{cites}")


def _mounts(look: Look) -> list[tuple[str, str]]:
    """Machines with the folders at which something is mounted."""
    data = look.found["systems"].data(InstantValues)
    return [(look.inventory.host_of(one.labels), one.labels.get("mountpoint", ""))
            for one in (data.items if data is not None else ())]  # fmt: skip


def _word(look: Look, *, fine: bool) -> str:
    """Yes or no, where that is asked."""
    if not re.match(r"^(?:is|are|ist|sind|was|has)\b", look.question.folded):
        return ""
    return "Yes: " if fine is not bool(_NOT.search(look.question.folded)) else "No: "


__all__ = ["tell_mounted"]
