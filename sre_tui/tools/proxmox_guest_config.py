"""The tool that shows one guest of Proxmox VE with all that is known of it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Any

from pydantic import Field

from providers.proxmox import Guest, GuestDetail, History, Replication
from providers.reading import Reading, SourceStatus, by_source
from sre_tui.diagnosis.topology.guest_names import Learned, named_elsewhere, named_inventories
from sre_tui.tools.arguments import Completes, Positional
from sre_tui.tools.context import ToolContext
from sre_tui.tools.notes import page_of
from sre_tui.tools.proxmox_find import (
    FEW,
    all_seen,
    close_guests,
    guest_text,
    guests_of,
    is_named,
    named_guests,
    no_such_guest,
    several_guests,
)
from sre_tui.tools.proxmox_guest_backups import GuestBackups, backups_of
from sre_tui.tools.proxmox_guest_data import GuestProperties, Property
from sre_tui.tools.proxmox_history import (
    HistoryArgument,
    LastTime,
    history_hints,
    history_rows,
    load_history,
)
from sre_tui.tools.proxmox_properties import properties_of, property_text
from sre_tui.tools.rendering import ModelView
from sre_tui.tools.result import ToolResult, result
from sre_tui.tools.tool import tool


def _render(answer: ToolResult[GuestProperties], view: ModelView) -> str:
    data = answer.data
    if data.guest is None:
        return page_of(answer, view, nothing=f"No single guest is called {data.asked!r}.").text()
    page = page_of(answer, view, f"Guest {guest_text(data.guest.guest)}")
    groups: dict[str, list[Property]] = {}
    for each in data.items:
        groups.setdefault(each.group, []).append(each)
    page.rows += [
        f"{group}: {'; '.join(property_text(each, view.now) for each in found)}"
        for group, found in groups.items()
    ]
    page.rows += history_rows((data.history,) if data.history else (), view)
    return page.text()


@tool(
    "guests show",
    render=_render,
    needs=("proxmox",),
    examples=("guests show media", "guests show lxc/101 --json", "guests show 101 --history week"),
)
async def proxmox_get_guest_config(
    context: ToolContext,
    guest: Annotated[
        str, Field(description="Name or id.", min_length=1), Positional(), Completes("guest")
    ],
    history: HistoryArgument = None,
    backups: Annotated[
        bool, Field(description="With its newest good backup; never beside its load.")
    ] = True,
) -> ToolResult[GuestProperties]:
    """Show a guest's state, CPU, memory, disks, network, boot, snapshots and last tasks."""
    inventories, learned = await named_inventories(context)
    known = guests_of(inventories)
    found = named_guests(guest, known)
    if len(found) != 1:
        data = _unclear(guest, found, known, complete=all_seen(inventories))
        return result(data, inventories, now=context.clock())
    wanted = backups and history is None
    (detail, replications, load), backup = await asyncio.gather(
        _ask(context, found[0], history), _backups(context, found[0] if wanted else None)
    )
    parts: list[Reading[Any]] = [detail, replications, *([load] if load is not None else ())]
    if detail.data is None:
        lost = [_about(status, found[0], learned) for status in by_source(parts)]
        return result(GuestProperties(asked=guest), lost, now=context.clock())
    own = tuple(each for each in replications.data or () if each.vmid == found[0].vmid)
    course = load_history(load, found[0].label, history) if history else None
    return result(
        GuestProperties(
            items=tuple(_in_order(properties_of(detail.data, own), backup)),
            hints=(
                *_taken(guest, found[0]),
                *_agent_hint(detail.data),
                *history_hints(course),
                *(backup.hints if backup is not None else ()),
            ),
            asked=guest,
            guest=detail.data,
            replications=own,
            history=course,
            backup=backup.coverage if backup is not None else None,
        ),
        by_source(parts),
        now=context.clock(),
    )


async def _backups(context: ToolContext, guest: Guest | None) -> GuestBackups | None:
    return await backups_of(context, guest) if guest is not None else None


def _in_order(found: Iterable[Property], backup: GuestBackups | None) -> Iterator[Property]:
    """The properties, the line of the backups after those of the state."""
    lines = [backup.line] if backup is not None else []
    for each in found:
        if each.group != "status":
            yield from lines
            lines = []
        yield each
    yield from lines


async def _ask(
    context: ToolContext, guest: Guest, history: LastTime | None
) -> tuple[Reading[GuestDetail], Reading[tuple[Replication, ...]], Reading[History] | None]:
    client = next(each for each in context.proxmox if each.source == guest.source)

    async def with_history() -> Reading[History] | None:
        return await client.guest_history(guest, history) if history else None

    return await asyncio.gather(
        client.guest(guest), client.replications((guest.node,)), with_history()
    )


def _about(status: SourceStatus, guest: Guest, learned: Mapping[str, Learned]) -> SourceStatus:
    """The status of a source that tells nothing of a guest, with the guest and where it is."""
    told = named_elsewhere(guest, learned)
    name = f"{guest.vmid} ({told})" if told else guest.label
    detail = f"guest {name} is on {guest.node}: {status.detail}"
    return status.model_copy(update={"detail": detail})


def _unclear(
    asked: str, found: Sequence[Guest], known: Sequence[Guest], *, complete: bool
) -> GuestProperties:
    if found:
        shown = [guest_text(each) for each in found[:FEW]]
        hint = several_guests(asked, found, known)
        return GuestProperties(asked=asked, hints=(hint,), candidates=tuple(shown))
    close = [guest_text(each) for each in close_guests(asked, known)]
    hint = no_such_guest(asked, known, complete=complete)
    if not close:
        hint = f"{hint}; what runs inside a guest is no guest itself"
    return GuestProperties(asked=asked, hints=(hint,), candidates=tuple(close))


def _taken(asked: str, guest: Guest) -> Sequence[str]:
    return (
        () if is_named(asked, guest) else (f"no guest is called {asked!r}: {guest.label} is shown",)
    )


def _agent_hint(detail: GuestDetail) -> Sequence[str]:
    match detail.agent:
        case "not_running":
            return ("its guest agent is configured but does not run: addresses are not known",)
        case "not_permitted":
            return (
                "addresses need the privilege VM.GuestAgent.Audit (VM.Monitor before version 9)",
            )
        case _:
            return ()
