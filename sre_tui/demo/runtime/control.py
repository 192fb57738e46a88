"""The demo's own endpoint: what runs, stopping it, breaking and mending backends."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated

from pydantic import BaseModel, Field, ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sre_tui.demo.runtime.errors import DemoError
from sre_tui.demo.runtime.fault_modes import FAULT_MODES, FaultMode
from sre_tui.demo.runtime.serving import LoopbackServer


class FaultOrder(BaseModel):
    """How a backend is to fail; ``seconds`` is how long ``slow`` takes."""

    mode: FaultMode
    seconds: Annotated[float, Field(ge=0, le=3600)] = 2.0


def control_app(
    servers: Mapping[str, LoopbackServer], token: str, shut_down: Callable[[], None]
) -> Starlette:
    """The application; every request needs ``Authorization: Bearer`` with the token."""

    def guarded(
        handler: Callable[[Request], Awaitable[Response]],
    ) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            given = request.headers.get("Authorization", "")
            if not secrets.compare_digest(given.encode(), f"Bearer {token}".encode()):
                return _error(401, "the demo's control token is missing or wrong")
            return await handler(request)

        return endpoint

    async def status(_: Request) -> Response:
        return JSONResponse({"backends": {n: _backend(server) for n, server in servers.items()}})

    async def shutdown(_: Request) -> Response:
        shut_down()
        return JSONResponse({"stopping": True}, 202)

    async def fault(request: Request) -> Response:
        server = servers.get(request.path_params["name"])
        if server is None:
            return _error(404, f"no such backend; there are {', '.join(servers)}")
        if request.method == "DELETE":
            await server.mend_backend()
            return JSONResponse(_backend(server))
        try:
            order = FaultOrder.model_validate_json(await request.body())
        except ValidationError:
            return _error(400, f"no such fault; there are {', '.join(FAULT_MODES)}")
        try:
            await server.break_backend(order.mode, order.seconds)
        except DemoError as error:
            return _error(409, str(error))
        return JSONResponse(_backend(server))

    return Starlette(
        routes=[
            Route("/status", guarded(status), methods=["GET"]),
            Route("/shutdown", guarded(shutdown), methods=["POST"]),
            Route("/backends/{name}/fault", guarded(fault), methods=["PUT", "DELETE"]),
        ]
    )


def _backend(server: LoopbackServer) -> dict[str, object]:
    return {"url": server.url, "listening": server.running, "fault": server.switch.mode}


def _error(status: int, text: str) -> Response:
    return JSONResponse({"error": text}, status)
