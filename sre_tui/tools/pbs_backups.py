"""The tool that lists backups on backup servers, by group or one by one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Annotated

from pydantic import Field

from providers.pbs import BackupType, Contents, PbsClient, Snapshot, Wanted
from providers.reading import Reading
from sre_tui.diagnosis.coverage.owners import noted_name
from sre_tui.diagnosis.coverage.reading import skipped_text
from sre_tui.nearest import no_such
from sre_tui.tools.alert_sources import filter_text, filters_given
from sre_tui.tools.arguments import Completes, ForPeople, Positional, Short
from sre_tui.tools.context import ToolContext, ask_all
from sre_tui.tools.notes import page_of, sources_text, truncation
from sre_tui.tools.pbs_data import Backup, BackupListing
from sre_tui.tools.pbs_find import groups_of, having, of_those
from sre_tui.tools.proxmox_find import all_answered
from sre_tui.tools.rendering import ModelView, stamp
from sre_tui.tools.result import ToolResult, result
from sre_tui.tools.tool import ArgumentError, tool
from sre_tui.views.human import count, duration, size

LOOKED_AT = 10
"""Newest snapshots of a group from which its usual pause is told."""
NAMED = 3
"""Unfinished snapshots that are told by their name."""
LEAST = 3
"""Snapshots from which a pause can be told."""
AT_ONCE = timedelta(minutes=20).total_seconds()
"""Snapshots that follow each other faster are tries, not a rhythm."""
PATIENCE = timedelta(hours=12).total_seconds()


def _render(answer: ToolResult[BackupListing], view: ModelView) -> str:
    data = answer.data
    what = "Snapshots" if data.each else "Groups of backups"
    page = page_of(
        answer,
        view,
        f"{what} from {sources_text(answer)}{filter_text(data.filters)}: {data.total or 0}",
        nothing="No backups.",
    )
    page.rows += [_text(item, view.now, each=data.each) for item in data.items]
    if note := truncation(data, "snapshots" if data.each else "groups"):
        page.notes.append(note)
    return page.text()


def _text(item: Backup, now: datetime, *, each: bool) -> str:
    place = item.datastore + (f":{item.namespace}" if item.namespace else "")
    name = f" ({item.name})" if item.name else ""
    state = {"ok": "verified", "failed": "FAILED verification", None: "unverified"}[item.verified]
    held = size(item.size) if item.size is not None else "size not reported"
    parts = [f"{item.group}{name} in {place}", f"{stamp(item.at, now)}, {held}, {state}"]
    if each:
        return "; ".join([*parts, "protected"] if item.protected else parts)
    parts[1] = f"newest {parts[1]}"
    parts.append(count(item.count, "snapshot"))
    if item.stale and item.pause is not None:
        parts.append(f"STALE: usually one every {duration(item.pause)}")
    if item.failed_count:
        good = stamp(item.newest_good, now) if item.newest_good else "there is none"
        parts.append(f"{item.failed_count} failed verification, newest good {good}")
    if item.protected_count:
        parts.append(f"{item.protected_count} protected")
    return "; ".join(parts)


@tool(
    "backups list",
    render=_render,
    needs=("pbs",),
    examples=("backups list --stale", "backups list nextcloud --each"),
)
async def pbs_list_backups(
    context: ToolContext,
    guest: Annotated[
        str,
        Field(description="Only of this guest or host, by id or name."),
        Positional(),
        Completes("guest"),
    ] = "",
    datastore: Annotated[
        str | None, Field(description="Only in this datastore."), Completes("datastore")
    ] = None,
    namespace: Annotated[
        str | None, Field(description="Only in this namespace; '' is the root.")
    ] = None,
    type: Annotated[  # noqa: A002 - as the backup server calls it
        BackupType | None, Field(description="Only of this kind.")
    ] = None,
    stale: Annotated[bool, Field(description="Only groups that are overdue.")] = False,
    failed: Annotated[bool, Field(description="Only with failed verification.")] = False,
    each: Annotated[bool, Field(description="Every snapshot, not only each group.")] = False,
    limit: Annotated[
        int, Field(description="Most rows.", ge=1, le=5000), Short("n"), ForPeople()
    ] = 200,
) -> ToolResult[BackupListing]:
    """List backups on backup servers in all namespaces: newest, size, verification, overdue ones.

    A group is overdue by its own rhythm; which guests lack a backup is told by backup coverage.
    """  # fmt: skip

    async def ask(client: PbsClient) -> Reading[Contents]:
        store = datastore if datastore is not None else client.default_datastore
        return await client.contents(Wanted(store or "", namespace, type))

    readings = await ask_all(context.pbs, ask)
    if datastore is not None and any(reading.data is None for reading in readings):
        # Only one of several servers has it; that the others do not is no failure.
        readings = of_those(readings, await having(context.pbs, datastore))
    now = context.clock()
    every = groups([s for r in readings if r.data for s in r.data.snapshots], now)
    chosen = _named(every, guest)
    if not chosen and guest.strip():
        # Their notes may not tell the name, which Proxmox VE knows.
        known = await groups_of(context, guest)
        chosen = [item for item in every if item.group in known]
        if not chosen and all_answered(readings):
            raise ArgumentError(_nothing_of(every, guest, known))
    keys = {_place(item) for item in chosen}
    if each:
        found = [
            single(snapshot)
            for reading in readings
            if reading.data
            for snapshot in reading.data.snapshots
            if _place(snapshot) in keys
        ]
        found.sort(key=lambda item: (item.at, item.key), reverse=True)
    else:
        found = chosen
    if stale:
        overdue = {_place(item) for item in every if item.stale}
        found = [item for item in found if _place(item) in overdue]
    if failed:
        found = [item for item in found if item.failed_count or item.verified == "failed"]
    defaults = {client.default_datastore for client in context.pbs} - {None}
    filters = filters_given(
        guest=guest,
        datastore=datastore or (next(iter(defaults)) if len(defaults) == 1 else None),
        namespace=namespace,
        type=type,
        stale="yes" if stale else None,
        failed="yes" if failed else None,
    )
    data = BackupListing(
        items=tuple(found[:limit]),
        truncated=len(found) > limit,
        total=len(found),
        hints=tuple(_hints(every, found, readings, namespace)),
        filters=filters,
        each=each,
    )
    return result(data, readings, now=now)


def groups(snapshots: Iterable[Snapshot], now: datetime) -> list[Backup]:
    """One row for each group in each namespace, what needs attention first, then by age."""
    by_place: dict[tuple[str, ...], list[Snapshot]] = {}
    for snapshot in sorted(snapshots, key=lambda one: one.at, reverse=True):
        by_place.setdefault(_place(snapshot), []).append(snapshot)
    made = [_group(members, now) for members in by_place.values()]
    return sorted(made, key=lambda g: (not g.failed_count, not g.stale, g.at, g.key))


def single(snapshot: Snapshot) -> Backup:
    """One snapshot as a row."""
    return Backup(**snapshot.model_dump(), name=noted_name(snapshot.comment))


def _group(members: Sequence[Snapshot], now: datetime) -> Backup:
    newest = members[0]
    good = [snapshot for snapshot in members if snapshot.verified != "failed"]
    pauses = [
        between
        for newer, older in pairwise(members[:LOOKED_AT])
        if (between := (newer.at - older.at).total_seconds()) >= AT_ONCE
    ]
    pause = median(pauses) if len(pauses) >= LEAST - 1 else None
    age = (now - newest.at).total_seconds()
    return Backup(
        **newest.model_dump(),
        name=next((name for m in members if (name := noted_name(m.comment))), None),
        count=len(members),
        protected_count=sum(snapshot.protected for snapshot in members),
        failed_count=len(members) - len(good),
        newest_good=good[0].at if good else None,
        pause=pause,
        # A run may be late by half its pause, and by half a day however short that is.
        stale=None if pause is None else age > max(1.5 * pause, pause + PATIENCE),
    )


def _place(snapshot: Snapshot) -> tuple[str, ...]:
    return (
        snapshot.source, snapshot.datastore, snapshot.namespace, snapshot.type, snapshot.id,
    )  # fmt: skip


def _named(every: Sequence[Backup], asked: str) -> list[Backup]:
    wanted = asked.strip().casefold()
    if not wanted:
        return list(every)
    return [g for g in every if wanted in (g.id.casefold(), g.group, (g.name or "").casefold())]


def _nothing_of(every: Sequence[Backup], asked: str, groups: Collection[str]) -> str:
    if groups:
        return f"there are no backups of {asked!r}, which is {' or '.join(sorted(groups))}"
    known = [item.name or item.group for item in every]
    return no_such("guest or host with backups", asked, known)


def _hints(
    every: Sequence[Backup],
    found: Sequence[Backup],
    readings: Sequence[Reading[Contents]],
    namespace: str | None,
) -> Iterable[str]:
    if every and not found:
        yield f"{count(len(every), 'group')} without these filters"
    contents = [reading.data for reading in readings if reading.data is not None]
    if namespace is not None and contents and not any(each.namespaces for each in contents):
        yield f"no datastore that was looked into has the namespace {namespace!r}"
    for reading in readings:
        if reading.data is not None:
            yield from skipped_text(reading.source, reading.data)
            yield from _unfinished_text(reading.source, reading.data)


def _unfinished_text(source: str, contents: Contents) -> Iterable[str]:
    begun = [f"{each.type}/{each.id} in {each.datastore}" for each in contents.unfinished]
    if begun:
        more = f" and {len(begun) - NAMED} more" if len(begun) > NAMED else ""
        yield (
            f"{source}: not counted, as still being written or left half-way: "
            f"{', '.join(begun[:NAMED])}{more}"
        )
