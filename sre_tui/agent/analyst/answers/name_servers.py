"""Answers whether the name servers run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from sre_tui.agent.analyst.answers.told import told
from sre_tui.agent.analyst.calls import Call
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.opening import Opening
from sre_tui.agent.analyst.wording import names, plain
from sre_tui.tools.proxmox_guest_data import GuestListing
from sre_tui.views.human import count

_ASKED: Final = re.compile(
    r"^(?:is|are|which|do|does|sind|laufen|läuft)\b.*\b(?:dns|name) ?(?:servers?|resolvers?|"
    r"guests?|containers?|vms?)\b.*\b(?:up|down|running|run|online|offline|alive|laufen)\b"
)
_WHY: Final = re.compile(r"\b(?:why|warum|wieso|cause|reason)\b")
_OFF: Final = re.compile(r"\b(?:down|offline)\b")
_NAMED: Final = re.compile(
    r"^(?:dns|ns|name-?server|resolver|pi-?hole|adguard\w*|unbound|bind9?|named|technitium|coredns|"
    r"dnsmasq|powerdns|pdns|knot|blocky)[-_]?\d*(?:[-_.].*)?$",
    re.IGNORECASE,
)


async def tell_name_servers(look: Look) -> Iterator[str] | None:
    """Whether the guests run that are called as name servers are; None if that is not asked."""
    folded = look.question.folded
    if not _ASKED.search(folded) or look.question.named or _WHY.search(folded):
        return None
    found = (await look.ask(guests=Call("proxmox_list_guests", {})))["guests"]
    data = found.data(GuestListing)
    every = [one for one in (data.items if data is not None else ())
             if not one.template and _NAMED.match(one.name or "")]  # fmt: skip
    if not every:
        return None
    await look.discover("identity", "targets")
    lines, away, cite = [], [], found.cite
    for one in every:
        said = [f"{plain(one.status)} on {plain(one.node, 40)}"]
        seen = look.inventory.seen_up.get((one.name or "").casefold(), [])
        probes = [(plain(words, 100), up) for words, up in seen if "Proxmox" not in words]
        said += [words for words, _ in probes]
        if one.status != "running" or not all(up for _, up in probes):
            away.append(one)
        own = cite + (look.cite("identity") if probes else "")
        lines.append(f"{plain(one.label, 60)}: {', '.join(said)}{own}")
    fine = not away
    head = "Yes" if fine is not bool(_OFF.search(folded)) else "No"
    who = names([plain(one.name or one.label, 60) for one in (away or every)], 8)
    lead = Opening(f"{head}: ", f"all of {count(len(every), 'name server')} run**: {who}.{cite}")
    if away:
        share = f"{len(away)} of {count(len(every), 'name server')}"
        lead = Opening(
            f"{head}: ", f"{share} {'is' if len(away) == 1 else 'are'} not up: {who}**.{cite}"
        )
    return told(look, lead, ("", lines))


__all__ = ["tell_name_servers"]
