"""Runs one ASGI application on a loopback socket inside the running event loop."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from collections.abc import Iterator

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.protocol import State

from sre_tui.demo.runtime.certificates import Certificate
from sre_tui.demo.runtime.clock import Clock
from sre_tui.demo.runtime.date_header import DateHeader
from sre_tui.demo.runtime.errors import DemoError
from sre_tui.demo.runtime.fault_modes import FaultMode
from sre_tui.demo.runtime.faults import FaultInjector, FaultSwitch
from sre_tui.demo.runtime.reason_phrase import ReasonPhraseProtocol

HOST = "127.0.0.1"


class _Server(uvicorn.Server):
    """A uvicorn that leaves signals to the caller and says when it serves."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()
        self._stopping = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    async def main_loop(self) -> None:
        ticks = 0
        while not self._stopping.is_set() and not await self.on_tick(ticks):
            ticks += 10
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), 1.0)

    def stop(self) -> None:
        """Ends the main loop at once, without waiting for its next tick."""
        self.should_exit = True
        self._stopping.set()


class _WebSocket(WebSocketsSansIOProtocol):
    """uvicorn's WebSockets, which may be closing already when the server stops."""

    def shutdown(self) -> None:
        """Close the connection, without a farewell if the client has said its own."""
        if self.handshake_complete and self.conn.state is not State.OPEN:
            self.stop_keepalive()
            self.transport.close()
        else:
            super().shutdown()


class LoopbackServer:
    """One backend: its application behind the faults, on a port of 127.0.0.1.

    With a ``certificate`` it speaks HTTPS; ``stranger`` is shown instead under the fault ``tls``.
    ``clock`` (Unix seconds) is that of its machine, which dates its answers.
    """

    def __init__(
        self,
        name: str,
        app: ASGIApp,
        port: int = 0,
        certificate: Certificate | None = None,
        stranger: Certificate | None = None,
        clock: Clock = time.time,
    ) -> None:
        self.name = name
        self.port = port
        self.switch = FaultSwitch()
        self._app = DateHeader(FaultInjector(app, self.switch), clock)
        self.certificate = certificate
        self._stranger = stranger
        self._server: _Server | None = None
        self._task: asyncio.Task[None] | None = None
        self._kept: socket.socket | None = None
        """Keeps the port while nothing listens, so that no other program gets it."""

    @property
    def url(self) -> str:
        """Where clients reach it, without a slash at the end."""
        return f"{'https' if self.certificate else 'http'}://{HOST}:{self.port}"

    @property
    def running(self) -> bool:
        """Whether the socket accepts connections."""
        return self._server is not None

    async def start(self) -> None:
        """Serves from now on; port 0 becomes a free one and then stays. Raises ``DemoError``."""
        listener, self._kept = self._kept or _listen(self.port, self.name), None
        self.port = listener.getsockname()[1]
        self._server = _Server(self._config())
        self._task = asyncio.create_task(self._server.serve(sockets=[listener]), name=self.name)
        ready = asyncio.create_task(self._server.ready.wait())
        await asyncio.wait({ready, self._task}, return_when=asyncio.FIRST_COMPLETED)
        if not ready.done():
            ready.cancel()
            listener.close()
            raise DemoError(f"the simulated {self.name} did not start")

    async def stop(self) -> None:
        """Closes the socket and every connection."""
        if self._kept is not None:
            self._kept.close()
            self._kept = None
        if self._server is None or self._task is None:
            return
        server, task = self._server, self._task
        self._server = self._task = None
        server.stop()
        await task

    async def break_backend(self, mode: FaultMode, seconds: float = 2.0) -> None:
        """Fails from now on; ``refuse`` closes the socket, every other mode opens it again.

        Raises:
            DemoError: for ``tls`` where the backend has no certificate to show.
        """
        if mode == "tls" and self._stranger is None:
            raise DemoError(f"the simulated {self.name} speaks plain HTTP: it has no certificate")
        changes_certificate = "tls" in (mode, self.switch.mode)
        self.switch.set(mode, seconds)
        if mode == "refuse" or changes_certificate:
            await self.stop()
        if mode == "refuse":
            self._kept = _listen(self.port, self.name)
        if mode != "refuse" and not self.running:
            await self.start()

    async def mend_backend(self) -> None:
        """Works again, on the same port."""
        if self.switch.mode == "tls":
            await self.stop()
        self.switch.clear()
        if not self.running:
            await self.start()

    def _config(self) -> uvicorn.Config:
        files = self._stranger if self.switch.mode == "tls" else self.certificate
        return uvicorn.Config(
            self._app,
            http=ReasonPhraseProtocol,
            ws=_WebSocket,
            # On one machine it costs more to compress answers than to send them.
            ws_per_message_deflate=False,
            log_config=None,
            log_level="critical",
            access_log=False,
            server_header=False,
            date_header=False,
            lifespan="off",
            timeout_graceful_shutdown=1,
            # Longer than clients keep idle connections, so that none is closed under a request.
            timeout_keep_alive=75,
            ssl_certfile=files.certificate if files else None,
            ssl_keyfile=files.key if files else None,
        )


def _listen(port: int, name: str) -> socket.socket:
    """A socket with that port, which refuses connections until a server listens."""
    # Named, or asyncio leaves Nagle on: TLS answers would wait 40 ms for acknowledgements.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except OSError as error:
        listener.close()
        raise DemoError(
            f"port {port} for the simulated {name} is not free: {error.strerror}"
        ) from error
    return listener
