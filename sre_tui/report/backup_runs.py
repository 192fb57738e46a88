"""Runs of backups in a window, by the task lists of Proxmox VE and of the backup servers.

One backup of a guest is a task of both: it is one run here, which failed if either did.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from providers.reading import Reading
from providers.text import one_line
from sre_tui.diagnosis.coverage.routes import Store, stores_of
from sre_tui.memory.report_sections import FailedRun
from sre_tui.report.scope import DAY, Scope
from sre_tui.tools.context import ToolContext, ask_all
from sre_tui.tools.pbs_find import names_of_groups

if TYPE_CHECKING:
    from providers.pbs import Task as ServerTask
    from providers.pbs import TaskPage as ServerTaskPage
    from providers.proxmox import Task, TaskPage
    from providers.proxmox.tasks import ServerTask as AnyTask

MOST: Final = 5000
"""Tasks read of each node or server."""
CLOCKS: Final = timedelta(minutes=5)
"""How far the clocks of a node and a backup server may be apart."""
_SERVER_BACKUP: Final = "backup"
_NODE_BACKUP: Final = "vzdump"
_WORDS: Final[Mapping[str, str]] = {
    "garbage_collection": "garbage collection", "verificationjob": "verification",
    "verify": "verification", "prunejob": "prune", "syncjob": "sync",
}  # fmt: skip


@dataclass(frozen=True)
class Run:
    """One backup of one guest or host, or of all guests of a job where no more is told."""

    what: str
    started: datetime
    ended: datetime
    failed: bool
    error: str = ""
    source: str = ""


@dataclass(frozen=True)
class BackupRuns:
    """What the task lists tell.

    Attributes:
        runs: in no order.
        others: tasks of backup servers that failed and are no backups.
        readings: how far the lists could be read.
        lacking: what they do not tell, one line each.
        since: from where on runs are known, where that is not from the beginning of the window.
    """

    runs: tuple[Run, ...]
    others: tuple[FailedRun, ...]
    readings: tuple[Reading[Any], ...]
    lacking: tuple[str, ...] = ()
    since: datetime | None = None


async def read_runs(scope: Scope) -> BackupRuns:
    """Every backup that ended in the window."""
    from providers.pbs import TaskQuery as ServerQuery
    from providers.proxmox import TaskQuery

    context, since = scope.context, scope.tasks_since
    of_nodes, of_servers, failed, (names, _), stores = await asyncio.gather(
        ask_all(
            context.proxmox,
            lambda one: one.tasks(TaskQuery(since=since, kind=_NODE_BACKUP, limit=MOST)),
        ),
        ask_all(
            context.pbs,
            lambda one: one.tasks(ServerQuery(since=since, kind=_SERVER_BACKUP, limit=MOST)),
        ),
        ask_all(
            context.pbs, lambda one: one.tasks(ServerQuery(since=since, errors=True, limit=MOST))
        ),
        names_of_groups(context),
        _stores(context),
    )
    node_tasks = [one for each in of_nodes if each.data for one in each.data.tasks]
    server_tasks = [one for each in of_servers if each.data for one in each.data.tasks]
    others = [one for each in failed if each.data for one in each.data.tasks]
    runs = tuple(joined_runs(node_tasks, server_tasks, names, scope, stores))
    begin = known_since(runs, scope)
    return BackupRuns(
        runs=runs,
        others=tuple(
            FailedRun(
                at=one.ended or one.started,
                what=_other(one, names),
                error=one_line(one.status),
                source=one.source,
            )
            for one in others
            if one.type != _SERVER_BACKUP
            and one.state == "error"
            and scope.holds(one.ended or one.started)
        ),
        readings=(*of_nodes, *of_servers, *failed),
        lacking=(*_cut(of_nodes, of_servers), *_forgotten(begin)),
        since=begin,
    )


def known_since(runs: Sequence[Run], scope: Scope) -> datetime | None:
    """When the first known run ended, if those before it were most likely forgotten.

    Both Proxmox VE and the backup servers keep tasks for some weeks only. Nothing says so, but that
    the runs begin long after the window does, as they never pause later on.
    """
    ended = sorted(one.ended for one in runs)
    if not ended:
        return None
    pauses = [later - earlier for earlier, later in pairwise(ended)]
    usual = max([*pauses, scope.until - ended[-1], DAY])
    return ended[0] if ended[0] - scope.since > 2 * usual else None


def _forgotten(since: datetime | None) -> Iterator[str]:
    if since is not None:
        yield f"no backup run before {since:%Y-%m-%d} is known: older tasks may be forgotten"


def joined_runs(
    node_tasks: Iterable[Task],
    server_tasks: Iterable[ServerTask],
    names: Mapping[str, str],
    scope: Scope,
    stores: Mapping[str, frozenset[Store]] | None = None,
) -> Iterator[Run]:
    """Runs that ended in the window, each once.

    Args:
        node_tasks: backup tasks of Proxmox VE: of a guest, or of a whole job on a node.
        server_tasks: backup tasks of backup servers, each of one group.
        names: names of guests by their group, such as ``vm/101``.
        scope: the window.
        stores: by Proxmox VE, the datastores that it can have written to; any if it is not there.
    """
    known = stores or {}

    def is_of(task: Task, each: ServerTask) -> bool:
        own = known.get(task.source)
        return _meet(task, each) and (own is None or (each.source, each.datastore) in own)

    left = [one for one in server_tasks if one.type == _SERVER_BACKUP and _is_judged(one)]
    of_groups: dict[str, list[ServerTask]] = {}
    for one in left:
        of_groups.setdefault(one.group.partition("/")[2], []).append(one)
    used: set[str] = set()
    whole_jobs: list[Task] = []
    of_nodes = list(node_tasks)
    several = len({task.source for task in of_nodes}.union(known)) > 1
    for task in of_nodes:
        if task.type != _NODE_BACKUP or not _is_judged(task):
            continue
        if task.vmid is None:
            whole_jobs.append(task)
            continue
        near = [
            each for each in of_groups.get(str(task.vmid), ())
            if each.key not in used and is_of(task, each)
        ]  # fmt: skip
        # What a run left on the server before it broke off is the same run; where guests of two
        # Proxmox VE have one id, it is more likely the one that ended alike.
        near.sort(key=lambda each: (each.state != task.state, abs(each.started - task.started)))
        used.update(each.key for each in near[:1])
        what = _guest(task.guest, task.vmid)
        if several:
            what += f" of {_instance(task.source)}"
        yield from _run([task, *near[:1]], what, scope)
    for each in left:
        if each.key not in used:
            what, writers = _group(each, names), _writers(each, known)
            if several and len(writers) == 1:
                what += f" of {_instance(writers[0])}"
            yield from _run([each], what, scope)
    for job in whole_jobs:
        within = [each for each in left if is_of(job, each)]
        # A job whose guests are told one by one says nothing more, unless it alone failed.
        if not within or (job.state == "error" and not any(e.state == "error" for e in within)):
            yield from _run([job], f"of a job on {one_line(job.node, 80)}", scope)


async def _stores(context: ToolContext) -> Mapping[str, frozenset[Store]]:
    """What tells the runs of several Proxmox VE apart; of one alone nothing has to."""
    return await stores_of(context) if len(context.proxmox) > 1 else {}


def _writers(task: ServerTask, stores: Mapping[str, frozenset[Store]]) -> list[str]:
    """Every Proxmox VE that is known to write to where a task of a backup server did."""
    return [source for source, own in stores.items() if (task.source, task.datastore) in own]


def _instance(source: str) -> str:
    return source.partition(":")[2]


def _run(tasks: Sequence[AnyTask], what: str, scope: Scope) -> Iterator[Run]:
    ended = max(one.ended for one in tasks if one.ended is not None)
    if not scope.holds(ended):
        return
    wrong = [one for one in tasks if one.state == "error"]
    told = wrong[0] if wrong else tasks[0]
    yield Run(
        what=f"backup {what}",
        started=min(one.started for one in tasks),
        ended=ended,
        failed=bool(wrong),
        error=one_line(told.status) if wrong else "",
        source=told.source,
    )


def _is_judged(task: AnyTask) -> bool:
    return task.ended is not None and task.state in ("ok", "warning", "error")


def _meet(one: AnyTask, other: AnyTask) -> bool:
    """Whether one went on while the other did."""
    assert one.ended is not None
    assert other.ended is not None
    return one.started - CLOCKS <= other.ended and other.started <= one.ended + CLOCKS


def _guest(name: str | None, vmid: int) -> str:
    return f"of {one_line(name, 80)} ({vmid})" if name else f"of guest {vmid}"


def _group(task: ServerTask, names: Mapping[str, str]) -> str:
    kind, _, number = task.group.partition("/")
    if kind in ("vm", "ct") and number.isdigit():
        return _guest(names.get(task.group), int(number))
    return f"of {one_line(number or task.subject, 80)}"


def _other(task: ServerTask, names: Mapping[str, str]) -> str:
    title = _WORDS.get(task.type, task.type.replace("_", " "))
    if task.group:
        return one_line(f"{title} {_group(task, names)}", 160)
    return one_line(f"{title} of {task.datastore or task.subject or task.node}", 160)


def _cut(
    of_nodes: Iterable[Reading[TaskPage]], of_servers: Iterable[Reading[ServerTaskPage]]
) -> Iterator[str]:
    cut = [one.source for one in of_nodes if one.data is not None and one.data.more]
    cut += [one.source for one in of_servers if one.data is not None and one.data.more]
    for source in cut:
        yield f"{source}: only the newest {MOST:,} backup tasks were read"
