"""Answers when backups were verified last, and when they are next."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from providers.clock import age_in_words
from providers.pbs import Job, Task
from sre_tui.agent.analyst.answers.told import told, with_runbook
from sre_tui.agent.analyst.calls import Call
from sre_tui.agent.analyst.entities import mentioned
from sre_tui.agent.analyst.known import not_known, nothing_known
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.opening import Opening
from sre_tui.agent.analyst.wording import cited, clock_time, names, plain
from sre_tui.tools.pbs_data import Backup, BackupListing, BackupTaskListing, DatastoreListing
from sre_tui.views.human import count, duration

_VERIFY: Final = r"(?:verif\w*|überprüf\w*|prüflauf\w*)"
_LAST: Final = re.compile(
    rf"^(?:when|wann|how long ago)\b.*\b{_VERIFY}\b|"
    rf"^(?:the |my )?(?:last|latest|newest|next|letzte\w*|nächste\w*) (?:\w+ )?{_VERIFY}\b|"
    rf"^(?:has|have|was|were|is|wurde\w*)\b.*\b{_VERIFY}\b.*\b(?:recently|lately|this week|since|"
    r"last|kürzlich)\b|^how often\b.*\b" + _VERIFY + r"\b"
)
_STATE: Final = re.compile(
    r"^(?:is|are|was|were|has|have|ist|sind|wurde\w*)\b.*\b(?:backups?|sicherung\w*)\b.*"
    r"\b(?:un|nicht )?(?:verified|verifiziert|überprüft|geprüft)\b"
)
_FAILED: Final = re.compile(
    r"^(?!.*\b(?:why|warum|how (?:do|can|to))\b)(?:which|what|any|are there|is there|did|have|has|"
    r"welche\w*|list|show|how many)\b.*\b(?:backups?|snapshots?|sicherung\w*)\b.*"
    r"\b(?:fail\w*|unverified|not verified|fehlgeschlagen)\b(?=.*\bverif\w*|$)"
)
_NEXT: Final = re.compile(r"\b(?:next|nächste\w*)\b|^(?:when|wann) (?:will|does|do|wird)\b")
_OTHERWISE: Final = re.compile(
    r"\b(?:why|warum|how (?:do|can|to|should)|fail\w*|fehlgeschlagen|runbooks?|scrubs?|smart)\b"
)


async def tell_verifications(look: Look) -> Iterator[str] | None:
    """The last verification, of all or of one guest; None if that is not asked."""
    folded = look.question.folded
    if _FAILED.search(folded) and re.search(_VERIFY, folded):
        return await _state(look)
    if _OTHERWISE.search(folded):
        return None
    if not _LAST.search(folded):
        return await _state(look) if _STATE.search(folded) else None
    found = await look.ask(
        stores=Call("pbs_datastore_status", {}),
        tasks=Call("pbs_list_tasks", {"since": "35d", "type": "verif", "limit": 2000}),
    )
    stores, tasks = found["stores"].data(DatastoreListing), found["tasks"].data(BackupTaskListing)
    if stores is None and tasks is None:
        return None
    every = tasks.items if tasks is not None else ()
    called = [name for one in every for name in (one.guest, one.group.partition("/")[2]) if name]
    named = mentioned(look.question, called)
    if look.question.named and not named:
        await look.discover("identity", "targets")
        if await nothing_known(look):
            return not_known(look)
    cites = cited(one.id for one in found.values())
    if named:
        own = [one for one in every if {one.guest, one.group.partition("/")[2]} & set(named)]
        last = max(own, key=lambda one: one.started)
        ended = last.ended or last.started
        lead = f"**{plain(named[0], 60)} was last verified {_ago(ended, look.now)}**"
        state = "ok" if last.state == "ok" else plain(last.status or last.state, 120)
        return told(look, f"{lead}, by a task of its own: {state}; a job that verifies the whole "
                          f"datastore may have done so since.{cites}",
                    ("Jobs", _jobs(stores, look.now, cites)))  # fmt: skip
    jobs = [one for one in (stores.jobs if stores is not None else ()) if one.kind == "verify"]
    known = {one.name for one in (stores.items if stores is not None else ())}
    meant = set(mentioned(look.question, known))
    without = sorted(meant - {one.datastore for one in jobs})
    if meant and len(without) == len(meant):
        none = f"**No job verifies {names([plain(one, 60) for one in without])}**.{cites}"
        return told(look, none, ("Jobs", _jobs(stores, look.now, cites)))
    dated = [one for one in jobs if one.last_run is not None]
    soon = sorted((one.next_run, one.id, one) for one in jobs if one.next_run is not None)
    if _NEXT.search(folded) and soon:
        at, _, job = soon[0]
        wait = age_in_words((at - look.now).total_seconds())
        name = f"job {plain(job.id, 60)} of {plain(job.datastore, 60)}"
        lead = f"**The next verification begins at {clock_time(at, look.now)}**, in {wait}: {name}"
        return told(look, f"{lead}.{cites}", ("Jobs", _jobs(stores, look.now, cites)))
    whole = [one for one in every if not one.group and one.ended is not None]
    single = [one for one in every if one.group and one.ended is not None]
    newest = max(single, key=lambda one: one.ended or one.started, default=None)
    each = ""
    if newest is not None and newest.ended is not None:
        who = plain(newest.guest or newest.group, 60)
        each = f" Single backups are verified as well, the last of {who} "
        each += f"{_ago(newest.ended, look.now)}."
    if dated or whole:
        return told(look, f"{_whole(dated, whole, look.now)}{each}{cites}",
                    ("Jobs", _jobs(stores, look.now, cites)))  # fmt: skip
    if newest is not None and newest.ended is not None:
        who = plain(newest.guest or newest.group, 60)
        lead = f"**The last verification was of {who}, {_ago(newest.ended, look.now)}**; no job "
        return told(look, f"{lead}verifies a whole datastore.{cites}")
    return told(look, f"**No verification is known**: no verify job has run, and no task of the "
                      f"last 35 days verified a backup.{cites}",
                ("Jobs", _jobs(stores, look.now, cites)))  # fmt: skip


async def _state(look: Look) -> Iterator[str] | None:
    """Whether the newest backups are verified, of one guest or of all."""
    found = (await look.ask(held=Call("pbs_list_backups", {"limit": 2000})))["held"]
    data = found.data(BackupListing)
    every = data.items if data is not None else ()
    named = mentioned(look.question, [name for one in every
                                      for name in (one.name, one.id) if name])  # fmt: skip
    own = [one for one in every if {one.name, one.id} & set(named)]
    if any(one.verified == "failed" or one.failed_count for one in own or every):
        await with_runbook(look, "backup_unverified")
    if not own or len(named) > 1:
        return _of_all(look, every, found.cite) if every and not look.question.named else None
    # Copies are verified where they were made.
    last = max(own, key=lambda one: (one.at, one.verified is not None))
    who, when = plain(last.name or last.group, 60), clock_time(last.at, look.now)
    place = plain(last.datastore, 60)
    head, said = {
        "ok": ("Yes: ", "is verified"),
        "failed": ("No: ", "failed its verification"),
    }.get(last.verified or "", ("No: ", "is not verified yet"))
    good = ""
    if last.verified == "failed" and last.newest_good is not None:
        good = f"; the newest good one is of {clock_time(last.newest_good, look.now)}"
    lead = Opening(head, f"the newest backup of {who}, of {when} in {place}, {said}**{good}")
    return told(look, lead + f".{found.cite}")


def _of_all(look: Look, every: Sequence[Backup], cite: str) -> Iterator[str]:
    """The newest backups of all: copies are verified where they were made."""
    newest: dict[tuple[str, str], Backup] = {}
    for one in sorted(every, key=lambda each: (each.at, each.verified is not None)):
        newest[one.source, one.group] = one
    failed = [one for one in every if one.verified == "failed" or one.failed_count]
    called = list(dict.fromkeys(plain(one.name or one.group, 60) for one in failed))
    waiting = [plain(one.name or one.group, 60) for one in newest.values() if one.verified is None]
    of = count(len(newest), "guest or host", "guests and hosts")
    closed = re.match(r"^(?:any|are|is|did|have|has|sind|ist)\b", look.question.folded) is not None
    lines = [_failed_line(one, look.now) + cite for one in failed]
    wait = f"; the newest of {names(waiting, 6)} is not verified yet" if waiting else ""
    unverified = re.search(r"\b(?:unverified|not|nicht)\b", look.question.folded)
    if unverified and not failed and closed is False:
        said = f"newest backup of each of {of} is verified**.{cite}"
        if waiting:
            said = f"newest backups of {len(waiting)} of {of} are not verified yet: "
            said += f"{names(waiting, 10)}**.{cite}"
            return told(look, Opening("", f"The {said}"))
        return told(look, Opening("None: ", f"the {said}"))
    if _FAILED.search(look.question.folded):
        if not failed:
            said = f"o backup failed its verification**, of {of}{wait}.{cite}"
            return told(look, Opening("No: " if closed else "", f"{'n' if closed else 'N'}{said}"))
        amount = count(sum(one.failed_count for one in failed) or len(failed), "backup")
        said = f"{amount} failed the verification: {names(called, 10)}**{wait}.{cite}"
        return told(look, Opening("Yes: " if closed else "", said), ("", lines))
    if failed:
        said = f"backups of {names(called, 10)} failed their verification**{wait}.{cite}"
        return told(look, Opening("No: ", said), ("", lines))
    if waiting:
        said = f"the newest backups of {len(waiting)} of {of} are not verified yet: "
        return told(look, Opening("No: ", f"{said}{names(waiting, 10)}**.{cite}"))
    return told(look, Opening("Yes: ", f"the newest backup of each of {of} is verified**.{cite}"))


def _failed_line(one: Backup, now: datetime) -> str:
    good = f"; the newest good one is of {clock_time(one.newest_good, now)}" if (
        one.newest_good is not None
    ) else "; no good one is known"  # fmt: skip
    amount = count(one.failed_count or 1, "backup")
    return f"{plain(one.name or one.group, 60)} in {plain(one.datastore, 60)}: {amount}{good}"


def _whole(jobs: Sequence[Job], tasks: Sequence[Task], now: datetime) -> str:
    """The last verification of a whole datastore: what a job says, or a task that knows later."""
    last = max(jobs, key=lambda one: one.last_run or now, default=None)
    ran = max(tasks, key=lambda one: one.started, default=None)
    ends = []
    if last is not None and last.last_run is not None:
        ends.append((last.last_run, plain(last.status or last.state, 120), last.datastore))
    if ran is not None and ran.ended is not None:
        ends.append((ran.ended, plain(ran.status or ran.state, 120), ran.datastore))
    at, state, store = max(ends)
    took = f", it took {duration(ran.seconds)}" if ran is not None and ran.seconds else ""
    of = f" of {plain(store, 60)}" if store else ""
    return f"**The last verification{of} ended {_ago(at, now)}**: {state}{took}."


def _jobs(stores: DatastoreListing | None, now: datetime, cites: str) -> list[str]:
    lines = []
    for job in stores.jobs if stores is not None else ():
        if job.kind == "verify":
            ran = f", last run {clock_time(job.last_run, now)}" if job.last_run else ", never run"
            after = f", next {clock_time(job.next_run, now)}" if job.next_run else ""
            state = plain(job.status or job.state, 120) if job.enabled else "switched off"
            what = f"{plain(job.id, 60)} of {plain(job.datastore, 60)}"
            lines.append(f"{what}: {state}{ran}{after}{cites}")
    return lines


def _ago(at: datetime, now: datetime) -> str:
    return f"{clock_time(at, now)} ({age_in_words((now - at).total_seconds())} ago)"


__all__ = ["tell_verifications"]
