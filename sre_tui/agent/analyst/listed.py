"""Answers how many things of a kind there are and which, and which of them do not run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from sre_tui.agent.analyst.answers.told import hedge
from sre_tui.agent.analyst.calls import Call, Found
from sre_tui.agent.analyst.endings import gaps
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.opening import Opening
from sre_tui.agent.analyst.quantities import INSTANT, Thing, field_of, thing_of, things
from sre_tui.agent.analyst.wording import names, plain
from sre_tui.tools.prometheus_data import InstantValues
from sre_tui.tools.proxmox_data import NodeListing
from sre_tui.tools.result import Listing
from sre_tui.views.human import count

MOST: Final = 2000
SHOWN: Final = 40
_OFF: Final = re.compile(
    r"\b(down|stopped|off|offline|dead|unreachable|not (running|online|up|answering)|aus|"
    r"gestoppt|nicht (an|online)|degraded|failed|failing|fails|broken|inactive|unavailable|"
    r"errors?|fehler|50\d)\b"
)
_STOPPED: Final = re.compile(r"\b(stopped|gestoppt)\b")
_ON: Final = re.compile(r"\b(running|run|runs|up|online|active|laufen|läuft|answering|healthy)\b")


_WHETHER: Final = re.compile(r"^(is|are|sind|laufen|ist|do|does)\b")


@dataclass(frozen=True)
class _One:
    name: str
    host: str
    running: bool
    unknown: bool = False


async def list_things(look: Look) -> Iterator[str]:
    """The things of a kind, on the machines named if any are."""
    thing = thing_of(look.question.folded)
    assert thing is not None
    nodes = set(look.inventory.node_of.values())
    if thing.id == "container" and set(look.focus.hosts) & nodes:
        thing = next(one for one in things() if one.id == "guest")
    if thing.tool and look.caller.offers(thing.tool):
        found = (await look.ask(rows=Call(thing.tool, {})))["rows"]
        if found.ok:
            if thing.id == "guest" and any(one.unknown for one in _rows(look, thing, found)):
                await look.ask(nodes=Call("proxmox_node_status", {}))
            return _listed(look, thing, found)
    call = Call(INSTANT, {"query": thing.query, "limit": MOST})
    found = (await look.ask(things=call))["things"]
    return _listed(look, thing, found)


def _rows(look: Look, thing: Thing, found: Found) -> list[_One]:
    """The things that a tool lists; templates are none that could run."""
    data = found.data(Listing)
    made = []
    for item in data.items if data is not None else ():
        if field_of(item, "template"):
            continue
        vmid = field_of(item, "vmid")
        told = look.inventory.name_of_id.get(f"{field_of(item, 'type')}/{vmid}", "")
        name = str(field_of(item, thing.name) or told or (f"guest {vmid}" if vmid else "?"))
        state = str(field_of(item, thing.state)).casefold() if thing.state else ""
        good = not thing.state or state == thing.good
        host = str(field_of(item, thing.host) or "") if thing.host else ""
        if thing.id == "storage":
            host = names([str(one) for one in field_of(item, "nodes") or ()])
        if thing.id == "pool":
            host = next(iter(sorted(look.inventory.pools.get(name, ()))), "")
        made.append(_One(name, host, good, state == "unknown"))
    wanted = set(look.focus.hosts)
    return [one for one in made if not wanted or {one.host, one.name} & wanted]


def _members(look: Look, thing: Thing, found: Found) -> list[_One]:
    if found.call.tool == thing.tool:
        return _rows(look, thing, found)
    data = found.data(InstantValues)
    made: dict[tuple[str, str], _One] = {}
    for sample in data.items if data is not None else ():
        labels = sample.labels
        host = look.inventory.host_of(labels)
        name = labels.get(thing.label, "") if thing.label else host
        match thing.id:
            case "guest" | "node":
                known = look.inventory.name_of_id.get(name, name)
                name, host = known, look.inventory.node(known)
            case "site":
                name, host = urlsplit(name).hostname or name, ""
            case "service":
                name = name.removesuffix(".service")
            case "host":
                host = ""
            case "storage" | "datastore" | "ups":
                host = labels.get("node", "")
        running = not thing.running or bool(sample.value)
        made[(name, host)] = _One(name, host, running)
    wanted = set(look.focus.hosts)
    return [one for one in made.values() if not wanted or {one.host, one.name} & wanted]


def _listed(look: Look, thing: Thing, found: Found) -> Iterator[str]:
    folded = look.question.folded
    every = sorted(_members(look, thing, found), key=lambda one: (one.host, one.name))
    where = (
        f" on {names([plain(host, 60) for host in look.focus.hosts])}" if look.focus.hosts else ""
    )
    tell = look.caller.counted
    running = [one for one in every if one.running]
    lost = [one for one in every if one.unknown]
    stopped = [one for one in every if not one.running and not one.unknown]
    known = hedge(look, [thing.tool], found.call.tool)
    left_out = _templates(look, thing, found)
    plural = f"{thing.one}s" if thing.one != "UPS" else "UPSes"
    if not found.ok:
        yield f"**The {plural} could not be read.**{found.cite}\n\n"
    elif not every:
        none = f"{'no' if known else 'No'} {thing.one} is known{where}"
        yield Opening("", f"{none}.**{found.cite}\n\n", by=known)
    elif thing.running and _OFF.search(folded):
        if lost and not (stopped and _STOPPED.search(folded)):
            amount = tell(f"{len(lost)} of {count(len(every), thing.one, plural)}")
            said = f"{amount}{where} {_are(lost)} down or out of reach"
            who = f"{_why_unknown(look, lost)}**: {_names(lost, with_host=False)}"
            yield Opening("", f"{said}, {who}.{left_out}{found.cite}\n\n", by=known)
            if stopped:
                rest = tell(f"{len(stopped)} more {_are(stopped)}")
                yield f"Besides, {rest} stopped: {_names(stopped)}.{found.cite}\n\n"
        elif stopped:
            amount = tell(f"{len(stopped)} of {count(len(every), thing.one, plural)}")
            said = f"{amount}{where} not {thing.called}**: {_names(stopped)}"
            yield Opening("", f"{said}.{left_out}{found.cite}\n\n", by=known)
            if lost:
                rest = tell(f"{len(lost)} more {_are(lost)}")
                yield f"Besides, {rest} down or out of reach, {_why_unknown(look, lost)}: "
                yield f"{_names(lost, with_host=False)}.{found.cite}\n\n"
        else:
            amount = tell(count(len(every), thing.one, plural))
            # By whose word it is said is enough: who names each guest that runs has seen it run.
            none = f"{'none' if known else 'None'}**: all of {amount}{where} {_are(every)}"
            yield Opening("", f"{none} {thing.called}.{left_out}{found.cite}\n\n", by=known)
    else:
        state = ""
        if thing.running:
            shown = running if _ON.search(folded) else every
            surely = "known to be " if lost else ""
            state = (
                f", {tell(str(len(running)))} of them {surely}{thing.called}"
                if stopped or lost
                else f", all {thing.called}"
            )
        else:
            shown = every
        amount = tell(count(len(every), thing.one, plural))
        yes = ""
        if thing.running and _WHETHER.search(folded):
            yes = "No: " if stopped or lost else "Yes: "
        said = f"{amount}{where}{state}**"
        yield Opening(yes, f"{said}.{left_out}{found.cite}\n\n", by=known)
        told = [one for one in shown if not one.unknown]
        yield from (f"- {line}{found.cite}\n" for line in _by_host(told))
        if lost:
            amount = tell(f"{len(lost)} down or out of reach")
            yield f"- {amount}, {_why_unknown(look, lost)}: "
            yield f"{_names(lost, with_host=False)}{found.cite}\n"
        if stopped:
            yield f"- not {thing.called}: {_names(stopped)}{found.cite}\n"
        yield "\n"
    yield from gaps(look)


def _templates(look: Look, thing: Thing, found: Found) -> str:
    """How many templates were left out, which a list of the same things shows."""
    data = found.data(Listing) if found.call.tool == thing.tool else None
    wanted = set(look.focus.hosts)
    held = [one for one in (data.items if data is not None else ()) if field_of(one, "template")
            and (not wanted or field_of(one, thing.host) in wanted)]  # fmt: skip
    if not held:
        return ""
    are = "is" if len(held) == 1 else "are"
    return look.caller.counted(f" {count(len(held), 'template')} {are} not counted.")


def _why_unknown(look: Look, lost: Sequence[_One]) -> str:
    """Their nodes do not report: they are off with them, or run where nobody can see."""
    hosts = sorted({one.host for one in lost if one.host})
    if not hosts:
        return "nothing reports how they are"
    told = look.found["nodes"].data(NodeListing) if "nodes" in look.found else None
    reports = told.items if told is not None else ()
    off = {one.node.name for one in reports if one.node.status == "offline"}
    alone = len(hosts) == 1
    state = ("is" if alone else "are") + " offline"
    if not off.issuperset(hosts):
        state = f"{'does' if alone else 'do'} not report"
    whose = "its" if len(lost) == 1 else "their"
    where = names([plain(host, 60) for host in hosts])
    return f"{whose} {'node' if alone else 'nodes'} {where} {state}"


def _are(every: Sequence[_One]) -> str:
    return "is" if len(every) == 1 else "are"


def _names(members: Sequence[_One], *, with_host: bool = True) -> str:
    return names(
        [
            plain(one.name, 60) + (f" on {plain(one.host, 60)}"
                                   if with_host and one.host not in ("", one.name) else "")
            for one in members
        ],
        SHOWN,
    )  # fmt: skip


def _by_host(members: Sequence[_One]) -> Iterator[str]:
    hosts: dict[str, list[str]] = {}
    for one in members:
        hosts.setdefault(one.host, []).append(plain(one.name, 60))
    for host, held in hosts.items():
        lead = f"{plain(host, 60)}: " if host else ""
        yield lead + names(held, SHOWN)


__all__ = ["list_things"]
