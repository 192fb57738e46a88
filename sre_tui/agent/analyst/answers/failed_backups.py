"""Which backups failed within a time, as the lists of tasks tell; newer good ones hide nothing."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sre_tui.agent.analyst.calls import Call, Found
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.wording import clock_time, names, plain
from sre_tui.diagnosis.coverage.model import GuestCoverage
from sre_tui.tools.arguments import format_window
from sre_tui.tools.pbs_data import BackupTaskListing
from sre_tui.tools.proxmox_data import TaskListing
from sre_tui.views.human import count

WEEK: Final = timedelta(days=7)
LONGEST: Final = timedelta(days=30)
EVENING: Final = timedelta(hours=3)
"""How long before a night a run may have begun to belong to it."""
_NIGHT: Final = re.compile(r"\b(night|nite|nightly|overnight|nacht)\b")
_FAILED: Final = re.compile(
    r"\b(fail\w*|errors?|went wrong|unsuccessful\w*|fehlgeschlagen|fehler\w*|schief\w*)\b"
)


@dataclass(frozen=True)
class _Run:
    who: str
    at: datetime
    status: str
    cite: str


@dataclass(frozen=True)
class FailedRuns:
    """The failed runs of the time asked about.

    Attributes:
        since: beginning of that time.
        said: the conclusion in words; empty if no run failed.
        lines: one for each run, cited.
        cite: citations of the lists of tasks.
    """

    since: datetime
    said: str
    lines: tuple[str, ...]
    cite: str


def asks_for_failed(folded: str) -> bool:
    """Whether it is asked which backups failed, rather than which there are."""
    return _FAILED.search(folded) is not None


async def failed_runs(look: Look, guests: Sequence[GuestCoverage], named: bool) -> FailedRuns:
    """The failed runs within the question's time, of one week if it names none.

    Args:
        look: the question.
        guests: those it is about.
        named: whether it names them; else runs of no known guest count too.
    """
    scope = look.question.scope
    begin = scope.start if scope.said else look.now - WEEK
    if _NIGHT.search(look.question.folded):
        begin -= EVENING
    begin = max(begin, look.now - LONGEST)
    minutes = max(60, int((look.now - begin).total_seconds() // 60))
    window: dict[str, object] = {
        "errors": True, "since": format_window(timedelta(minutes=minutes)), "limit": 500,
    }  # fmt: skip
    found = await look.ask(
        failed_pve=Call("proxmox_list_tasks", {**window, "type": "vzdump"}),
        failed_pbs=Call("pbs_list_tasks", {**window, "type": "backup"}),
    )
    called = {str(one.vmid): plain(one.name or one.label, 60) for one in guests}
    runs = [
        one
        for one in (*_of_servers(found["failed_pbs"], called), *_of_nodes(found["failed_pve"],
                                                                           called))
        if (not scope.said or one.at <= scope.end) and (not named or one.who in called.values())
    ]  # fmt: skip
    runs.sort(key=lambda one: one.at, reverse=True)
    lines = [f"{one.who}, {clock_time(one.at, look.now)}: {one.status}{one.cite}" for one in runs]
    cite = "".join(one.cite for one in found.values())
    return FailedRuns(begin, _said(look, runs, begin, called.values()), tuple(lines), cite)


def _of_servers(found: Found, called: dict[str, str]) -> list[_Run]:
    data = found.data(BackupTaskListing)
    return [
        _Run(called.get(one.group.rpartition("/")[2])
             or plain(one.guest or one.group or one.subject, 60),
             one.started, plain(one.status, 160), found.cite)
        for one in (data.items if data is not None else ())
        if one.state == "error"
    ]  # fmt: skip


def _of_nodes(found: Found, called: dict[str, str]) -> list[_Run]:
    data = found.data(TaskListing)
    return [
        _Run(called.get(str(one.vmid)) or plain(one.guest or f"backup job on {one.node}", 60),
             one.started, plain(one.status, 160), found.cite)
        for one in (data.items if data is not None else ())
        if one.state == "error"
    ]  # fmt: skip


def _said(look: Look, runs: Sequence[_Run], begin: datetime, guests: Collection[str]) -> str:
    """Of the guests if their failures are told, else of the jobs, which say it once for all."""
    of_guests = [one for one in runs if one.who in guests]
    chosen = of_guests or list(runs)
    if not chosen:
        return ""
    told = []
    for who in dict.fromkeys(one.who for one in chosen):
        own = [one for one in chosen if one.who == who]
        often = f" {len(own)} times, the last" if len(own) > 1 else ""
        told.append(f"{who}{often} {clock_time(own[0].at, look.now)}")
    what = count(len(chosen), "backup" if of_guests else "backup run")
    return f"{what} failed since {clock_time(begin, look.now)}**: {names(told, 10)}"


__all__ = ["FailedRuns", "asks_for_failed", "failed_runs"]
