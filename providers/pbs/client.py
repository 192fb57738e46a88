"""Reads Proxmox Backup Server 3 and 4 over its HTTP API."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final, TypeVar

from providers.client import BackendClient
from providers.clock import Clock, system_clock
from providers.data_api import API
from providers.endpoint import PbsEndpoint
from providers.guard import Allow
from providers.http import HttpBackend
from providers.last_known_good import LastKnownGood
from providers.pbs.access import DATASTORES, JOBS, backups_in, recipe, unseen_tasks
from providers.pbs.api import Api
from providers.pbs.backup_reader import Wanted, read_contents
from providers.pbs.datastore_reader import read_datastores
from providers.pbs.errors import read_error
from providers.pbs.job_reader import read_jobs
from providers.pbs.models import Contents, Datastore, Job, ServerStatus, TaskLog, TaskPage
from providers.pbs.server_reader import read_server, read_version
from providers.pbs.task_reader import ALL_TASKS, TaskQuery, read_log, read_tasks
from providers.pbs.upid import read_upid
from providers.proxmox.permissions import Area, Permissions, read_permissions, with_permissions
from providers.questions import window_key
from providers.reading import Reading
from providers.readings import Fetched

T = TypeVar("T")

ALLOWED: Final = tuple(
    Allow("GET", f"{API}{path}")
    for path in (
        "/version",
        "/access/permissions",
        "/status/datastore-usage",
        "/admin/datastore",
        "/admin/datastore/{}/gc",
        "/admin/datastore/{}/namespace",
        "/admin/datastore/{}/snapshots",
        "/admin/gc",
        "/admin/verify",
        "/admin/prune",
        "/admin/sync",
        "/nodes/{}/status",
        "/nodes/{}/tasks",
        "/nodes/{}/tasks/{}/status",
        "/nodes/{}/tasks/{}/log",
    )
)
EVERYTHING: Final = Wanted()


class PbsClient(BackendClient):
    """One Proxmox Backup Server. Every method answers with a reading."""

    def __init__(
        self,
        endpoint: PbsEndpoint,
        *,
        clock: Clock = system_clock,
        kept: LastKnownGood | None = None,
    ) -> None:
        super().__init__(
            HttpBackend(
                "pbs",
                endpoint,
                allow=ALLOWED,
                headers=Api.header(endpoint.token),
                error_reader=read_error,
                clock=clock,
                kept=kept,
            )
        )
        self._api = Api(self._http, endpoint.node)
        self.default_datastore = endpoint.default_datastore

    @property
    def recipe(self) -> str:
        """The commands that give its token the least it needs."""
        return recipe(self._api)

    async def version(self) -> Reading[str]:
        """Version, such as ``4.1.0`` (``/version``)."""

        async def fetch() -> Fetched[str]:
            return Fetched(await read_version(self._api))

        return await self._http.reading("version", str, fetch)

    async def permissions(self) -> Reading[Permissions]:
        """What the token may do (``/access/permissions``)."""

        async def fetch() -> Fetched[Permissions]:
            return Fetched(await read_permissions(self._api))

        return await self._http.reading("permissions", Permissions, fetch)

    async def server(self) -> Reading[ServerStatus]:
        """Version, load, memory and root file system (``/nodes/{node}/status``)."""

        async def fetch() -> Fetched[ServerStatus]:
            return Fetched(await read_server(self._api))

        return await self._http.reading("server", ServerStatus, fetch)

    async def datastores(self) -> Reading[tuple[Datastore, ...]]:
        """Datastores with fill, growth, when they are full, and their garbage collection.

        Sources: ``/status/datastore-usage``, ``/admin/datastore`` and ``/admin/gc`` (before 3.2
        ``/admin/datastore/{store}/gc``, which has counters only, as the usage has: how it ended
        is then told by ``/nodes/{node}/tasks``). Partial if a datastore that should be there, or
        the state of its garbage collection, cannot be read, and if the token may see some only.
        """

        async def fetch() -> Fetched[tuple[Datastore, ...]]:
            call = partial(read_datastores, self._api, self._http.clock())
            return await self._within(DATASTORES, call, lambda found: not found)

        return await self._http.reading("datastores", tuple[Datastore, ...], fetch)

    async def contents(self, wanted: Wanted = EVERYTHING) -> Reading[Contents]:
        """Snapshots of every namespace of every datastore, the newest first.

        Sources: ``/admin/datastore``, and of each ``…/{store}/namespace`` and
        ``…/{store}/snapshots?ns=``, which lists one namespace only. Partial if one cannot be read;
        what is unplugged or in maintenance is skipped and named. Snapshots that are still being
        written, or were left half-way, are counted but not among them. Partial as well if the token
        may see some datastores or namespaces only.
        """

        async def fetch() -> Fetched[Contents]:
            return await self._within(
                backups_in(wanted.datastore),
                partial(read_contents, self._api, wanted),
                lambda found: not found.snapshots and not found.skipped,
            )

        key = f"contents {wanted.datastore} {wanted.namespace} {wanted.type} {wanted.id}"
        return await self._http.reading(key, Contents, fetch)

    async def jobs(self) -> Reading[tuple[Job, ...]]:
        """Verify, prune and sync jobs with last and next run (``/admin/verify|prune|sync``)."""

        async def fetch() -> Fetched[tuple[Job, ...]]:
            call = partial(read_jobs, self._api)
            return await self._within(JOBS, call, lambda found: not found)

        return await self._http.reading("jobs", tuple[Job, ...], fetch)

    async def _within(
        self,
        area: Area,
        call: Callable[[], Awaitable[tuple[T, str]]],
        is_empty: Callable[[T], bool],
    ) -> Fetched[T]:
        """What a call brings, partial where the token may not see all of it.

        Raises:
            Unauthorized: if it brings nothing, and the right to see anything is missing.
            BackendError: that of the call.
        """
        (found, missing), held = await with_permissions(self._api, call)
        unseen = area.unseen(self._api, held, self.recipe, empty=is_empty(found))
        return Fetched(found, missing="; ".join(filter(None, (missing, unseen))))

    async def tasks(self, query: TaskQuery = ALL_TASKS) -> Reading[TaskPage]:
        """Tasks, running ones included, the newest first (``/nodes/{node}/tasks``).

        Without Sys.Audit a token sees its own only; then what there is of them is partial.
        """

        async def fetch() -> Fetched[TaskPage]:
            page = await read_tasks(self._api, query)
            return Fetched(page, missing=await unseen_tasks(self._api, page.tasks))

        key = (
            f"tasks {query.errors} {query.running} {query.kind} {query.datastore} {query.limit}"
            f"{window_key(query.since, query.until, self._http.clock())}"
        )
        return await self._http.reading(key, TaskPage, fetch)

    async def task_log(self, upid: str, lines: int = 200) -> Reading[TaskLog]:
        """The last lines of a task's log, and how it ended.

        Sources: ``/nodes/{node}/tasks/{upid}/status`` and ``…/log``.

        Raises:
            ValueError: if the text is no task id.
        """
        read_upid(upid)

        async def fetch() -> Fetched[TaskLog]:
            return Fetched(await read_log(self._api, upid, lines))

        return await self._http.reading(f"task log {upid} {lines}", TaskLog, fetch)
