"""The tool that shows nodes of Proxmox VE and the clusters they form."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import Field

from providers.proxmox import History, NodeDisks, NodeReport, ProxmoxClient
from providers.reading import Reading
from sre_tui.tools.arguments import Completes, Positional
from sre_tui.tools.context import ToolContext
from sre_tui.tools.notes import page_of, sources_text
from sre_tui.tools.proxmox_data import NodeListing
from sre_tui.tools.proxmox_find import all_answered, led_by, require_known
from sre_tui.tools.proxmox_history import (
    HistoryArgument,
    LastTime,
    history_hints,
    history_rows,
    load_history,
)
from sre_tui.tools.rendering import ModelView, stamp
from sre_tui.tools.result import ToolResult, result
from sre_tui.tools.tool import tool
from sre_tui.views.human import duration, percent, size


def _render(answer: ToolResult[NodeListing], view: ModelView) -> str:
    data = answer.data
    page = page_of(
        answer, view, f"Nodes from {sources_text(answer)}: {len(data.items)}", nothing="No nodes."
    )
    for cluster in data.clusters:
        if cluster.name is not None:
            online = sum(node.online for node in cluster.nodes)
            quorum = "quorate" if cluster.quorate else "NOT quorate"
            page.heading.append(
                f"Cluster {cluster.name}: {quorum}, {online} of {len(cluster.nodes)} nodes online"
            )
    page.rows += [_node_text(report) for report in data.items]
    if data.disks is not None:
        page.rows += [*_disk_texts(data.disks)]
    page.rows += history_rows(data.histories, view)
    services = [each for each in data.ha if each.kind == "service"]
    page.rows += [f"HA service {each.id}: {each.state} on {each.node}" for each in services]
    for each in data.replications:
        if each.failures:
            last = stamp(each.last_sync, view.now) if each.last_sync else "never"
            page.rows.append(
                f"Replication {each.id} to {each.target}: {each.failures} failed attempts, last "
                f"good {last}: {each.error}"
            )
    return page.text()


def _node_text(report: NodeReport) -> str:
    node, status = report.node, report.status
    parts = [f"{node.name}: {node.status}"]
    if status is None:
        return f"{parts[0]}; does not answer; {report.guests} guests belong to it"
    if status.uptime is not None:
        parts.append(f"up {duration(status.uptime)}")
    parts.append(f"CPU {_share(status.cpu)} of {status.cpus or '?'}, IO wait {_share(status.wait)}")
    if status.load is not None:
        parts.append(f"load {' '.join(f'{figure:.2f}' for figure in status.load)}")
    for what, space in (("memory", status.memory), ("swap", status.swap), ("root", status.root)):
        if space.ratio is not None:
            parts.append(f"{what} {percent(space.ratio)} of {size(space.size or 0)}")
    if status.pressure is not None:
        kinds = {"CPU": status.pressure.cpu, "IO": status.pressure.io,
                 "memory": status.pressure.memory}  # fmt: skip
        told = ", ".join(f"{kind} {_share(share)}" for kind, share in kinds.items())
        parts.append(f"pressure {told}")
    parts.append(f"{report.guests_running} of {report.guests} guests running")
    parts.append(f"version {status.version or 'not reported'}, kernel {status.kernel}")
    return "; ".join(parts)


def _disk_texts(disks: NodeDisks) -> Iterable[str]:
    for disk in disks.disks:
        wear = "" if disk.wear is None else f", wear {percent(disk.wear)}"
        yield (
            f"{disk.node} {disk.path}: {disk.model} {size(disk.size or 0)} {disk.type}, SMART "
            f"{disk.health or 'not reported'}{wear}, serial {disk.serial}"
        )
    for pool in disks.pools:
        used = ""
        if pool.allocated is not None and pool.size:
            used = f", {percent(pool.allocated / pool.size)} of {size(pool.size)} used"
        yield f"{pool.node} ZFS pool {pool.name}: {pool.health}{used}"


def _share(ratio: float | None) -> str:
    return "not reported" if ratio is None else percent(ratio)


@tool(
    "nodes",
    render=_render,
    needs=("proxmox",),
    breadth="overview",
    examples=("nodes", "nodes pve1 --disks", "nodes pve1 --history day"),
)
async def proxmox_node_status(
    context: ToolContext,
    node: Annotated[
        str | None, Field(description="Only this node."), Positional(), Completes("node")
    ] = None,
    disks: Annotated[bool, Field(description="With disks, SMART and ZFS pools.")] = False,
    history: HistoryArgument = None,
) -> ToolResult[NodeListing]:
    """Show Proxmox nodes: CPU, load, memory, root, pressure, quorum, HA, replication, disks."""
    only = (node,) if node else ()
    asked = await asyncio.gather(*(_ask(client, only, disks) for client in context.proxmox))
    nodes = [each[0] for each in asked]
    known = [report for reading in nodes for report in reading.data or ()]
    if node and not known and any(reading.state.has_data for reading in nodes):
        everything = await asyncio.gather(*(client.nodes() for client in context.proxmox))
        names = [report.node.name for reading in everything for report in reading.data or ()]
        require_known(node, names, "node", all_answered(everything))
    clusters = [each[1].data for each in asked if each[1].data is not None]
    disk_readings = [each[4] for each in asked if each[4] is not None]
    found = NodeDisks(
        disks=tuple(d for r in disk_readings if r.data for d in r.data.disks),
        pools=tuple(p for r in disk_readings if r.data for p in r.data.pools),
    )
    known.sort(key=lambda report: (report.node.status == "online", report.node.name))
    archives = await _archives(context, known, history) if history else []
    courses = [
        course
        for name, archive in archives
        if history and (course := load_history(archive, name, history))
    ]
    data = NodeListing(
        items=tuple(known),
        total=len(known),
        hints=(
            *_hints(known, history),
            *(hint for each in courses for hint in history_hints(each)),
        ),
        clusters=tuple(clusters),
        ha=tuple(row for each in asked for row in each[2].data or ()),
        replications=tuple(row for each in asked for row in each[3].data or ()),
        disks=found if disks else None,
        histories=tuple(courses),
    )
    beside: list[Reading[Any]] = [part for each in asked for part in each[1:] if part is not None]
    beside += [archive for _, archive in archives]
    return result(data, led_by(nodes, beside), now=context.clock())


async def _ask(
    client: ProxmoxClient, only: tuple[str, ...], disks: bool
) -> tuple[Reading[Any], Reading[Any], Reading[Any], Reading[Any], Reading[Any] | None]:
    async def with_disks() -> Reading[NodeDisks] | None:
        return await client.disks(only) if disks else None

    return await asyncio.gather(
        client.nodes(only), client.cluster(), client.ha(), client.replications(), with_disks()
    )


async def _archives(
    context: ToolContext, reports: Iterable[NodeReport], history: LastTime
) -> list[tuple[str, Reading[History]]]:
    """What each node that is online archived; one that is not tells nothing."""
    clients = {client.source: client for client in context.proxmox}
    online = [report.node for report in reports if report.node.status == "online"]
    found = await asyncio.gather(
        *(clients[node.source].node_history(node.name, history) for node in online)
    )
    return [(node.name, reading) for node, reading in zip(online, found, strict=True)]


def _hints(reports: Iterable[NodeReport], history: LastTime | None) -> Iterable[str]:
    for report in reports:
        if report.node.status == "offline":
            yield (
                f"{report.node.name} is offline: its {report.guests} guests are unknown until it "
                "is back or they are moved"
            )
            if history:
                yield f"{report.node.name} is offline: only itself could tell its history"
