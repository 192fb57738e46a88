"""Reads datastores: fill, growth, when they will be full, and their garbage collection."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Final, Literal, cast

from pydantic import Field, JsonValue, TypeAdapter

from providers.attempt import attempt, missing_parts
from providers.coercion import Amount, Epoch, Text, Whole
from providers.errors import BackendError, NotFound
from providers.pbs.api import Api, segment
from providers.pbs.models import Datastore, GarbageCollection, RunState, Task, TaskPage
from providers.pbs.outlook import DAY, History, Outlook, date_ahead, outlook
from providers.pbs.task_reader import TaskQuery, read_tasks
from providers.pbs.upid import run_state
from providers.text import one_line
from providers.wire import Wire, parsed

USAGE: Final = "/status/datastore-usage"
STORES: Final = "/admin/datastore"
GC: Final = "/admin/gc"
_TASK: Final = "garbage_collection"
_MOUNTS: Final = frozenset({"mounted", "notmounted", "nonremovable"})


class _Usage(Wire):
    store: Text
    total: Whole = None
    used: Whole = None
    available: Whole = Field(None, alias="avail")
    mount: Text = Field("", alias="mount-status")
    backend: Text = Field("", alias="backend-type")
    history: list[JsonValue] | None = None
    history_start: Amount = Field(None, alias="history-start")
    history_step: Amount = Field(None, alias="history-delta")
    full_date: Amount = Field(None, alias="estimated-full-date")
    error: Text = ""


class _Store(Wire):
    store: Text
    comment: Text = ""
    maintenance: Text = ""
    mount: Text = Field("", alias="mount-status")


class _Gc(Wire):
    store: Text = ""
    upid: Text = ""
    schedule: Text = ""
    next_run: Epoch = Field(None, alias="next-run")
    last_end: Epoch = Field(None, alias="last-run-endtime")
    last_state: Text = Field("", alias="last-run-state")
    duration: Amount = None
    index_bytes: Whole = Field(None, alias="index-data-bytes")
    disk_bytes: Whole = Field(None, alias="disk-bytes")
    removed: Whole = Field(None, alias="removed-bytes")
    pending: Whole = Field(None, alias="pending-bytes")
    still_bad: Whole = Field(None, alias="still-bad")


_USAGE: Final = TypeAdapter(list[_Usage])
_STORES: Final = TypeAdapter(list[_Store])
_GCS: Final = TypeAdapter(list[_Gc])
_GC: Final = TypeAdapter(_Gc)


async def read_stores(api: Api) -> tuple[Datastore, ...]:
    """Names and modes of the datastores, without sizes (``/admin/datastore``).

    Raises:
        BackendError: if there is no usable answer.
    """
    rows = await api.rows(_STORES, STORES)
    return tuple(
        Datastore(
            source=api.source,
            name=row.store,
            comment=one_line(row.comment),
            maintenance=_maintenance(row.maintenance),
            mount=_mount(row.mount),
        )
        for row in rows
    )


async def read_datastores(api: Api, now: datetime) -> tuple[tuple[Datastore, ...], str]:
    """Every datastore with its fill and garbage collection, and a line naming what is missing.

    Raises:
        BackendError: if the usage cannot be read.
    """
    usage, stores, listed = await asyncio.gather(
        attempt(partial(api.rows, _USAGE, USAGE)),
        attempt(lambda: read_stores(api)),
        attempt(lambda: _collections(api)),
    )
    if isinstance(usage, BackendError):
        raise usage
    named = {} if isinstance(stores, BackendError) else {store.name: store for store in stores}
    readable = [row.store for row in usage if not row.error and row.total]
    if isinstance(listed, NotFound):
        # Before 3.2 only each datastore tells of its own.
        collections, failed = await _each_collection(api, readable)
    elif isinstance(listed, BackendError):
        collections, failed = {}, missing_parts({"garbage collection": listed})
    else:
        # The list leaves out what it cannot read, without a word.
        left_out = [name for name in readable if name not in listed]
        failed = f"garbage collection of {', '.join(left_out)} missing" if left_out else ""
        collections = listed
    known, unsettled = await _settled(
        api, {name: row for name, row in collections.items() if name in readable}
    )
    found = tuple(
        _datastore(api.source, row, named.get(row.store), known.get(row.store), now)
        for row in usage
    )
    unread = [
        f"datastore {store.name} cannot be read: {store.error}"
        for store in found
        if store.error and not store.is_away
    ]
    lacks = [*unread, missing_parts({"comments and maintenance": stores}), failed, unsettled]
    return found, "; ".join(part for part in lacks if part)


async def _collections(api: Api) -> dict[str, _Gc]:
    return {row.store: row for row in await api.rows(_GCS, GC)}


async def _each_collection(api: Api, stores: Sequence[str]) -> tuple[dict[str, _Gc], str]:
    async def one(store: str) -> _Gc:
        path = f"{STORES}/{segment(store)}/gc"
        return parsed(_GC, await api.data(path) or {}, path)

    found = await asyncio.gather(*(attempt(partial(one, store)) for store in stores))
    by_name = dict(zip(stores, found, strict=True))
    return (
        {name: row for name, row in by_name.items() if not isinstance(row, BackendError)},
        missing_parts({f"garbage collection of {name}": row for name, row in by_name.items()}),
    )


async def _settled(api: Api, rows: Mapping[str, _Gc]) -> tuple[dict[str, GarbageCollection], str]:
    """How the last runs ended, and a line naming those of which that cannot be read.

    Counters of a run without its end are all there is before 3.2, and while the next one goes on;
    the task list tells which.
    """
    open_ = [
        name for name, row in rows.items() if row.upid and not (row.last_end or row.last_state)
    ]
    pages = await asyncio.gather(
        *(
            attempt(partial(read_tasks, api, TaskQuery(kind=_TASK, datastore=name, limit=1)))
            for name in open_
        )
    )
    last = dict(zip(open_, pages, strict=True))
    known = {}
    for name, row in rows.items():
        page = last.get(name)
        task = page.tasks[0] if isinstance(page, TaskPage) and page.tasks else None
        known[name] = garbage_collection(row, task)
    return known, missing_parts(
        {f"last garbage collection of {name}": page for name, page in last.items()}
    )


def _datastore(
    source: str,
    row: _Usage,
    store: Datastore | None,
    gc: GarbageCollection | None,
    now: datetime,
) -> Datastore:
    # An unreadable store is listed without sizes; an empty disk would be no answer to why.
    readable = not row.error and bool(row.total)
    history = None
    if readable and row.history and row.history_step and row.total:
        history = History(row.history, row.history_step, row.total, row.history_start)
    recent = history.recent_growth() if history else None
    ahead = Outlook(None, None, "unknown")
    if readable and row.total:
        ahead = outlook(
            estimate=row.full_date,
            used=row.used,
            total=row.total,
            available=row.available,
            recent_growth=recent,
            last_growth=history.recent_growth(DAY) if history else None,
            now=now,
        )
    return Datastore(
        source=source,
        name=row.store,
        comment=store.comment if store else "",
        total=row.total if readable else None,
        used=row.used if readable else None,
        available=row.available if readable else None,
        growth=history.growth() if history else None,
        recent_growth=recent,
        full_at=ahead.full_at,
        full_basis=ahead.basis,
        server_full_at=date_ahead(row.full_date, now) if readable else None,
        trend=ahead.trend,
        full_since=history.as_full_since(now) if history and ahead.trend == "full" else None,
        mount=_mount(row.mount) or (store.mount if store else None),
        backend=row.backend,
        maintenance=store.maintenance if store else "",
        error=one_line(row.error),
        # A datastore that is not there has no garbage collection either, not one that never ran.
        gc=gc if readable else None,
    )


def garbage_collection(row: _Gc, task: Task | None = None) -> GarbageCollection:
    """The state of a garbage collection; without a task there has never been one.

    Args:
        row: its counters, with how it ended where the server tells that beside them.
        task: the last task of it, asked for where the row lacks that.
    """
    state: RunState = run_state(row.last_state, ran=bool(row.upid or row.last_end))
    if task is not None:
        state = task.state
    return GarbageCollection(
        state=state,
        status=one_line(row.last_state) if task is None else task.status,
        schedule=row.schedule,
        last_run=row.last_end if task is None else task.ended,
        next_run=row.next_run,
        duration=row.duration if task is None else task.seconds,
        logical=row.index_bytes if state != "never" else None,
        stored=row.disk_bytes if state != "never" else None,
        removed=row.removed if state != "never" else None,
        pending=row.pending if state != "never" else None,
        bad_chunks=row.still_bad if state != "never" else None,
    )


def _mount(word: str) -> Literal["mounted", "notmounted", "nonremovable"] | None:
    if word in _MOUNTS:
        return cast(Literal["mounted", "notmounted", "nonremovable"], word)
    return None


def _maintenance(written: str) -> str:
    """``type=offline,message=…`` as ``offline (…)``; older versions write the type alone."""
    if not written:
        return ""
    parts = dict(
        part.partition("=")[::2] if "=" in part else ("type", part)
        for part in written.split(",", 1)
    )
    kind, message = parts.get("type", ""), parts.get("message", "").strip('"')
    return one_line(f"{kind} ({message})" if message else kind)
