"""Reads the server's own jobs with their last and next run."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Final

from pydantic import Field, TypeAdapter

from providers.attempt import attempt, missing_parts
from providers.coercion import Epoch, Flag, Text, Whole
from providers.errors import BackendError, BadResponse
from providers.pbs.api import Api
from providers.pbs.models import Job, JobKind
from providers.pbs.upid import run_state
from providers.text import one_line
from providers.wire import Wire

KINDS: Final[tuple[JobKind, ...]] = ("verify", "prune", "sync")
_KEPT: Final = ("last", "hourly", "daily", "weekly", "monthly", "yearly")


class _Job(Wire):
    id: Text
    store: Text = ""
    ns: Text = ""
    schedule: Text = ""
    comment: Text = ""
    disable: Flag = False
    remote: Text = ""
    remote_store: Text = Field("", alias="remote-store")
    direction: Text = Field("", alias="sync-direction")
    last: Whole = Field(None, alias="keep-last")
    hourly: Whole = Field(None, alias="keep-hourly")
    daily: Whole = Field(None, alias="keep-daily")
    weekly: Whole = Field(None, alias="keep-weekly")
    monthly: Whole = Field(None, alias="keep-monthly")
    yearly: Whole = Field(None, alias="keep-yearly")
    next_run: Epoch = Field(None, alias="next-run")
    last_state: Text = Field("", alias="last-run-state")
    last_upid: Text = Field("", alias="last-run-upid")
    last_end: Epoch = Field(None, alias="last-run-endtime")


_JOBS: Final = TypeAdapter(list[_Job])


async def read_jobs(api: Api) -> tuple[tuple[Job, ...], str]:
    """The verify, prune and sync jobs, and a line naming what is missing.

    Their configuration alone (``/config/…``) has no state, so ``/admin/…`` is asked.

    Raises:
        BackendError: if none of the three can be read.
    """
    found = await asyncio.gather(*(attempt(partial(_rows, api, kind)) for kind in KINDS))
    by_kind = dict(zip(KINDS, found, strict=True))
    errors = [part for part in found if isinstance(part, BackendError)]
    if len(errors) == len(KINDS):
        raise errors[0]
    jobs = tuple(
        _job(api.source, kind, row)
        for kind, rows in by_kind.items()
        if not isinstance(rows, BackendError)
        for row in rows
    )
    return jobs, missing_parts({f"{kind} jobs": part for kind, part in by_kind.items()})


async def _rows(api: Api, kind: JobKind) -> list[_Job]:
    path = f"/admin/{kind}"
    if kind != "sync":
        return await api.rows(_JOBS, path)
    try:
        # Without it, jobs that push are left out.
        return await api.rows(_JOBS, path, [("sync-direction", "all")])
    except BadResponse as error:
        if error.status != 400:
            raise
        # Before 3.3 jobs only pull, and the parameter is refused.
        return await api.rows(_JOBS, path)


def _job(source: str, kind: JobKind, row: _Job) -> Job:
    kept = ((name, getattr(row, name)) for name in _KEPT)
    origin = ":".join(part for part in (row.remote, row.remote_store) if part)
    # While it runs there is a task, but no end of it yet.
    running = bool(row.last_upid) and row.last_end is None and not row.last_state
    return Job(
        source=source,
        kind=kind,
        id=row.id,
        datastore=row.store,
        namespace=row.ns,
        schedule=row.schedule,
        enabled=not row.disable,
        comment=one_line(row.comment),
        origin=origin,
        pushes=row.direction == "push",
        keep=", ".join(f"{name} {count}" for name, count in kept if count),
        state="running" if running else run_state(row.last_state, ran=bool(row.last_upid)),
        status=one_line(row.last_state),
        upid=row.last_upid,
        last_run=row.last_end,
        next_run=row.next_run,
    )
