"""Reads the server's task list and the logs of tasks."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

from pydantic import Field, TypeAdapter

from providers.attempt import attempt
from providers.coercion import Text
from providers.errors import BackendError, BadResponse, RequestRefused
from providers.pbs.api import Api, segment
from providers.pbs.models import Task, TaskLog, TaskPage
from providers.pbs.upid import datastore_of, group_of, read_upid
from providers.proxmox.task_wire import LOG, LOG_LINES, TASK_END, TaskEnd, TaskRow, seconds
from providers.proxmox.upid import Upid, task_state
from providers.text import one_line
from providers.wire import parsed

PAGE: Final = 2000
"""Tasks asked for in one request."""
MOST_PAGES: Final = 5


class _Task(TaskRow):
    """Tasks are the one place where the server writes underscores instead of hyphens."""

    type: Text = Field("", alias="worker_type")
    subject: Text = Field("", alias="worker_id")


_TASKS: Final = TypeAdapter(list[_Task])


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

    The server's own filter for errors lets running ones through, so that is looked at again.

    Raises:
        BackendError: if there is no usable answer.
    """
    wanted = {
        "since": seconds(query.since),
        "until": seconds(query.until),
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
            if task is None or (query.errors and task.state == "running"):
                continue
            if task.upid not in found or task.ended is not None:
                found[task.upid] = task
        start += len(rows)
        # The total the server tells is only a bound that grows with the pages.
        if len(rows) < asked or start > query.limit:
            break
    ordered = sorted(found.values(), key=lambda task: (task.started, task.upid), reverse=True)
    return TaskPage(tasks=tuple(ordered[: query.limit]), more=start > query.limit)


async def read_log(api: Api, upid: str, lines: int) -> TaskLog:
    """How a task ended and the last lines of its log.

    Raises:
        ValueError: if the text is no task id.
        BackendError: if there is no usable answer.
    """
    upid = upid.strip()
    parts = read_upid(upid)
    path = f"/nodes/{segment(api.node)}/tasks/{segment(upid)}"
    try:
        # Both are waited for though one fails, so that no request outlives its question.
        state, found = await asyncio.gather(
            attempt(partial(_state, api, f"{path}/status")),
            attempt(partial(_last_lines, api, f"{path}/log", lines)),
        )
    except RequestRefused as error:
        # A few ids contain what proxies may read as another path.
        raise BadResponse(f"the log of {one_line(upid)} was not asked for: {error}") from error
    if isinstance(state, BackendError):
        raise state
    if isinstance(found, BackendError):
        raise found
    return TaskLog(task=_from_upid(api.source, upid, parts, state), lines=found[0], total=found[1])


async def _state(api: Api, path: str) -> TaskEnd:
    return parsed(TASK_END, await api.data(path) or {}, path)


async def _last_lines(api: Api, path: str, lines: int) -> tuple[tuple[str, ...], int]:
    rows, total = await api.page(LOG, path, [("start", "0"), ("limit", str(LOG_LINES))])
    if total is not None and total > LOG_LINES:
        # Lines are counted from one, and a zero as well stands for the first.
        page = [("start", str(max(0, total - lines))), ("limit", str(lines + 1))]
        rows, total = await api.page(LOG, path, page)
    text = tuple(row.t.rstrip() for row in rows)
    return text[-lines:], len(text) if total is None else total


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


def _from_upid(source: str, upid: str, parts: Upid, state: TaskEnd) -> Task:
    outcome, status = state.outcome
    return Task(
        source=source,
        upid=upid,
        node=parts.node,
        type=parts.type,
        subject=parts.subject,
        datastore=datastore_of(parts.type, parts.subject),
        group=group_of(parts.subject),
        user=parts.user,
        started=parts.started,
        state=outcome,
        status=status,
    )
