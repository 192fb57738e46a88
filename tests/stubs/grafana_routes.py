"""Answers of a Grafana by path, and a client that asks it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pydantic import SecretStr

from providers.endpoint import Endpoint
from providers.grafana import GrafanaClient
from tests.stubs.raw_server import RawServer, Received, json_reply

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
DENIED = json_reply(
    {
        "accessErrorId": "ACE0123456789",
        "message": "You'll need additional permissions. Permissions needed: alert.rules:read",
        "title": "Access denied",
    },
    403,
)
NO_ROUTE = json_reply({"message": "Not found"}, 404)


class Routes:
    """Answers by path; what is not there is no route of this Grafana."""

    def __init__(self, answers: Mapping[str, Any]) -> None:
        self._answers = answers

    def __call__(self, request: Received) -> bytes:
        found = self._answers.get(request.path, NO_ROUTE)
        return found if isinstance(found, bytes) else json_reply(found)


def client_of(server: RawServer, prefix: str = "", **settings: Any) -> GrafanaClient:
    given = {"url": f"{server.url}{prefix}", "token": SecretStr("glsa_x"), **settings}
    return GrafanaClient(Endpoint.model_validate(given), clock=lambda: NOW)
