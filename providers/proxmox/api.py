"""GETs of Proxmox VE: the data of an answer, and a limit for what one node may take."""

from __future__ import annotations

import asyncio
import re
from typing import Final, TypeVar

from pydantic import JsonValue, TypeAdapter

from providers.errors import BadResponse, RequestRefused
from providers.http import HttpBackend, Params
from providers.readings import deadline
from providers.text import one_line
from providers.wire import parsed

T = TypeVar("T")

API: Final = "/api2/json"
_ODD: Final = re.compile(r"[?#]|[^\x21-\x7e]")
"""What would end the path of an address, or not be sent as it is."""
NODE_SHARE: Final = 0.6
"""Of the whole time a question may take: so much of it a single node may use up."""
MARGIN: Final = 0.3
"""Seconds kept back to put an answer together."""
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

    def patience(self, path: str) -> float | None:
        """Seconds to wait for a call that a member of the cluster passes on to another.

        None for a call that it answers itself. What is left of the whole question's time is never
        used up, so that what the other nodes said is not lost. Content of a storage may take as
        long as that; a backup server with many snapshots needs it.
        """
        if not path.startswith("/nodes/"):
            return None
        whole = self.http.endpoint.timeout
        left = deadline() - asyncio.get_running_loop().time() - min(MARGIN, whole / 10)
        if path.endswith("/content"):
            return max(MARGIN, min(whole, left))
        return max(MARGIN, min(NODE_LIMIT, whole * NODE_SHARE, left))

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
        # Names come from the backend; an odd one must cost only the part that it stands for.
        odd = BadResponse(f"{one_line(path, 120)}: a name in it cannot be part of an address")
        if _ODD.search(path):
            raise odd
        try:
            answer = await self.http.get_json(f"{API}{path}", params, timeout=self.patience(path))
        except RequestRefused as error:
            raise odd from error
        if not isinstance(answer, dict) or "data" not in answer:
            raise BadResponse(
                f"{self.http.endpoint.url}{API}{path} answered no data: is it Proxmox VE?"
            )
        return answer
