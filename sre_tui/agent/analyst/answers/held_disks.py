"""Answers how many disks a pool or a guest has, of which kind they are, and which guests boot."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from providers.proxmox import Guest
from sre_tui.agent.analyst.answers.told import read, told
from sre_tui.agent.analyst.entities import mentioned
from sre_tui.agent.analyst.fact_questions import speaks_of_state
from sre_tui.agent.analyst.guest_kinds import kind_of
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.opening import Opening
from sre_tui.agent.analyst.pool_members import members_of
from sre_tui.agent.analyst.wording import capital, names, plain
from sre_tui.tools.hdd_power_status import PowerListing
from sre_tui.tools.proxmox_guest_data import GuestListing, GuestProperties
from sre_tui.tools.truenas_data import PoolListing
from sre_tui.views.human import count, size

MOST_NAMES: Final = 40
_DISKS: Final = r"(?:disks?|drives?|hdds?|ssds?|platten?|festplatten?|laufwerke?)"
_HOW_MANY: Final = re.compile(
    rf"^(?:how many|wie ?viele) (?:physical |virtual |hard )?{_DISKS}"
    r"(?: (?:are|is|does|do|has|have|hat|haben|sind|there|in|on|of|the|my|pool|vm|guest|"
    r"container|lxc|im|am|auf|built|attached|to|got|need))* [\w./-]+(?: (?:have|has|got|made of))?$"
)
_OF_KIND: Final = re.compile(
    rf"^(?:which|what|welche|list|show|how many|wie ?viele)\b.*\b{_DISKS} (?:are|sind|is) "
    r"(?:an? )?(?P<kind>ssds?|hdds?|spinning|flash|solid state|rotational)$"
)
_IS_OF_KIND: Final = re.compile(
    r"^(?:is|are|ist|sind) (?:the )?(?:disks? )?(?:sd[a-z]{1,2}|nvme\w+) (?:an? |eine? )?"
    r"(?P<kind>ssd|hdd|spinning)\b"
)
_BOOTS: Final = re.compile(
    r"^(?:which|what|list|show|how many|welche|wie ?viele)\b.*"
    r"\b(?:guests?|vms?|lxcs?|cts?|containers?|machines?|gäste)\b.*"
    r"\b(?:start\w*|boot\w*|onboot|autostart\w*)\b.*"
)
_ON_BOOT: Final = re.compile(
    r"\b(?:on ?boot|at boot|autostart\w*|automatic\w*|by (?:itself|themselves)|"
    r"with the (?:node|host)|after a reboot|automatisch)\b"
)
_NOT: Final = re.compile(r"\b(?:not|don'?t|doesn'?t|won'?t|never|without|no|nicht|kein\w*)\b")


async def tell_held_disks(look: Look) -> Iterator[str] | None:
    """Disks by pool, guest or kind, and guests by whether they start on boot; else None."""
    folded = look.question.folded
    if (kind := _OF_KIND.search(folded)) is not None and look.caller.offers("hdd_power_status"):
        return await _of_kind(look, "ssd" if kind["kind"][0] in "sf" and kind["kind"] != "spinning"
                              else "hdd")  # fmt: skip
    if (kind := _IS_OF_KIND.search(folded)) is not None and look.caller.offers("hdd_power_status"):
        return await _whether(look, "ssd" if kind["kind"] == "ssd" else "hdd")
    if _HOW_MANY.search(folded):
        return await _of_pool(look) or await _of_guest(look)
    stopped = re.search(r"\b(?:stopped|down|off|running|aus)\b", folded)
    if _BOOTS.search(folded) and _ON_BOOT.search(folded) and not stopped:
        return await _booting(look)
    return None


async def _of_kind(look: Look, kind: str) -> Iterator[str] | None:
    data, cite = await read(look, "disks", "hdd_power_status", PowerListing, since="1d")
    if data is None or speaks_of_state(look.question.folded):
        return None
    chosen = [one for one in data.items if one.type == kind]
    called = "SSD" if kind == "ssd" else "spinning disk"
    if not chosen:
        return told(look, f"**No {called} is known to the NAS**.{cite}")
    where: dict[str, list[str]] = {}
    for one in chosen:
        on = f"{plain(one.host, 40)}, {plain(one.pool or 'in no pool', 40)}"
        where.setdefault(on, []).append(plain(one.name, 40))
    listed = "; ".join(f"{names(own, MOST_NAMES)} ({on})" for on, own in where.items())
    return told(look, f"**{count(len(chosen), called)}: {listed}**.{cite}")


async def _whether(look: Look, kind: str) -> Iterator[str] | None:
    data, cite = await read(look, "disks", "hdd_power_status", PowerListing, since="1d")
    items = data.items if data is not None else ()
    said = mentioned(look.question, [one.name for one in items])
    chosen = [one for one in items if one.name in said and one.type in ("ssd", "hdd")]
    # Of several machines' disks of one name those of a pool are meant first.
    chosen.sort(key=lambda one: not one.pool)
    if not chosen:
        return None
    one = chosen[0]
    called = "an SSD" if one.type == "ssd" else "a spinning disk"
    word = "Yes: " if one.type == kind else "No: "
    who = f"{plain(one.name, 40)} on {plain(one.host, 40)}"
    return told(look, Opening(word, f"{who} is {called}**.{cite}"))


async def _of_pool(look: Look) -> Iterator[str] | None:
    if not look.caller.offers("truenas_pool_status"):
        return None
    data, cite = await read(look, "pools", "truenas_pool_status", PoolListing)
    pools = data.items if data is not None else ()
    said = mentioned(look.question, [one.name for one in pools])
    chosen = [one for one in pools if one.name in said]
    if not chosen:
        return None
    lines = []
    for pool in chosen:
        members = members_of(pool)
        makes = list(dict.fromkeys(plain(one.model, 60) for one in members if one.model))
        of = f": {names(makes, 6)}" if makes else ""
        labels = names([plain(one.label, 40) for one in members], MOST_NAMES)
        lines.append(f"{plain(pool.name, 40)} has {count(len(members), 'disk')}{of} ({labels})")
    return told(look, f"**{lines[0]}**.{cite}", ("", [line + cite for line in lines[1:]]))


async def _of_guest(look: Look) -> Iterator[str] | None:
    if not look.caller.offers("proxmox_get_guest_config"):
        return None
    data, _ = await read(look, "guests", "proxmox_list_guests", GuestListing)
    known = {key: one for one in (data.items if data is not None else ())
             for key in (one.name, str(one.vmid)) if key}  # fmt: skip
    said = mentioned(look.question, list(known))
    if not said:
        return None
    asked = str(known[said[0]].vmid)
    found, cite = await read(
        look, "config", "proxmox_get_guest_config", GuestProperties, guest=asked, backups=False
    )
    detail = found.guest if found is not None else None
    if detail is None or detail.config is None:
        return None
    disks = [one for one in detail.config.volumes if not one.is_cdrom and not one.unused]
    lines = [
        f"{plain(one.slot, 20)}{f' {size(one.size)}' if one.size else ''} on "
        f"{plain(one.storage or one.volume, 60)}"
        for one in disks
    ]
    who = plain(detail.guest.label, 60)
    return told(look, f"**{who} has {count(len(disks), 'disk')}**: {names(lines, 20)}.{cite}")


async def _booting(look: Look) -> Iterator[str] | None:
    """Guests by whether their node starts them."""
    if not look.caller.offers("proxmox_list_guests"):
        return None
    data, cite = await read(look, "guests", "proxmox_list_guests", GuestListing)
    kind = kind_of(look.question.folded)
    every = [one for one in (data.items if data is not None else ())
             if not one.template and kind in ("", one.type)]  # fmt: skip
    told_of = [one for one in every if one.onboot is not None]
    if not told_of:
        return None
    wanted = _NOT.search(look.question.folded) is None
    chosen = [one for one in told_of if one.onboot is wanted]
    what = {"qemu": "virtual machine", "lxc": "LXC container", "": "guest"}[kind]
    do = "on boot of its node" if len(chosen) == 1 else "on boot of their nodes"
    does = ("starts" if wanted else "does not start") if len(chosen) == 1 else (
        "start" if wanted else "do not start"
    )  # fmt: skip
    share = f"{count(len(chosen), what)} {does} {do}"
    rest = ""
    if len(every) > len(told_of):
        # Only of guests that are off the setting is read with the list.
        share = f"of those that are off, {share}" if len(chosen) else (
            f"all of those that are off {'do not start' if wanted else 'start'} {do}"
        )  # fmt: skip
        rest = "; of one that runs `sre guests show <guest>` tells it"
    listed = f"**: {_listed(chosen)}" if chosen else "**"
    return told(look, f"**{capital(share)}{listed}{rest}.{cite}")


def _listed(guests: Sequence[Guest]) -> str:
    ordered = sorted(guests, key=lambda one: (one.name or "", one.vmid))
    return names([plain(one.name or one.label, 60) for one in ordered], MOST_NAMES)


__all__ = ["tell_held_disks"]
