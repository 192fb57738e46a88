"""A Proxmox VE server (read side) of version 7.4, 8.4 or 9.2."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sre_tui.demo.runtime.clock import Clock
from sre_tui.demo.servers import proxmox_inventory as inventory
from sre_tui.demo.servers import proxmox_nodes as nodes
from sre_tui.demo.servers import proxmox_tasks as tasks
from sre_tui.demo.servers.proxmox_access import ProxmoxToken, ProxmoxVersion, token_of
from sre_tui.demo.servers.proxmox_answers import ProxmoxError, document, failure, stringly
from sre_tui.demo.servers.proxmox_call import Call
from sre_tui.demo.servers.proxmox_definitions import BackupServerPlace, definitions
from sre_tui.demo.world.virtualization.virtualization import Virtualization

API: Final = "/api2/json"
_PROXY_PATIENCE: Final = 30.0
"""Seconds a member waits for another one that does not answer."""
_GUEST: Final = "/nodes/{node}/{kind}/{vmid}"

_READS: Final[Mapping[str, Callable[[Call], object]]] = {
    "/version": nodes.version,
    "/access/permissions": lambda call: call.token.permissions(call.version),
    "/cluster/resources": inventory.resources,
    "/cluster/status": inventory.members,
    "/cluster/backup": tasks.backup_jobs,
    "/cluster/backup/{job}/included_volumes": tasks.included_volumes,
    "/cluster/backup-info/not-backed-up": tasks.not_backed_up,
    "/cluster/ha/status/current": tasks.high_availability,
    "/nodes/{node}/status": nodes.status,
    "/nodes/{node}/rrddata": nodes.node_history,
    "/nodes/{node}/tasks/{upid}/status": tasks.task_status,
    "/nodes/{node}/storage": nodes.storages,
    "/nodes/{node}/storage/{storage}/content": nodes.content,
    "/nodes/{node}/storage/{storage}/rrddata": nodes.storage_history,
    "/nodes/{node}/replication": tasks.replications,
    "/nodes/{node}/disks/list": nodes.disks,
    "/nodes/{node}/disks/zfs": nodes.pools,
    "/nodes/{node}/disks/zfs/{name}": nodes.pool,
    f"{_GUEST}/status/current": inventory.guest_status,
    f"{_GUEST}/config": inventory.guest_config,
    f"{_GUEST}/snapshot": inventory.guest_snapshots,
    f"{_GUEST}/rrddata": nodes.guest_history,
    "/nodes/{node}/qemu/{vmid}/agent/network-get-interfaces": inventory.agent_interfaces,
    "/nodes/{node}/lxc/{vmid}/interfaces": inventory.container_interfaces,
}
_PAGES: Final[Mapping[str, Callable[[Call], tuple[list[dict[str, object]], int]]]] = {
    "/nodes/{node}/tasks": tasks.task_list,
    "/nodes/{node}/tasks/{upid}/log": tasks.task_log,
}


def proxmox_app(
    source: Virtualization,
    clock: Clock,
    tokens: Mapping[str, ProxmoxToken],
    *,
    version: ProxmoxVersion = "9.2",
    refusal_delay: float = 0.0,
    hanging: Collection[str] = (),
    backup_server: Callable[[], BackupServerPlace | None] = lambda: None,
) -> Starlette:
    """The application.

    Args:
        source: the cluster.
        clock: Unix seconds.
        tokens: API tokens by their secret.
        version: which Proxmox VE to imitate; 7.4 writes numbers as texts, and errors only into the
            status line.
        refusal_delay: seconds before a failed login is answered; the real one takes 3.
        hanging: nodes that take requests and never answer; may be changed while it runs.
        backup_server: where the simulated backup server is; None before it runs.
    """

    def call_of(request: Request) -> Call:
        token = token_of(request.headers.get("Authorization", ""), tokens, version)
        path = {**_kind(request.url.path), **request.path_params}
        return Call(source, token, version, clock(), path, dict(request.query_params))

    async def hold_up(request: Request) -> None:
        if request.path_params.get("node") in hanging:
            await asyncio.sleep(_PROXY_PATIENCE)
            raise ProxmoxError(596, "Connection timed out")

    def data(read: Callable[[Call], object]) -> Callable[[Request], object]:
        async def endpoint(request: Request) -> Response:
            call = call_of(request)
            await hold_up(request)
            found = await asyncio.to_thread(read, call)
            return document(stringly(found) if version == "7.4" else found)

        return endpoint

    def page(
        read: Callable[[Call], tuple[list[dict[str, object]], int]],
    ) -> Callable[[Request], object]:
        async def endpoint(request: Request) -> Response:
            call = call_of(request)
            await hold_up(request)
            rows, total = await asyncio.to_thread(read, call)
            return document(rows, total)

        return endpoint

    async def elsewhere(request: Request) -> Response:
        call_of(request)
        path = request.url.path.removeprefix(API)
        raise ProxmoxError(501, f"Method '{request.method} {path}' not implemented")

    async def refuse(_: Request, error: Exception) -> Response:
        if not isinstance(error, ProxmoxError):
            raise error
        if error.status == 401 and refusal_delay:
            await asyncio.sleep(refusal_delay)
        return failure(error, bare=version == "7.4")

    routes = [
        _route(path.replace("{kind}", kind), data(read))
        for path, read in _READS.items()
        for kind in (("qemu", "lxc") if "{kind}" in path else ("",))
    ]
    routes += [_route(path, page(read)) for path, read in _PAGES.items()]

    def defined(call: Call) -> object:
        return definitions(call, backup_server())

    routes.append(_route("/storage", data(defined)))
    routes.append(Route("/{path:path}", elsewhere, methods=["GET", "POST", "PUT", "DELETE"]))
    return Starlette(routes=routes, exception_handlers={ProxmoxError: refuse})


def _route(path: str, endpoint: Callable[[Request], object]) -> Route:
    return Route(API + path, endpoint, methods=["GET"])


def _kind(path: str) -> dict[str, str]:
    parts = path.split("/")
    return next(({"kind": kind} for kind in ("qemu", "lxc") if kind in parts[5:6]), {})
