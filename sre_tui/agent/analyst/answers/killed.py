"""Answers how often, when and where the kernel killed programs for lack of memory."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from providers.clock import age_in_words
from sre_tui.agent.analyst.answers.told import told, with_runbook
from sre_tui.agent.analyst.calls import Call
from sre_tui.agent.analyst.entities import EntityKind
from sre_tui.agent.analyst.known import not_known, nothing_known
from sre_tui.agent.analyst.look import Look, window_arguments
from sre_tui.agent.analyst.opening import Opening
from sre_tui.agent.analyst.quantities import INSTANT
from sre_tui.agent.analyst.wording import clock_time, names, plain
from sre_tui.tools.arguments import format_window
from sre_tui.tools.loki_data import LogListing
from sre_tui.tools.prometheus_data import InstantValues
from sre_tui.views.human import count, size

DAY: Final = timedelta(days=1)
WEEK: Final = timedelta(weeks=1)
MOST: Final = 1000
_OFTEN: Final = {1: "once", 2: "twice"}
_KILL: Final = (
    r"(?:oom(?:[ -]?kill\w*)?|killed|gekillt|getötet|out of memory kills?|"
    r"memory kills?|speichermangel\w*)"
)
_ASKED: Final = re.compile(
    r"^(?:how often|how many|when|which|who|wer|wie oft|wie ?viele|wann|welche\w*|any|list|show|"
    r"(?:was|were|has|have|did|is|are|wurden?|gab es)\b(?!.*\b(?:disk|pool|task|job)s?\b))\b"
    rf".*\b{_KILL}\b"
)
_NOT: Final = re.compile(
    r"\b(?:why|warum|what killed|how (?:do|can|to)|alerts?|rules?|runbooks?)\b"
)
_WHETHER: Final = re.compile(r"^(?:was|were|has|have|did|is|are|any|wurden?|gab)\b")
_LINE: Final = re.compile(
    r"Killed process (?P<pid>\d+) \((?P<name>[^)]+)\)(?:.*?anon-rss:(?P<kb>\d+)kB)?"
)
_CGROUP: Final = re.compile(r"/lxc/(?P<id>\d+)\b")
_QUERY: Final = '|~ "(?i)killed process \\\\d+"'


@dataclass(frozen=True)
class _Kill:
    """One program that was killed."""

    host: str
    program: str
    at: datetime
    memory: int | None

    def line(self, now: datetime) -> str:
        held = f", which held {size(self.memory)}" if self.memory else ""
        age = age_in_words((now - self.at.replace(second=0, microsecond=0)).total_seconds())
        when = f"{clock_time(self.at, now)} ({age} ago)"
        return f"{plain(self.program, 60)} on {plain(self.host, 60)} at {when}{held}"


async def tell_killed(look: Look) -> Iterator[str] | None:
    """How often what is named, or anything, was killed; None if that is not asked or not known."""
    folded = look.question.folded
    if not _ASKED.search(folded) or _NOT.search(folded):
        return None
    if not (look.caller.offers(INSTANT) or look.caller.offers("loki_query_logs")):
        return None
    await look.discover("identity", "targets", "logs")
    if await nothing_known(look):
        return not_known(look)
    scope = look.question.scope
    begin = max(scope.start, look.now - WEEK) if scope.said else look.now - DAY
    end = scope.end if scope.said else look.now
    window = max(end - begin, timedelta(minutes=5))
    count_query = f"round(increase(node_vmstat_oom_kill[{format_window(window)}])) > 0"
    week_query = "round(increase(node_vmstat_oom_kill[7d])) > 0"
    found = await look.ask(
        killed=Call("loki_query_logs", {
            "query": f"{look.all_streams()} {_QUERY}", "limit": MOST,
            **window_arguments(window, end, look.now)}),
        counted=Call(INSTANT, {"query": count_query, "limit": 500,
                               **({"at": end.isoformat()} if end < look.now else {})}),
        week=Call(INSTANT, {"query": week_query, "limit": 500}),
    )  # fmt: skip
    if not found["killed"].ok and not found["counted"].ok:
        return None
    kills, counted = _kills(look), _counted(look, "counted")
    week = _counted(look, "week")
    wanted = _wanted(look)
    if wanted:
        kills = [one for one in kills if {one.host, one.program} & wanted
                 or any(one.program.startswith(f"{name}-") for name in wanted)]  # fmt: skip
        counted = {host: amount for host, amount in counted.items() if host in wanted}
        week = {host: amount for host, amount in week.items() if host in wanted}
    amount = max(len(kills), _sum(look, counted))
    if not amount and re.search(r"^(?:who|wer)\b", folded):
        return None
    when = f"since {clock_time(begin, look.now)}" if scope.said else "in the last 24 h"
    if end < look.now:
        when = f"between {clock_time(begin, look.now)} and {clock_time(end, look.now)}"
    before = _sum(look, week)
    if not (amount or before or scope.said) and found["week"].ok:
        when = "in the last 7 days"
    cites = found["killed"].cite + found["counted"].cite
    if before > amount:
        cites += found["week"].cite
    return await _told(look, kills, counted, amount, before, when, cites)


async def _told(
    look: Look, kills: Sequence[_Kill], counted: dict[str, int], amount: int, before: int,
    when: str, cites: str,
) -> Iterator[str]:  # fmt: skip
    closed = _WHETHER.match(look.question.folded) is not None
    named = [plain(one.name, 60) for one in look.focus.entities
             if one.kind in (EntityKind.HOST, EntityKind.SERVICE)][:1]  # fmt: skip
    earlier = (
        f"; {_OFTEN.get(before, f'{before} times')} in the last 7 days" if before > amount else ""
    )
    if not amount:
        who = f" on {named[0]}" if named else ""
        none = f"no program{who} was killed for lack of memory {when}**{earlier}"
        return told(look, Opening("No: " if closed else "None: ", f"{none}.{cites}"))
    await with_runbook(look, "oom_kill")
    often = _OFTEN.get(amount, f"{amount} times")
    hosts = list(dict.fromkeys([one.host for one in kills] or list(counted)))
    if named:
        said = f"{named[0]} was killed {often} for lack of memory {when}**"
    else:
        on = names([plain(one, 60) for one in hosts], 8)
        many = count(amount, "program")
        said = f"the kernel killed {many} for lack of memory {when}, on {on}**"
    if kills:
        last = "" if amount == 1 else ", the last was"
        said += f"{last or ':'} {kills[0].line(look.now)}"
    elif counted:
        each = [f"{plain(host, 60)} {count(own, 'kill')}" for host, own in counted.items()]
        said += f": {names(each, 8)}"
    lines = [one.line(look.now) + look.cite("killed") for one in kills[1:]]
    lead = Opening("Yes: " if closed else "", f"{said}{earlier}.{cites}")
    if not closed and said.startswith("the "):
        lead = Opening("", f"T{said[1:]}{earlier}.{cites}")
    return told(look, lead, ("Before that", lines))


def _kills(look: Look) -> list[_Kill]:
    """The kills the logs tell of, the newest first; the same one told by two machines once."""
    data = look.found["killed"].data(LogListing)
    made: dict[tuple[str, str], _Kill] = {}
    for entry in data.items if data is not None else ():
        match = _LINE.search(entry.line)
        if match is None:
            continue
        host = entry.host or entry.labels.get(look.inventory.host_label, "?")
        inside = _CGROUP.search(entry.line)
        if inside is not None:
            host = look.inventory.name_of_id.get(f"lxc/{inside['id']}", host)
        memory = int(match["kb"]) * 1024 if match["kb"] else None
        kill = _Kill(host, match["name"], entry.at, memory)
        made.setdefault((match["pid"], match["name"]), kill)
    return sorted(made.values(), key=lambda one: one.at, reverse=True)


def _counted(look: Look, name: str) -> dict[str, int]:
    data = look.found[name].data(InstantValues)
    return {look.inventory.host_of(one.labels): int(one.value)
            for one in (data.items if data is not None else ()) if one.value}  # fmt: skip


def _sum(look: Look, counted: dict[str, int]) -> int:
    """All of them; what a container's kernel counts its node counts as well."""
    inside = {look.inventory.node(host) for host in counted} - {""}
    return sum(amount for host, amount in counted.items() if host not in inside)


def _wanted(look: Look) -> set[str]:
    kinds = (EntityKind.HOST, EntityKind.SERVICE)
    return {*look.focus.hosts, *(one.name for one in look.focus.entities if one.kind in kinds)}


__all__ = ["tell_killed"]
