"""Answers what the backup jobs do: whom they take, when the next one runs, which takes longest."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from providers.clock import age_in_words
from sre_tui.agent.analyst.answers.told import told, with_runbook
from sre_tui.agent.analyst.calls import Call, Found
from sre_tui.agent.analyst.entities import mentioned
from sre_tui.agent.analyst.known import not_known, nothing_known
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.opening import Opening
from sre_tui.agent.analyst.wording import capital, cited, clock_time, names, plain
from sre_tui.diagnosis.coverage.jobs import BackupJobState
from sre_tui.diagnosis.coverage.model import GuestCoverage
from sre_tui.tools.backup_coverage_listing import CoverageListing
from sre_tui.tools.backup_jobs import JobListing
from sre_tui.tools.pbs_data import BackupTaskListing
from sre_tui.tools.proxmox_data import TaskListing
from sre_tui.views.human import count, duration

JOBS: Final = "backup_jobs"
COVERAGE: Final = "backup_coverage"
NAMED: Final = 8
"""Guests that the first sentence names."""
_BACKUP: Final = r"(?:back\w*ups?|backed up|sicherung\w*|gesichert|vzdump|pbs)"
_JOBS: Final = r"(?:jobs?|schedules?|plans?|auftr\w+|plan)"
_UNTAKEN: Final = re.compile(
    rf"\b(?:no|without|lack\w*|missing|kein\w*|ohne)\b (?:an?y? )?(?:\w+ )?{_BACKUP}[ -]?{_JOBS}\b"
    rf"|\b(?:not|isn't|aren't|in no|nicht|never)\b.*\b{_BACKUP}[ -]?{_JOBS}\b"
    rf"|^(?:is|are|ist|sind)\b.*\b(?:in|part of|covered by|selected by|teil)\b.*\b{_BACKUP}?"
    rf"[ -]?{_JOBS}\b"
    rf"|\b(?:which|what|welche\w*)\b.*\b{_JOBS}\b.*\b(?:cover|take|back\w* up|include|select)\w*\b"
)
_NEXT: Final = re.compile(
    rf"\b(?:next|nächste\w*|upcoming|coming)\b.*\b{_BACKUP}\b|\b{_BACKUP}\b.*\b(?:next|nächste\w*)\b"
    rf"|^when (?:will|is|does|are|do)\b.*\b(?:be|get|being) backed up\b(?!.*\blast\b)"
    rf"|^(?:do|does|will|is|are|läuft|laufen)\b.*\b{_BACKUP}\b.*\b(?:tonight|tomorrow|heute nacht|"
    rf"morgen)\b"
    rf"|^wann wird\b.*\b(?:gesichert|das backup)\b"
)
_LONGEST: Final = re.compile(
    rf"\b{_BACKUP}\b.*\b(?:longest|slowest|(?:most|the longest) time|am längsten|längste\w*|"
    rf"langsamste\w*)\b"
    rf"|\b(?:longest|slowest|längste\w*|langsamste\w*)\b.*\b{_BACKUP}\b"
)
_TAKES: Final = re.compile(
    rf"^(?:how long|wie lange)\b.*\b{_BACKUP}\b.*\b(?:take|took|taken|takes|run|ran|last|dauer\w*|"
    rf"brauch\w*|gedauert)\b|^(?:how long|wie lange)\b.*\b(?:dauer\w*|take|took|taken|takes)\b.*"
    rf"\b{_BACKUP}\b"
)
_OTHERWISE: Final = re.compile(
    r"\b(?:why|warum|how (?:do|can|to|should)|runbooks?|restore\w*|replicat\w*|snapshots?|verify|"
    r"verif\w*|prune\w*|prun\w*|gc|garbage|laptops?|macbooks?|time machine|logs?|alerts?|fit|"
    r"since)\b"
)
_WINDOW: Final = timedelta(days=8)
"""Holds each run of a weekly job."""


_EMPTY: Final = re.compile(
    rf"\b{_BACKUP}[ -]?{_JOBS}\b.*\b(?:without|no|ohne|cover\w* (?:no|nobody|nothing)) ?"
    rf"(?:any |a )?(?:guests?|vms?|containers?|gäste|anyone|anything)?\b|"
    rf"\bempty {_BACKUP}[ -]?{_JOBS}\b"
)


async def tell_backup_jobs(look: Look) -> Iterator[str] | None:
    """What is asked of the jobs; None if nothing is."""
    folded = look.question.folded
    if _OTHERWISE.search(folded):
        return None
    if _LONGEST.search(folded) or _TAKES.search(folded):
        return await _longest(look)
    if _NEXT.search(folded):
        return await _next(look)
    if _EMPTY.search(folded):
        return await _empty(look)
    return await _untaken(look) if _UNTAKEN.search(folded) else None


async def _guests(look: Look) -> tuple[list[GuestCoverage], list[GuestCoverage]] | None:
    """All guests that could be backed up, and those of them that are named; None if unknown."""
    data = look.found["coverage"].data(CoverageListing)
    if data is None or not data.items:
        return None
    every = [one for one in data.items if one.verdict != "template"]
    called = mentioned(look.question, [name for one in every
                                       for name in (one.name, str(one.vmid)) if name])  # fmt: skip
    on = [] if called else mentioned(look.question, {one.node for one in every})
    return every, [one for one in every
                   if {one.name, str(one.vmid)} & set(called) or one.node in on]  # fmt: skip


# -- guests in no job ----------------------------------------------------------------------------


async def _untaken(look: Look) -> Iterator[str] | None:
    await look.ask(coverage=Call(COVERAGE, {"limit": 2000}))
    read = await _guests(look)
    if read is None:
        return None
    every, named = read
    cite = look.cite("coverage")
    if not named and look.question.named:
        await look.discover("identity", "targets")
        if await nothing_known(look):
            return not_known(look)
    if len(named) == 1:
        return await _taken(look, named[0], cite)
    asked = named or every
    without = [one for one in asked if not one.jobs]
    wanted = [one for one in without if one.verdict != "excluded"]
    left = [one for one in without if one.verdict == "excluded"]
    share = f"{len(without)} of {count(len(asked), 'guest')}"
    lines = [f"{plain(one.label, 60)}: {plain(one.reason or one.verdict, 160)}{cite}"
             for one in (*wanted, *left)]  # fmt: skip
    if not without:
        said = f"each of {count(len(asked), 'guest')} is in an enabled backup job**.{cite}"
        return told(look, Opening("None: ", said))
    if not wanted:
        who = names([plain(one.name or one.label, 60) for one in left], NAMED)
        said = f"Only {who}, left out on purpose; all other guests are in a backup job**.{cite}"
        return told(look, Opening("", said), ("", lines))
    await with_runbook(look, "backup_uncovered")
    who = names([plain(one.name or one.label, 60) for one in wanted], NAMED)
    on_purpose = f", {len(left)} more left out on purpose" if left else ""
    are = "is" if len(wanted) == 1 else "are"
    said = f"{capital(who) if len(wanted) > 1 else who} {are} in no backup job**{on_purpose}"
    return told(look, Opening("", f"{said} ({share} without one).{cite}"), ("", lines))


async def _taken(look: Look, guest: GuestCoverage, cite: str) -> Iterator[str]:
    who = plain(guest.name or guest.label, 60)
    closed = re.match(r"^(?:is|are|ist|sind)\b", look.question.folded) is not None
    if guest.jobs:
        listed = names([f"{one.schedule} to {one.storage}" for one in guest.jobs])
        head = "Yes: " if closed else ""
        after = names([f"next {clock_time(one.next_run, look.now)}" for one in guest.jobs
                       if one.next_run is not None][:1])  # fmt: skip
        said = f"{who} is in {count(len(guest.jobs), 'backup job')}: {plain(listed, 160)}**"
        return told(look, Opening(head, f"{said}{f', {after}' if after else ''}.{cite}"))
    await with_runbook(look, "backup_uncovered")
    why = f": {plain(guest.reason, 160)}" if guest.reason else ""
    return told(look, Opening("No: " if closed else "", f"{who} is in no backup job**{why}.{cite}"))


async def _empty(look: Look) -> Iterator[str] | None:
    found = (await look.ask(jobs=Call(JOBS, {})))["jobs"]
    data = found.data(JobListing)
    if data is None:
        return None
    bad = [one for one in data.items if not one.guests]
    said = [f"{plain(one.id, 60)} ({plain(one.schedule, 40)} to {plain(one.storage, 40)})"
            for one in bad]  # fmt: skip
    if not bad:
        every = count(len(data.items), "backup job")
        return told(look, Opening("No: ", f"each of {every} takes a guest**.{found.cite}"))
    takes = "takes" if len(bad) == 1 else "take"
    lead = Opening("Yes: ", f"{count(len(bad), 'backup job')} {takes} no guest: {names(said)}**")
    return told(look, lead + f".{found.cite}")


# -- the next run --------------------------------------------------------------------------------


async def _next(look: Look) -> Iterator[str] | None:
    await look.ask(coverage=Call(COVERAGE, {"limit": 2000}), jobs=Call(JOBS, {}))
    jobs = look.found["jobs"].data(JobListing)
    read = await _guests(look)
    named = read[1] if read is not None else []
    if jobs is None:
        return None
    if not named and look.question.named:
        await look.discover("identity", "targets")
        if await nothing_known(look):
            return not_known(look)
    wanted = {job.id for one in named for job in one.jobs}
    rows = [one for one in jobs.items if one.enabled and (one.id in wanted or not named)]
    dated = sorted((one.next_run, one) for one in rows if one.next_run is not None)
    cite = cited(look.found[one].id for one in (("coverage", "jobs") if named else ("jobs",)))
    who = f" of {names([plain(one.name or one.label, 60) for one in named], 4)}" if named else ""
    if not dated:
        none = "is in no backup job" if named else "no enabled backup job tells when it runs next"
        about = f"{who.removeprefix(' of ')} {none}" if named else none
        return told(look, f"**No next backup{who} is planned**: {about}.{cite}")
    at, first = dated[0]
    wait = age_in_words((at - look.now).total_seconds())
    takes = "" if named else f", which takes {count(len(first.guests), 'guest')}"
    job = f"job {plain(first.schedule, 40)} to {plain(first.storage, 40)}{takes}"
    lead = f"**The next backup{who} begins at {clock_time(at, look.now)}**, in {wait}: {job}.{cite}"
    rest = [_planned(one, when, look.now) + cite for when, one in dated[1:]]
    return told(look, lead, ("After it", rest))


def _planned(job: BackupJobState, at: datetime, now: datetime) -> str:
    takes = count(len(job.guests), "guest")
    what = f"{plain(job.schedule, 40)} to {plain(job.storage, 40)} ({takes})"
    return f"{clock_time(at, now)}: job {what}"


# -- how long it takes ---------------------------------------------------------------------------


async def _longest(look: Look) -> Iterator[str] | None:
    window: dict[str, object] = {"since": f"{_WINDOW.days}d", "limit": 1000}
    found = await look.ask(
        runs=Call("proxmox_list_tasks", {**window, "type": "vzdump"}),
        each=Call("pbs_list_tasks", {**window, "type": "backup"}),
    )
    runs, each = _runs(found["runs"]), _each(found["each"])
    if not runs and not each:
        return None
    known = {who for _, who, _ in (*each, *runs)}
    named = mentioned(look.question, known)
    of_job = re.search(rf"\b{_JOBS}\b", look.question.folded) is not None
    rows = [one for one in each if not named or one[1] in named]
    rows = rows or [one for one in runs if named and one[1] in named]
    if named and rows:
        return _took(look, named, rows, found)
    if look.question.named and not named:
        await look.discover("identity", "targets")
        if await nothing_known(look):
            return not_known(look)
        return None
    cites = cited(one.id for one in found.values())
    of_jobs = _of_jobs((await look.ask(jobs=Call(JOBS, {})))["jobs"]) if of_job else []
    whole = of_jobs or _last_of_each(runs)
    single = _last_of_each(each)
    by_guest = bool(single) and not of_job and _LONGEST.search(look.question.folded) is not None
    first = single if by_guest or not whole else whole
    seconds, who, at = first[0]
    subject = f"the backup of {who}" if first is single else who if of_jobs else f"the run on {who}"
    most = "takes longest" if len(first) > 1 else "took"
    lead = f"**{capital(subject)} {most}: {duration(seconds)}**, begun {clock_time(at, look.now)}"
    inside = single[0] if first is whole and single else None
    if inside is not None:
        lead += f"; of one guest that of {inside[1]}: {duration(inside[0])}"
    cite = look.cite("jobs") if of_jobs else found["runs"].cite
    title = "Jobs" if of_jobs else "Runs by node"
    return told(look, f"{lead}.{cite if of_jobs else ''}{cites}",
                (title, [_line(one, look.now) + cite for one in whole]),
                ("Guests", [_line(one, look.now) + found["each"].cite for one in single]),
                )  # fmt: skip


Run = tuple[float, str, datetime]
"""Seconds it took, of whom or where it was, and when it began."""


def _of_jobs(found: Found) -> list[Run]:
    """The last run of each job, over all nodes."""
    data = found.data(JobListing)
    return sorted((
        ((one.last.ended - one.last.began).total_seconds(),
         f"job {plain(one.schedule, 40)} to {plain(one.storage, 40)}", one.last.began)
        for one in (data.items if data is not None else ())
        if one.last is not None and one.last.began is not None and one.last.ended is not None
    ), reverse=True)  # fmt: skip


def _runs(found: Found) -> list[Run]:
    data = found.data(TaskListing)
    return [
        (one.seconds, plain(one.guest or one.node, 60), one.started)
        for one in (data.items if data is not None else ())
        if one.seconds and one.state != "running"
    ]


def _each(found: Found) -> list[Run]:
    data = found.data(BackupTaskListing)
    return [
        (one.seconds, plain(one.guest or one.group, 60), one.started)
        for one in (data.items if data is not None else ())
        if one.seconds and one.state != "running"
    ]


def _last_of_each(runs: Sequence[Run]) -> list[Run]:
    """The newest of each, those that took longest first."""
    newest: dict[str, Run] = {}
    for one in runs:
        if one[1] not in newest or one[2] > newest[one[1]][2]:
            newest[one[1]] = one
    return sorted(newest.values(), reverse=True)


def _line(run: Run, now: datetime) -> str:
    seconds, who, at = run
    return f"{who}: {duration(seconds)}, begun {clock_time(at, now)}"


def _took(
    look: Look, named: Sequence[str], rows: Sequence[Run], found: dict[str, Found]
) -> Iterator[str]:
    """How long the backups of one thing take, the newest of them first."""
    cites = cited(one.id for one in found.values())
    ordered = sorted(rows, key=lambda one: one[2], reverse=True)
    seconds, who, at = ordered[0]
    usual = sorted(one[0] for one in ordered)[len(ordered) // 2]
    lead = (
        f"**The last backup of {who} took {duration(seconds)}**, begun {clock_time(at, look.now)}"
    )
    if len(ordered) > 2:
        lead += f"; half of the last {len(ordered)} took no longer than {duration(usual)}"
    return told(look, f"{lead}.{cites}",
                ("Before that", [_line(one, look.now) + cites for one in ordered[1:]]))  # fmt: skip


__all__ = ["tell_backup_jobs"]
