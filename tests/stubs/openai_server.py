"""A scripted OpenAI-compatible server on a real socket: it says what a test told it to say.

Every request to ``/v1/chat/completions`` (or Ollama's ``/api/chat``) takes the
next step of the script of its model, or of the script for all models. Steps can answer, call tools,
fail, stall or cut the connection; a step may also be a function of the request.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

ANY_MODEL = "*"


@dataclass(frozen=True)
class Call:
    """One tool call of a reply; ``arguments`` may be broken JSON."""

    name: str
    arguments: str = "{}"
    id: str | None = None

    @classmethod
    def of(cls, tool: str, /, **arguments: object) -> Call:
        """A call with well-formed arguments."""
        return cls(tool, json.dumps(arguments))


@dataclass(frozen=True)
class Say:
    """Answer with text and tool calls.

    Attributes:
        pieces: the text as it is streamed.
        calls: tool calls, all in this one reply.
        usage: prompt and completion tokens; None leaves the usage out.
        finish: ``finish_reason``; by default what fits.
        cut_after: close the connection after so many pieces; ``clean`` ends the body properly.
        stall_after: send nothing more after so many pieces, until the server is closed.
        interleave: stream the tool calls' arguments in turns, as some servers do.
    """

    pieces: tuple[str, ...] = ()
    calls: tuple[Call, ...] = ()
    usage: tuple[int, int] | None = (100, 20)
    finish: str | None = None
    cut_after: int | None = None
    clean: bool = False
    stall_after: int | None = None
    interleave: bool = False

    @property
    def text(self) -> str:
        """The whole text."""
        return "".join(self.pieces)


@dataclass(frozen=True)
class Fail:
    """Answer with an HTTP error."""

    status: int
    message: str = "it did not work"
    code: str | None = None
    kind: str = "server_error"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None
    """Sent as it is, as HTML, instead of the JSON error."""


@dataclass(frozen=True)
class Request:
    """What the client sent."""

    path: str
    headers: Mapping[str, str]
    body: dict[str, Any]

    @property
    def model(self) -> str:
        """The model asked for."""
        return str(self.body.get("model"))

    @property
    def messages(self) -> list[dict[str, Any]]:
        """The conversation."""
        return list(self.body.get("messages", []))

    @property
    def tools(self) -> list[str]:
        """Names of the offered tools."""
        return [tool["function"]["name"] for tool in self.body.get("tools") or []]

    @property
    def text(self) -> str:
        """All that the model reads, in one string."""
        return "\n".join(str(message.get("content") or "") for message in self.messages)


Reply = Say | Fail
Step = Reply | Callable[[Request], Reply]


def say(*pieces: str) -> Say:
    """A plain answer."""
    return Say(pieces=pieces)


def call(*calls: Call, text: str = "") -> Say:
    """A reply that calls tools."""
    return Say(pieces=(text,) if text else (), calls=calls)


class OpenAIServer:
    """Listens on a free port of 127.0.0.1 while used as an async context manager."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.unexpected: list[Request] = []
        """Requests for which no step was left."""
        self.arrived = asyncio.Event()
        """Set with every request; clear it to wait for the next one."""
        self._scripts: dict[str, deque[Step]] = {}
        self._server: asyncio.Server | None = None
        self._closing = asyncio.Event()
        self._connections: set[asyncio.Task[None]] = set()
        self.url = ""

    def script(self, *steps: Step, model: str = ANY_MODEL) -> None:
        """Append steps, for one model or for all."""
        self._scripts.setdefault(model, deque()).extend(steps)

    def reset(self) -> None:
        """Forget scripts and requests."""
        self._scripts.clear()
        self.requests.clear()
        self.unexpected.clear()
        self.arrived.clear()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/v1"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        assert self._server is not None
        self._server.close()
        self._closing.set()
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            while await self._serve_one(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()
            self._connections.discard(task)

    async def _serve_one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        path = head[0].split(" ")[1]
        headers = {
            name.strip().lower(): value.strip()
            for name, _, value in (line.partition(":") for line in head[1:] if line)
        }
        raw = await reader.readexactly(int(headers.get("content-length", "0")))
        request = Request(path, headers, json.loads(raw) if raw else {})
        self.requests.append(request)
        self.arrived.set()
        reply = self._next_reply(request)
        if isinstance(reply, Fail):
            await _send_failure(writer, reply)
            return True
        if path == "/api/chat":
            return await _send_ollama(writer, request, reply)
        if request.body.get("stream"):
            return await self._stream(writer, request, reply)
        return await self._send_whole(writer, request, reply)

    def _next_reply(self, request: Request) -> Reply:
        for model in (request.model, ANY_MODEL):
            steps = self._scripts.get(model)
            if steps:
                step = steps.popleft()
                return step(request) if callable(step) else step
        self.unexpected.append(request)
        return Fail(418, "the script has no further step")

    async def _send_whole(self, writer: asyncio.StreamWriter, request: Request, reply: Say) -> bool:
        if reply.stall_after is not None:
            await self._closing.wait()
            return False
        message: dict[str, Any] = {"role": "assistant", "content": reply.text or None}
        if reply.calls:
            message["tool_calls"] = [
                {
                    "id": one.id or f"call_{number}",
                    "type": "function",
                    "function": {"name": one.name, "arguments": one.arguments},
                }
                for number, one in enumerate(reply.calls)
            ]
        body: dict[str, Any] = {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1,
            "model": request.model,
            "choices": [{"index": 0, "message": message, "finish_reason": _finish(reply)}],
        }
        if reply.usage is not None:
            body["usage"] = _usage(reply.usage)
        data = json.dumps(body).encode()
        sent = data[: len(data) // 2] if reply.cut_after is not None else data
        writer.write(_head(200, "application/json", {"content-length": str(len(data))}) + sent)
        await writer.drain()
        return reply.cut_after is None

    async def _stream(self, writer: asyncio.StreamWriter, request: Request, reply: Say) -> bool:
        writer.write(_head(200, "text/event-stream", {"transfer-encoding": "chunked"}))
        for number, chunk in enumerate(_chunks(request, reply)):
            if reply.stall_after is not None and number >= reply.stall_after:
                await writer.drain()
                await self._closing.wait()
                return False
            if reply.cut_after is not None and number >= reply.cut_after:
                if reply.clean:
                    writer.write(b"0\r\n\r\n")
                await writer.drain()
                return reply.clean
            _write_event(writer, json.dumps(chunk))
            await writer.drain()
        _write_event(writer, "[DONE]")
        writer.write(b"0\r\n\r\n")
        await writer.drain()
        return True


def _chunks(request: Request, reply: Say) -> Iterable[dict[str, Any]]:
    def chunk(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
        return {
            "id": "chatcmpl-1",
            "object": "chat.completion.chunk",
            "created": 1,
            "model": request.model,
            "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
        }

    for number, piece in enumerate(reply.pieces):
        yield chunk({"role": "assistant", "content": piece} if number == 0 else {"content": piece})
    for number, one in enumerate(reply.calls):
        start = {"name": one.name, "arguments": ""}
        call_id = one.id or f"call_{number}"
        head = {"index": number, "id": call_id, "type": "function", "function": start}
        yield chunk({"tool_calls": [head]})
        if not reply.interleave:
            yield from (chunk(delta) for delta in _argument_deltas(number, one))
    if reply.interleave:
        parts = [list(_argument_deltas(number, one)) for number, one in enumerate(reply.calls)]
        for position in range(max(map(len, parts), default=0)):
            yield from (chunk(part[position]) for part in parts if position < len(part))
    yield chunk({}, _finish(reply))
    if reply.usage is not None:
        yield {**chunk({}), "choices": [], "usage": _usage(reply.usage)}


async def _send_ollama(writer: asyncio.StreamWriter, request: Request, reply: Say) -> bool:
    """Answer as Ollama does: one JSON document per line, tool arguments as objects."""
    messages: list[dict[str, Any]] = [{"content": piece} for piece in reply.pieces]
    if reply.calls:
        calls = [
            {"function": {"name": one.name, "arguments": json.loads(one.arguments)}}
            for one in reply.calls
        ]
        messages.append({"content": "", "tool_calls": calls})
    base = {"model": request.model, "created_at": "2026-11-22T14:00:00Z"}
    lines: list[dict[str, Any]] = [
        {**base, "message": {"role": "assistant", **message}, "done": False} for message in messages
    ]
    prompt, completion = reply.usage or (0, 0)
    counts = {"prompt_eval_count": prompt, "eval_count": completion, "done_reason": "stop"}
    end = {"role": "assistant", "content": ""}
    lines.append({**base, "message": end, "done": True, **counts})
    writer.write(_head(200, "application/x-ndjson", {"transfer-encoding": "chunked"}))
    for line in lines:
        payload = json.dumps(line).encode() + b"\n"
        writer.write(f"{len(payload):x}\r\n".encode() + payload + b"\r\n")
    writer.write(b"0\r\n\r\n")
    await writer.drain()
    return True


def _argument_deltas(number: int, one: Call, size: int = 7) -> Iterable[dict[str, Any]]:
    for start in range(0, len(one.arguments), size):
        piece = {"arguments": one.arguments[start : start + size]}
        yield {"tool_calls": [{"index": number, "function": piece}]}


def _finish(reply: Say) -> str:
    return reply.finish or ("tool_calls" if reply.calls else "stop")


def _usage(usage: tuple[int, int]) -> dict[str, int]:
    prompt, completion = usage
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
    }


def _head(status: int, content_type: str, headers: Mapping[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} Scripted", f"content-type: {content_type}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def _write_event(writer: asyncio.StreamWriter, data: str) -> None:
    payload = f"data: {data}\n\n".encode()
    writer.write(f"{len(payload):x}\r\n".encode() + payload + b"\r\n")


async def _send_failure(writer: asyncio.StreamWriter, reply: Fail) -> None:
    if reply.body is not None:
        data, content_type = reply.body.encode(), "text/html"
    else:
        error = {"message": reply.message, "type": reply.kind, "param": None, "code": reply.code}
        data, content_type = json.dumps({"error": error}).encode(), "application/json"
    headers = {"content-length": str(len(data)), **reply.headers}
    writer.write(_head(reply.status, content_type, headers) + data)
    await writer.drain()
