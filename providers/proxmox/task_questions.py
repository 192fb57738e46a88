"""What can be asked about tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from providers.proxmox.connection import ProxmoxConnection
from providers.proxmox.members import Answers, ask_nodes
from providers.questions import window_key
from providers.reading import Reading
from providers.readings import Fetched

if TYPE_CHECKING:
    from providers.proxmox.resources import Inventory
    from providers.proxmox.task_query import TaskQuery
    from providers.proxmox.tasks import Task, TaskLog, TaskPage


class TaskQuestions(ProxmoxConnection):
    """Tasks and their logs."""

    async def tasks(self, query: TaskQuery | None = None) -> Reading[TaskPage]:
        """Tasks of all nodes, running ones included, the newest first.

        Source: ``/nodes/{node}/tasks`` of each node. Of a node on which it lacks Sys.Audit a token
        sees its own only: that is partial, or unauthorized where it says nothing at all.
        """
        from providers.proxmox.permissions import (
            TASKS,
            own_only,
            recipe,
            with_permissions,
        )
        from providers.proxmox.task_query import TaskQuery
        from providers.proxmox.task_reader import merged, read_tasks
        from providers.proxmox.tasks import TaskPage

        wanted = query or TaskQuery()

        async def ask() -> tuple[Inventory, Answers[tuple[list[Task], bool]]]:
            known = await self._known()
            return known, await ask_nodes(
                known, lambda node: read_tasks(self._api, node, wanted), wanted.nodes
            )

        async def fetch() -> Fetched[TaskPage]:
            (known, answers), held = await with_permissions(self._api, ask)
            page = merged(known, answers.needed().by_node)
            blind, unseen = own_only(held, tuple(answers.by_node), recipe(self._api))
            if not page.tasks and not answers.by_node.keys() - blind:
                TASKS.unseen(self._api, held, recipe(self._api), empty=True)
            return Fetched(page, missing="; ".join(filter(None, (answers.missing, unseen))))

        key = (
            f"tasks {wanted.errors} {wanted.running} {' '.join(wanted.nodes)} {wanted.vmid} "
            f"{wanted.kind} {wanted.limit}"
            f"{window_key(wanted.since, wanted.until, self._http.clock())}"
        )
        return await self._http.reading(key, TaskPage, fetch)

    async def task_log(self, upid: str, lines: int = 200) -> Reading[TaskLog]:
        """How a task ended, and the last lines of its log.

        Sources: ``/nodes/{node}/tasks/{upid}/status`` and ``…/log``.

        Raises:
            ValueError: if the text is no task id.
        """
        from providers.proxmox.task_reader import read_log
        from providers.proxmox.tasks import TaskLog
        from providers.proxmox.upid import read_upid

        read_upid(upid)

        async def fetch() -> Fetched[TaskLog]:
            return Fetched(await read_log(self._api, upid, lines))

        return await self._http.reading(f"task log {upid} {lines}", TaskLog, fetch)
