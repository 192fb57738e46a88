"""The demo's Prometheus: its HTTP API over the world's series, as version 2.42 or 3.x."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from sre_tui.demo.promql import QueryError, Version, dialect_of
from sre_tui.demo.promql.alerting import Ruler
from sre_tui.demo.servers import prometheus_status as status
from sre_tui.demo.servers.prometheus_api import Answer, PrometheusApi
from sre_tui.demo.servers.prometheus_documents import Document
from sre_tui.demo.servers.prometheus_requests import Access, Parameters
from sre_tui.demo.telemetry import AlertRule, RecordingRule, ScrapeTarget, SeriesSource

Handler = Callable[[Request], Awaitable[Response]]


def prometheus_app(
    world_source: SeriesSource,
    *,
    rules: Callable[[], Sequence[AlertRule]],
    recording_rules: Callable[[], Sequence[RecordingRule]],
    targets: Callable[[], Sequence[ScrapeTarget]],
    clock: Callable[[], float],
    version: Version = "2.42.0",
    access: Access | None = None,
    ruler: Ruler | None = None,
) -> Starlette:
    """An ASGI application that answers as Prometheus would over this world.

    Args:
        world_source: the series.
        rules: the alerting rules of the moment.
        recording_rules: the recording rules of the moment; their series are in the world already.
        targets: the scrape targets of the moment.
        clock: Unix seconds.
        version: which Prometheus to imitate.
        access: credentials to ask for, as a proxy before Prometheus would; None asks for none.
        ruler: evaluates the rules over the series, if others do so too; None for one of its own.
    """
    ruler = ruler or Ruler(world_source, rules, dialect_of(version))
    api = PrometheusApi(ruler, recording_rules, targets, clock, version)
    both, get = ["GET", "POST"], ["GET"]
    prefix = "/api/v1"

    def route(path: str, answer: Callable[[Parameters, Request], Answer], how: list[str]) -> Route:
        return Route(prefix + path, _guarded(access, answer), methods=how)

    def plain(path: str, text: str) -> Route:
        async def reply(_request: Request) -> Response:
            return PlainTextResponse(text)

        return Route(path, reply, methods=get)

    return Starlette(
        routes=[
            route("/query", api.query, both),
            route("/query_range", api.query_range, both),
            route("/series", api.series, both),
            route("/labels", api.labels, both),
            route("/label/{name}/values", api.label_values, get),
            route("/metadata", api.metadata, get),
            route("/alerts", lambda _p, _r: (api.rules_api.alerts(), [], []), get),
            route("/rules", lambda p, _r: (api.rules_api.rules(p), [], []), get),
            route("/targets", api.targets, get),
            route("/alertmanagers", api.alertmanagers, get),
            route("/status/buildinfo", lambda _p, _r: (status.build_info(version), [], []), get),
            route("/status/runtimeinfo", api.runtime_info, get),
            route("/status/flags", lambda _p, _r: (status.flags(), [], []), get),
            route("/status/config", lambda _p, _r: (status.config(), [], []), get),
            route("/status/tsdb", api.head, get),
            plain("/-/healthy", "Prometheus Server is Healthy.\n"),
            plain("/-/ready", "Prometheus Server is Ready.\n"),
        ],
        exception_handlers={404: _not_found, 405: _wrong_method},
    )


async def _not_found(_request: Request, _error: Exception) -> Response:
    return PlainTextResponse("404 page not found\n", 404)


async def _wrong_method(_request: Request, error: Exception) -> Response:
    headers = error.headers if isinstance(error, HTTPException) else None
    return PlainTextResponse("Method Not Allowed\n", 405, headers=headers)


def _guarded(access: Access | None, answer: Callable[[Parameters, Request], Answer]) -> Handler:
    async def handle(request: Request) -> Response:
        if access is not None and not access.admits(request.headers.get("Authorization", "")):
            return PlainTextResponse(
                "Unauthorized\n", 401, {"WWW-Authenticate": 'Basic realm="prometheus"'}
            )
        parameters = await Parameters.of(request)
        # In a thread, so that a long query does not hold up the other backends.
        return await asyncio.to_thread(_answered, answer, parameters, request)

    return handle


def _answered(
    answer: Callable[[Parameters, Request], Answer], parameters: Parameters, request: Request
) -> Response:
    try:
        data, warnings, hints = answer(parameters, request)
    except QueryError as error:
        failure = {"status": "error", "errorType": error.kind, "error": str(error)}
        return _json(failure, error.status)
    document: Document = {"status": "success", "data": data}
    if warnings:
        document["warnings"] = warnings
    if hints:
        document["infos"] = hints
    return _json(document, 200)


def _json(document: Mapping[str, object], code: int) -> Response:
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Response(text, code, media_type="application/json")
