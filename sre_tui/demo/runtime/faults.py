"""Makes a healthy backend fail the ways real ones do, switchable while it runs."""

from __future__ import annotations

import asyncio

from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sre_tui.demo.runtime.fault_modes import FaultMode

_PROXY_PAGE = (
    "<!DOCTYPE html><html><head><title>Welcome</title></head>"
    "<body><h1>Welcome to the gateway</h1></body></html>"
)
_GARBAGE = b'\x00\xff\xfe{"status": "succ\x80\x81'
_REASONS = {401: "Unauthorized", 403: "Forbidden", 500: "Internal Server Error"}


class FaultSwitch:
    """The fault of one backend; None lets requests through."""

    def __init__(self) -> None:
        self.mode: FaultMode | None = None
        self.seconds = 0.0
        self._released = asyncio.Event()

    def set(self, mode: FaultMode, seconds: float = 2.0) -> None:
        """Breaks the backend from the next request on; ``seconds`` is how slow ``slow`` is."""
        self.mode, self.seconds = mode, seconds
        self._released.clear()

    def clear(self) -> None:
        """Mends the backend; requests that hang are answered now."""
        self.mode = None
        self._released.set()

    async def hold(self, seconds: float | None) -> bool:
        """Waits that long (None: for ever) or until mended; whether it was mended."""
        try:
            await asyncio.wait_for(self._released.wait(), seconds)
        except TimeoutError:
            return False
        return True


class FaultInjector:
    """ASGI middleware that obeys a ``FaultSwitch``; sockets and TLS are left to the server."""

    def __init__(self, app: ASGIApp, switch: FaultSwitch) -> None:
        self._app = app
        self._switch = switch

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one connection."""
        mode = self._switch.mode
        if scope["type"] == "websocket" and mode in (None, "tls"):
            await self._app(scope, _Socket(self._switch, receive, send).receive, send)
        elif scope["type"] == "lifespan" or mode in (None, "tls"):
            await self._app(scope, receive, send)
        elif mode == "slow":
            await self._switch.hold(self._switch.seconds)
            await self._app(scope, receive, send)
        elif mode == "timeout":
            await self._hang(scope, receive, send)
        elif scope["type"] == "websocket" and mode == "cut":
            await send({"type": "websocket.accept"})
            await send({"type": "websocket.close", "code": 1011})
        elif mode == "cut":
            await self._app(scope, receive, _Cutter(send))
        else:
            await _response(mode)(scope, receive, send)

    async def _hang(self, scope: Scope, receive: Receive, send: Send) -> None:
        gone = asyncio.create_task(_disconnected(receive))
        mended = asyncio.create_task(self._switch.hold(None))
        try:
            await asyncio.wait({gone, mended}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            gone.cancel()
            mended.cancel()
        if mended.done() and not mended.cancelled() and not gone.done():
            await _response("503")(scope, receive, send)


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] not in ("http.disconnect", "websocket.disconnect"):
        pass


def _response(mode: FaultMode) -> Response:
    match mode:
        case "html":
            return HTMLResponse(_PROXY_PAGE)
        case "garbage":
            return Response(_GARBAGE, media_type="application/json")
        case "redirect":
            return RedirectResponse("/login", status_code=302)
        case "401" | "403" | "500":
            return PlainTextResponse(f"{_REASONS[int(mode)]}\n", int(mode))
        case _:
            return PlainTextResponse("Service Unavailable\n", 503, {"Retry-After": "1"})


class _Socket:
    """A WebSocket that was opened while all was well, and feels the fault that came later."""

    def __init__(self, switch: FaultSwitch, receive: Receive, send: Send) -> None:
        self._switch = switch
        self._receive = receive
        self._send = send

    async def receive(self) -> Message:
        """The next message of the client, if the fault lets it through."""
        while True:
            message = await self._receive()
            mode = self._switch.mode
            if message["type"] != "websocket.receive" or mode in (None, "tls"):
                return message
            if mode == "slow":
                await self._switch.hold(self._switch.seconds)
                return message
            if mode == "timeout":
                await self._switch.hold(None)
                return message
            if mode == "garbage":
                text = _GARBAGE.decode("latin-1")
                await self._send({"type": "websocket.send", "text": text})
                continue
            # The server restarts, and what the client then meets is the fault itself.
            await self._send({"type": "websocket.close", "code": 1012, "reason": "restarting"})
            return {"type": "websocket.disconnect", "code": 1012}


class _Cutter:
    """Sends the first half of a body and then ends, so that the server drops the connection."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._cut = False

    async def __call__(self, message: Message) -> None:
        if self._cut:
            return
        if message["type"] == "http.response.start":
            names = {name.lower() for name, _ in message["headers"]}
            if b"content-length" not in names:
                message["headers"].append((b"content-length", b"1000000"))
        elif message["type"] == "http.response.body":
            self._cut = True
            body = message.get("body", b"")
            message = {**message, "body": body[: len(body) // 2], "more_body": True}
        await self._send(message)
