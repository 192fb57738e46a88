"""Reads the task lists of nodes and the logs of tasks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pydantic import TypeAdapter

from providers.coercion import Text
from providers.proxmox.api import Api
from providers.proxmox.guests import vmid_of
from providers.proxmox.resources import Inventory
from providers.proxmox.task_query import TaskQuery
from providers.proxmox.task_wire import LOG, LOG_LINES, TASK_END, TaskEnd, TaskRow, seconds
from providers.proxmox.tasks import Task, TaskLog, TaskPage
from providers.proxmox.upid import Upid, read_upid, task_state
from providers.text import one_line
from providers.wire import parsed

PAGE: Final = 500
"""Tasks asked for in one request."""
MOST_PAGES: Final = 10


class _Task(TaskRow):
    type: Text = ""
    id: Text = ""
    tokenid: Text = ""


_TASKS: Final = TypeAdapter(list[_Task])


async def read_tasks(api: Api, node: str, query: TaskQuery) -> tuple[list[Task], bool]:
    """The newest tasks of one node, and whether there are more than the limit let through.

    Running ones are among them: ``/nodes/{node}/tasks`` leaves them out unless asked for all
    sources. Its own filter by type takes whole names only, its filter for errors lets running
    ones through, and those that ended a moment ago count as active, so all is looked at again.

    Raises:
        BackendError: if there is no usable answer.
    """
    wanted = {
        "source": "active" if query.running else "all",
        "since": seconds(query.since),
        "until": seconds(query.until),
        "errors": "1" if query.errors else None,
        "vmid": None if query.vmid is None else str(query.vmid),
    }
    params = [(name, value) for name, value in wanted.items() if value is not None]
    found: dict[str, Task] = {}
    start = 0
    ended = False
    for _ in range(MOST_PAGES):
        asked = PAGE if query.kind else min(PAGE, query.limit + 1 - len(found))
        page = [("start", str(start)), ("limit", str(asked)), *params]
        rows = await api.rows(_TASKS, f"/nodes/{node}/tasks", page)
        for row in rows:
            task = task_of(api.source, row, node)
            if task is not None and _is_wanted(task, query):
                # A task that ends while the list is made is in it twice, ended and running.
                known = found.get(task.upid)
                if known is None or known.ended is None:
                    found[task.upid] = task
        start += len(rows)
        ended = len(rows) < asked
        if ended or len(found) > query.limit:
            break
    ordered = sorted(found.values(), key=lambda task: task.started, reverse=True)
    return ordered[: query.limit], len(found) > query.limit or not ended


def merged(known: Inventory, by_node: Mapping[str, tuple[list[Task], bool]]) -> TaskPage:
    """The tasks of several nodes in one list, with the names of their guests."""
    names = {guest.vmid: guest.name for guest in known.guests}
    tasks = [
        task if task.vmid not in names else task.model_copy(update={"guest": names[task.vmid]})
        for found, _ in by_node.values()
        for task in found
    ]
    tasks.sort(key=lambda task: (task.started, task.upid), reverse=True)
    return TaskPage(tasks=tuple(tasks), more=any(more for _, more in by_node.values()))


async def read_log(api: Api, upid: str, lines: int) -> TaskLog:
    """How a task ended and the last lines of its log.

    Raises:
        ValueError: if the text is no task id.
        BackendError: if there is no usable answer.
    """
    parts = read_upid(upid)
    path = f"/nodes/{parts.node}/tasks/{upid.strip()}"
    state = parsed(TASK_END, await api.data(f"{path}/status") or {}, f"{path}/status")
    rows, total = await api.page(LOG, f"{path}/log", [("limit", str(LOG_LINES))])
    if total is not None and total > LOG_LINES:
        start = str(max(0, total - lines))
        rows, total = await api.page(LOG, f"{path}/log", [("start", start), ("limit", str(lines))])
    text = tuple(row.t.rstrip() for row in rows if row.t != "no content")
    return TaskLog(
        task=_from_upid(api.source, upid.strip(), parts, state),
        lines=text[-lines:],
        total=total if total is not None else len(text),
    )


def task_of(source: str, row: _Task, node: str) -> Task | None:
    """A row of a task list; None if it tells neither when it started nor what it is."""
    try:
        parts: Upid | None = read_upid(row.upid)
    except ValueError:
        parts = None
    started = row.started or (parts.started if parts else None)
    if started is None:
        return None
    subject = row.id or (parts.subject if parts else "")
    user = f"{row.user}!{row.tokenid}" if row.tokenid and "!" not in row.user else row.user
    return Task(
        source=source,
        upid=row.upid,
        node=row.node or node,
        type=row.type or (parts.type if parts else ""),
        subject=subject,
        vmid=vmid_of(subject),
        user=user or (parts.user if parts else ""),
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
        vmid=vmid_of(parts.subject),
        user=parts.user,
        started=parts.started,
        state=outcome,
        status=status,
    )


def _is_wanted(task: Task, query: TaskQuery) -> bool:
    if query.errors and task.state in ("ok", "running"):
        return False
    if query.running and task.state != "running":
        return False
    return query.kind is None or query.kind.casefold() in task.type.casefold()
