"""The REST API of 25.10 and older: full administrators only, and an alert for its use."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from sre_tui.demo.servers.truenas_access import Keyring
from sre_tui.demo.servers.truenas_methods import MethodError, NasSource, UnknownMethod, has, run

API: Final = "/api/v2.0"
PATHS: Final[Mapping[str, str]] = {
    "/alert/list": "alert.list",
    "/app": "app.query",
    "/auth/me": "auth.me",
    "/core/get_jobs": "core.get_jobs",
    "/disk": "disk.query",
    "/pool": "pool.query",
    "/pool/dataset": "pool.dataset.query",
    "/pool/snapshot": "pool.snapshot.query",
    "/pool/snapshottask": "pool.snapshottask.query",
    "/replication": "replication.query",
    "/service": "service.query",
    "/sharing/nfs": "sharing.nfs.query",
    "/sharing/smb": "sharing.smb.query",
    "/system/info": "system.info",
    "/update/status": "update.status",
    "/ups": "ups.config",
    "/zfs/snapshot": "zfs.snapshot.query",
}
_OPERATORS: Final = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<=", "in": "in", "regex": "~"}


def rest_routes(source: NasSource, keys: Keyring) -> list[Route]:
    """The routes; none from 26 on."""
    if source.number >= (26, 0):
        return []
    return [
        Route(f"{API}{path}", _endpoint(source, keys, method), methods=["GET"])
        for path, method in PATHS.items()
        if has(source.number, method)
    ]


def _endpoint(
    source: NasSource, keys: Keyring, method: str
) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if not token or scheme.lower() != "bearer":
            return PlainTextResponse("401: Unauthorized", 401)
        key = keys.find(token)
        if key is None or token in keys.revoked:
            return PlainTextResponse("Invalid API key", 401)
        if request.url.scheme != "https":
            keys.revoke(token)
            return PlainTextResponse("Invalid API key", 401)
        source.rest_uses += 1
        if "FULL_ADMIN" not in key.roles:
            return Response(status_code=403)
        filters, options = _query(request)
        params: list[Any] = [filters, options] if method.endswith((".query", ".get_jobs")) else []
        try:
            found = await asyncio.to_thread(run, source, method, params, key)
        except MethodError as error:
            body = {"message": f"[{error.name}] {error.reason}", "errno": error.number}
            return JSONResponse(body, 404 if error.number == 2 else 422)
        except UnknownMethod:
            return PlainTextResponse("404: Not Found", 404)
        return JSONResponse(found)

    return endpoint


def _query(request: Request) -> tuple[list[Any], dict[str, Any]]:
    """Options, and every other name as a filter on a field: so does the real one."""
    filters: list[Any] = []
    options: dict[str, Any] = {"extra": {}}
    for name, value in request.query_params.multi_items():
        if name in ("limit", "offset"):
            options[name] = int(value) if value.isdigit() else 0
        elif name in ("count", "get"):
            options[name] = value.lower() in ("1", "true")
        elif name == "sort":
            options["order_by"] = value.split(",")
        elif name.startswith("extra."):
            options["extra"][name.removeprefix("extra.")] = value.lower() in ("1", "true")
        else:
            field, _, operator = name.partition("__")
            filters.append([field, _OPERATORS.get(operator, "="), value])
    return filters, options
