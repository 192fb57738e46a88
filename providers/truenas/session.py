"""One open connection: calls go out numbered, answers come back in any order."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import Sequence
from itertools import count
from typing import Final

from pydantic import JsonValue
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from providers.errors import BackendError, BadResponse, Unauthorized, Unreachable
from providers.reading import Obstacle
from providers.text import clean_json, one_line
from providers.truenas.errors import Dropped, call_error
from providers.truenas.extended_json import plain

log = logging.getLogger(__name__)


LARGE: Final = 256 * 1024
"""Characters from which on an answer is decoded in a thread."""


def _decoded(message: str | bytes) -> JsonValue:
    return plain(clean_json(json.loads(message)))


class Session:
    """An open WebSocket and what has been asked over it."""

    def __init__(self, url: str, socket: ClientConnection, max_answer: int) -> None:
        self._url = url
        self._socket = socket
        self._max_answer = max_answer
        self._numbers = count(1)
        self._waiting: dict[int, asyncio.Future[JsonValue]] = {}
        self._ended: BackendError | None = None
        self._reader = asyncio.create_task(self._read(), name=f"reader of {url}")

    @property
    def date(self) -> str | None:
        """The ``Date`` header of the handshake."""
        response = self._socket.response
        return None if response is None else response.headers.get("Date")

    @property
    def certificate(self) -> bytes | None:
        """The server's certificate, DER; None where the connection is not encrypted."""
        tls = self._socket.transport.get_extra_info("ssl_object")
        return None if tls is None else tls.getpeercert(binary_form=True)

    @property
    def is_open(self) -> bool:
        """Whether something can be asked."""
        return self._ended is None

    async def ask(self, method: str, params: Sequence[JsonValue], limit: float) -> JsonValue:
        """The result of one call, its strings cleaned and its times made plain.

        Raises:
            BackendError: if there is none within ``limit`` seconds.
        """
        if self._ended is not None:
            raise self._ended
        number = next(self._numbers)
        answer: asyncio.Future[JsonValue] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        call = {"jsonrpc": "2.0", "id": number, "method": method, "params": list(params)}
        try:
            async with asyncio.timeout(limit):
                with contextlib.suppress(ConnectionClosed):
                    # The reader knows why it closed, and says so through the future.
                    await self._socket.send(json.dumps(call))
                reply = await answer
        except TimeoutError as error:
            raise Unreachable(f"{self._url} did not answer {method} within {limit:g} s") from error
        finally:
            self._waiting.pop(number, None)
        if not isinstance(reply, dict):
            raise BadResponse(f"{self._url} answered {method} with no object")
        if reply.get("error") is not None:
            raise call_error(method, reply["error"])
        return reply.get("result")

    async def close(self) -> None:
        """End it; what still waits is told so."""
        self._reader.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._reader
        with contextlib.suppress(OSError, TimeoutError):
            await self._socket.close()
        self._end(Dropped(f"the connection to {self._url} was closed"))

    async def _read(self) -> None:
        try:
            async for message in self._socket:
                if len(message) > LARGE:
                    # Others want to be served meanwhile.
                    self._take(await asyncio.to_thread(_decoded, message))
                else:
                    self._take(_decoded(message))
            closed: BackendError = Dropped(f"{self._url} closed the connection")
        except ConnectionClosed as error:
            closed = self._why(error)
        except (ValueError, RecursionError):
            closed = BadResponse(f"{self._url} sent what is no valid JSON")
            with contextlib.suppress(OSError, TimeoutError):
                await self._socket.close()
        self._end(closed)

    def _take(self, value: JsonValue) -> None:
        # Without an id it is a notification, or an error about something that was no call.
        number = value.get("id") if isinstance(value, dict) else None
        waiting = self._waiting.get(number) if isinstance(number, int) else None
        if waiting is not None and not waiting.done():
            waiting.set_result(value)

    def _why(self, error: ConnectionClosed) -> BackendError:
        if error.sent is not None and error.sent.code == 1009:
            size = self._max_answer // (1024 * 1024)
            return BadResponse(f"{self._url} sent more than {size} MiB: ask for less")
        if error.sent is not None and error.sent.code == 1007:
            return BadResponse(f"{self._url} sent what is no text")
        if error.rcvd is None:
            return Dropped(f"{self._url} broke the connection off", transient=True)
        code, reason = error.rcvd.code, one_line(error.rcvd.reason, 160)
        if code == 1008:
            return Unauthorized(
                f"{self._url} hung up: {reason or 'not allowed'}; add this machine's address to "
                "the allowed ones (System > Advanced > Access)",
                obstacle=Obstacle.ADDRESS,
            )
        if code in (1007, 1009):
            return BadResponse(f"{self._url} refused a message: {reason or code}")
        return Dropped(
            f"{self._url} closed the connection ({code}{f' {reason}' if reason else ''})",
            transient=True,
        )

    def _end(self, why: BackendError) -> None:
        if self._ended is None:
            self._ended = why
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(self._ended)
