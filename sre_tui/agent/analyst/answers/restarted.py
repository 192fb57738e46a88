"""Answers which containers restarted within a time, and where."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from sre_tui.agent.analyst.answers.told import told
from sre_tui.agent.analyst.calls import Call
from sre_tui.agent.analyst.entities import EntityKind
from sre_tui.agent.analyst.known import not_known, nothing_known
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.opening import Opening
from sre_tui.agent.analyst.quantities import INSTANT
from sre_tui.agent.analyst.wording import both_ends, clock_time, names, plain
from sre_tui.tools.arguments import format_window
from sre_tui.tools.prometheus_data import InstantValues
from sre_tui.tools.proxmox_guest_data import GuestListing
from sre_tui.views.human import count

DAY: Final = timedelta(days=1)
WEEK: Final = timedelta(weeks=1)
MOST: Final = 2000
_ASKED: Final = re.compile(
    r"^(?!.*\b(?:most|often|oft|why|warum|how(?! many)|when|wann|who|wer|can|should|after|logs?)\b)"
    r"(?:how many|which|what|any|did|do|does|has|have|are|is|were|was|list|show|welche\w*|hat|"
    r"haben|gibt)\b"
    r".*\b(?:containers?|docker|lxcs?)\b.*\b(?:re-?start\w*|reboot\w*|neu ?gestartet)\b"
)
_CLOSED: Final = re.compile(r"^(?:any|did|do|does|has|have|are|is|were|was|hat|haben|gibt)\b")


async def tell_restarted(look: Look) -> Iterator[str] | None:
    """The containers that restarted, with how often and when last; None if that is not asked."""
    if not _ASKED.search(look.question.folded) or not look.caller.offers(INSTANT):
        return None
    await look.discover("identity", "targets")
    if await nothing_known(look):
        return not_known(look)
    scope = look.question.scope
    begin = max(scope.start, look.now - WEEK) if scope.said else look.now - DAY
    end = scope.end if scope.said else look.now
    window = format_window(max(look.now - begin, timedelta(minutes=5)))
    query = 'container_start_time_seconds{name!=""}'
    found = await look.ask(
        starts=Call(INSTANT, {"query": query, "limit": MOST}),
        often=Call(INSTANT, {"query": f"changes({query}[{window}]) > 0", "limit": MOST}),
        guests=Call("proxmox_list_guests", {}),
    )
    starts = found["starts"].data(InstantValues)
    guests = found["guests"].data(GuestListing)
    if starts is None:
        return None
    where = {one.name for one in look.focus.of(EntityKind.HOST)} or set(look.focus.hosts)
    nodes = where & set(look.inventory.node_of.values())
    hosts = where | {guest for node in nodes for guest in look.inventory.guests_on(node)}
    times: dict[tuple[str, str], int] = {}
    changes = found["often"].data(InstantValues)
    for sample in changes.items if changes is not None else ():
        own = (look.inventory.host_of(sample.labels), sample.labels.get("name", ""))
        times[own] = max(times.get(own, 0), int(sample.value or 0))
    rows: list[tuple[datetime, str]] = []
    for sample in starts.items:
        host, name = look.inventory.host_of(sample.labels), sample.labels.get("name", "")
        if sample.value is None or (hosts and host not in hosts):
            continue
        at = datetime.fromtimestamp(sample.value, UTC)
        if begin <= at <= end:
            again = times.get((host, name), 0)
            told_of = f", {count(again, 'restart')} in this time" if again > 1 else ""
            cite = found["starts"].cite + (found["often"].cite if again > 1 else "")
            when = clock_time(at, look.now)
            rows.append((at, f"{plain(name, 60)} on {plain(host, 60)}: last {when}{told_of}{cite}"))
    for guest in guests.items if guests is not None else ():
        at = look.now - timedelta(seconds=guest.uptime or 0.0)
        lxc = guest.type == "lxc" and guest.uptime
        if lxc and begin <= at <= end and (not where or {guest.name, guest.node} & where):
            who = f"{plain(guest.label, 60)} on {plain(guest.node, 40)}"
            rows.append((at, f"{who}: started {clock_time(at, look.now)}{found['guests'].cite}"))
    rows.sort(reverse=True)
    closed = _CLOSED.match(look.question.folded) is not None
    on = f" on {names([plain(one, 60) for one in sorted(where)])}" if where else ""
    began = f"since {clock_time(begin, look.now)}"
    if end < look.now - timedelta(minutes=2):
        began = "between {} and {}".format(*both_ends(begin, end, look.now))
    cites = found["starts"].cite + found["guests"].cite
    if not rows:
        head = "No: " if closed else "None: "
        return told(look, Opening(head, f"no container{on} restarted {began}**.{cites}"))
    head = "Yes: " if closed else ""
    lead = Opening(head, f"{count(len(rows), 'container')}{on} restarted {began}**.{cites}")
    return told(look, lead, ("", [line for _, line in rows]))


__all__ = ["tell_restarted"]
