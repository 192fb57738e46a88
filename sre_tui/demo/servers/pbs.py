"""A Proxmox Backup Server (read side): datastores, snapshots, jobs, tasks, permissions."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sre_tui.demo.runtime.clock import Clock
from sre_tui.demo.scenario import RawTask
from sre_tui.demo.servers.pbs_access import PbsToken, require, token_of
from sre_tui.demo.servers.pbs_answers import Page, PbsError, checked, document, refusal, whole
from sre_tui.demo.servers.pbs_datastores import Datastores, PbsVersion, node_status
from sre_tui.demo.servers.pbs_tasks import PARAMS as TASK_PARAMS
from sre_tui.demo.servers.pbs_tasks import Tasks, log_of
from sre_tui.demo.world.backups import Backups

API = "/api2/json"
_Read = Callable[[Request, PbsToken, float], object]
_Get = Callable[[str, _Read], None]


def pbs_app(
    backups: Backups,
    clock: Clock,
    tokens: Sequence[PbsToken],
    *,
    raw_tasks: Sequence[RawTask] = (),
    version: PbsVersion = "4.1.0",
    unreadable: Mapping[str, str] | None = None,
    delay: float = 0.0,
) -> Starlette:
    """The application.

    Args:
        backups: what there is.
        clock: Unix seconds.
        tokens: who is let in.
        raw_tasks: tasks that a scenario injects.
        version: which release to imitate.
        unreadable: by name, what the server says of datastores that it cannot open.
        delay: seconds before a refused login is answered; the real server takes three.
    """
    known = {token.id: token for token in tokens}
    tasks = Tasks(backups, raw_tasks)
    stores = Datastores(backups, tasks, version, unreadable or {})
    routes: list[Route] = []

    def get(path: str, read: _Read) -> None:
        async def endpoint(request: Request) -> Response:
            token = token_of(request, known)
            # In a thread, so that long lists do not hold up the other backends.
            return await asyncio.to_thread(lambda: document(read(request, token, clock())))

        routes.append(Route(f"{API}{path}", endpoint, methods=["GET"]))

    get("/version", lambda request, _, __: _version(request, version))
    get("/access/permissions", lambda request, token, _: checked(request, ()) or
        token.permissions())  # fmt: skip
    _add_datastores(get, stores)
    _add_node(get, tasks, backups, version)

    async def unknown(request: Request) -> Response:
        token_of(request, known)
        raise PbsError(404, f"Path '{request.url.path}' not found.")

    async def refuse(_: Request, error: Exception) -> Response:
        if not isinstance(error, PbsError):
            raise error
        if error.status in (401, 403) and delay:
            await asyncio.sleep(delay)
        return refusal(error)

    routes.append(Route("/{path:path}", unknown, methods=["GET"]))
    return Starlette(routes=routes, exception_handlers={PbsError: refuse})


def _version(request: Request, version: PbsVersion) -> dict[str, str]:
    checked(request, ())
    return {"version": version, "release": "1", "repoid": "0badc0ffee0badc0ffee"}


def _add_datastores(get: _Get, stores: Datastores) -> None:
    def seen(token: PbsToken) -> list[str]:
        return [name for name in stores.names if token.may("Datastore.Audit", f"/datastore/{name}")]

    def usage(request: Request, token: PbsToken, now: float) -> object:
        checked(request, ())
        return [stores.usage(name, now) for name in seen(token)]

    def named(request: Request, token: PbsToken) -> str:
        name = str(request.path_params["store"])
        require(token, "Datastore.Audit", f"/datastore/{name}")
        return stores.readable(name)

    def jobs(kind: str) -> _Read:
        def read(request: Request, token: PbsToken, now: float) -> object:
            directed = kind == "sync" and stores.knows_direction
            params = checked(request, {"store", *(["sync-direction"] if directed else [])})
            rows = stores.jobs(kind, now, params.get("store"))
            # Every job of this homelab pulls, which is what is listed unless asked otherwise.
            pushing = params.get("sync-direction", "pull") == "push"
            return [row for row in rows if row["store"] in seen(token) and not pushing]

        return read

    def every_gc(request: Request, token: PbsToken, now: float) -> object:
        checked(request, {"store"})
        if not stores.has_gc_list():
            raise PbsError(404, f"Path '{request.url.path}' not found.")
        # What cannot be read is left out without a word.
        return [stores.gc(name, now) for name in seen(token) if stores.is_readable(name)]

    def snapshots(request: Request, token: PbsToken, now: float) -> object:
        params = checked(request, {"ns", "backup-type", "backup-id"})
        return stores.snapshots(named(request, token), params, now)

    get("/status/datastore-usage", usage)
    get("/admin/datastore", lambda _, token, __: [stores.store(name) for name in seen(token)])
    get("/admin/datastore/{store}/gc", lambda request, token, now: stores.gc(
        named(request, token), now))  # fmt: skip
    get("/admin/datastore/{store}/namespace", lambda request, token, now: stores.namespaces(
        named(request, token), now))  # fmt: skip
    get("/admin/datastore/{store}/snapshots", snapshots)
    get("/admin/gc", every_gc)
    for kind in ("verify", "prune", "sync"):
        get(f"/admin/{kind}", jobs(kind))


def _add_node(get: _Get, tasks: Tasks, backups: Backups, version: PbsVersion) -> None:
    def status(request: Request, token: PbsToken, now: float) -> object:
        require(token, "Sys.Audit", "/system/status")
        return node_status(backups, now, version)

    def own_only(token: PbsToken) -> str | None:
        return None if token.may("Sys.Audit", "/system/tasks") else token.id

    def page(request: Request, token: PbsToken, now: float) -> object:
        return tasks.page(checked(request, TASK_PARAMS), now, own_only(token))

    def one(request: Request, token: PbsToken, now: float) -> object:
        task = tasks.find(str(request.path_params["upid"]), now)
        if own_only(token) not in (None, task.user):
            raise PbsError(403, "permission check failed")
        row = task.row(now)
        ended = "endtime" in row
        return {
            **{key: row[key] for key in ("upid", "node", "pid", "pstart", "starttime", "user")},
            "type": task.type,
            "id": task.id,
            "status": "stopped" if ended else "running",
            **({"exitstatus": task.status} if ended else {}),
        }

    def log(request: Request, token: PbsToken, now: float) -> object:
        params = checked(request, {"start", "limit", "download", "test-status"})
        task = tasks.find(str(request.path_params["upid"]), now)
        if own_only(token) not in (None, task.user):
            raise PbsError(403, "permission check failed")
        start, limit = whole(params, "start", 0), whole(params, "limit", 50)
        lines = log_of(task, now)
        # Lines are counted from one, and nothing comes before the first.
        first = max(0, start - 1)
        return Page(lines[first : first + limit] if limit else lines[first:], len(lines))

    for node in ("localhost", "pbs"):
        get(f"/nodes/{node}/status", status)
        get(f"/nodes/{node}/tasks", page)
        get(f"/nodes/{node}/tasks/{{upid}}/status", one)
        get(f"/nodes/{node}/tasks/{{upid}}/log", log)
