"""Status lines with words of the server's own, which ASGI has no place for."""

from __future__ import annotations

import asyncio
from typing import Any

import h11
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

REASON_HEADER = "x-reason-phrase"
"""A response with this header gets its value as the reason phrase, and loses the header.

Proxmox VE says why it refuses in the status line only: ``401 No ticket`` with an empty body.
"""


class _Connection(h11.Connection):
    def send_with_data_passthrough(self, event: h11.Event) -> list[bytes] | None:
        if isinstance(event, h11.Response):
            name = REASON_HEADER.encode()
            event = h11.Response(
                status_code=event.status_code,
                headers=[pair for pair in event.headers if pair[0] != name],
                reason=dict(event.headers).get(name, event.reason),
            )
        return super().send_with_data_passthrough(event)


class ReasonPhraseProtocol(H11Protocol):
    """uvicorn's HTTP/1.1 protocol that obeys ``REASON_HEADER``."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.conn = _Connection(h11.SERVER, max_incomplete_event_size=64 * 1024)
