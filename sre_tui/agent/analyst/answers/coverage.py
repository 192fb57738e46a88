"""Answers which guests could be restored, and why others could not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from providers.clock import age_in_words
from sre_tui.agent.analyst.answers.coverage_parts import not_spoken_of, tell_part
from sre_tui.agent.analyst.answers.failed_backups import (
    FailedRuns,
    asks_for_failed,
    failed_runs,
)
from sre_tui.agent.analyst.answers.guest_list import TEMPLATES
from sre_tui.agent.analyst.answers.told import hedge, told, with_runbook
from sre_tui.agent.analyst.calls import Call, Found
from sre_tui.agent.analyst.coverage import tool_source
from sre_tui.agent.analyst.entities import mentioned
from sre_tui.agent.analyst.intent import RESTORES
from sre_tui.agent.analyst.known import not_known
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.opening import Opening
from sre_tui.agent.analyst.wording import both_ends, clock_time, code, names, plain
from sre_tui.diagnosis.coverage.model import GuestCoverage
from sre_tui.diagnosis.language.topics import Topic
from sre_tui.diagnosis.own_names import id_names
from sre_tui.diagnosis.patterns.load import bundled
from sre_tui.tools.backup_coverage_listing import CoverageListing
from sre_tui.tools.pbs_data import Backup, BackupListing, BackupTaskListing, DatastoreListing
from sre_tui.tools.proxmox_data import TaskListing
from sre_tui.views.human import count, percent

NEARLY_FULL: Final = 0.9
NIGHT: Final = timedelta(hours=6)
"""What a night's backup holds is the state of the morning after it."""
_PROXMOX: Final = tool_source("proxmox_list_guests")
_WHICH: Final = re.compile(r"\b(which|what|who|welche\w*|list|show)\b")
_BAD: Final = re.compile(
    r"\b(fail\w*|missing|missed|broken|wrong|errors?|kaputt|fehlgeschlagen|stale|outdated|no|not|"
    r"without|isn't|isnt|aren't|arent|any|cannot|can't|cant|unable|unrestorable)\b"
)
_LATEST: Final = re.compile(
    r"\b(when|wann|how old|wie alt|how long ago)\b|^(the )?(last|latest|newest|letzte\w*) "
)
_NEXT: Final = re.compile(
    r"\b(next|nächste\w*|schedul\w*|what time|how often|which time)\b|\bwhen (do|does|will|are)\b"
)
_WHOLLY: Final = re.compile(
    r"^(?:is|are|was|were|does|do|did|ist|sind|wird|werden)\b.*\b(?:completely|fully|entirely|"
    r"wholly|totally|all (?:its |the |of its )?disks|every disk|vollständig|komplett|ganz)\b"
)
_WHETHER: Final = re.compile(r"^(?:is|are|was|were|does|do|has|have|can|ist|sind|hat|gibt)\b")
_WHY: Final = re.compile(r"\b(why|warum|wieso|weshalb|what's wrong|what is wrong)\b")
_WORDS: Final = {
    "never": "has no backup at all", "not_covered": "is in no backup job",
    "damaged": "has a newest backup that fails its verification", "stale": "missed its last backup",
    "unknown": "cannot be told", "pending": "waits for its first backup", "ok": "is backed up",
    "excluded": "is left out on purpose", "template": "is a template",
}  # fmt: skip


async def tell_coverage(look: Look) -> Iterator[str] | None:
    """Whether the guests have a good backup, and what says why not."""
    found = (await look.ask(coverage=Call("backup_coverage", {"limit": 2000})))["coverage"]
    data = found.data(CoverageListing)
    if data is None or not data.items:
        return await _without_guests(look, found)
    called = [name for one in data.items for name in (one.name, str(one.vmid)) if name]
    wanted = mentioned(look.question, called)
    templates = [one for one in data.items if one.verdict == "template"]
    about = TEMPLATES.search(look.question.folded) is not None
    if about and not wanted:
        wanted = [str(one.vmid) for one in templates]
    # Nobody who asks how the backups are means the templates.
    known = [one for one in data.items
             if one not in templates or {one.name, str(one.vmid)} & set(wanted)]  # fmt: skip
    if not wanted and look.question.candidates:
        wanted = await _known_elsewhere(look, called)
        if not wanted and look.focus.unknown:
            return not_known(look)
    guests = [one for one in known if not wanted or {one.name, str(one.vmid)} & set(wanted)]
    if about:
        guests = _spoken_of(look.question.folded, guests)
    on = mentioned(look.question, {one.node for one in known})
    if on and not wanted:
        guests = [one for one in known if one.node in on]
    if (part := tell_part(look, data, guests, found.cite)) is not None:
        return part
    bad = [one for one in guests if one.problem]
    reasons: list[str] = []
    jobless = bool(bad) and all(not one.jobs and one.verdict in ("not_covered", "never")
                                for one in bad)  # fmt: skip
    if bad:
        reasons = await _reasons(look, bad)
        own = id_names(bad[0].vmid, bad[0].type) if len(bad) == 1 else {}
        kind = "backup_uncovered" if jobless else _kind(bad[0])
        await with_runbook(look, kind, **own)
    failed = None
    if asks_for_failed(look.question.folded):
        failed = await failed_runs(look, guests, bool(wanted))
    runs = failed.lines if failed is not None else ()
    lead = _lead(look, guests, bad, found)
    open_words = not_spoken_of(look, [*called, *wanted, *on])
    if open_words and bad:
        lead = lead.wordless(well=False)
    elif open_words:
        said = names([code(one, 40) for one in open_words[:3]])
        lead = Opening("", f"Of {said} the backups of the guests do not tell**. Known is: "
                           f"{lead.unworded}")  # fmt: skip
    disks = _left_disks(guests)
    if disks and not bad and _WHOLLY.search(look.question.folded):
        now = lead.unworded
        lead = Opening(
            "No, ", f"not completely: {'; '.join(disks)} is in no backup**.{found.cite} "
        )
        lead += f"Of the rest: {now}"
        disks = []
    if disks and not bad and not _WHICH.search(look.question.folded):
        lead += f" Not backed up: {'; '.join(disks)}.{found.cite}"
        disks = []
    return told(look, _with_failed(look, lead, failed, bool(bad)),
                ("What is wrong", [_line(one, look.now) + found.cite for one in bad]),
                ("What says why", reasons),
                ("Failed runs", [one for one in runs if not bad]),
                ("Newest backups", _newest(look, guests, bad, found)),
                ("Disks in no backup", [one + found.cite for one in disks]),
                ("Left out on purpose", _left_out(guests, found)))  # fmt: skip


def _spoken_of(folded: str, templates: Sequence[GuestCoverage]) -> list[GuestCoverage]:
    """The templates of whose names the question holds a word, as in "the debian template"."""
    said = set(folded.split()) - {"template", "templates"}
    chosen = [one for one in templates if said & set((one.name or "").casefold().split("-"))]
    return chosen or list(templates)


def _with_failed(look: Look, lead: Opening, failed: FailedRuns | None, bad: bool) -> Opening:
    """The state of now, together with what failed in the time asked about."""
    if failed is None:
        return lead
    if not failed.said:
        if bad or not failed.cite:
            return lead
        began = clock_time(failed.since, look.now)
        return lead + f" No task of a backup failed since {began}.{failed.cite}"
    if bad:
        return lead + f" {failed.said.replace('**', '', 1)}.{failed.cite}"
    word = "" if _WHICH.search(look.question.folded) else "Yes: "
    return Opening(word, f"{failed.said}.{failed.cite} By now {lead.unworded}")


def _left_disks(guests: Sequence[GuestCoverage]) -> list[str]:
    """The disks that no backup holds, though their guests are backed up."""
    by_disk: dict[str, list[str]] = {}
    for guest in guests:
        for disk in guest.excluded_disks:
            by_disk.setdefault(disk, []).append(plain(guest.name or guest.label, 60))
    return [f"{plain(disk, 40)} of {names(own, 10)}" for disk, own in by_disk.items()]


async def _known_elsewhere(look: Look, called: Sequence[str]) -> list[str]:
    """Ids of the guests a question names, where only metrics know their names.

    A node that is off does not report what its guests are called.
    """
    await look.discover("identity", "logs")
    hosts = set(look.focus.hosts)
    ids = [own.partition("/")[2] for own, name in look.inventory.name_of_id.items()
           if name in hosts and own.startswith(("qemu/", "lxc/"))]  # fmt: skip
    return [one for one in ids if one in called]


async def _without_guests(look: Look, asked: Found) -> Iterator[str] | None:
    """What the backup servers hold, where no Proxmox VE tells which guests there are."""
    hosts = [name for name in look.coverage.failed if name.startswith(_PROXMOX)]
    why = " ".join(look.coverage.trouble(name) for name in hosts)
    found = (await look.ask(held=Call("pbs_list_backups", {"limit": 1000})))["held"]
    data = found.data(BackupListing)
    if data is None and asked.data(CoverageListing) is None:
        return None
    lead = "Cannot tell which guests are backed up: no Proxmox VE says which guests there are"
    lead = f"**{lead}**. {why}" if why else f"**{lead}**.{asked.cite}"
    held = sorted(data.items if data is not None else (), key=lambda one: one.at, reverse=True)
    called = [name for one in held for name in (one.name, one.id) if name]
    wanted = set(mentioned(look.question, called))
    chosen = [one for one in held if not wanted or {one.name, one.id} & wanted]
    return told(look, lead, ("What the backup servers hold", [_held(one, look.now) + found.cite
                for one in chosen]))  # fmt: skip


def _held(group: Backup, now: datetime) -> str:
    state = {"ok": "verified", "failed": "verification failed", None: "not verified yet"}
    age = age_in_words((now - group.at).total_seconds())
    what = f"{plain(group.name or group.group, 60)} ({plain(group.group, 40)})"
    when = f"newest backup {clock_time(group.at, now)} ({age} ago)"
    return f"{what} in {plain(group.datastore, 60)}: {when}, {state[group.verified]}"


def _newest(
    look: Look, guests: Sequence[GuestCoverage], bad: Sequence[GuestCoverage], found: Found
) -> list[str]:
    asked = len(guests) <= 3 or _LATEST.search(look.question.folded)
    good = [one for one in guests if one.verdict == "ok" and one not in bad]
    return [_line(one, look.now) + found.cite for one in good] if asked else []


def _left_out(guests: Sequence[GuestCoverage], found: Found) -> list[str]:
    left = [plain(one.label, 60) for one in guests if one.verdict == "excluded"]
    return [f"{names(left, 10)}{found.cite}"] if left else []


def _lead(
    look: Look, guests: Sequence[GuestCoverage], bad: Sequence[GuestCoverage], found: Found
) -> Opening:
    folded, now, cite = look.question.folded, look.now, found.cite
    idle = ("excluded", "unknown", "pending", "template")
    counted = [one for one in guests if one.verdict not in idle]
    every = count(len(counted), "guest")
    if _NEXT.search(folded):
        runs = sorted({f"{one.schedule} to {one.storage}" for guest in guests
                       for one in guest.jobs})  # fmt: skip
        listed = names([plain(one, 60) for one in runs], 8) or "no backup job covers them"
        return Opening("", f"Backup jobs run at: {listed}**.{cite}")
    if RESTORES.search(folded) and len(guests) == 1 and guests[0].newest is not None:
        at = guests[0].newest.at
        return _restorable(look, guests[0], at, cite)
    if _LATEST.search(folded) and not _BAD.search(folded):
        dated = [one for one in guests if one.newest is not None]
        last = max(dated, key=lambda one: one.newest.at if one.newest else now, default=None)
        if last is not None and last.newest is not None:
            age = age_in_words((now - last.newest.at).total_seconds())
            when = clock_time(last.newest.at, now)
            ids = look.inventory.name_of_id
            known = ids.get(f"qemu/{last.vmid}") or ids.get(f"lxc/{last.vmid}")
            who = plain(last.name or known or last.label, 60)
            said = f"The newest good backup of {who} is of {when}** ({age} ago)"
            return Opening("", f"{said}.{cite}")
    scope = look.question.scope
    if scope.said and re.match(r"^(did|has|have|was|were|is)\b", folded) and guests and not bad:
        ends = [one.newest.at for one in guests if one.newest is not None]
        if ends and max(ends) < scope.start:
            latest = max(ends)
            age = age_in_words((now - latest).total_seconds())
            who = f" of {plain(guests[0].name or guests[0].label, 60)}" if len(guests) == 1 else ""
            when = f"is of {clock_time(latest, now)}"
            return Opening("No: ", f"the newest good backup{who} {when}** ({age} ago).{cite}")
    asks_bad = _BAD.search(folded) is not None
    which = _WHICH.search(folded) is not None
    if bad:
        why = _WHY.search(folded) is not None
        word = "" if which or why else "Yes: " if _asks_for_failure(folded) else "No: "
        if len(bad) == 1:
            return Opening(word, f"{_said(bad[0])}**, {_good(bad[0], now)}.{cite}")
        same = {one.verdict for one in bad}
        who = names([plain(one.name or one.label, 60) for one in bad], 50)
        share = f"all {every}" if len(bad) == len(counted) else f"{len(bad)} of {every}"
        late = " in time" if "stale" in same else ""
        what = f"no good backup{late}" if len(same) > 1 else {
            "stale": "missed the last backup", "never": "no backup at all",
            "not_covered": "no backup job", "damaged": "a newest backup that fails verification",
        }[next(iter(same))]  # fmt: skip
        have = "" if what.startswith("missed") else "have "
        newest = max((one.newest.at for one in bad if one.newest), default=None)
        last_good = f"; the newest good one is of {clock_time(newest, now)}" if newest else ""
        return Opening(word, f"{share} {have}{what}: {who}**{last_good}.{cite}")
    held = [one for one in guests if one.newest is not None]
    if not counted and held:
        word = "Yes: " if _WHETHER.match(folded) else ""
        return Opening(word, f"{'; '.join(_kept(one, now) for one in held[:3])}.{cite}")
    if not counted:
        who = names([plain(one.label, 60) for one in guests[:4]])
        are = "is" if len(guests) == 1 or not who else "are"
        said = f"{who or 'No guest'} {are} not backed up: {_unbacked(guests)}**"
        return Opening("", f"{said}.{cite}")
    times = [one.newest.at for one in counted if one.newest is not None]
    word = "None: " if which and asks_bad else "No: " if _asks_for_failure(folded) else "Yes: "
    span = ""
    if times:
        first, last_at = both_ends(min(times), max(times), now)
        span = (
            f", of {clock_time(times[0], now)}"
            if len(times) == 1
            else f", made between {first} and {last_at}"
        )
    who = f"all {every} have a good backup" if len(counted) > 1 else (
        f"{plain(counted[0].name or counted[0].label, 60)} has a good backup"
    )  # fmt: skip
    return Opening(word, f"{who}**{span}.{cite}")


def _restorable(look: Look, one: GuestCoverage, at: datetime, cite: str) -> Opening:
    """Whether a guest can be restored: as it was at the time that is asked for, if one is."""
    now, scope = look.now, look.question.scope
    when = f"{clock_time(at, now)}** ({age_in_words((now - at).total_seconds())} ago)"
    who = plain(one.name or one.label, 60)
    but = f"; it {_WORDS[one.verdict]}" if one.problem else ""
    by = hedge(look, ("pbs_list_backups",), "proxmox_list_guests")
    if scope.said and at < scope.start - NIGHT:
        return Opening("No: ", f"{who} only to its state of {when}{but}.{cite}", by=by)
    if scope.said and at > scope.end:
        kept = f"{count(one.copies, 'good backup')} of it are kept"
        said = f"The newest good backup of {who} is of {when}; {kept}, and whether one is of that"
        return Opening("", f"{said} time `sre backups list` tells.{cite}")
    said = f"{who} to its state of {when}{but.replace('; it', '; but it')}.{cite}"
    return Opening("Yes: ", said, by=by)


_WITHOUT_FAULT: Final = re.compile(
    r"\b(?:without|w/o(?:ut)?|ohne|no) (?:any |a |einen? )?"
    r"(?:errors?|problems?|fail\w*|issues?|fehler)\b"
)
"""Asks for success in the words of failure."""


def _asks_for_failure(folded: str) -> bool:
    return re.search(
        r"\b(fail\w*|missing|missed|broken|wrong|errors?|kaputt|fehlgeschlagen|stale|outdated|"
        r"without|w/o(?:ut)?|ohne|lack\w*)\b",
        _WITHOUT_FAULT.sub("", folded),
    ) is not None  # fmt: skip


def _unbacked(guests: Sequence[GuestCoverage]) -> str:
    return names(list(dict.fromkeys(plain(one.reason or _WORDS[one.verdict], 120)
                                    for one in guests[:4]))) or "none is known"  # fmt: skip


def _said(guest: GuestCoverage) -> str:
    return f"{plain(guest.name or guest.label, 60)} {_WORDS[guest.verdict]}"


def _kept(guest: GuestCoverage, now: datetime) -> str:
    """The backups there are of a guest of which no job makes new ones."""
    assert guest.newest is not None
    state = "verified" if guest.newest.verified == "ok" else "not verified yet"
    age = age_in_words((now - guest.newest.at).total_seconds())
    places = names([plain(one, 60) for one in guest.places], 4)
    kept = f"{count(guest.copies, 'good backup')} of {plain(guest.label, 60)}"
    exist = "exists" if guest.copies == 1 else "exist"
    newest = f"the newest of {clock_time(guest.newest.at, now)} ({age} ago), {state}"
    why = plain(guest.reason or _WORDS[guest.verdict], 120)
    return f"{kept} {exist} in {places}**: {newest}; no new ones are made: {why}"


def _good(guest: GuestCoverage, now: datetime) -> str:
    if guest.newest is None:
        return "no good one is known"
    age = age_in_words((now - guest.newest.at).total_seconds())
    return f"the newest good one is of {clock_time(guest.newest.at, now)} ({age} ago)"


def _line(guest: GuestCoverage, now: datetime) -> str:
    jobs = ", ".join(f"{plain(one.schedule, 40)} to {plain(one.storage, 40)}" for one in guest.jobs)
    verified = guest.newest is not None and guest.newest.verified == "ok"
    state = f", {'verified' if verified else 'not verified yet'}" if guest.newest else ""
    error = f"; the last run failed: {plain(guest.error, 160)}" if guest.error else ""
    what = f"{plain(guest.label, 60)}: {_WORDS[guest.verdict]}; {_good(guest, now)}{state}"
    return f"{what}{error}{f'; jobs {jobs}' if jobs else ''}"


async def _reasons(look: Look, bad: Sequence[GuestCoverage]) -> list[str]:
    """What the datastores and failed tasks say about it."""
    arguments: dict[str, object] = {"errors": True, "since": "3d", "limit": 50}
    found = await look.ask(
        datastores=Call("pbs_datastore_status", {}),
        pve_tasks=Call("proxmox_list_tasks", {**arguments, "type": "vzdump"}),
        pbs_tasks=Call("pbs_list_tasks", arguments),
    )
    lines = []
    stores = found["datastores"].data(DatastoreListing)
    for store in stores.items if stores is not None else ():
        if store.error or (store.ratio or 0.0) >= NEARLY_FULL:
            fill = f"{percent(store.ratio)} full" if store.ratio is not None else "broken"
            error = f": {plain(store.error, 120)}" if store.error else ""
            name = plain(store.name, 60)
            lines.append(f"datastore {name} is {fill}{error}{found['datastores'].cite}")
    told_tasks: list[str] = []
    guests = found["pve_tasks"].data(TaskListing)
    told_tasks += [
        _failed(one.type, one.guest or one.subject or one.node, one.started, one.status, look.now)
        + found["pve_tasks"].cite
        for one in (guests.items if guests is not None else ())
    ]
    groups = found["pbs_tasks"].data(BackupTaskListing)
    told_tasks += [
        _failed(own.type, own.subject, own.started, own.status, look.now) + found["pbs_tasks"].cite
        for own in (groups.items if groups is not None else ())
    ]
    return lines + told_tasks[:4]


def _failed(kind: str, about: str, at: datetime, status: str, now: datetime) -> str:
    what = f"task {plain(kind, 30)} {plain(about, 60)}".rstrip()
    return f"{what} failed {clock_time(at, now)}: {plain(status, 160)}"


def _kind(guest: GuestCoverage) -> str:
    """The failure pattern that says why a guest lacks a backup."""
    if guest.verdict == "damaged":
        return "backup_unverified"
    if guest.verdict in ("not_covered", "never"):
        return "backup_uncovered"
    said = [pattern for pattern, sign in bundled().line_signs()
            if Topic.BACKUP in pattern.topics and pattern.fix and sign.regex.search(guest.error)
            ] if guest.error else []  # fmt: skip
    # What is likelier the beginning says more of what helps: a full datastore than a failed run.
    return max(said, key=lambda one: one.root).id if said else "backup_missing"


__all__ = ["tell_coverage"]
