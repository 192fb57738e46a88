"""Answers how the Proxmox nodes are: online, quorum, load, version."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from providers.proxmox import NodeReport
from sre_tui.agent.analyst.answers.told import read, told, with_runbook, yes_no
from sre_tui.agent.analyst.entities import mentioned
from sre_tui.agent.analyst.look import Look
from sre_tui.agent.analyst.opening import Opening
from sre_tui.agent.analyst.wording import names, plain
from sre_tui.tools.proxmox_data import NodeListing
from sre_tui.views.human import count, duration, percent, size

_QUORUM: Final = re.compile(r"\b(quorum|quorate|cluster)\b")
_VERSION: Final = re.compile(r"\b(versions?|kernels?|release)\b")


async def tell_nodes(look: Look) -> Iterator[str] | None:
    """Nodes with state and load, and whether the cluster has its quorum."""
    data, cite = await read(look, "nodes", "proxmox_node_status", NodeListing)
    if data is None:
        return None
    wanted = mentioned(look.question, [one.node.name for one in data.items])
    nodes = [one for one in data.items if not wanted or one.node.name in wanted]
    if not nodes:
        return told(look, f"**No Proxmox node is known.**{cite}")
    lost = [one for one in nodes if one.node.status != "online"]
    folded = look.question.folded
    if lost:
        await with_runbook(look, "node_down", node=lost[0].node.name)
    lines = [_line(one) + cite for one in nodes]
    if _QUORUM.search(folded) and not wanted:
        return told(look, _quorum(look, data, lost, cite), ("Nodes", lines))
    if _VERSION.search(folded):
        return told(look, f"**{_versions(nodes)}**.{cite}", ("Nodes", lines))
    if lost:
        said = names([f"{plain(one.node.name, 40)} is {one.node.status}" for one in lost])
        guests = sum(one.guests for one in lost)
        state = f"{len(nodes) - len(lost)} of {len(nodes)} nodes online, {guests} guests unknown"
        return told(
            look, Opening(yes_no(look, fine=False), f"{said}**; {state}.{cite}"), ("Nodes", lines)
        )
    every = names([plain(one.node.name, 40) for one in nodes])
    are = "is" if len(nodes) == 1 else "are"
    busy = max(nodes, key=lambda one: one.node.cpu or 0.0)
    load = ""
    if busy.node.cpu is not None:
        most = f", the busiest is {plain(busy.node.name, 40)}" if len(nodes) > 1 else ""
        load = f"{most} with {percent(busy.node.cpu)} of its processors in use"
    return told(look, Opening(yes_no(look, fine=True), f"{every} {are} online**{load}.{cite}"),
                ("Nodes", lines))  # fmt: skip


async def tell_hardware(look: Look) -> Iterator[str] | None:
    """Processors and memory of the nodes named, of all if none is; None if that is not told."""
    data, cite = await read(look, "nodes", "proxmox_node_status", NodeListing)
    wanted = set(look.focus.hosts)
    chosen = [one.status for one in data.items if one.status is not None
              and (not wanted or one.node.name in wanted)] if data is not None else []  # fmt: skip
    lines = [
        f"{plain(one.node, 40)} has {count(one.cpus, 'processor thread')} of "
        f"{count(one.sockets or 1, 'socket')}, {plain(one.cpu_model, 80) or 'of unknown make'}, "
        f"{size(one.memory.size) if one.memory.size else 'an unknown amount'} of memory"
        for one in chosen
        if one.cpus
    ]
    if not lines:
        return None
    if len(lines) > 1:
        threads = sum(one.cpus or 0 for one in chosen)
        every = f"{count(threads, 'processor thread')} on {count(len(lines), 'node')}"
        return told(look, f"**{every}**.{cite}", ("", [line + cite for line in lines]))
    return told(look, f"**{lines[0]}**.{cite}", ("", [line + cite for line in lines[1:]]))


def _quorum(look: Look, data: NodeListing, lost: Sequence[NodeReport], cite: str) -> str:
    votes = [one for one in data.clusters if one.quorate is not None]
    if not votes:
        return f"**There is no cluster, so no quorum is needed**.{cite}"
    good = all(one.quorate for one in votes)
    online = sum(node.online for one in votes for node in one.nodes)
    total = sum(len(one.nodes) for one in votes)
    which = names([plain(one.name or one.source, 60) for one in votes])
    has = "is quorate" if good else "is without quorum"
    without = f", without {names([plain(one.node.name, 40) for one in lost])}" if lost else ""
    asks = re.search(r"\b(lost|no|without|verloren)\b", look.question.folded) is not None
    yes = "Yes: " if good is not asks else "No: "
    head = yes if yes_no(look, fine=True) else ""
    return Opening(
        head, f"the cluster {which} {has}, {online} of {total} nodes online**{without}.{cite}"
    )


def _versions(nodes: Sequence[NodeReport]) -> str:
    told_of: dict[str, list[str]] = {}
    for one in nodes:
        if one.status is not None:
            version, kernel = plain(one.status.version, 60), plain(one.status.kernel, 60)
            what = f"Proxmox VE {version}, kernel {kernel}"
            told_of.setdefault(what, []).append(plain(one.node.name, 40))
    said = [f"{names(own)} {'runs' if len(own) == 1 else 'run'} {what}"
            for what, own in told_of.items()]  # fmt: skip
    return "; ".join(said) or "The nodes do not tell their version"


def _line(one: NodeReport) -> str:
    return f"{plain(one.node.name, 40)}: {node_figures(one)}"


def node_figures(one: NodeReport) -> str:
    """State and load of one node."""
    node = one.node
    parts: list[str] = [node.status]
    if node.cpu is not None:
        parts.append(f"{percent(node.cpu)} of its processors")
    if one.status is not None and one.status.wait is not None:
        parts.append(f"{percent(one.status.wait)} waiting for storage")
    if node.memory is not None and node.memory_size:
        parts.append(f"{percent(node.memory / node.memory_size)} of its memory")
    if node.status == "online":
        parts.append(f"{one.guests_running} of {one.guests} guests running")
    elif one.guests:
        # Nobody but itself tells how they are.
        parts.append(f"how its {count(one.guests, 'guest')} are is unknown")
    if node.uptime:
        parts.append(f"up {duration(node.uptime)}")
    return ", ".join(parts)


__all__ = ["node_figures", "tell_hardware", "tell_nodes"]
