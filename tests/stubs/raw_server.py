"""A server on a real loopback socket that answers with exactly the bytes a test wants."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Received:
    """One request as it came in."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes = b""

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def params(self) -> list[tuple[str, str]]:
        text = self.body.decode() if self.method == "POST" else urlsplit(self.target).query
        return parse_qsl(text, keep_blank_values=True)


Answer = bytes | Callable[[Received], bytes | Awaitable[bytes]]


@dataclass
class RawServer:
    """Where it is, what it was asked, and what it says next; the last answer is repeated."""

    answers: Sequence[Answer]
    port: int = 0
    scheme: str = "http"
    received: list[Received] = field(default_factory=list)
    connections: int = 0

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"

    async def answer(self, request: Received) -> bytes:
        self.received.append(request)
        chosen = self.answers[min(len(self.received), len(self.answers)) - 1]
        if isinstance(chosen, bytes):
            return chosen
        made = chosen(request)
        return made if isinstance(made, bytes) else await made


def reply(
    body: bytes | str = b"",
    status: int = 200,
    content_type: str = "application/json",
    headers: dict[str, str] | None = None,
    length: int | None = None,
) -> bytes:
    """A whole HTTP answer; ``length`` lies about the body's size."""
    content = body.encode() if isinstance(body, str) else body
    lines = [
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}",
        f"Content-Type: {content_type}",
        f"Content-Length: {len(content) if length is None else length}",
        *(f"{name}: {value}" for name, value in (headers or {}).items()),
        "Connection: close",
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + content


def json_reply(value: object, status: int = 200) -> bytes:
    """An answer with a JSON body."""
    return reply(json.dumps(value), status)


@asynccontextmanager
async def raw_server(
    *answers: Answer, tls: ssl.SSLContext | None = None
) -> AsyncIterator[RawServer]:
    """A server that gives the answers one after the other."""
    state = RawServer(answers, scheme="https" if tls else "http")

    serving: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        state.connections += 1
        task = asyncio.current_task()
        assert task is not None
        serving.add(task)
        try:
            request = await _read(reader)
            said = reply(status=400) if request is None else await state.answer(request)
            writer.write(said)
            await writer.drain()
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()
            serving.discard(task)

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    state.port = server.sockets[0].getsockname()[1]
    try:
        yield state
    finally:
        server.close()
        # Whatever outlived the event loop would be reported as a leak of some later test.
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)


async def _read(reader: asyncio.StreamReader) -> Received | None:
    try:
        start = await reader.readexactly(1)
        if not start.isalpha():
            return None
        head = (start + await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError:
        return None
    first, *rest = head.strip().split("\r\n")
    method, target, _ = first.split(" ", 2)
    headers = {
        name.lower(): value.strip() for name, _, value in (line.partition(":") for line in rest)
    }
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Received(method, target, headers, body)
