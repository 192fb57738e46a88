"""Answers since when a guest, a node or a backend is away, or that it is not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from providers.clock import age_in_words
from providers.proxmox import Guest
from providers.reading import State
from sre_tui.agent.analyst.answers.machines import guest_figures, machine_figures
from sre_tui.agent.analyst.answers.nodes import node_figures
from sre_tui.agent.analyst.answers.stops import STOPPED_WITHIN, last_stop, stopped_by
from sre_tui.agent.analyst.answers.told import read, told, with_runbook
from sre_tui.agent.analyst.calls import Call
from sre_tui.agent.analyst.coverage import tool_source
from sre_tui.agent.analyst.diagnose import concluded, diagnose
from sre_tui.agent.analyst.entities import EntityKind, mentioned
from sre_tui.agent.analyst.known import not_known, nothing_known
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.matchers import instance_matcher
from sre_tui.agent.analyst.opening import Opening
from sre_tui.agent.analyst.quantities import INSTANT
from sre_tui.agent.analyst.regarding import is_about_it
from sre_tui.agent.analyst.report import report
from sre_tui.agent.analyst.wording import clock_time, names, plain
from sre_tui.tools.prometheus_data import InstantValues
from sre_tui.tools.proxmox_data import NodeListing
from sre_tui.tools.proxmox_guest_data import GuestListing

LONGEST: Final = timedelta(days=30)
WINDOWS: Final = ("1d:1m", "30d:15m")
"""How far back, and how exactly, is looked for the last answer of a machine."""
_ASKED: Final = re.compile(
    r"^(?:how long|since when|seit wann|wie lange|when did|when was|when has|wann)\b"
    r"(?!.*\b(?:until|till|before|bis|last|battery|disks?|drives?|power|strom|internet|mirror|"
    r"backups?(?! server)|certificates?|pools?|degraded|why|warum)\b)"
    r".*\b(?:down|off|offline|gone|away|dead|unreachable|missing|weg|aus|tot|ausgefallen|"
    r"stopped|gestoppt|(?:aus|ab)geschaltet|heruntergefahren|"
    r"(?:not|nicht)(?: mehr| more)? (?:there|da|reachable|erreichbar|answering|online|up|an|"
    r"running)|disappear\w*|vanish\w*|unerreichbar|die|died|crash)"
    r"(?: now| already| schon| jetzt| bereits| for)*$"
)
_BACKENDS: Final = (
    (r"nas|truenas", "truenas_system_status"),
    (r"pbs|(?:proxmox )?backup ?server", "pbs_datastore_status"),
    (r"grafana", "grafana_get_alerts"),
    (r"loki", "loki_list_label_values"),
    (r"prometheus", "prometheus_targets"),
)
"""Backends that are no guest of that name, and the tool that tells whether they answer."""


async def tell_away(look: Look) -> Iterator[str] | None:
    """Since when what is named is away; None if that is not asked, or of nothing that is known."""
    folded = look.question.folded
    if not _ASKED.search(folded):
        return None
    await look.discover("identity", "targets", "alerts")
    backend = next(
        (tool for words, tool in _BACKENDS if re.search(rf"\b(?:{words})\b", folded)), ""
    )
    if backend and look.caller.offers(backend):
        return await _backend(look, backend)
    if not look.caller.offers("proxmox_list_guests"):
        return None
    guests, cite = await read(look, "guests", "proxmox_list_guests", GuestListing)
    every = guests.items if guests is not None else ()
    known = {(one.name or str(one.vmid)).casefold(): one for one in every if not one.template}
    of_nodes = [one.node for one in every]
    said = [name.casefold() for name in mentioned(look.question, [*known, *of_nodes])]
    first = [word.partition(".")[0].casefold() for word in look.question.candidates]
    said = said or [word for word in first if word in known]
    if not said and await nothing_known(look):
        return not_known(look)
    machines = [one.name.casefold() for one in look.focus.entities
                if one.kind in (EntityKind.HOST, EntityKind.SERVICE)]  # fmt: skip
    keys = dict.fromkeys([*said, *machines, *(host.casefold() for host in look.focus.hosts)])
    if not keys:
        return None
    guest = next((known[key] for key in keys if key in known), None)
    if guest is not None and guest.status == "stopped":
        return await _stopped(look, guest, cite)
    nodes, node_cite = await read(look, "nodes", "proxmox_node_status", NodeListing)
    own = guest.node.casefold() if guest is not None else ""
    node = next((one for one in (nodes.items if nodes is not None else ())
                 if one.node.name.casefold() in {*keys, own}), None)  # fmt: skip
    if node is not None and node.node.status != "online":
        name = plain(node.node.name, 40)
        began = await last_answer(look, node.node.name)
        who, why = f"Node {name}", node_figures(node)
        if guest is not None:
            who, why = plain(guest.label, 60), f"its node {name} is offline"
        heard = look.found.get("answered")
        if began is not None or (heard is not None and heard.ok):
            await with_runbook(look, "node_down", node=node.node.name)
            lead = f"**{who} has been away {_for(look, began, about=True)}**: {why}"
            return told(look, f"{lead}.{node_cite}{look.cite('answered')}")
    found = await diagnose(look)
    made = concluded(found)
    sure = made is not None and any(one.confirmed and one.active for one in made.causes)
    if made is not None and sure and is_about_it(look, made):
        return report(look, found)
    if any(not up for key in keys for _, up in look.inventory.seen_up.get(key, [])):
        return report(look, found)
    if guest is not None:
        told_of, cites = guest_figures(guest), cite
    else:
        told_of, cites = await machine_figures(look)
    if not told_of:
        return None
    name = next(iter(keys))
    where = ""
    if guest is not None and name not in ((guest.name or "").casefold(), str(guest.vmid)):
        where = f"{plain(guest.label, 60)}, which carries it, is "
    lead = Opening("", f"{plain(name, 60)} is not away**: {where}{told_of}.{cites}", well=True)
    return told(look, lead)


async def _stopped(look: Look, guest: Guest, cite: str) -> Iterator[str]:
    who = plain(guest.label, 60)
    last, own, told_tasks = await last_stop(look, guest)
    boot = "" if guest.onboot is None else (
        "it is set to start on boot" if guest.onboot else "it is not set to start on boot"
    )  # fmt: skip
    rest = f"; {boot}" if boot else ""
    if last is not None:
        said = (
            f"{who} has been off {_for(look, last.started)}**: stopped by {stopped_by(look, last)}"
        )
        return told(look, f"**{said}{rest}.{own}{cite}")
    began = await last_answer(look, guest.name or "", f"{guest.type}/{guest.vmid}")
    if began is not None:
        said = f"{who} has been off {_for(look, began, about=True)}**: then it ran last"
        cite += look.cite("answered")
    elif told_tasks:
        said = f"{who} has been off for more than {STOPPED_WITHIN} days, as far as can be told**: "
        said += "no task of that time stopped it"
    else:
        said = f"{who} is off on {plain(guest.node, 40)}, since when nothing tells**"
    return told(look, f"**{said}{rest}.{cite}{own}")


async def _backend(look: Look, tool: str) -> Iterator[str]:
    """Whether the backend answers now, and since when its machine does not."""
    found = (await look.ask(backend=Call(tool, {})))["backend"]
    state = found.ran.evidence.state if found.ran is not None else State.UNREACHABLE
    title = tool_source(tool)
    if state in (State.OK, State.PARTIAL):
        return told(look, Opening("", f"{title} is not away**: it answers.{found.cite}"))
    trouble = look.coverage.trouble(title).rstrip(".")
    hosts = sorted({host for entity in look.focus.entities for host in entity.hosts}
                   | ({host for pool in look.inventory.pools.values() for host in pool}
                      if tool.startswith("truenas") else set())
                   | ({host for one in look.inventory.datastores.values() for host in one}
                      if tool.startswith("pbs") else set()))  # fmt: skip
    nodes = set(look.inventory.node_of.values())
    hosts = [one for one in hosts if one not in nodes and not look.inventory.node(one)]
    if tool.startswith("truenas"):
        hosts = [one for one in hosts if not any(one in own for own in
                                                 look.inventory.datastores.values())]  # fmt: skip
    times = {host: await last_answer(look, host) for host in hosts[:2]}
    gone = {host: at for host, at in times.items() if at and look.now - at > timedelta(minutes=5)}
    if gone:
        host, at = next(iter(gone.items()))
        said = f"{title} has been away {_for(look, at, about=True)}**"
        last = f"then {plain(host, 60)} answered last"
        return told(look, f"**{said}: {last}; {trouble}.{look.cite('answered')}")
    up = [host for host, at in times.items() if at is not None]
    beside = ""
    if up:
        answer = "answers" if len(up) == 1 else "answer"
        who = names([plain(one, 60) for one in up])
        beside = f"; its machine {who} {answer}, so what is away is the program, or the way to it"
        beside += look.cite("answered")
    return told(look, f"**{title} is away, since when nothing tells**: {trouble}{beside}.")


async def last_answer(look: Look, host: str, guest: str = "") -> datetime | None:
    """When Prometheus last had an answer of a machine; None if it knows of none.

    Args:
        look: the question.
        host: its name.
        guest: the id Proxmox gives it, such as ``qemu/134``, if that is asked about.
    """
    if not look.caller.offers(INSTANT):
        return None
    own = instance_matcher({host}, look.inventory.instances)
    # The prober answers for whoever it probes.
    series = [f"(up{{{own}}} == 1 unless on(instance, job) probe_success)",
              f"(probe_success{{{own}}} == 1)"]  # fmt: skip
    if guest:
        series = [f'(pve_up{{id="{guest}"}} == 1)']
    for window in WINDOWS:
        query = " or ".join(f"max_over_time(timestamp{one}[{window}])" for one in series)
        found = await look.ask(answered=Call(INSTANT, {"query": query, "limit": 200}))
        data = found["answered"].data(InstantValues)
        times = [one.value for one in (data.items if data is not None else ()) if one.value]
        if times:
            return datetime.fromtimestamp(max(times), UTC)
    return None


def _for(look: Look, began: datetime | None, *, about: bool = False) -> str:
    if began is None:
        return f"for more than {LONGEST.days} days"
    # The age is that of the minute shown.
    age = age_in_words((look.now - began.replace(second=0, microsecond=0)).total_seconds())
    return f"for {age}, since {'about ' if about else ''}{clock_time(began, look.now)}"


__all__ = ["last_answer", "tell_away"]
