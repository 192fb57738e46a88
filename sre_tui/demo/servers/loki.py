"""A Loki 3 server over the world's logs (read side of the HTTP API)."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from sre_tui.demo.logql.errors import LogQLError
from sre_tui.demo.runtime.clock import Clock
from sre_tui.demo.servers import loki_answers as answers
from sre_tui.demo.servers.loki_index import Index
from sre_tui.demo.servers.loki_queries import Queries
from sre_tui.demo.servers.loki_requests import SECOND, BadRequestError, Limits, Parameters
from sre_tui.demo.telemetry import LogSource

_Handler = Callable[[Request, Parameters], Response]
_VERSION = "3.5.8"


def loki_app(
    source: LogSource,
    clock: Clock,
    *,
    auth_enabled: bool = False,
    token: str | None = None,
    limits: Limits | None = None,
) -> Starlette:
    """The application.

    Args:
        source: the logs.
        clock: Unix seconds; every request sees one moment.
        auth_enabled: every API call must name a tenant (``X-Scope-OrgID``), else 401.
        token: a Bearer token, as a proxy before Loki would ask for; None asks for nothing.
        limits: Loki's limits, by default its defaults.
    """
    limits = limits or Limits()
    queries, index = Queries(source, limits), Index(source, limits)

    def api(handler: _Handler) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            denied = _denied(request, token, auth_enabled=auth_enabled)
            if denied is not None:
                return denied
            try:
                parameters = await Parameters.read(request, round(clock() * SECOND))
                # In a thread, so that a long query does not hold up the other backends.
                return await asyncio.to_thread(handler, request, parameters)
            except BadRequestError as error:
                return answers.refusal(str(error), error.status)
            except LogQLError as error:
                return answers.refusal(str(error), 400)

        return endpoint

    def build_info(_: Request, __: Parameters) -> Response:
        return answers.document(
            {
                "version": _VERSION,
                "revision": "0000000",
                "branch": "HEAD",
                "buildUser": "",
                "buildDate": "",
                "goVersion": "",
            }
        )

    handlers: dict[str, _Handler] = {
        "query_range": queries.range,
        "query": queries.instant,
        "labels": index.labels,
        "label": index.labels,
        "label/{name}/values": index.label_values,
        "series": index.series,
        "index/stats": index.stats,
        "index/volume": index.volume,
        "index/volume_range": index.volume_range,
        "detected_labels": index.detected_labels,
        "detected_fields": index.detected_fields,
        "status/buildinfo": build_info,
    }
    routes = [
        Route(f"/loki/api/v1/{path}", api(handler), methods=["GET", "POST"])
        for path, handler in handlers.items()
    ]
    routes.append(Route("/ready", _ready, methods=["GET"]))
    return Starlette(routes=routes, exception_handlers={404: _not_found})


def _denied(request: Request, token: str | None, *, auth_enabled: bool) -> Response | None:
    if token is not None:
        given = request.headers.get("Authorization", "")
        if not secrets.compare_digest(given.encode(), f"Bearer {token}".encode()):
            return PlainTextResponse(
                "401 Unauthorized\n", 401, {"WWW-Authenticate": 'Bearer realm="loki"'}
            )
    if auth_enabled and not request.headers.get("X-Scope-OrgID"):
        return answers.refusal("no org id", 401)
    return None


async def _ready(_: Request) -> Response:
    return PlainTextResponse("ready\n")


async def _not_found(_: Request, __: Exception) -> Response:
    return answers.refusal("404 page not found", 404)
