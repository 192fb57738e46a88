"""Answers plain facts of Proxmox VE: tags of guests, replications, storages of a node."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from providers.clock import age_in_words
from providers.proxmox import Guest
from providers.proxmox.jobs import Replication
from providers.proxmox.storage import Storage
from sre_tui.agent.analyst.answers.told import read, told, yes_no
from sre_tui.agent.analyst.entities import mentioned
from sre_tui.agent.analyst.fact_questions import speaks_of_state
from sre_tui.agent.analyst.guest_kinds import kind_of
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.opening import Opening
from sre_tui.agent.analyst.wording import clock_time, code, names, plain
from sre_tui.tools.proxmox_data import NodeListing, StorageListing
from sre_tui.tools.proxmox_guest_data import GuestListing
from sre_tui.views.human import count, percent, size

MOST_NAMES: Final = 40
_GUESTS: Final = r"(?:guests?|vms?|lxcs?|cts?|containers?|virtual machines?|machines?|gäste)"
_TAGS: Final = re.compile(
    r"^(?:which|what|who|list|show|how many|is|are|any|does|do|has|have|welche\w*|wer|hat|haben)\b"
    rf".*\b(?:tag|tags|tagged)\b|\btags? (?:of|on|does)\b|^tags?\b|^{_GUESTS} (?:with|by) tags?\b"
)
_TAG: Final = re.compile(
    r"\btag(?:s|ged)?\s+(?:is\s+|are\s+|called\s+|named\s+|as\s+|with\s+|the\s+)*[\"'`]?"
    r"(?P<tag>[a-z0-9][\w.+-]*)|(?:the|a|an)\s+[\"'`]?(?P<before>[a-z0-9][\w.+-]*)[\"'`]?\s+tag\b"
)
_NO_TAG: Final = frozenset(
    {"do", "does", "are", "is", "there", "exist", "exists", "in", "use", "used", "of", "on", "have",
     "has", "with", "which", "what", "that", "and", "or", "any", "the", "my", "at", "all", "guests",
     "guest", "vms", "vm", "containers", "container", "nodes", "who", "for", "by", "from", "set"}
)  # fmt: skip
"""Words beside "tag" that are none."""
_REPLICATION: Final = re.compile(
    rf"(?:\b{_GUESTS}\b.*\breplicat\w*|\breplicat\w*\b.*\b(?:{_GUESTS}|nodes?|proxmox|pve\w*))\b"
)
_CALLED: Final = {"lxc": "container", "qemu": "virtual machine", "": "guest"}
_WITHOUT: Final = re.compile(r"\b(?:not|no|isn't|aren't|without|nicht|keine?)\b")
_STORAGE: Final = re.compile(
    r"^(?:what|which|list|show|how many|does|has|have|welche\w*)\b.*\bstorages?\b"
    r"(?!.*\b(?:full|fullest|free|space|left|slow|used|using|most|least|inactive|down|offline|"
    r"unavailable|wrong|broken|fail\w*|missing|backups?)\b)"
)


async def tell_proxmox_fact(look: Look) -> Iterator[str] | None:
    """Tags, replications between nodes or storages of a node; None if none of them is asked for."""
    folded = look.question.folded
    if _TAGS.search(folded) and look.caller.offers("proxmox_list_guests"):
        return await _tags(look)
    nodes = look.caller.offers("proxmox_node_status")
    if _REPLICATION.search(folded) and nodes and not _of_the_nas(folded):
        return await _replications(look)
    if _STORAGE.search(folded) and look.caller.offers("proxmox_storage"):
        return await _storages(look)
    return None


def _of_the_nas(folded: str) -> bool:
    words = r"\b(?:nas|truenas|tank|data ?sets?|\w+/\w+|snapshots?|zfs|why|warum|how to)\b"
    return re.search(words, folded) is not None


async def _tags(look: Look) -> Iterator[str] | None:
    data, cite = await read(look, "guests", "proxmox_list_guests", GuestListing)
    if data is None:
        return None
    guests = [one for one in data.items if not one.template]
    kind = kind_of(look.question.folded)
    guests = [one for one in guests if kind in ("", one.type)]
    known = {tag.casefold() for one in data.items for tag in one.tags}
    spoken = re.findall(r"[a-z0-9][\w.+-]*", look.question.text.casefold())
    wanted = [word for word in dict.fromkeys(spoken) if word in known and word not in _NO_TAG]
    called = mentioned(look.question, [one.name for one in guests if one.name])
    match = _TAG.search(look.question.text.casefold())
    said = (match["tag"] or match["before"] or "") if match is not None else ""
    said = "" if said in _NO_TAG else said
    if called and not wanted and not said:
        lines = [_tagged(one) + cite for one in guests if one.name in called]
        return told(look, f"**{'; '.join(line.removesuffix(cite) for line in lines)}**.{cite}")
    listed = names([plain(one, 40) for one in sorted(known)], 20) or "none"
    if not wanted and said:
        lead = Opening("No: ", f"no guest has the tag {code(said, 40)}**.{cite} "
                                 f"Tags in use: {listed}.{cite}")  # fmt: skip
        return told(look, lead)
    if not wanted:
        by = {tag: [one for one in guests if tag in _own(one)] for tag in sorted(known)}
        rows = [f"{plain(tag, 40)}: {_names(own)}{cite}" for tag, own in by.items() if own]
        return told(look, f"**Tags in use: {listed}**.{cite}", ("", rows))
    without = _WITHOUT.search(look.question.folded) is not None
    chosen = [one for one in guests if (set(wanted) <= _own(one)) is not without]
    what = f"the tag {names([code(one, 40) for one in wanted])}"
    if not chosen:
        said = f"{'every' if without else 'no'} {_CALLED[kind]} has {what}"
        return told(look, Opening("No: ", f"{said}**.{cite}"))
    share = count(len(chosen), _CALLED[kind])
    has = ("has", "lacks") if len(chosen) == 1 else ("have", "lack")
    said = f"{share} {has[without]} {what}**: {_names(chosen)}.{cite}"
    return told(look, Opening("Yes: ", said))


def _own(guest: Guest) -> set[str]:
    return {tag.casefold() for tag in guest.tags}


def _names(guests: Sequence[Guest]) -> str:
    return names([plain(one.name or one.label, 60) for one in guests], MOST_NAMES)


def _tagged(guest: Guest) -> str:
    tags = names([plain(one, 40) for one in guest.tags]) or "no tag"
    return f"{plain(guest.label, 60)} has {tags}"


async def _replications(look: Look) -> Iterator[str] | None:
    data, cite = await read(look, "nodes", "proxmox_node_status", NodeListing)
    if data is None:
        return None
    guests, own = await read(look, "guests", "proxmox_list_guests", GuestListing)
    called = {one.vmid: plain(one.label, 60) for one in (guests.items if guests else ())}
    every = data.replications
    if not every:
        return told(look, Opening("No: ", f"no guest is replicated to another node**.{cite}"))
    on = mentioned(look.question, {one.node.name for one in data.items})
    wanted = set(mentioned(look.question, list(called.values())))
    wanted |= {label for label in called.values()
               if label.partition(" ")[0].casefold() in look.question.folded.split()}  # fmt: skip
    chosen = [one for one in every if not wanted or called.get(one.vmid or 0) in wanted]
    kind = kind_of(look.question.folded)
    types = {one.vmid: one.type for one in (guests.items if guests else ())}
    chosen = [one for one in chosen if not kind or types.get(one.vmid or 0) == kind]
    there = [one for one in on if re.search(rf"\b(?:to|onto|nach|auf) {re.escape(one.casefold())}",
                                            look.question.folded)]  # fmt: skip
    begins = [one for one in on if one not in there]
    chosen = [
        one
        for one in chosen
        if (not there or one.target in there) and (not begins or one.node in begins)
    ]
    where = f" from {names(begins)}" if begins else ""
    where += f" to {names(there)}" if there else ""
    if not chosen:
        who = names(sorted(wanted)) or f"no {_CALLED[kind]}"
        verb = "is not replicated" if wanted else "is replicated"
        return told(look, Opening("No: ", f"{who} {verb}{where}**.{cite}"))
    failed = [one for one in chosen if one.failures or one.error]
    who = names([called.get(one.vmid or 0, one.id) for one in chosen], MOST_NAMES)
    verb = "is" if len(chosen) == 1 else "are"
    head = yes_no(look, fine=not failed) if speaks_of_state(look.question.folded) else "Yes: "
    ill = f"; {count(len(failed), 'replication')} of it failed" if failed else ""
    return told(
        look, Opening(head, f"{who} {verb} replicated{where}**{ill}.{cite}{own}"),
        ("", [_replication(one, called, look.now) + cite for one in chosen]),
    )  # fmt: skip


def _replication(one: Replication, called: dict[int, str], now: datetime) -> str:
    who = called.get(one.vmid or 0, one.id)
    last = "never yet"
    if one.last_sync is not None:
        age = age_in_words((now - one.last_sync).total_seconds())
        last = f"the last at {clock_time(one.last_sync, now)} ({age} ago)"
    off = ", switched off" if one.disabled else ""
    error = f"; failed {count(one.failures, 'time')} in a row" if one.failures else ""
    why = f": {plain(one.error, 160)}" if one.error else ""
    return f"{who}: {plain(one.node, 40)} to {plain(one.target, 40)}, {last}{off}{error}{why}"


async def _storages(look: Look) -> Iterator[str] | None:
    data, cite = await read(look, "storages", "proxmox_storage", StorageListing)
    if data is None:
        return None
    on = mentioned(look.question, {node for one in data.items for node in one.nodes})
    shared = [one for one in data.items if one.shared]
    if not on and re.search(r"\bshared\b", look.question.text.casefold()):
        listed = names([plain(one.name, 60) for one in shared], MOST_NAMES) or "none"
        lead = f"**{count(len(shared), 'storage')} of Proxmox VE shared: {listed}**.{cite}"
        return told(look, lead, ("", [_storage(one) + cite for one in shared]))
    if not on:
        return None
    chosen = [one for one in data.items if set(one.nodes) & set(on)]
    listed = names([plain(one.name, 60) for one in chosen], MOST_NAMES)
    lead = f"**{names(on)} has {count(len(chosen), 'storage')}: {listed}**.{cite}"
    return told(look, lead, ("", [_storage(one) + cite for one in chosen]))


def _storage(one: Storage) -> str:
    kind = f"{'shared ' if one.shared else ''}{plain(one.type, 20)}".strip()
    holds = f", for {names([plain(part, 20) for part in one.content])}" if one.content else ""
    full = ""
    if one.ratio is not None and one.size:
        full = f", {percent(one.ratio)} of {size(one.size)} used"
    state = "" if one.status == "available" else f", {one.status}"
    return f"{plain(one.name, 60)} ({kind}){holds}{full}{state}"


__all__ = ["tell_proxmox_fact"]
