"""What is known of a thing with which nothing is wrong: its state, its alerts, what runs now."""

from __future__ import annotations

from typing import Final

from sre_tui.agent.analyst.amounts import figures_for
from sre_tui.agent.analyst.answers.machines import machine_figures
from sre_tui.agent.analyst.answers.pools import scan_text
from sre_tui.agent.analyst.answers.stops import STOPPED_WITHIN, last_stop, stopped_by
from sre_tui.agent.analyst.calls import Call, Found
from sre_tui.agent.analyst.entities import EntityKind
from sre_tui.agent.analyst.figures import measure
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.matchers import stream_selector
from sre_tui.agent.analyst.quantities import quantity_of
from sre_tui.agent.analyst.wording import capital, code, names, plain, since
from sre_tui.diagnosis.language.topics import Topic
from sre_tui.tools.loki_data import PatternListing
from sre_tui.tools.proxmox_data import TaskListing
from sre_tui.tools.proxmox_guest_data import GuestListing
from sre_tui.tools.truenas_data import PoolListing

MOST_ALERTS: Final = 4
MOST_LINES: Final = 3
MOST_ROWS: Final = 2
_MACHINES: Final = frozenset({EntityKind.HOST, EntityKind.SERVICE})
_BUSY: Final = frozenset({Topic.IO, Topic.DISK, Topic.POOL, Topic.NETWORK, Topic.CPU})
"""Topics for which it tells much what runs at the moment."""


async def known_facts(look: Look, *, quiet: bool) -> list[str]:
    """Sentences about what the question names, or its topics, each cited.

    Args:
        look: the question.
        quiet: whether nothing is wrong anywhere, so that every alert may be what is meant.
    """
    await look.discover("identity", "targets", "alerts")
    calls = _calls(look)
    found = await look.ask(**calls) if calls else {}
    facts = [*await _state(look), *await _figures(look), *_alerts(look, quiet)]
    if "errors" in found:
        facts += _lines(found["errors"])
    if "running" in found:
        facts += _running(found["running"], look)
    if "scans" in found:
        facts += _scans(found["scans"], look)
    return facts


def _calls(look: Look) -> dict[str, Call]:
    calls: dict[str, Call] = {}
    if selector := _selector(look):
        calls["errors"] = Call(
            "loki_patterns",
            {"query": selector, **look.window(), "level": "error", "limit": MOST_LINES},
        )
    if _BUSY & set(look.question.topics):
        calls["running"] = Call("proxmox_list_tasks", {"running": True})
        calls["scans"] = Call("truenas_pool_status", {})
    return calls


def _selector(look: Look) -> str:
    known = look.inventory.services
    services = [name for name in look.focus.services if name in known]
    if services:
        return stream_selector(look.inventory.service_label, services)
    hosts = [entity.name for entity in look.focus.of(EntityKind.HOST)]
    return stream_selector(look.inventory.host_label, hosts) if hosts else ""


async def _state(look: Look) -> list[str]:
    if not look.focus.entities or look.focus.entities[0].kind not in _MACHINES:
        return []
    figures, cite = await machine_figures(look)
    who = plain(look.focus.entities[0].name, 60)
    facts = [f"{who}: {look.caller.counted(figures)}{cite}"] if figures else []
    return [*facts, *await _stopped(look)]


async def _stopped(look: Look) -> list[str]:
    """Who switched the guest off, and when, where it is off."""
    listed = look.found.get("guests")
    data = listed.data(GuestListing) if listed is not None else None
    hosts = {host.casefold() for host in look.focus.hosts}
    off = [one for one in (data.items if data is not None else ())
           if one.status == "stopped" and (one.name or "").casefold() in hosts]  # fmt: skip
    if len(off) != 1:
        return []
    last, cite, read_tasks = await last_stop(look, off[0])
    if not read_tasks:
        return []
    who = plain(off[0].name or off[0].label, 60)
    if last is None:
        return [f"No task of the last {STOPPED_WITHIN} days stopped {who}{cite}"]
    return [f"{who} was stopped by {look.caller.counted(stopped_by(look, last))}{cite}"]


async def _figures(look: Look) -> list[str]:
    quantity = quantity_of(look.question.folded)
    if quantity is None:
        return []
    figures = figures_for(look, quantity) if look.focus.named else quantity.figures[:1]
    rows = sorted(await measure(look, quantity, figures), key=lambda row: row.order, reverse=True)
    return [
        f"{row.who} {look.caller.counted(row.sentence(look.now))}{row.cite}"
        for row in rows[:MOST_ROWS]
    ]


def _alerts(look: Look, quiet: bool) -> list[str]:
    cite = look.cite("alerts")
    hosts = {host.casefold() for host in look.focus.hosts}
    active = [one for one in look.inventory.alerts if one.state.active and not one.silenced
              and (quiet or (one.host or "").casefold() in hosts)]  # fmt: skip
    return [
        f"Alert {plain(one.name, 80)} is {one.state.value.replace('_', ' ')}"
        f"{f' for {plain(one.host, 60)}' if one.host else ''} {since(one.active_at, look.now)}"
        f"{f': {plain(one.summary, 160)}' if one.summary else ''}{cite}"
        for one in active[:MOST_ALERTS]
    ]


def _lines(found: Found) -> list[str]:
    data = found.data(PatternListing)
    return [
        f"{names([plain(one, 40) for one in each.services[:2]])} wrote {each.count} error lines "
        f"such as {code(each.example, 160)}{found.cite}"
        for each in (data.items[:MOST_LINES] if data is not None else ())
    ]


def _running(found: Found, look: Look) -> list[str]:
    data = found.data(TaskListing)
    return [
        f"Running now: {plain(one.type, 40)} of "
        f"{plain(one.guest or one.subject or one.node, 60)} {since(one.started, look.now)}"
        f"{found.cite}"
        for one in (data.items[:MOST_LINES] if data is not None else ())
    ]


def _scans(found: Found, look: Look) -> list[str]:
    data = found.data(PoolListing)
    return [
        f"{capital(look.caller.counted(scan_text(look, pool)))}{found.cite}"
        for pool in (data.items if data is not None else ())
        if pool.scan is not None and pool.scan.state == "running"
    ]


__all__ = ["known_facts"]
