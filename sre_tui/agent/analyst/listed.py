"""Answers how many things of a kind there are and which, and which of them do not run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final
from urllib.parse import urlsplit

from sre_tui.agent.analyst.answers.guest_list import TEMPLATES, tell_guests
from sre_tui.agent.analyst.answers.told import cannot_tell, hedge
from sre_tui.agent.analyst.calls import Call, Found
from sre_tui.agent.analyst.endings import gaps
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.opening import Opening
from sre_tui.agent.analyst.quantities import INSTANT, Thing, field_of, thing_of, things
from sre_tui.agent.analyst.wording import names, plain
from sre_tui.tools.prometheus_data import InstantValues
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
_GUESTS: Final = re.compile(r"\b(containers?|running on|runs on|what is on|what's on|läuft auf)\b")
_DOCKER: Final = re.compile(r"\b(docker|podman)\b")


_UNREPORTED: Final = "nothing reports how they are"


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
    told_of = _GUESTS.search(look.question.folded) and not _DOCKER.search(look.question.folded)
    if thing.id == "guest" or (thing.id == "container" and told_of):
        answer = await tell_guests(look)
        if answer is not None:
            return answer
        if TEMPLATES.search(look.question.folded):
            why = look.coverage.trouble("Proxmox VE")
            return chain([f"**{why}**\n\n"], await cannot_tell(look))
    nodes = set(look.inventory.node_of.values())
    if thing.id == "container" and set(look.focus.hosts) & nodes:
        thing = next(one for one in things() if one.id == "guest")
    if thing.tool and look.caller.offers(thing.tool):
        found = (await look.ask(rows=Call(thing.tool, {})))["rows"]
        if found.ok:
            return _listed(look, thing, found)
    call = Call(INSTANT, {"query": thing.query, "limit": MOST})
    found = (await look.ask(things=call))["things"]
    return _listed(look, thing, found)


def _rows(look: Look, thing: Thing, found: Found) -> list[_One]:
    """The things that a tool lists."""
    data = found.data(Listing)
    made = []
    for item in data.items if data is not None else ():
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
            who = f"{_UNREPORTED}**: {_names(lost, with_host=False)}"
            yield Opening("", f"{said}, {who}.{found.cite}\n\n", by=known)
            if stopped:
                rest = tell(f"{len(stopped)} more {_are(stopped)}")
                yield f"Besides, {rest} stopped: {_names(stopped)}.{found.cite}\n\n"
        elif stopped:
            amount = tell(f"{len(stopped)} of {count(len(every), thing.one, plural)}")
            said = f"{amount}{where} not {thing.called}**: {_names(stopped)}"
            yield Opening("", f"{said}.{found.cite}\n\n", by=known)
            if lost:
                rest = tell(f"{len(lost)} more {_are(lost)}")
                yield f"Besides, {rest} down or out of reach, {_UNREPORTED}: "
                yield f"{_names(lost, with_host=False)}.{found.cite}\n\n"
        else:
            amount = tell(count(len(every), thing.one, plural))
            # By whose word it is said is enough: who names each guest that runs has seen it run.
            none = f"{'none' if known else 'None'}**: all of {amount}{where} {_are(every)}"
            yield Opening("", f"{none} {thing.called}.{found.cite}\n\n", by=known)
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
        yield Opening(yes, f"{said}.{found.cite}\n\n", by=known)
        told = [one for one in shown if not one.unknown]
        yield from (f"- {line}{found.cite}\n" for line in _by_host(told))
        if lost:
            amount = tell(f"{len(lost)} down or out of reach")
            yield f"- {amount}, {_UNREPORTED}: "
            yield f"{_names(lost, with_host=False)}{found.cite}\n"
        if stopped:
            yield f"- not {thing.called}: {_names(stopped)}{found.cite}\n"
        yield "\n"
    yield from gaps(look)


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
