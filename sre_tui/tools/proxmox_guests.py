"""The tool that lists guests of Proxmox VE."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field

from providers.clock import age_in_words
from providers.proxmox import Guest, Inventory, TaskQuery
from providers.proxmox.guests import ARCHIVED_AS, URGENCY
from providers.proxmox.locks import left_behind
from providers.reading import Reading, State
from sre_tui.diagnosis.topology.guest_names import Learned, named_inventories
from sre_tui.nearest import nearest, no_such
from sre_tui.tools.alert_sources import filter_text, filters_given
from sre_tui.tools.arguments import Completes, ForPeople, Short
from sre_tui.tools.context import ToolContext, ask_all
from sre_tui.tools.notes import page_of, sources_text, truncation
from sre_tui.tools.proxmox_find import (
    all_answered,
    all_seen,
    guests_of,
    node_names,
    require_known,
    without_name,
)
from sre_tui.tools.proxmox_guest_data import GuestListing
from sre_tui.tools.rendering import ModelView, stamp
from sre_tui.tools.result import ToolResult, result
from sre_tui.tools.tool import ArgumentError, tool
from sre_tui.views.human import count, duration, percent, size

Status = Literal["running", "stopped", "paused", "suspended", "error", "unknown", "template"]
Sort = Literal["status", "name", "id", "node", "cpu", "memory", "disk", "uptime", "network"]

_KINDS: Final = {**ARCHIVED_AS, "container": "lxc"}
"""What the API calls it, by what people are shown."""
_CALM: Final = frozenset({"running", "stopped", "template"})
"""How a guest is that is as its owner wants it."""
STATUS_ORDER: Final = ("error", "unknown", "paused", "suspended", "stopped", "running", "template")
_SORTS: Final[Mapping[str, Callable[[Guest], Any]]] = {
    "status": lambda g: (URGENCY.index(g.condition), (g.name or "").casefold(), g.vmid),
    "name": lambda g: ((g.name or "\uffff").casefold(), g.vmid),
    "id": lambda g: g.vmid,
    "node": lambda g: (g.node, (g.name or "").casefold(), g.vmid),
    "cpu": lambda g: -_or_none(g.cpu),
    "memory": lambda g: -_or_none(g.memory_ratio),
    "disk": lambda g: -_or_none(g.disk_size),
    "uptime": lambda g: g.uptime or float("inf"),
    "network": lambda g: -(_or_none(g.net_in) + _or_none(g.net_out)),
}
"""Biggest first, and with ``uptime`` the ones that started last."""


def status_of(guest: Guest) -> Status:
    """A guest's state, where a template is not a stopped guest."""
    return "template" if guest.template else guest.status


def _render(answer: ToolResult[GuestListing], view: ModelView) -> str:
    data = answer.data
    heading = f"Guests from {sources_text(answer)}{filter_text(data.filters)}: {data.total or 0}"
    if data.counts:
        heading += f" (of all: {_counts_text(data.counts)})"
    page = page_of(answer, view, heading, nothing="No guests.")
    page.rows += [_guest_text(guest, view.now) for guest in data.items]
    if note := truncation(data, "guests"):
        page.notes.append(note)
    return page.text()


def _guest_text(guest: Guest, now: datetime) -> str:
    parts = [f"{guest.label} {guest.type} on {guest.node}: {_state_text(guest)}"]
    if guest.status == "running":
        parts.append(f"up {duration(guest.uptime)}" if guest.uptime else "uptime not reported")
        cpus = f" of {guest.cpus:g}" if guest.cpus else ""
        parts.append(f"CPU {_share(guest.cpu)}{cpus}")
        parts.append(_of("memory", guest.memory, guest.memory_size))
        if guest.disk is not None:
            parts.append(_of("disk", guest.disk, guest.disk_size))
    if guest.disk is None and guest.disk_size:
        parts.append(f"disk size {size(guest.disk_size)}")
    if guest.last_reported is not None:
        parts.append(f"name as reported {stamp(guest.last_reported, now)}")
    if guest.lock:
        parts.append(f"locked by {guest.lock}")
    if guest.ha_state:
        parts.append(f"HA {guest.ha_state}")
    if guest.tags:
        parts.append(f"tags {', '.join(guest.tags)}")
    return "; ".join(parts)


def _state_text(guest: Guest) -> str:
    state = status_of(guest)
    if guest.should_run:
        return f"{state} though it should run ({'starts on boot' if guest.onboot else 'HA'})"
    detail = f" ({guest.status_detail})" if guest.status_detail else ""
    return f"{state}{detail}"


def _share(ratio: float | None) -> str:
    return "not reported" if ratio is None else percent(ratio)


def _of(what: str, used: int | None, whole: int | None) -> str:
    if used is None or not whole:
        return f"{what} not reported"
    return f"{what} {percent(used / whole)} of {size(whole)}"


@tool(
    "guests list",
    render=_render,
    needs=("proxmox",),
    breadth="overview",
    examples=("guests list", "guests list --status stopped", "guests list --sort memory -n 5"),
)
async def proxmox_list_guests(
    context: ToolContext,
    name: Annotated[str, Field(description="Part of name or id."), Completes("guest")] = "",
    node: Annotated[str | None, Field(description="On this node."), Completes("node")] = None,
    type: Annotated[  # noqa: A002 - as Proxmox calls it
        Literal["lxc", "qemu"] | None,
        Field(description="Kind; ct and vm are understood."),
        BeforeValidator(lambda kind: _KINDS.get(str(kind).lower(), kind)),
    ] = None,
    status: Annotated[Status | None, Field(description="In this state.")] = None,
    tag: Annotated[str | None, Field(description="With this tag.")] = None,
    problems: Annotated[
        bool,
        Field(description="Only those that are not as they should be, or locked for no reason."),
        ForPeople(),
    ] = False,
    sort: Annotated[
        Sort, Field(description="Order; memory and disk by their share in use, not by bytes.")
    ] = "status",
    limit: Annotated[
        int, Field(description="Most guests.", ge=1, le=10000), Short("n"), ForPeople()
    ] = 10000,
) -> ToolResult[GuestListing]:
    """List Proxmox guests with node, state, CPU, memory, disk and uptime."""
    readings, learned = await named_inventories(context, boot=True)
    known = guests_of(readings)
    require_known(node, node_names(readings), "node", all_answered(readings))
    _require_tag(tag, known, all_seen(readings))
    filters = filters_given(
        name=name, node=node, type=type, status=status, tag=tag,
        problems="yes" if problems else None,
    )  # fmt: skip
    stuck = await _stuck(context, known) if problems else frozenset()
    found = [
        guest
        for guest in known
        if _fits(guest, name, node, type, status, tag)
        and (not problems or guest.condition not in _CALM or guest.key in stuck)
    ]
    found.sort(key=_SORTS["id"])
    found.sort(key=_SORTS[sort])
    data = GuestListing(
        items=tuple(found[:limit]),
        truncated=len(found) > limit,
        total=len(found),
        hints=tuple(_hints(known, found, filters, learned, context.clock())),
        filters=filters,
        counts=dict(Counter(status_of(guest) for guest in known)),
    )
    # What does not report may be what is asked for: its state and sometimes its name are unknown.
    unsure = [
        guest
        for guest in known
        if _is_silent(guest)
        and _fits(guest, name if guest.name else "", node, type, None, tag if guest.tags else None)
    ]
    return result(data, _without_silent(readings, [*found, *unsure]), now=context.clock())


async def _stuck(context: ToolContext, known: Sequence[Guest]) -> frozenset[str]:
    """Keys of guests with a lock that no task holds any more, or one has held for too long.

    A backup, a snapshot or a migration locks its guest while it runs, which is nothing wrong.
    """
    locked = [guest for guest in known if guest.lock and not guest.template]
    if not locked:
        return frozenset()
    query = TaskQuery(running=True)
    readings = await ask_all(context.proxmox, lambda client: client.tasks(query))
    now = context.clock()
    return frozenset(
        guest.key
        for reading in readings
        if reading.data is not None
        for guest in locked
        if guest.source == reading.source and left_behind(guest, reading.data.tasks, now)
    )


def _require_tag(asked: str | None, known: Sequence[Guest], complete: bool) -> None:
    tags = {tag for guest in known for tag in guest.tags}
    unsure = not complete or any(_is_silent(guest) and not guest.tags for guest in known)
    if asked is not None and not unsure and asked.casefold() not in map(str.casefold, tags):
        raise ArgumentError(no_such("tag", asked, tags))


def _is_silent(guest: Guest) -> bool:
    return guest.status == "unknown" and not guest.status_detail


def _without_silent(
    readings: Sequence[Reading[Inventory]], found: Sequence[Guest]
) -> list[Reading[Inventory]]:
    """The readings; partial where nodes do not report guests that are among those found."""
    made = []
    for reading in readings:
        silent = {
            each.key: each for each in found if each.source == reading.source and _is_silent(each)
        }
        if silent and reading.state is State.OK:
            lost = ", ".join(sorted({each.node for each in silent.values()}))
            detail = (
                f"no report for minutes from {lost} (is the node offline?): state and use of "
                f"{count(len(silent), 'guest')} there are unknown"
            )
            reading = reading.model_copy(update={"state": State.PARTIAL, "detail": detail})
        made.append(reading)
    return made


def _fits(
    guest: Guest,
    name: str,
    node: str | None,
    type_: str | None,
    status: str | None,
    tag: str | None,
) -> bool:
    wanted = name.strip().casefold()
    return (
        (not wanted or wanted in (guest.name or "").casefold() or wanted == str(guest.vmid))
        and node in (None, guest.node)
        and type_ in (None, guest.type)
        and status in (None, status_of(guest))
        and (tag is None or tag.casefold() in (each.casefold() for each in guest.tags))
    )


def _hints(
    known: Sequence[Guest],
    found: Sequence[Guest],
    filters: Mapping[str, str],
    learned: Mapping[str, Learned],
    now: datetime,
) -> Iterable[str]:
    silent = [guest for guest in found if _is_silent(guest) and guest.key not in learned]
    if seen := [guest.last_reported for guest in silent if guest.last_reported is not None]:
        age = age_in_words((now - min(seen)).total_seconds())
        yield f"names and tags of guests that do not report are {age} old"
    unsure = sum(1 for guest in found if guest.is_doubtful)
    if unsure:
        yield f"whether {count(unsure, 'stopped guest')} should run is not known"
    if found or not known:
        return
    counts = Counter(status_of(guest) for guest in known)
    yield f"{count(len(known), 'guest')} without these filters: {_counts_text(counts)}"
    if asked := filters.get("name"):
        close = nearest(asked, [guest.name for guest in known if guest.name])
        if close:
            yield f"names that come close: {', '.join(close)}"
        if silent_ones := without_name(known):
            yield silent_ones


def _counts_text(counts: Mapping[Any, int]) -> str:
    return ", ".join(f"{counts[state]} {state}" for state in STATUS_ORDER if counts.get(state))


def _or_none(value: float | None) -> float:
    return -1.0 if value is None else float(value)
