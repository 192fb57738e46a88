"""The tool that shows datastores of backup servers: fill, growth, garbage collection, jobs."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Annotated

from pydantic import Field

from providers.pbs import Datastore, GarbageCollection, Job, ServerStatus
from sre_tui.tools.alert_sources import filter_text, filters_given, rows
from sre_tui.tools.arguments import Completes, Positional
from sre_tui.tools.context import ToolContext, ask_all
from sre_tui.tools.notes import page_of, sources_text
from sre_tui.tools.pbs_data import DatastoreListing
from sre_tui.tools.proxmox_find import all_answered, led_by, require_known
from sre_tui.tools.rendering import ModelView, stamp
from sre_tui.tools.result import ToolResult, result
from sre_tui.tools.tool import tool
from sre_tui.views.human import MISSING, duration, percent, size

FILLING = 0.85
"""Fill from which a garbage collection that frees nothing is remarkable."""


def _render(answer: ToolResult[DatastoreListing], view: ModelView) -> str:
    data = answer.data
    page = page_of(
        answer,
        view,
        f"Backup datastores from {sources_text(answer)}{filter_text(data.filters)}: "
        f"{len(data.items)}",
        nothing="No datastores.",
    )
    page.rows += [_store_text(store, view.now) for store in data.items]
    page.rows += [_job_text(job, view.now) for job in data.jobs]
    page.rows += [_server_text(server) for server in data.servers]
    return page.text()


def _store_text(store: Datastore, now: datetime) -> str:
    parts = [f"{store.name} on {store.source}"]
    if store.error:
        parts.append(f"CANNOT BE READ: {store.error}")
    if store.is_away or store.maintenance:
        parts.append(away_text(store))
    if store.is_nearly_full:
        parts.append("NEARLY FULL")
    if store.used is not None and store.total is not None and store.ratio is not None:
        parts.append(
            f"{percent(store.ratio)} used ({size(store.used)} of {size(store.total)}, "
            f"{size(store.available or 0)} free)"
        )
    elif not store.error and not store.is_away:
        parts.append(f"fill {MISSING}")
    if store.recent_growth is not None:
        parts.append(f"changed by {size(store.recent_growth)} a day over the last 2 days")
    if store.growth is not None:
        parts.append(f"by {size(store.growth)} a day over the last month")
    parts += _outlook_text(store, now)
    if store.backend == "s3":
        parts.append("kept in S3: sizes are those of the local cache")
    if store.gc is not None:
        parts.append(_gc_text(store.gc, now))
    if store.comment:
        parts.append(f'note "{store.comment}"')
    return "; ".join(parts)


def _outlook_text(store: Datastore, now: datetime) -> Iterator[str]:
    if store.trend == "full":
        since = f" since {stamp(store.full_since, now)}" if store.full_since is not None else ""
        yield f"full{since}: does not grow any more because there is hardly any room left"
    elif store.trend == "not_growing":
        yield "does not grow"
    if store.full_at is None:
        return
    if store.full_basis == "recent":
        yield f"full {stamp(store.full_at, now)} at the pace of the last 2 days"
        if store.server_full_at is not None:
            yield f"the server's line through a month says {stamp(store.server_full_at, now)}"
    else:
        yield f"full {stamp(store.full_at, now)} by the server's line through a month"


def away_text(store: Datastore) -> str:
    """Why a datastore is meant not to be there, or not to be written to."""
    if store.maintenance:
        return f"in maintenance: {store.maintenance}"
    return "not plugged in"


def _gc_text(gc: GarbageCollection, now: datetime) -> str:
    if gc.state == "never":
        return "garbage collection has never run" + (f" ({gc.schedule})" if gc.schedule else "")
    parts = [f"garbage collection {gc.state}"]
    if gc.state not in ("ok", "unknown") and gc.status:
        parts.append(gc.status)
    if gc.last_run is not None:
        parts.append(f"ended {stamp(gc.last_run, now)}")
    if gc.removed is not None:
        parts.append(f"freed {size(gc.removed)}")
    if gc.pending:
        parts.append(f"{size(gc.pending)} pending")
    if gc.bad_chunks:
        parts.append(f"{gc.bad_chunks} DAMAGED chunks")
    if gc.deduplication is not None:
        parts.append(f"deduplication {gc.deduplication:.1f}")
    if gc.next_run is not None:
        parts.append(f"next {stamp(gc.next_run, now)}")
    return ", ".join(parts)


def _job_text(job: Job, now: datetime) -> str:
    space = f":{job.namespace}" if job.namespace else ""
    parts = [f"{job.kind} job {job.id} on {job.datastore}{space} ({job.schedule or 'by hand'})"]
    parts.append(job.state if job.state == "ok" or not job.status else f"{job.state}: {job.status}")
    if job.last_run is not None:
        parts.append(f"ended {stamp(job.last_run, now)}")
    if job.next_run is not None:
        parts.append(f"next {stamp(job.next_run, now)}")
    if job.origin:
        parts.append(f"{'to' if job.pushes else 'from'} {job.origin}")
    if job.keep:
        parts.append(f"keeps {job.keep}")
    if not job.enabled:
        parts.append("disabled")
    return "; ".join(parts)


def _server_text(server: ServerStatus) -> str:
    parts = [f"server {server.source}", f"version {server.version or MISSING}"]
    if server.uptime is not None:
        parts.append(f"up {duration(server.uptime)}")
    if server.cpu is not None:
        parts.append(f"processor {percent(server.cpu)}")
    if server.memory_used is not None and server.memory_total:
        parts.append(f"memory {percent(server.memory_used / server.memory_total)}")
    if server.root_used is not None and server.root_total:
        parts.append(f"root file system {percent(server.root_used / server.root_total)}")
    return "; ".join(parts)


@tool(
    "backups datastores",
    render=_render,
    needs=("pbs",),
    examples=("backups datastores", "backups datastores main"),
)
async def pbs_datastore_status(
    context: ToolContext,
    datastore: Annotated[
        str, Field(description="Only this datastore."), Positional(), Completes("datastore")
    ] = "",
) -> ToolResult[DatastoreListing]:
    """Show backup datastores: fill, growth, when full, garbage collection, verify and sync jobs."""
    stores, jobs, servers = await asyncio.gather(
        ask_all(context.pbs, lambda client: client.datastores()),
        ask_all(context.pbs, lambda client: client.jobs()),
        ask_all(context.pbs, lambda client: client.server()),
    )
    known = rows(stores)
    require_known(
        datastore or None, [store.name for store in known], "datastore", all_answered(stores)
    )
    found = sorted((s for s in known if datastore in ("", s.name)), key=store_rank)
    names = {(store.source, store.name) for store in found}
    data = DatastoreListing(
        items=tuple(found),
        total=len(found),
        filters=filters_given(datastore=datastore),
        jobs=tuple(
            sorted((j for j in rows(jobs) if (j.source, j.datastore) in names), key=_job_rank)
        ),
        servers=() if datastore else tuple(s.data for s in servers if s.data is not None),
        hints=tuple(_hints(found)),
    )
    return result(data, led_by(stores, [*jobs, *servers]), now=context.clock())


def store_rank(store: Datastore) -> tuple[bool, bool, float, str, str]:
    """Unreadable ones first, then by fill; those that are away last."""
    ratio = store.ratio or 0.0
    return (store.is_away, not store.error, -ratio, store.name, store.source)


def _job_rank(job: Job) -> tuple[bool, str, str]:
    return (job.state in ("ok", "running", "never"), job.kind, job.id)


def _hints(stores: Sequence[Datastore]) -> Iterable[str]:
    for store in stores:
        if store.is_nearly_full:
            yield (
                f"{store.name} on {store.source} is {percent(store.ratio or 0.0)} full: only "
                f"{size(store.available or 0)} are left, and backups fail when nothing is"
            )
        full = store.ratio is not None and store.ratio >= FILLING
        gc = store.gc
        if full and gc is not None and gc.removed == 0 and gc.pending:
            yield (
                f"garbage collection freed nothing on {store.name} though {size(gc.pending)} "
                "are pending: chunks are kept for a day after their last use"
            )
        if gc is not None and gc.state == "never":
            yield f"{store.name}: without garbage collection, pruned backups free no space"
