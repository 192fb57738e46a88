"""GETs of Proxmox Backup Server: the data of an answer."""

from __future__ import annotations

from typing import Final, TypeVar
from urllib.parse import quote

from pydantic import JsonValue, TypeAdapter

from providers.coercion import whole
from providers.errors import BadResponse
from providers.http import HttpBackend, Params
from providers.wire import parsed

T = TypeVar("T")

API: Final = "/api2/json"


class Api:
    """The connection to one server, seen as data below ``/api2/json``."""

    def __init__(self, http: HttpBackend, node: str) -> None:
        self.http = http
        self.node = node

    @property
    def source(self) -> str:
        """Backend and instance name."""
        return self.http.source

    async def data(self, path: str, params: Params = ()) -> JsonValue:
        """What stands under ``data``; None where the answer has nothing.

        Raises:
            BackendError: if there is no usable answer.
        """
        return (await self._answer(path, params))["data"]

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
        return parsed(shape, answer["data"] or [], path), whole(answer.get("total"))

    async def _answer(self, path: str, params: Params) -> dict[str, JsonValue]:
        answer = await self.http.get_json(f"{API}{path}", params)
        if not isinstance(answer, dict) or "data" not in answer:
            raise BadResponse(
                f"{self.http.endpoint.url}{API}{path} answered no data: "
                "is it Proxmox Backup Server?"
            )
        return answer


def segment(name: str) -> str:
    """A name as one segment of a path."""
    return quote(name, safe="")
