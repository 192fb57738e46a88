"""Answers whether a guest is locked, by which lock, which task holds it, and since when."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from providers.clock import age_in_words
from providers.proxmox import Guest, Task
from providers.proxmox.locks import holders, left_behind
from sre_tui.agent.analyst.answers.told import told, unknown_name, with_runbook
from sre_tui.agent.analyst.calls import Call
from sre_tui.agent.analyst.entities import mentioned
from sre_tui.agent.analyst.known import not_known, nothing_known
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.opening import Opening
from sre_tui.agent.analyst.wording import clock_time, names, plain
from sre_tui.tools.proxmox_data import TaskListing
from sre_tui.tools.proxmox_guest_data import GuestListing
from sre_tui.views.human import count

_ASKED: Final = re.compile(
    r"^(?!.*\b(?:data ?sets?|pools?|shares?|databases?|postgres\w*|sqlite|accounts?|screen|door|"
    r"locked out|ausgesperrt|encrypt\w*|how (?:do|can|to)|runbooks?|alerts?|logs?)\b)"
    r"(?:who|wer|wodurch|why|warum|by what|which|what|welche\w*|is|are|does|do|has|ist|sind|hat|"
    r"any|list|show|since when|seit wann|how long|wie lange|when|wann)\b"
    r".*\b(?:locks?|locked|locking|gelockt|gesperrt|sperrt|sperre)\b"
)
_WHETHER: Final = re.compile(r"^(?:is|are|does|do|has|ist|sind|hat|any)\b")
_NAMED: Final = re.compile(r"^(?:who|wer) (?:locks?|locked|hat|sperrt) (?P<name>\S+)")
_ANY: Final = frozenset({"a", "an", "any", "the", "my", "it", "guests", "vms", "guest", "vm",
                         "ein", "eine", "einen", "die", "das", "den", "es"})  # fmt: skip
_REFUSED: Final = re.compile(
    r"can't lock file|is locked|got timeout.*lock|lock-\d+\.conf|lock.*timeout"
)


async def tell_locks(look: Look) -> Iterator[str] | None:
    """Which lock holds the guest that is named, or which guests are locked; None if not asked."""
    if not _ASKED.search(look.question.folded):
        return None
    if not look.caller.offers("proxmox_list_guests"):
        return None
    found = await look.ask(
        guests=Call("proxmox_list_guests", {}),
        running=Call("proxmox_list_tasks", {"running": True}),
        refused=Call("proxmox_list_tasks", {"errors": True, "since": "1d", "limit": 500}),
    )
    data = found["guests"].data(GuestListing)
    if data is None:
        return None
    every = [one for one in data.items if not one.template]
    called = {name: one for one in every for name in (one.name, str(one.vmid)) if name}
    said = mentioned(look.question, called)
    if not said:
        await look.discover("identity", "targets")
        if await nothing_known(look):
            return not_known(look)
        strange = _NAMED.search(look.question.folded)
        if strange is not None and strange["name"] not in (*look.focus.hosts, *_ANY):
            return unknown_name(look, [strange["name"]], [], found["guests"].cite)
        said = [host for host in look.focus.hosts if host in called]
    running, refused = _tasks(look, "running"), _tasks(look, "refused")
    refused = [one for one in refused if _REFUSED.search(one.status)]
    cites = "".join(one.cite for one in found.values())
    if said:
        return await _of_one(look, called[said[0]], running, refused, cites)
    held = {one.vmid for one in every if holders(one, running)}
    held &= {one.vmid for one in refused}
    locked = [one for one in every if one.lock or one.vmid in held]
    head = bool(_WHETHER.match(look.question.folded))
    if not locked:
        lead = Opening("No: " if head else "None: ", f"no guest is locked**.{cites}")
        return told(look, lead)
    lines = [_sentence(look, one, running, refused).replace("**", "") + cites for one in locked]
    if len(locked) == 1:
        if held or left_behind(locked[0], running, look.now):
            await with_runbook(look, "guest_locked", vmid=str(locked[0].vmid))
        said_of = _sentence(look, locked[0], running, refused)
        return told(look, Opening("Yes: " if head else "", f"{said_of}.{cites}"))
    who = names([plain(one.label, 60) for one in locked], 20)
    lead = Opening(
        "Yes: " if head else "", f"{count(len(locked), 'guest')} locked: {who}**.{cites}"
    )
    return told(look, lead, ("", lines))


async def _of_one(
    look: Look, guest: Guest, running: Sequence[Task], refused: Sequence[Task], cites: str
) -> Iterator[str]:
    head = bool(_WHETHER.match(look.question.folded))
    own = [one for one in refused if one.vmid == guest.vmid]
    works = holders(guest, running)
    if not guest.lock and not (own and works):
        busy = f"; {_task(look, works[0])}" if works else ""
        none = f"{plain(guest.label, 60)} has no lock{busy}**"
        if own:
            none = f"{plain(guest.label, 60)} has no lock now**; the last task it kept out was "
            none += f"{plain(own[0].type)} at {clock_time(own[0].started, look.now)}"
        return told(look, Opening("No: " if head else "", f"{none}.{cites}"))
    # A lock that its task will give back needs no remedy.
    if own or left_behind(guest, running, look.now):
        await with_runbook(look, "guest_locked", vmid=str(guest.vmid))
    said = _sentence(look, guest, running, refused)
    cite = look.cite("refused")
    lines = [
        f"{plain(one.type, 40)} by {plain(one.user, 60)} at {clock_time(one.started, look.now)}: "
        f"{plain(one.status, 120)}{cite}"
        for one in own
    ]
    lead = Opening("Yes: " if head else "", f"{said}.{cites}")
    return told(look, lead, ("Tasks it kept out", lines))


def _sentence(look: Look, guest: Guest, running: Sequence[Task], refused: Sequence[Task]) -> str:
    """By what a guest is locked, whose first clause ends the bold beginning."""
    works = holders(guest, running)
    kept = sum(one.vmid == guest.vmid for one in refused)
    who = plain(guest.label, 60)
    out = f"; it kept out {count(kept, 'task')} in the last 24 h" if kept else ""
    lock = f"has the lock '{plain(guest.lock, 40)}'" if guest.lock else "is locked"
    if works:
        held = "held by" if guest.lock else "by"
        return f"{who} {lock}, {held} {_task(look, works[0])}**{out}"
    none = "no task runs that could hold it, so the one that set it is gone"
    return f"{who} {lock}**: {none}{out}"


def _task(look: Look, task: Task) -> str:
    age = age_in_words((look.now - task.started.replace(second=0, microsecond=0)).total_seconds())
    since = f"which has been running for {age}, since {clock_time(task.started, look.now)}"
    return f"the task {plain(task.type, 40)} of {plain(task.user, 60)}, {since}"


def _tasks(look: Look, name: str) -> list[Task]:
    data = look.found[name].data(TaskListing)
    return list(data.items) if data is not None else []


__all__ = ["tell_locks"]
