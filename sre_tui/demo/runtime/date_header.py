"""The ``Date`` of every answer: what the clock of the machine that answers shows."""

from __future__ import annotations

from email.utils import formatdate

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sre_tui.demo.runtime.clock import Clock


class DateHeader:
    """ASGI middleware that dates each answer, errors among them, to the second.

    Args:
        app: what answers.
        clock: Unix seconds as the machine shows them, which may be wrong.
    """

    def __init__(self, app: ASGIApp, clock: Clock) -> None:
        self._app = app
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one connection."""

        async def dated(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["date"] = formatdate(self._clock(), usegmt=True)
            await send(message)

        await self._app(scope, receive, dated)
