"""GETs of Proxmox VE: the data of an answer, and a limit for what one node may take."""

from __future__ import annotations

from typing import Final, TypeVar

from pydantic import JsonValue, TypeAdapter

from providers.errors import BadResponse
from providers.http import HttpBackend, Params
from providers.wire import parsed

T = TypeVar("T")

API: Final = "/api2/json"
NODE_SHARE: Final = 0.6
"""Of the whole time a question may take: so much of it a single node may use up."""
NODE_LIMIT: Final = 6.0
"""Seconds; a node that is down answers through the others after 30 s only."""


class Api:
    """The connection to one host, seen as data below ``/api2/json``."""

    def __init__(self, http: HttpBackend) -> None:
        self.http = http

    @property
    def source(self) -> str:
        """Backend and instance name."""
        return self.http.source

    @property
    def node_timeout(self) -> float:
        """Seconds to wait for a call that a member of the cluster passes on to another."""
        return min(NODE_LIMIT, self.http.endpoint.timeout * NODE_SHARE)

    async def data(self, path: str, params: Params = ()) -> JsonValue:
        """What stands under ``data``; None where the answer has nothing.

        Raises:
            BackendError: if there is no usable answer.
        """
        answer = await self._answer(path, params)
        return answer.get("data")

    async def rows(self, shape: TypeAdapter[list[T]], path: str, params: Params = ()) -> list[T]:
        """The rows of a list; ``null`` is an empty one.

        Raises:
            BackendError: if there is no usable answer.
        """
        return parsed(shape, await self.data(path, params) or [], path)

    async def page(
        self, shape: TypeAdapter[list[T]], path: str, params: Params = ()
    ) -> tuple[list[T], int | None]:
        """The rows of a page, and how many there are in all where that is told.

        Raises:
            BackendError: if there is no usable answer.
        """
        answer = await self._answer(path, params)
        total = answer.get("total")
        return (
            parsed(shape, answer.get("data") or [], path),
            total if isinstance(total, int) else None,
        )

    async def _answer(self, path: str, params: Params) -> dict[str, JsonValue]:
        timeout = self.node_timeout if path.startswith("/nodes/") else None
        answer = await self.http.get_json(f"{API}{path}", params, timeout=timeout)
        if not isinstance(answer, dict) or "data" not in answer:
            raise BadResponse(
                f"{self.http.endpoint.url}{API}{path} answered no data: is it Proxmox VE?"
            )
        return answer
