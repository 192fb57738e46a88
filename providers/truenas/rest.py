"""The REST API, version 2.0: for 25.10 and older, where its owner asks for it.

It needs the key of a full administrator, and the NAS raises a daily alert about its use.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import httpx
from pydantic import JsonValue

from providers.clock import Clock, system_clock
from providers.endpoint import TrueNasEndpoint
from providers.errors import BackendError, Unauthorized
from providers.guard import Allow
from providers.http import HttpBackend, Params
from providers.last_known_good import LastKnownGood
from providers.truenas import methods
from providers.truenas.errors import MethodMissing
from providers.truenas.extended_json import plain
from providers.truenas.rpc import NO_KEY, OVER_PLAIN

API: Final = "/api/v2.0"
PATHS: Final[Mapping[str, str]] = {
    "alert.list": "/alert/list",
    "app.query": "/app",
    "auth.me": "/auth/me",
    "core.get_jobs": "/core/get_jobs",
    "disk.query": "/disk",
    "pool.dataset.query": "/pool/dataset",
    "pool.query": "/pool",
    "pool.snapshot.query": "/pool/snapshot",
    "pool.snapshottask.query": "/pool/snapshottask",
    "replication.query": "/replication",
    "service.query": "/service",
    "sharing.nfs.query": "/sharing/nfs",
    "sharing.smb.query": "/sharing/smb",
    "system.info": "/system/info",
    "update.status": "/update/status",
    "ups.config": "/ups",
    "zfs.snapshot.query": "/zfs/snapshot",
}
"""Methods that are a GET there; the others are POSTs, and nothing is posted."""


class RestConnection(HttpBackend):
    """The same questions over HTTP."""

    def __init__(
        self,
        endpoint: TrueNasEndpoint,
        *,
        clock: Clock = system_clock,
        kept: LastKnownGood | None = None,
    ) -> None:
        super().__init__(
            "truenas",
            # The account's name belongs to the key; HTTP Basic would be refused.
            endpoint.model_copy(update={"username": None, "password": None}),
            allow=[Allow("GET", f"{API}{path}") for path in PATHS.values()],
            error_reader=_read_error,
            clock=clock,
            kept=kept,
        )

    async def call(
        self, method: str, *params: JsonValue, timeout: float | None = None
    ) -> JsonValue:
        """The result of a method, if REST has it as a GET.

        Raises:
            RequestRefused: if it is not one of :data:`providers.truenas.methods.READS`.
            BackendError: if there is no usable answer.
        """
        methods.check(method)
        if self.endpoint.scheme != "https":
            raise Unauthorized(OVER_PLAIN)
        if self.endpoint.token is None:
            raise Unauthorized(NO_KEY)
        path = PATHS.get(method)
        if path is None:
            raise MethodMissing(f"{method} is not read over REST")
        options = params[1] if len(params) > 1 and isinstance(params[1], dict) else {}
        return plain(await self.get_json(f"{API}{path}", _query(options), timeout=timeout))


def _query(options: Mapping[str, JsonValue]) -> Params:
    # Any other key would be taken for a filter on a field, and silently find nothing.
    found: list[tuple[str, str]] = []
    limit, order, extra = (options.get(name) for name in ("limit", "order_by", "extra"))
    if isinstance(limit, int):
        found.append(("limit", str(limit)))
    if isinstance(order, list) and order:
        found.append(("sort", ",".join(map(str, order))))
    if isinstance(extra, dict):
        for name, value in extra.items():
            if isinstance(value, bool):
                found.append((f"extra.{name}", str(value).lower()))
    return found


def _read_error(response: httpx.Response) -> BackendError | None:
    if response.status_code == 403:
        return Unauthorized(
            f"{response.request.url.copy_with(query=None)} answered 403: REST wants the key of a "
            "full administrator; leave rest out to use JSON-RPC, where READONLY_ADMIN is enough"
        )
    if response.status_code in (404, 410):
        return MethodMissing(
            f"{response.request.url.path} is not there: TrueNAS 26 has no REST any more, leave "
            "rest = true (TRUENAS_REST) out to use JSON-RPC"
        )
    return None


__all__ = ["API", "PATHS", "RestConnection"]
