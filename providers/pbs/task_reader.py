"""Reads the server's task list and the logs of tasks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pydantic import Field, TypeAdapter

from providers.coercion import Epoch, Text, Whole
from providers.errors import BadResponse, RequestRefused
from providers.pbs.api import Api, segment
from providers.pbs.models import Task, TaskPage
from providers.pbs.upid import Upid, datastore_of, group_of, read_upid
from providers.proxmox.upid import task_state
from providers.text import one_line
from providers.wire import Wire

PAGE: Final = 500
"""Tasks asked for in one request."""
MOST_PAGES: Final = 10
LOG_LINES: Final = 5000


class _Task(Wire):
    """Tasks are the one place where the server writes underscores instead of hyphens."""

    upid: Text
    node: Text = ""
    type: Text = Field("", alias="worker_type")
    subject: Text = Field("", alias="worker_id")
    user: Text = ""
    started: Epoch = Field(None, alias="starttime")
    ended: Epoch = Field(None, alias="endtime")
    status: Text = ""


class _Line(Wire):
    n: Whole = None
    t: Text = ""


_TASKS: Final = TypeAdapter(list[_Task])
_LINES: Final = TypeAdapter(list[_Line])


@dataclass(frozen=True)
class TaskQuery:
    """Which tasks are wanted; what is None does not matter."""

    since: datetime | None = None
    until: datetime | None = None
    errors: bool = False
    """Only failed ones and those with warnings."""
    running: bool = False
    kind: str | None = None
    """Part of the type."""
    datastore: str | None = None
    limit: int = 500


ALL_TASKS: Final = TaskQuery()


async def read_tasks(api: Api, query: TaskQuery) -> TaskPage:
    """The newest tasks, running ones included, and whether there are more.

    Raises:
        BackendError: if there is no usable answer.
    """
    wanted = {
        "since": _seconds(query.since),
        "until": _seconds(query.until),
        "errors": "1" if query.errors else None,
        "running": "1" if query.running else None,
        "typefilter": query.kind,
        "store": query.datastore,
    }
    params = [(name, value) for name, value in wanted.items() if value is not None]
    found: dict[str, Task] = {}
    start = 0
    for _ in range(MOST_PAGES):
        asked = min(PAGE, query.limit + 1 - start)
        page = [("start", str(start)), ("limit", str(asked)), *params]
        rows = await api.rows(_TASKS, f"/nodes/{segment(api.node)}/tasks", page)
        for row in rows:
            task = _task(api.source, row)
            if task is not None and (task.upid not in found or task.ended is not None):
                found[task.upid] = task
        start += len(rows)
        # The total the server tells is only a bound that grows with the pages.
        if len(rows) < asked or start > query.limit:
            break
    ordered = sorted(found.values(), key=lambda task: (task.started, task.upid), reverse=True)
    return TaskPage(tasks=tuple(ordered[: query.limit]), more=start > query.limit)


async def read_log(api: Api, upid: str, lines: int) -> tuple[str, ...]:
    """The last lines of a task's log.

    Raises:
        BackendError: if there is no usable answer.
    """
    path = f"/nodes/{segment(api.node)}/tasks/{segment(upid)}/log"
    try:
        rows = await api.rows(_LINES, path, [("start", "0"), ("limit", str(LOG_LINES))])
    except RequestRefused as error:
        # Ids of tasks about one group contain backslashes, which proxies may read as slashes.
        raise BadResponse(f"the log of {one_line(upid)} was not asked for: {error}") from error
    return tuple(row.t.rstrip() for row in rows)[-lines:]


def _task(source: str, row: _Task) -> Task | None:
    try:
        parts: Upid | None = read_upid(row.upid)
    except ValueError:
        parts = None
    started = row.started or (parts.started if parts else None)
    if started is None:
        return None
    kind = row.type or (parts.type if parts else "")
    subject = row.subject or (parts.subject if parts else "")
    return Task(
        source=source,
        upid=row.upid,
        node=row.node,
        type=kind,
        subject=subject,
        datastore=datastore_of(kind, subject),
        group=group_of(subject),
        user=row.user or (parts.user if parts else ""),
        started=started,
        ended=row.ended,
        state=task_state(row.status, ended=row.ended is not None),
        status=one_line(row.status),
    )


def _seconds(at: datetime | None) -> str | None:
    return None if at is None else str(int(at.timestamp()))
