"""A Grafana server (read side): alerting, dashboards, annotations, accounts."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from sre_tui.demo.promql.alerting import Ruler
from sre_tui.demo.runtime.clock import Clock
from sre_tui.demo.servers.grafana_access import PERMISSIONS, account_of, require
from sre_tui.demo.servers.grafana_alertmanager import Alertmanager
from sre_tui.demo.servers.grafana_annotations import list_annotations
from sre_tui.demo.servers.grafana_answers import GrafanaError, document, message, not_found
from sre_tui.demo.servers.grafana_dashboards import API_VERSIONS, Dashboards
from sre_tui.demo.servers.grafana_definitions import Definitions
from sre_tui.demo.servers.grafana_history import AlertHistory
from sre_tui.demo.servers.grafana_rules import RuleStates
from sre_tui.demo.servers.grafana_source import Account, GrafanaSource, GrafanaVersion
from sre_tui.demo.servers.grafana_states import DATASOURCE_UID, AlertBoard

_Read = Callable[[Request, Account], object]
_LOGIN_PAGE = (
    "<!DOCTYPE html><html><head><title>Grafana</title></head>"
    '<body><div id="reactRoot">Loading Grafana</div></body></html>'
)
_AM = "/api/alertmanager/grafana/api/v2"
_PROMETHEUS = "/api/prometheus/grafana/api/v1"
_PROVISIONING = "/api/v1/provisioning"


def grafana_app(
    source: GrafanaSource,
    clock: Clock,
    accounts: Mapping[str, Account],
    *,
    version: GrafanaVersion = "13.0.2",
    sub_path: str = "",
    ruler: Ruler | None = None,
) -> Starlette:
    """The application.

    Args:
        source: rules, alerts, silences, annotations and dashboards.
        clock: Unix seconds.
        accounts: service accounts by token.
        version: which Grafana to imitate; ``/apis`` exists from 12 on.
        sub_path: where it is served, such as ``/grafana``; every other path leads to the login.
        ruler: evaluates the rules over the series, if others do so too; None for one of its own.
    """
    routes: list[Route] = []

    def get(path: str, permission: str, read: _Read) -> None:
        async def endpoint(request: Request) -> Response:
            account = account_of(request, accounts)
            if permission:
                require(account, permission)
            # In a thread, so that evaluating rules does not hold up the other backends.
            return document(await asyncio.to_thread(read, request, account))

        routes.append(Route(sub_path + path, endpoint, methods=["GET"]))

    async def health(_: Request) -> Response:
        return document({"database": "ok", "version": version, "commit": "0000000000"})

    routes.append(Route(f"{sub_path}/api/health", health, methods=["GET"]))
    _add_account(get)
    _add_alerting(get, source, ruler or Ruler(source.series, source.alert_rules), clock, version)
    _add_dashboards(get, source, version)
    routes.append(Route(f"{sub_path}/login", _login, methods=["GET"]))
    routes.append(Route("/login", _login, methods=["GET"]))
    routes.append(Route("/{path:path}", _elsewhere(sub_path, accounts), methods=["GET"]))
    return Starlette(routes=routes, exception_handlers={GrafanaError: _refuse})


_Get = Callable[[str, str, _Read], None]


def _add_account(get: _Get) -> None:
    def user(_: Request, __: Account) -> object:
        raise message(403, "Endpoint only available for users")

    get("/api/org", "orgs:read", lambda _, __: {"id": 1, "name": "Main Org.", "address": {}})
    get("/api/user", "", user)
    get(
        "/api/access-control/user/permissions",
        "",
        lambda _, account: dict(PERMISSIONS[account.role]),
    )
    get("/api/datasources", "datasources:read", lambda _, __: [_datasource()])


def _add_alerting(
    get: _Get, source: GrafanaSource, ruler: Ruler, clock: Clock, version: GrafanaVersion
) -> None:
    board, history = AlertBoard(source, ruler), AlertHistory(ruler)
    manager = Alertmanager(source, board)
    states = RuleStates(board, version)
    definitions = Definitions(source)
    instances, rules = "alert.instances:read", "alert.rules:read"
    provisioning = "alert.provisioning:read"

    get(f"{_AM}/alerts", instances, lambda request, _: manager.alerts(request, clock()))
    get(f"{_AM}/alerts/groups", instances, lambda request, _: manager.groups(request, clock()))
    get(f"{_AM}/silences", instances, lambda request, _: manager.silences(request, clock()))
    get(
        f"{_AM}/silence/{{id}}",
        instances,
        lambda request, _: manager.silence(request.path_params["id"], clock()),
    )
    get(f"{_PROMETHEUS}/rules", rules, lambda request, _: states.rules(request, clock()))
    get(f"{_PROMETHEUS}/alerts", instances, lambda _, __: states.alerts(clock()))
    get(f"{_PROVISIONING}/alert-rules", provisioning, lambda _, __: definitions.provisioned())
    get(
        f"{_PROVISIONING}/alert-rules/{{uid}}",
        provisioning,
        lambda request, _: definitions.provisioned_rule(request.path_params["uid"]),
    )
    get(
        f"{_PROVISIONING}/folder/{{uid}}/rule-groups/{{group}}",
        provisioning,
        lambda request, _: definitions.provisioned_group(
            request.path_params["uid"], request.path_params["group"]
        ),
    )
    get("/api/ruler/grafana/api/v1/rules", rules, lambda request, _: definitions.ruler(request))
    get(
        "/api/annotations",
        "annotations:read",
        lambda request, _: list_annotations(request, source, board, history, clock()),
    )


def _add_dashboards(get: _Get, source: GrafanaSource, version: GrafanaVersion) -> None:
    dashboards = Dashboards(source)
    read = "dashboards:read"
    get("/api/search", "", lambda request, _: dashboards.search(request))
    get("/api/folders", "folders:read", lambda _, __: dashboards.folders())
    get(
        "/api/dashboards/uid/{uid}",
        read,
        lambda request, _: dashboards.dashboard(request.path_params["uid"]),
    )
    if version.startswith("11."):
        return
    path = "/apis/dashboard.grafana.app/{api}/namespaces/default/dashboards"

    def api_version(request: Request) -> str:
        asked = str(request.path_params["api"])
        if asked not in API_VERSIONS:
            raise not_found()
        return asked

    get(path, read, lambda request, _: dashboards.resources(request, api_version(request)))
    get(
        f"{path}/{{uid}}",
        read,
        lambda request, _: dashboards.resource(request.path_params["uid"], api_version(request)),
    )


def _datasource() -> dict[str, Any]:
    return {
        "id": 1,
        "uid": DATASOURCE_UID,
        "orgId": 1,
        "name": "Prometheus",
        "type": "prometheus",
        "typeName": "Prometheus",
        "access": "proxy",
        "url": "http://prometheus:9090",
        "isDefault": True,
        "jsonData": {"httpMethod": "POST"},
        "readOnly": False,
    }


def _elsewhere(
    sub_path: str, accounts: Mapping[str, Account]
) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        inside = request.url.path.startswith(f"{sub_path}/") or not sub_path
        if inside and request.url.path.startswith((f"{sub_path}/api/", f"{sub_path}/apis/")):
            account_of(request, accounts)
            raise not_found()
        return RedirectResponse(f"{sub_path}/login", 302)

    return endpoint


async def _login(_: Request) -> Response:
    return HTMLResponse(_LOGIN_PAGE)


async def _refuse(_: Request, error: Exception) -> Response:
    if not isinstance(error, GrafanaError):
        raise error
    return document(error.body, error.status)
