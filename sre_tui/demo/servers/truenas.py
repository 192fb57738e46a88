"""A TrueNAS: JSON-RPC over a WebSocket, the REST API where it existed, and the web page."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from sre_tui.demo.servers.truenas_access import ATTEMPTS, ApiKey, Keyring, RateLimit
from sre_tui.demo.servers.truenas_methods import NasSource, TrueNasVersion
from sre_tui.demo.servers.truenas_rest import rest_routes
from sre_tui.demo.servers.truenas_socket import NasSocket

_PAGE = (
    "<!DOCTYPE html><html><head><title>TrueNAS</title></head>"
    "<body><ix-root></ix-root></body></html>"
)


def truenas_app(
    source: NasSource,
    keys: Keyring | Iterable[ApiKey],
    *,
    allowed: Iterable[str] = (),
    attempts: int = ATTEMPTS,
) -> Starlette:
    """The application.

    Args:
        source: the NAS, the time and the version to imitate.
        keys: the API keys it knows.
        allowed: addresses that may connect; everybody if none is named.
        attempts: logins that one address may try within a minute.
    """
    ring = keys if isinstance(keys, Keyring) else Keyring(keys)
    limit = RateLimit(source.clock, attempts)
    permitted = frozenset(allowed)

    async def socket(websocket: WebSocket) -> None:
        client = websocket.client
        if permitted and (client is None or client.host not in permitted):
            await websocket.accept()
            await websocket.close(1008, "You are not allowed to access this resource")
            return
        await NasSocket(websocket, source, ring, limit).serve()

    async def versions(_: Request) -> Response:
        return JSONResponse([f"v{source.version}"])

    async def page(_: Request) -> Response:
        return HTMLResponse(_PAGE)

    return Starlette(
        routes=[
            WebSocketRoute("/api/current", socket),
            WebSocketRoute(f"/api/v{source.version}", socket),
            Route("/api/versions", versions, methods=["GET"]),
            *rest_routes(source, ring),
            Route("/", page, methods=["GET"]),
            Route("/ui/{path:path}", page, methods=["GET"]),
        ]
    )


__all__ = ["ApiKey", "Keyring", "NasSource", "TrueNasVersion", "truenas_app"]
