"""The tool that lists tasks of backup servers, and reads the log of one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field

from providers.pbs import Task, TaskPage, TaskQuery
from providers.reading import Reading, State
from sre_tui.tools.alert_sources import filter_text, filters_given
from sre_tui.tools.arguments import Completes, ForPeople, Short, Window, format_window
from sre_tui.tools.context import ToolContext, ask_all
from sre_tui.tools.notes import page_of, sources_text, truncation
from sre_tui.tools.pbs_data import BackupTaskListing
from sre_tui.tools.pbs_find import groups_called, having, names_of_groups
from sre_tui.tools.proxmox_find import all_answered
from sre_tui.tools.rendering import ModelView, stamp
from sre_tui.tools.result import ToolResult, result
from sre_tui.tools.task_logs import counted, course_text, log_of, render_log, with_logs
from sre_tui.tools.tool import tool
from sre_tui.views.backup_tasks import about_text


def _render(answer: ToolResult[BackupTaskListing], view: ModelView) -> str:
    data = answer.data
    if data.log is not None:
        return render_log(answer, data.log, _text(data.log.task, view.now), view)
    since = f" since {stamp(data.since, view.now)}" if data.since else ""
    page = page_of(
        answer,
        view,
        f"Tasks of backup servers from {sources_text(answer)}{since}{filter_text(data.filters)}: "
        f"{counted(data)}",
        nothing="No tasks.",
    )
    page.rows += [_text(task, view.now) for task in data.items]
    if note := truncation(data, "tasks"):
        page.notes.append(note)
    return page.text()


def _text(task: Task, now: datetime) -> str:
    parts = [f"{task.type} {about_text(task)}".strip() + f": {task.state}"]
    if task.status not in ("", "OK"):
        parts.append(task.status)
    return "; ".join([*parts, *course_text(task, now)])


@tool(
    "backups tasks",
    render=_render,
    needs=("pbs",),
    examples=("backups tasks --errors --since 7d", "backups tasks --type garbage_collection"),
)
async def pbs_list_tasks(
    context: ToolContext,
    errors: Annotated[bool, Field(description="Only failed or with warnings.")] = False,
    running: Annotated[bool, Field(description="Only running now.")] = False,
    since: Annotated[Window, Field(description="How far back.")] = timedelta(days=1),
    datastore: Annotated[
        str | None, Field(description="Only of this datastore."), Completes("datastore")
    ] = None,
    guest: Annotated[
        str | None,
        Field(description="Only of this guest or host, by name or id."),
        Completes("guest"),
    ] = None,
    type: Annotated[  # noqa: A002 - as the backup server calls it
        str | None,
        Field(description="Part of the type: backup, verify, prune, garbage_collection, sync …"),
    ] = None,
    log: Annotated[str | None, Field(description="Log of the task of this UPID.")] = None,
    limit: Annotated[
        int, Field(description="Most tasks.", ge=1, le=2000), Short("n"), ForPeople()
    ] = 100,
) -> ToolResult[BackupTaskListing]:
    """List tasks of backup servers (backup, verify, prune, sync, garbage collection) and errors."""
    if log is not None:
        return await _log(context, log)
    now = context.clock()
    # A guest is picked out here: the server filters by type and datastore only.
    most = 5000 if guest is not None else limit
    query = TaskQuery(
        # What runs now may have begun long ago.
        since=None if running else now - since,
        errors=errors,
        running=running,
        kind=type,
        datastore=datastore,
        limit=most,
    )
    readings = await ask_all(context.pbs, lambda client: client.tasks(query))
    found = [task for reading in readings if reading.data for task in reading.data.tasks]
    if datastore is not None and not found and all_answered(readings):
        # The server takes any name, and finds nothing of one that there is not.
        await having(context.pbs, datastore)
    if guest is not None:
        found = await _of_guest(context, found, guest)
    found.sort(key=lambda task: (task.started, task.upid), reverse=True)
    more = len(found) > limit or any(r.data.more for r in readings if r.data is not None)
    filters = filters_given(
        errors="yes" if errors else None,
        running="yes" if running else None,
        datastore=datastore,
        guest=guest,
        type=type,
    )
    shown, hidden = await _named(context, await with_logs(context.pbs, found[:limit]))
    data = BackupTaskListing(
        items=tuple(shown),
        truncated=more,
        total=None if more else len(found),
        hints=(*_hints(found, readings, filters, since), *hidden),
        filters=filters,
        since=query.since,
    )
    return result(data, readings, now=now)


async def _of_guest(context: ToolContext, tasks: Sequence[Task], asked: str) -> list[Task]:
    found = [task for task in tasks if asked in (task.group, task.group.partition("/")[2])]
    if found or "/" in asked or asked.isdigit():
        return found
    groups = await groups_called(context, asked)
    return [task for task in tasks if task.group in groups]


async def _named(context: ToolContext, tasks: Sequence[Task]) -> tuple[list[Task], list[str]]:
    """The tasks with the names of their guests, and why those are not known."""
    if not any(task.group for task in tasks):
        return list(tasks), []
    names, readings = await names_of_groups(context)
    silent = [reading.source for reading in readings if reading.data is None]
    hidden = [f"names of guests are not known: {', '.join(silent)} does not tell"] if silent else []
    return [task.model_copy(update={"guest": names.get(task.group)}) for task in tasks], hidden


async def _log(context: ToolContext, upid: str) -> ToolResult[BackupTaskListing]:
    found, readings = await log_of(context.pbs, upid)
    if found is not None:
        (task,), _ = await _named(context, [found.task])
        found = found.model_copy(update={"task": task})
    items = (found.task,) if found is not None else ()
    data = BackupTaskListing(items=items, total=len(items), log=found, filters={"log": upid})
    return result(data, readings, now=context.clock())


def _hints(
    found: Sequence[Task],
    readings: Sequence[Reading[TaskPage]],
    filters: dict[str, str],
    since: timedelta,
) -> Iterable[str]:
    if found or not any(reading.state.has_data for reading in readings):
        return
    window = format_window(since)
    # What was not asked may have failed all the same.
    seen = "" if all(r.state is State.OK for r in readings) else ", as far as could be asked"
    if "running" in filters:
        yield f"no task runs at this moment{seen}"
    elif "errors" in filters and len(filters) == 1:
        yield f"no task failed within the last {window}{seen}"
    else:
        yield f"nothing of that kind within the last {window}; since takes a longer window"
