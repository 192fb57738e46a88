"""Answers which backups there are on the backup servers: how many, how large, verified or not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from sre_tui.agent.analyst.answers.told import Section, read, told, with_runbook
from sre_tui.agent.analyst.entities import mentioned
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.opening import Opening
from sre_tui.agent.analyst.wording import clock_time, names, plain
from sre_tui.diagnosis.coverage.model import GuestCoverage
from sre_tui.tools.backup_coverage_listing import CoverageListing
from sre_tui.tools.pbs_data import Backup, BackupListing
from sre_tui.views.human import count, size

_UNVERIFIED: Final = re.compile(r"\b(verif\w*|damaged|corrupt\w*)\b")
_SIZE: Final = re.compile(r"\b(space|size|big\w*|large\w*|gb|tb|groß|größte\w*|platz)\b")
_OF_HOSTS: Final = re.compile(
    r"^(?!.*\b(?:guests?|vms?|lxcs?|cts?|containers?|gäste)\b).*\bhosts?\b"
)
_PROTECTED: Final = re.compile(r"\b(?:protected|geschützt)\b")
_OWNER: Final = re.compile(r"\b(?:owns?|owners?|owned|gehör\w*|besitzer)\b")
_OLDEST: Final = re.compile(r"\b(oldest|stale|overdue|outdated|älteste\w*)\b")


async def tell_held_backups(look: Look) -> Iterator[str] | None:
    """Groups of backups with newest, size, number and verification."""
    data, cite = await read(look, "held", "pbs_list_backups", BackupListing, limit=1000)
    if data is None:
        return None
    called = [name for one in data.items for name in (one.name, one.id) if name]
    wanted = mentioned(look.question, called)
    groups = [one for one in data.items if not wanted or {one.name, one.id} & set(wanted)]
    folded = look.question.folded
    if _OF_HOSTS.search(folded):
        groups = [one for one in groups if one.type == "host"]
    if _OWNER.search(folded) and groups:
        return _owners(look, groups, cite)
    if _PROTECTED.search(folded):
        kept = [one for one in groups if one.protected_count]
        if not kept:
            return told(look, Opening("None: ", f"no backup is protected from pruning**.{cite}"))
        total = count(sum(one.protected_count for one in kept), "backup")
        who = names(list(dict.fromkeys(_called(one) for one in kept)), 12)
        return told(look, f"**{total} protected from pruning: of {who}**.{cite}")
    if _UNVERIFIED.search(folded):
        bad = [one for one in groups if one.verified == "failed" or one.failed_count]
        if not bad:
            return told(look, Opening("None: ", f"no backup failed its verification**.{cite}"))
        await with_runbook(look, "backup_unverified")
        listed = names(list(dict.fromkeys(_called(one) for one in bad)), 10)
        lead = f"**{listed}: {count(sum(one.failed_count for one in bad), 'backup')} failed the "
        return told(look, f"{lead}verification**.{cite}", ("", [_line(one, look) + cite
                    for one in bad]))  # fmt: skip
    if not groups:
        return told(look, f"**There is no such backup on the backup servers.**{cite}")
    if _SIZE.search(folded):
        groups.sort(key=lambda one: -(one.size or 0))
        first = groups[0]
        lead = f"**{_called(first)} has the largest newest backup: {size(first.size or 0)}**"
    elif _OLDEST.search(folded):
        groups.sort(key=lambda one: one.at)
        first = groups[0]
        when = clock_time(first.at, look.now)
        lead = f"**{_called(first)} has the oldest newest backup: {when}**"
    else:
        total = count(sum(one.count for one in groups), "backup")
        who = f" of {names(list(dict.fromkeys(_called(one) for one in groups)))}" if wanted else (
            f" in {count(len(groups), 'group')}"
        )  # fmt: skip
        newest = max(groups, key=lambda one: one.at)
        lead = f"**{total}{who}**, the newest of {clock_time(newest.at, look.now)}"
        more = None if _OF_HOSTS.search(folded) else await _on_proxmox(look, wanted)
        if more is not None:
            return told(look, *_with_archives(look, groups, more, lead, cite))
    return told(look, f"{lead}.{cite}", ("", [_line(one, look) + cite for one in groups]))


def _owners(look: Look, groups: Sequence[Backup], cite: str) -> Iterator[str]:
    """Who owns the groups of backups."""
    held: dict[str, list[str]] = {}
    for one in groups:
        held.setdefault(one.owner or "nobody that is told", []).append(_called(one))
    said = [f"{plain(owner, 60)} owns {names(list(dict.fromkeys(own)), 8)}"
            for owner, own in sorted(held.items(), key=lambda pair: len(pair[1]))]  # fmt: skip
    return told(look, f"**{said[0]}**.{cite}", ("", [line + cite for line in said[1:]]))


async def _on_proxmox(look: Look, wanted: Sequence[str]) -> list[GuestCoverage] | None:
    """Guests of which storages of Proxmox VE hold archives; None if that is not told."""
    if not look.caller.offers("backup_coverage"):
        return None
    data, _ = await read(look, "coverage", "backup_coverage", CoverageListing, limit=2000)
    if data is None:
        return None
    return [
        one
        for one in data.items
        if (not wanted or {one.name, str(one.vmid)} & set(wanted))
        and any(not place.startswith("pbs:") for place in one.places)
    ]


def _with_archives(
    look: Look, groups: Sequence[Backup], guests: Sequence[GuestCoverage], lead: str, cite: str
) -> tuple[str, Section]:
    """The lead and the lines with the archives that storages of Proxmox VE hold."""
    lines = [_line(one, look) + cite for one in groups]
    if not guests:
        return f"{lead}.{cite}", ("", lines)
    own = look.cite("coverage")
    held = sum(one.count - one.failed_count for one in groups)
    if len(guests) == 1 and {one.id for one in groups} == {str(guests[0].vmid)}:
        guest = guests[0]
        places = [one for one in guest.places if not one.startswith("pbs:")]
        where = names([plain(one.partition("/")[2] or one, 60) for one in places], 6)
        archives = guest.copies - held
        if archives > 0:
            total = sum(one.count for one in groups) + archives
            newest = max(one.at for one in groups)
            lead = (
                f"**{count(total, 'backup')} of {plain(guest.name or guest.label, 60)}**: "
                f"{total - archives} on the backup servers and {archives} in {where} of "
                f"Proxmox VE, the newest of {clock_time(newest, look.now)}"
            )
            return f"{lead}.{cite}{own}", ("", lines)
    said = f"Not counted: archives of {count(len(guests), 'guest')} on storages of Proxmox VE"
    return f"{lead}.{cite} {said}; `sre backups coverage` counts them.{own}", ("", lines)


def _called(group: Backup) -> str:
    return plain(group.name or group.group, 60)


def _line(group: Backup, look: Look) -> str:
    verified = {"ok": "verified", "failed": "verification failed", None: "not verified yet"}
    where = group.datastore + (f":{group.namespace}" if group.namespace else "")
    held = f", {size(group.size)}" if group.size is not None else ""
    newest = f"the newest of {clock_time(group.at, look.now)}{held}, {verified[group.verified]}"
    kept = count(group.count, "backup")
    late = ", overdue" if group.stale else ""
    return f"{_called(group)} ({group.group}) in {plain(where, 80)}: {kept}, {newest}{late}"


__all__ = ["tell_held_backups"]
