"""Answers what ran, who started it and what failed: tasks of Proxmox VE and the backup server."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from providers.clock import age_in_words
from sre_tui.agent.analyst.answers.told import told
from sre_tui.agent.analyst.calls import Call, Found
from sre_tui.agent.analyst.entities import mentioned
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.wording import clock_time, names, plain
from sre_tui.tools.arguments import format_window
from sre_tui.tools.pbs_data import BackupTaskListing
from sre_tui.tools.proxmox_data import TaskListing
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
_STOPPING: Final = re.compile(r"\b(stopp\w*|shut|shutdown|off|killed|gestoppt|heruntergefahren)\b")
_STARTING: Final = re.compile(r"\b(start\w*|restart\w*|reboot\w*|gestartet|neugestartet|boot\w*)\b")
_BACKUP_SIDE: Final = re.compile(r"\b(prune\w*|verif\w*|sync\w*|gc|garbage|pbs)\b")
_KINDS: Final = (
    (r"\bprune\w*", "prune"), (r"\bverif\w*", "verif"), (r"\bsync\w*", "sync"),
    (r"\b(gc|garbage)\b", "garbage"), (r"\bmigrat\w*", "migrate"), (r"\bsnapshots?\b", "snapshot"),
    (r"\b(vzdump|backups?)\b", "vzdump|backup"),
)  # fmt: skip
_BOTS: Final = frozenset({"root@pam"})
OFTEN: Final = 3
"""Starts of one guest from which on it is said to restart over and over."""


@dataclass(frozen=True)
class _Task:
    kind: str
    about: str
    guest: str
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
    begin = scope.start if scope.said else look.now - DAY
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
    return _tell(look, every, look.now - window, cites, failed=failed)


def _read(found: Found) -> Iterator[_Task]:
    listing = found.data(TaskListing)
    for own in listing.items if listing is not None else ():
        about = f"{own.guest} ({own.vmid})" if own.guest and own.vmid else own.subject
        yield _Task(own.type, about, own.guest or "", own.node, own.user, own.started, own.seconds,
                    own.state, own.status, found.cite)  # fmt: skip
    backup = found.data(BackupTaskListing)
    for one in backup.items if backup is not None else ():
        yield _Task(one.type, one.subject or one.group, one.group, "", one.user, one.started,
                    one.seconds, one.state, one.status, found.cite)  # fmt: skip


def _tell(
    look: Look, every: Sequence[_Task], begin: datetime, cites: str, *, failed: bool
) -> Iterator[str]:
    folded = look.question.folded
    since = f"since {clock_time(begin, look.now)}"
    users = mentioned(look.question, [one.user.partition("@")[0] for one in every])
    chosen = [one for one in every if not users or one.user.partition("@")[0] in users]
    guests = mentioned(look.question, [one.guest for one in chosen if one.guest])
    nodes = mentioned(look.question, [one.node for one in chosen if one.node])
    chosen = [one for one in chosen if not guests or one.guest in guests]
    chosen = [one for one in chosen if guests or not nodes or one.node in nodes]
    wanted = next((kind for words, kind in _KINDS if re.search(words, folded)), "")
    chosen = [one for one in chosen if not wanted or re.search(wanted, one.kind)]
    if re.search(r"\b(who|wer)\b", folded) and not users:
        acts = _STOPPING if _STOPPING.search(folded) else _STARTING
        words = r"stop|shutdown" if acts is _STOPPING else r"start|reboot|reset"
        chosen = [one for one in chosen if re.search(words, one.kind)] or chosen
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
        return told(look, f"**{head}no {noun}{of}{by}{where} {since}**.{cites}")
    first = chosen[0]
    who = re.search(r"\b(who|wer)\b", folded) is not None
    if who:
        age = age_in_words((look.now - first.started).total_seconds())
        lead = f"**{plain(first.user, 60)}, {age} ago**: {first.line(look.now)}.{first.cite}"
        return told(look, lead, ("Before that", lines[1:]))
    head = "Yes: " if failed and re.match(r"^(any|did|are|is|has|have)\b", folded) else ""
    lead = f"**{head}{count(len(chosen), noun)}{of}{by}{where} {since}**"
    return told(look, f"{lead}, the newest: {first.line(look.now)}.{first.cite}",
                ("Before that", lines[1:]))  # fmt: skip


def _running(look: Look, tasks: Sequence[_Task], cites: str) -> Iterator[str]:
    if not tasks:
        return told(look, f"**No task is running right now.**{cites}")
    lines = [one.line(look.now) + one.cite for one in tasks]
    return told(look, f"**Yes: {count(len(tasks), 'task')} running**.{cites}", ("", lines))


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
