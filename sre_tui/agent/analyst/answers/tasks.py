"""Answers what ran, who started it and what failed: tasks of Proxmox VE and the backup server."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from providers.clock import age_in_words
from sre_tui.agent.analyst.answers.told import read, told
from sre_tui.agent.analyst.calls import Call, Found
from sre_tui.agent.analyst.entities import EntityKind, mentioned
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.opening import Opening
from sre_tui.agent.analyst.wording import clock_time, names, plain
from sre_tui.diagnosis.language.vocabulary import key_words
from sre_tui.tools.arguments import format_window
from sre_tui.tools.pbs_data import BackupTaskListing
from sre_tui.tools.proxmox_data import TaskListing
from sre_tui.tools.proxmox_guest_data import GuestListing
from sre_tui.views.backup_tasks import about_text
from sre_tui.views.human import count, duration

DAY: Final = timedelta(days=1)
LONGEST: Final = timedelta(days=30)
EVENING: Final = timedelta(hours=3)
"""How long before a night a task may have begun to belong to it."""
_NIGHT: Final = re.compile(r"\b(night|nite|overnight|nacht)\b")
_FAILED: Final = re.compile(
    r"\b(fail\w*|errors?|wrong|broke|broken|went bad|unsuccessful|fehlgeschlagen|fehler|schief)\b"
)
_RUNNING: Final = re.compile(r"\b(running|in progress|right now|currently|at the moment|laufen)\b")
_STARTING: Final = re.compile(r"\b(start\w*|restart\w*|reboot\w*|gestartet|neugestartet|boot\w*)\b")
_BACKUP_SIDE: Final = re.compile(r"\b(prune\w*|verif\w*|sync\w*|gc|garbage|pbs)\b")
_KINDS: Final = (
    (r"\bprune\w*", "prune"), (r"\bverif\w*", "verif"), (r"\bsync\w*", "sync"),
    (r"\b(gc|garbage)\b", "garbage"), (r"\bmigrat\w*", "migrate"), (r"\bsnapshots?\b", "snapshot"),
    (r"\b(vzdump|backups?)\b", "vzdump|backup"),
)  # fmt: skip
_WHO: Final = re.compile(r"\b(who|wer)\b")
_ACTS: Final = (
    (r"delet\w*|destroy\w*|remov\w*|gelöscht|entfernt", "destroy|del", "deletes"),
    (r"creat\w*|clon\w*|erstellt|angelegt", "create|clone", "creates"),
    (r"restor\w*|wiederhergestellt", "restore", "restores"),
    (r"suspend\w*|paus\w*|hibernat\w*", "suspend|pause", "suspends"),
    (r"resum\w*", "resume", "resumes"),
    (r"reset\w*", "reset", "resets"),
    (r"reboot\w*", "reboot|reset", "reboots"),
    (r"restart\w*|neugestartet", "reboot|reset|start", "restarts"),
    (r"stopp\w*|shut|shutdown|off|kill\w*|gestoppt|heruntergefahren", "stop|shutdown", "stops"),
    (r"start\w*|boot\w*|gestartet", "start|reboot|reset|resume", "starts"),
)  # fmt: skip
"""What was done to a guest or node: words of the question, types of tasks, and how it is told."""
_NUMBER: Final = re.compile(r"(?<![\w.:-])[1-9]\d{2,8}(?![\w.:-])")
WEEK: Final = timedelta(days=7)
"""How far back the one who did something is looked for."""
OFTEN: Final = 3
"""Starts of one guest from which on it is said to restart over and over."""


@dataclass(frozen=True)
class _Task:
    kind: str
    about: str
    guest: str
    vmid: str
    node: str
    user: str
    started: datetime
    seconds: float | None
    state: str
    status: str
    cite: str

    def line(self, now: datetime) -> str:
        about = f" of {plain(self.about, 80)}" if self.about else ""
        where = f" on {plain(self.node, 40)}" if self.node and self.node != "localhost" else ""
        took = f", took {duration(self.seconds)}" if self.seconds else ""
        end = "still running" if self.state == "running" else plain(self.status or self.state, 120)
        began = clock_time(self.started, now)
        what = f"{plain(self.kind, 40)}{about}{where}"
        return f"{what} by {plain(self.user, 60)}, {began}{took}: {end}"


async def tell_tasks(look: Look) -> Iterator[str] | None:
    """Tasks as the question filters them."""
    scope, folded = look.question.scope, look.question.folded
    act = _act(folded)
    begin = scope.start if scope.said else look.now - (WEEK if act else DAY)
    if _NIGHT.search(folded):
        begin -= EVENING
    window = min(max(look.now - begin, timedelta(hours=1)), LONGEST)
    since = format_window(timedelta(minutes=int(window.total_seconds() // 60)))
    failed = _FAILED.search(folded) is not None
    arguments: dict[str, object] = {"since": since, "limit": 500}
    if failed:
        arguments["errors"] = True
    calls = {"pve_tasks": Call("proxmox_list_tasks", arguments)}
    if failed or _BACKUP_SIDE.search(folded) or _RUNNING.search(folded):
        calls["pbs_tasks"] = Call("pbs_list_tasks", arguments)
    found = await look.ask(**calls)
    if not any(one.ok for one in found.values()):
        return None
    every = [task for one in found.values() for task in _read(one)]
    every = [one for one in every if not scope.said or one.started <= scope.end]
    cites = "".join(one.cite for one in found.values())
    if act and not _users(look, every):
        listing = found["pve_tasks"].data(TaskListing)
        if listing is not None and listing.truncated:
            look.note_gap("tasks that are older than those which were listed")
        return await _who(look, every, look.now - window, cites, act)
    known = {name for one in every for name in (one.guest, one.node) if name}
    if look.question.named and not mentioned(look.question, known) and not _users(look, every):
        await look.discover("identity")
        named = {one.name for one in look.focus.of(EntityKind.HOST)} or set(look.focus.hosts)
        if named:
            every = [one for one in every if {one.guest, one.node} & named]
    return _tell(look, every, look.now - window, cites, failed=failed)


def _read(found: Found) -> Iterator[_Task]:
    listing = found.data(TaskListing)
    for own in listing.items if listing is not None else ():
        about = f"{own.guest} ({own.vmid})" if own.guest and own.vmid else own.subject
        vmid = str(own.vmid or "")
        yield _Task(own.type, about, own.guest or "", vmid, own.node, own.user, own.started,
                    own.seconds, own.state, own.status, found.cite)  # fmt: skip
    backup = found.data(BackupTaskListing)
    for one in backup.items if backup is not None else ():
        about = about_text(one) or one.group
        yield _Task(one.type, about, one.guest or one.group, "", "", one.user, one.started,
                    one.seconds, one.state, one.status, found.cite)  # fmt: skip


def _act(folded: str) -> tuple[str, str] | None:
    """The types of tasks that did what the question asks who did, and how it is told."""
    if not _WHO.search(folded):
        return None
    spoken = ((kinds, says) for words, kinds, says in _ACTS if re.search(rf"\b({words})\b", folded))
    act = next(spoken, None)
    about = next((kind for words, kind in _KINDS if re.search(words, folded)), "")
    # Whoever "started a backup" began no guest.
    return None if about else act


def _users(look: Look, every: Sequence[_Task]) -> list[str]:
    return mentioned(look.question, [one.user.partition("@")[0] for one in every])


async def _who(
    look: Look, every: Sequence[_Task], begin: datetime, cites: str, act: tuple[str, str]
) -> Iterator[str]:
    """Who did that to what is named; a task of anything else is no answer."""
    kinds, says = act
    data, own = await read(look, "guests", "proxmox_list_guests", GuestListing)
    known = {key: str(one.vmid) for one in (data.items if data is not None else ())
             for key in (one.name, str(one.vmid)) if key}  # fmt: skip
    known |= {one.guest: one.vmid for one in every if one.guest and one.vmid}
    said = mentioned(look.question, known)
    nodes = [*(one.node for one in every), *(one.node for one in (data.items if data else ()))]
    on = [] if said else mentioned(look.question, [node for node in nodes if node])
    numbers = [] if said or on else _NUMBER.findall(look.question.text)
    if not (said or on or numbers):
        await look.discover("identity", "logs")
        carried = look.inventory.services
        hosts = [host for name in mentioned(look.question, carried) for host in carried[name]]
        said = [host for host in (*look.focus.hosts, *hosts) if host in known]
    ids = {*(known[name] for name in said), *numbers}
    spoken = [word for word in look.question.candidates if word.casefold() not in key_words()]
    strange = [] if ids or on else [
        word for word in spoken if not any(re.fullmatch(words, word.casefold())
                                           for words, _, _ in _ACTS)
    ]  # fmt: skip
    chosen = [one for one in every if re.search(kinds, one.kind) and not strange]
    if ids:
        chosen = [one for one in chosen if one.vmid in ids]
    elif on:
        chosen = [one for one in chosen if one.node in on and not one.vmid]
    if chosen:
        return _by_whom(look, chosen)
    who = names([plain(one, 60) for one in (*said, *on, *numbers, *strange)]) or "any guest"
    days = max(1, round((look.now - begin).total_seconds() / DAY.total_seconds()))
    period = "the last day" if days == 1 else f"the last {days} days"
    lead = f"**No such task in {period}**: no task of Proxmox VE that {says} {who} is listed"
    return told(look, f"{lead}.{cites}{own}")


def _by_whom(look: Look, chosen: Sequence[_Task]) -> Iterator[str]:
    first = chosen[0]
    age = age_in_words((look.now - first.started).total_seconds())
    lead = f"**{plain(first.user, 60)}, {age} ago**: {first.line(look.now)}.{first.cite}"
    lines = [one.line(look.now) + one.cite for one in chosen[1:]]
    return told(look, lead, ("Before that", lines))


def _tell(
    look: Look, every: Sequence[_Task], begin: datetime, cites: str, *, failed: bool
) -> Iterator[str]:
    folded = look.question.folded
    since = f"since {clock_time(begin, look.now)}"
    users = _users(look, every)
    chosen = [one for one in every if not users or one.user.partition("@")[0] in users]
    guests = mentioned(look.question, [one.guest for one in chosen if one.guest])
    nodes = mentioned(look.question, [one.node for one in chosen if one.node])
    chosen = [one for one in chosen if not guests or one.guest in guests]
    chosen = [one for one in chosen if guests or not nodes or one.node in nodes]
    wanted = next((kind for words, kind in _KINDS if re.search(words, folded)), "")
    chosen = [one for one in chosen if not wanted or re.search(wanted, one.kind)]
    if _RUNNING.search(folded) and not failed:
        return _running(look, [one for one in chosen if one.state == "running"], cites)
    looping = _looping(chosen) if _STARTING.search(folded) else []
    if looping:
        return _loop(look, looping, cites)
    where = f" on {names([plain(one, 40) for one in nodes])}" if nodes and not guests else ""
    noun = "failed task" if failed else "task"
    of = f" of {names([plain(one, 60) for one in guests])}" if guests else ""
    by = f" by {names([plain(one, 60) for one in users])}" if users else ""
    lines = [one.line(look.now) + one.cite for one in chosen]
    if not chosen:
        head = "No: " if look.question.folded.split(" ")[0] in ("did", "any", "are", "is") else ""
        if not guests and not nodes:
            carried = [plain(one, 60) for one in look.focus.hosts]
            of = of or (f" of {names(carried)}" if carried else "")
        return told(look, Opening(head, f"no {noun}{of}{by}{where} {since}**.{cites}"))
    first = chosen[0]
    if _WHO.search(folded):
        return _by_whom(look, chosen)
    head = "Yes: " if failed and re.match(r"^(any|did|are|is|has|have)\b", folded) else ""
    lead = Opening(head, f"{count(len(chosen), noun)}{of}{by}{where} {since}**")
    return told(look, lead + f", the newest: {first.line(look.now)}.{first.cite}",
                ("Before that", lines[1:]))  # fmt: skip


def _running(look: Look, tasks: Sequence[_Task], cites: str) -> Iterator[str]:
    if not tasks:
        backup = re.search(r"\bbackups?\b", look.question.folded)
        word, none = ("No: ", "no backup") if backup else ("", "No task")
        return told(look, Opening(word, f"{none} is running right now.**{cites}"))
    lines = [one.line(look.now) + one.cite for one in tasks]
    return told(
        look, Opening("Yes: ", f"{count(len(tasks), 'task')} running**.{cites}"), ("", lines)
    )


def _looping(tasks: Sequence[_Task]) -> list[tuple[str, list[_Task]]]:
    starts: dict[str, list[_Task]] = {}
    for one in tasks:
        if one.guest and re.search(r"start|reboot|reset", one.kind):
            starts.setdefault(one.guest, []).append(one)
    often = [(guest, own) for guest, own in starts.items() if len(own) >= OFTEN]
    return sorted(often, key=lambda pair: -len(pair[1]))


def _loop(look: Look, looping: Sequence[tuple[str, list[_Task]]], cites: str) -> Iterator[str]:
    guest, own = looping[0]
    first = min(one.started for one in own)
    lead = (
        f"**{plain(guest, 60)} keeps restarting: {count(len(own), 'start')} since "
        f"{clock_time(first, look.now)}**, the last {clock_time(own[0].started, look.now)}.{cites}"
    )
    others = [f"{plain(name, 60)}: {count(len(starts), 'start')}{cites}"
              for name, starts in looping[1:]]  # fmt: skip
    lines = [one.line(look.now) + one.cite for one in own]
    return told(look, lead, ("Also often", others), ("Its starts", lines))


__all__ = ["OFTEN", "tell_tasks"]
