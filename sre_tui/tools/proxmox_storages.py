"""The tool that shows storages of Proxmox VE."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated, Any, Final

from pydantic import Field

from providers.proxmox import History, Storage
from providers.reading import Reading, by_source
from sre_tui.tools.alert_sources import filter_text, filters_given, rows
from sre_tui.tools.arguments import Completes, ForPeople, Positional, Short
from sre_tui.tools.context import ToolContext, ask_all
from sre_tui.tools.notes import page_of, sources_text, truncation
from sre_tui.tools.proxmox_data import StorageListing
from sre_tui.tools.proxmox_find import all_answered, node_names, require_known
from sre_tui.tools.proxmox_history import (
    LastTime,
    history_hints,
    history_rows,
    load_history,
)
from sre_tui.tools.rendering import ModelView, stamp
from sre_tui.tools.result import ToolResult, result
from sre_tui.tools.tool import tool
from sre_tui.views.human import percent, size

NEARLY_FULL: Final = 0.8
"""Fill from which on a storage is marked wherever it is shown."""


def _render(answer: ToolResult[StorageListing], view: ModelView) -> str:
    data = answer.data
    page = page_of(
        answer,
        view,
        f"Storages from {sources_text(answer)}{filter_text(data.filters)}: {data.total or 0}",
        nothing="No storages.",
    )
    page.rows += [_storage_text(storage, view.now) for storage in data.items]
    page.rows += history_rows(data.histories, view)
    if note := truncation(data, "storages"):
        page.notes.append(note)
    return page.text()


def _storage_text(storage: Storage, now: datetime) -> str:
    where = "shared by " if storage.shared else "on "
    kind = storage.type or "type not reported"
    parts = [f"{storage.name} ({kind}, {where}{', '.join(storage.nodes)}): {storage.status}"]
    if storage.ratio is not None:
        parts.append(
            f"{percent(storage.ratio)} of {size(storage.size or 0)} used, "
            f"{size(storage.free or 0)} free"
        )
    else:
        parts.append("fill not reported")
    if storage.troubled:
        parts.append(f"not available on {', '.join(storage.troubled)}")
    parts.append(f"for {', '.join(storage.content)}")
    if storage.counts is not None:
        held = ", ".join(f"{amount} {kind}" for kind, amount in storage.counts.items())
        parts.append(f"holds {held or 'nothing'}")
    if storage.newest_backup is not None:
        parts.append(f"newest backup {stamp(storage.newest_backup, now)}")
    return "; ".join(parts)


@tool(
    "storage",
    render=_render,
    needs=("proxmox",),
    examples=("storage", "storage pbs-main --history month", "storage --node pve1 --content"),
)
async def proxmox_storage(
    context: ToolContext,
    storage: Annotated[
        str | None, Field(description="Only this storage."), Positional(), Completes("storage")
    ] = None,
    node: Annotated[str | None, Field(description="On this node."), Completes("node")] = None,
    problems: Annotated[
        bool, Field(description="Only those out of reach or nearly full."), ForPeople()
    ] = False,
    content: Annotated[bool, Field(description="Count what they hold; may wake disks.")] = False,
    history: Annotated[
        LastTime | None,
        Field(description="With its fill over that time, as Proxmox archived it."),
    ] = None,
    limit: Annotated[
        int, Field(description="Most storages.", ge=1, le=1000), Short("n"), ForPeople()
    ] = 1000,
) -> ToolResult[StorageListing]:
    """Show Proxmox storages with type, state, fill and free space, the fullest first."""
    readings = await ask_all(context.proxmox, lambda client: client.storages(counted=content))
    known = rows(readings)
    complete = all_answered(readings)
    told = any(reading.state.has_data for reading in readings)
    if told and node is not None and not any(node in each.nodes for each in known):
        # A node whose storages may not be seen is no unknown one.
        inventories = await ask_all(context.proxmox, lambda client: client.inventory())
        require_known(node, node_names(inventories), "node", all_answered(inventories))
    require_known(storage, [each.name for each in known], "storage", complete)
    found = [
        each
        for each in known
        if (node is None or node in each.nodes)
        and storage in (None, each.name)
        and not (problems and _is_calm(each))
    ]
    found.sort(key=lambda each: (_rank(each), -(each.ratio or 0.0), each.key))
    every_found, found = found, found[:limit]
    archives = await _archives(context, found, history) if history else []
    courses = [
        course
        for each, archive in zip(found, archives, strict=bool(history))
        if history and (course := load_history(archive, _place(each), history))
    ]
    data = StorageListing(
        items=tuple(found),
        truncated=len(found) < len(every_found),
        total=len(every_found),
        hints=(*_hints(found), *(hint for each in courses for hint in history_hints(each))),
        filters=filters_given(node=node, storage=storage, problems="yes" if problems else None),
        histories=tuple(courses),
    )
    every: list[Reading[Any]] = [*readings, *(each for each in archives if each is not None)]
    return result(data, by_source(every), now=context.clock())


async def _archives(
    context: ToolContext, storages: Sequence[Storage], history: LastTime
) -> list[Reading[History] | None]:
    """What a node that reaches it archived of each storage; None where none does."""
    clients = {client.source: client for client in context.proxmox}

    async def read(storage: Storage) -> Reading[History] | None:
        node = next((each for each in storage.nodes if each not in storage.troubled), None)
        if node is None or storage.status != "available":
            return None
        return await clients[storage.source].storage_history(node, storage.name, history)

    return await asyncio.gather(*map(read, storages))


def _place(storage: Storage) -> str:
    """The storage, with its node unless several share it."""
    return storage.name if storage.shared else f"{storage.name} on {', '.join(storage.nodes)}"


def _is_calm(storage: Storage) -> bool:
    usable = storage.status in ("available", "disabled") and not storage.troubled
    return usable and (storage.ratio or 0.0) < NEARLY_FULL


def _rank(storage: Storage) -> int:
    return ("inactive", "unknown", "available", "disabled").index(storage.status)


def _hints(storages: Sequence[Storage]) -> Iterable[str]:
    for each in storages:
        if each.status == "inactive" or each.troubled:
            where = ", ".join(each.troubled or each.nodes)
            yield f"{each.name} is not available on {where}: can its server be reached?"
