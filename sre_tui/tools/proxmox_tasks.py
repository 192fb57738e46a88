"""The tool that lists tasks of Proxmox VE, and reads the log of one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field

from providers.proxmox import Guest, Inventory, Task, TaskPage, TaskQuery
from providers.reading import Reading, State
from sre_tui.diagnosis.topology.guest_names import named_elsewhere, named_inventories
from sre_tui.tools.alert_sources import filter_text, filters_given
from sre_tui.tools.arguments import Completes, ForPeople, Short, Since, format_window
from sre_tui.tools.context import ToolContext, ask_all
from sre_tui.tools.notes import page_of, sources_text, truncation
from sre_tui.tools.proxmox_data import TaskListing
from sre_tui.tools.proxmox_find import (
    all_answered,
    all_seen,
    guests_of,
    matching_guests,
    no_such_guest,
    node_names,
    require_known,
    several_guests,
)
from sre_tui.tools.rendering import ModelView, stamp
from sre_tui.tools.result import ToolResult, result
from sre_tui.tools.task_logs import counted, course_text, log_of, render_log, with_logs
from sre_tui.tools.tool import ArgumentError, tool
from sre_tui.views.human import count


def _render(answer: ToolResult[TaskListing], view: ModelView) -> str:
    data = answer.data
    if data.log is not None:
        return render_log(answer, data.log, _task_text(data.log.task, view.now), view)
    since = f" since {stamp(data.since, view.now)}" if data.since else ""
    page = page_of(
        answer,
        view,
        f"Tasks from {sources_text(answer)}{since}{filter_text(data.filters)}: {counted(data)}",
        nothing="No tasks.",
    )
    page.rows += [_task_text(task, view.now) for task in data.items]
    if note := truncation(data, "tasks"):
        page.notes.append(note)
    return page.text()


def _task_text(task: Task, now: datetime) -> str:
    about = f" {task.guest or ''} ({task.subject})" if task.guest else f" {task.subject}".rstrip()
    parts = [f"{task.type}{about} on {task.node}: {task.state}"]
    if task.status and task.status not in ("OK", "RUNNING"):
        parts.append(task.status)
    return "; ".join([*parts, *course_text(task, now)])


@tool(
    "tasks",
    render=_render,
    needs=("proxmox",),
    breadth="overview",
    examples=("tasks --errors --since 7d", "tasks --guest media", "tasks --running"),
)
async def proxmox_list_tasks(
    context: ToolContext,
    errors: Annotated[bool, Field(description="Only failed or with warnings.")] = False,
    running: Annotated[bool, Field(description="Only running now.")] = False,
    since: Since = timedelta(days=1),
    node: Annotated[str | None, Field(description="On this node."), Completes("node")] = None,
    guest: Annotated[
        str | None, Field(description="Only of this guest, by name or id."), Completes("guest")
    ] = None,
    type: Annotated[  # noqa: A002 - as Proxmox calls it
        str | None, Field(description="Part of the type: vzdump, qmstart …")
    ] = None,
    log: Annotated[str | None, Field(description="Log of the task of this UPID.")] = None,
    limit: Annotated[
        int, Field(description="Most tasks.", ge=1, le=1000), Short("n"), ForPeople()
    ] = 100,
) -> ToolResult[TaskListing]:
    """List Proxmox tasks (backups, starts, stops, migrations) with user, result and errors."""
    if log is not None:
        return await _log(context, log)
    inventories: list[Reading[Inventory]] = []
    wanted: Guest | None = None
    told = ""
    if guest is not None or node is not None:
        inventories, learned = await named_inventories(context)
        if not any(each.state.has_data for each in inventories):
            # Who does not tell what there is will not tell what it did either.
            return result(TaskListing(), inventories, now=context.clock())
        complete = all_answered(inventories)
        require_known(node, node_names(inventories), "node", complete)
        wanted = _one_guest(guest, guests_of(inventories), complete=all_seen(inventories))
        told = named_elsewhere(wanted, learned) if wanted is not None else ""
    now = context.clock()
    query = TaskQuery(
        # What runs now may have begun long ago.
        since=None if running else now - since,
        errors=errors,
        running=running,
        nodes=(node,) if node else (),
        vmid=wanted.vmid if wanted else None,
        kind=type,
        limit=limit,
    )
    clients = [c for c in context.proxmox if _may_have(c.source, node, wanted, inventories)]
    readings = await ask_all(clients, lambda client: client.tasks(query))
    found = [task for reading in readings if reading.data for task in reading.data.tasks]
    found.sort(key=lambda task: task.started, reverse=True)
    more = len(found) > limit or any(r.data.more for r in readings if r.data is not None)
    shown = await with_logs(context.proxmox, found[:limit])
    filters = filters_given(
        errors="yes" if errors else None,
        running="yes" if running else None,
        node=node,
        guest=guest,
        type=type,
    )
    data = TaskListing(
        items=tuple(shown),
        truncated=more,
        total=None if more else len(found),
        hints=(
            *((f"guest {wanted.vmid} is {told}",) if wanted is not None and told else ()),
            *_hints(found, readings, filters, since),
        ),
        filters=filters,
        since=query.since,
    )
    return result(data, readings, now=now)


async def _log(context: ToolContext, upid: str) -> ToolResult[TaskListing]:
    found, readings = await log_of(context.proxmox, upid)
    items = (found.task,) if found is not None else ()
    data = TaskListing(items=items, total=len(items), log=found, filters={"log": upid})
    return result(data, readings, now=context.clock())


def _one_guest(asked: str | None, known: Sequence[Guest], *, complete: bool) -> Guest | None:
    if asked is None:
        return None
    found = matching_guests(asked, known)
    if len(found) == 1:
        return found[0]
    if found:
        raise ArgumentError(several_guests(asked, found, known))
    if asked.isascii() and asked.isdigit():
        # The task list still knows guests that are gone.
        return Guest(source="", vmid=int(asked), type="qemu", node="")
    raise ArgumentError(no_such_guest(asked, known, complete=complete))


def _may_have(
    source: str, node: str | None, guest: Guest | None, inventories: Sequence[Reading[Inventory]]
) -> bool:
    if guest is not None and guest.source and guest.source != source:
        return False
    if node is None:
        return True
    return any(
        reading.data is None or node in [each.name for each in reading.data.nodes]
        for reading in inventories
        if reading.source == source
    )


def _hints(
    found: Sequence[Task],
    readings: Sequence[Reading[TaskPage]],
    filters: Mapping[str, str],
    since: timedelta,
) -> Iterable[str]:
    if found or not any(reading.state.has_data for reading in readings):
        return
    window = format_window(since)
    # What was not asked may have failed all the same.
    seen = "" if all(r.state is State.OK for r in readings) else ", as far as could be asked"
    if "errors" in filters:
        yield f"no task failed within the last {window}{seen}"
    elif "running" in filters:
        yield f"no task runs at this moment{seen}"
    elif filters:
        yield f"nothing of that kind within the last {window}; since takes a longer window"
    if "type" in filters:
        yield "types are those of Proxmox: vzdump (a backup), qmstart, qmstop, vzstart, qmigrate …"
    total = sum(len(reading.data.tasks) for reading in readings if reading.data)
    if total:
        yield f"{count(total, 'task')} without these filters"
