"""The app in a browser: one process of it for each page that is open, through textual-serve."""

from __future__ import annotations

import asyncio
import json
import os
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from aiohttp import web
from textual_serve.app_service import AppService
from textual_serve.server import Server, to_int

from sre_tui.server.guard import TOKEN, Guard

PAGE: Final = Path(__file__).parent / "page"
AT_ONCE: Final = 8
"""Pages that are served at the same time; each is a process with data of its own."""
LARGEST: Final = 1000
"""Columns or lines of a screen; a browser may claim any number."""
PATIENCE: Final = 2.0
"""Seconds an app has to leave by itself before it is ended."""


class AppProcess(AppService):
    """The app for one page."""

    def __init__(
        self,
        arguments: Sequence[str],
        variables: Mapping[str, str],
        *,
        write_bytes: Callable[[bytes], Awaitable[None]],
        write_str: Callable[[str], Awaitable[None]],
        close: Callable[[], Awaitable[None]],
        server: Server,
    ) -> None:
        """The program and its arguments, the variables it is started with, the way to the page."""
        super().__init__(
            "",
            write_bytes=write_bytes,
            write_str=write_str,
            close=close,
            download_manager=server.download_manager,
        )
        self._arguments = arguments
        self._variables = variables

    async def start(self, width: int, height: int) -> None:
        """Start the process with a screen of that many columns and lines."""
        await super().start(_bounded(width), _bounded(height))

    async def set_terminal_size(self, width: int, height: int) -> None:
        """The page has got another size."""
        await super().set_terminal_size(_bounded(width), _bounded(height))

    async def on_meta(self, data: bytes) -> None:
        """Let the app end; it has no other wishes of a browser, and opens no links."""
        if json.loads(data)["type"] == "exit":
            await super().on_meta(data)

    async def stop(self) -> None:
        """Let the app leave, and end it if it does not."""
        process = self._process
        if process is None:
            return
        try:
            async with asyncio.timeout(PATIENCE):
                await super().stop()
                await process.wait()
        except TimeoutError:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    async def _open_app_process(
        self, width: int = 80, height: int = 24
    ) -> asyncio.subprocess.Process:
        pipe = asyncio.subprocess.PIPE
        self._process = process = await asyncio.create_subprocess_exec(
            *self._arguments,
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
            env=self._environment(width, height),
            # Ctrl-C is for the server, which tells its apps.
            start_new_session=True,
        )
        self._stdin = process.stdin
        return process

    def _environment(self, width: int, height: int) -> dict[str, str]:
        built = self._build_environment(width, height)
        own = {name: value for name, value in built.items() if os.environ.get(name) != value}
        return {**self._variables, **own}


class BrowserServer(Server):
    """Serves the page and, over a WebSocket, what the app draws and what the user types."""

    def __init__(
        self, listening: socket.socket, arguments: Sequence[str], variables: Mapping[str, str]
    ) -> None:
        """A server on a bound socket that starts the app with these arguments and variables."""
        host, port = listening.getsockname()[:2]
        super().__init__("", host=f"[{host}]" if ":" in host else host, port=port)
        self._listening = listening
        self._arguments = arguments
        self._variables = variables
        self._guard = Guard()
        self._open: set[AppProcess] = set()

    @property
    def address(self) -> str:
        """What has to be opened in the browser, the token included."""
        return f"http://{self.host}:{self.port}/?{TOKEN}={self._guard.token}"

    async def serve_until(self, stopped: asyncio.Event) -> None:
        """Answer until the event is set, then end every app."""
        runner = web.AppRunner(
            await self._make_app(),
            handle_signals=False,
            access_log=None,
            shutdown_timeout=PATIENCE,
        )
        await runner.setup()
        try:
            await web.SockSite(runner, self._listening).start()
            await stopped.wait()
        finally:
            await runner.cleanup()

    async def _make_app(self) -> web.Application:
        app = await super()._make_app()
        app.add_routes([web.static("/page", PAGE)])
        self._guard.protect(app)
        return app

    async def on_startup(self, app: web.Application) -> None:
        """Nothing to say: whoever serves says it."""

    async def on_shutdown(self, app: web.Application) -> None:
        """End every app that is still open."""
        await asyncio.gather(*(one.stop() for one in self._open))

    async def handle_index(self, request: web.Request) -> Any:
        """The page, which loads the terminal from here and nothing from elsewhere."""
        return web.FileResponse(PAGE / "index.html")

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        """One page: start an app for it, and end that with it."""
        if len(self._open) >= AT_ONCE:
            raise web.HTTPServiceUnavailable(text=f"{AT_ONCE} pages are open already\n")
        websocket = web.WebSocketResponse(heartbeat=15)
        await websocket.prepare(request)

        async def close() -> None:
            await websocket.close()

        app = AppProcess(
            self._arguments,
            self._variables,
            write_bytes=websocket.send_bytes,
            write_str=websocket.send_str,
            close=close,
            server=self,
        )
        self._open.add(app)
        try:
            await app.start(
                to_int(request.query.get("width", ""), 80),
                to_int(request.query.get("height", ""), 24),
            )
            await self._process_messages(websocket, app)
        finally:
            await app.stop()
            self._open.discard(app)
        return websocket


def _bounded(cells: int) -> int:
    return min(max(cells, 1), LARGEST)
