"""Starts all simulated backends in this process and event loop."""

from __future__ import annotations

import asyncio
import os
import secrets
import tempfile
import time
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import ExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from sre_tui.demo.runtime.backends import Backend, DemoWorld, build_backends, own_clock
from sre_tui.demo.runtime.certificates import issue
from sre_tui.demo.runtime.clock import Clock
from sre_tui.demo.runtime.control import control_app
from sre_tui.demo.runtime.errors import DemoError
from sre_tui.demo.runtime.fault_modes import FaultMode
from sre_tui.demo.runtime.releases import USUAL, Releases
from sre_tui.demo.runtime.remote import find_running_demo
from sre_tui.demo.runtime.serving import LoopbackServer
from sre_tui.demo.runtime.state import (
    BackendState,
    ControlState,
    DemoState,
    demo_environment,
    remove_state,
    write_state,
)
from sre_tui.demo.scenario import Outage
from sre_tui.demo.scenario_load import ScenarioError, load_scenario
from sre_tui.demo.servers.proxmox_definitions import BackupServerPlace
from sre_tui.demo.world.world import World

DEFAULT_PORTS_BASE = 19100
_CONTROL_OFFSET = 9


class RunningDemo:
    """A demo whose servers all answer."""

    def __init__(
        self, state: DemoState, servers: Mapping[str, LoopbackServer], stopping: asyncio.Event
    ) -> None:
        self.state = state
        self._servers = servers
        self._stopping = stopping

    @property
    def environment(self) -> dict[str, str]:
        """The variables that lead clients here."""
        return demo_environment(self.state)

    def url(self, backend: str) -> str:
        """Where a backend is."""
        return self._server(backend).url

    async def break_backend(self, name: str, how: FaultMode, seconds: float = 2.0) -> None:
        """Makes a backend fail; ``seconds`` is how long ``slow`` takes."""
        await self._server(name).break_backend(how, seconds)

    async def mend_backend(self, name: str) -> None:
        """Makes a backend work again, on the same port."""
        await self._server(name).mend_backend()

    def request_stop(self) -> None:
        """Ends ``wait_stopped``; safe to call from a signal handler of the loop."""
        self._stopping.set()

    async def wait_stopped(self) -> None:
        """Returns when somebody asked the demo to stop, here or through the control endpoint."""
        await self._stopping.wait()

    def _server(self, name: str) -> LoopbackServer:
        try:
            return self._servers[name]
        except KeyError:
            known = ", ".join(self._servers)
            raise DemoError(f"no backend {name!r}; there are {known}") from None


@asynccontextmanager
async def start_demo(
    scenario: str | Path = "quiet",
    *,
    guests: int = 40,
    seed: int | None = None,
    ports_base: int = 0,
    releases: Releases = USUAL,
    clock: Clock = time.time,
    state_path: Path | None = None,
) -> AsyncIterator[RunningDemo]:
    """The demo of a scenario, whose "now" is the moment of the start; its outages have begun.

    Args:
        scenario: id of a bundled scenario or path of a file.
        guests: number of Proxmox guests.
        seed: instead of the scenario's own.
        ports_base: first of ten ports; 0 takes free ones.
        releases: what the backends imitate.
        clock: Unix seconds.
        state_path: where to leave the state file; None leaves none.

    Raises:
        DemoError: a bad scenario, a port that is taken, or a demo that already runs.
    """
    try:
        chosen = load_scenario(scenario, guests=guests)
        world = World.create(chosen, guests=guests, seed=seed, anchor=clock())
    except (ScenarioError, ValueError) as error:
        raise DemoError(str(error)) from error
    async with serve_world(
        world,
        scenario=chosen.id,
        guests=guests,
        seed=seed,
        ports_base=ports_base,
        releases=releases,
        clock=clock,
        state_path=state_path,
        outages=chosen.outages,
    ) as demo:
        yield demo


@asynccontextmanager
async def serve_world(
    world: DemoWorld,
    *,
    scenario: str,
    guests: int,
    seed: int | None = None,
    ports_base: int = 0,
    releases: Releases = USUAL,
    clock: Clock = time.time,
    state_path: Path | None = None,
    outages: Iterable[Outage] = (),
) -> AsyncIterator[RunningDemo]:
    """The backends over a world that exists already; see ``start_demo``.

    ``outages`` have begun before anybody can reach a backend through what this yields.
    """
    if state_path is not None and (other := await asyncio.to_thread(find_running_demo, state_path)):
        raise DemoError(f"a demo runs already, with process id {other.pid}")
    backends = build_backends(world, clock, releases)
    with ExitStack() as last:
        if state_path is not None:
            # Last of all, so that whoever waits for it finds ports free and folders gone.
            last.callback(remove_state, state_path, os.getpid())
        folder = last.enter_context(tempfile.TemporaryDirectory(prefix="sre-demo-"))
        servers = {
            backend.name: _server_of(
                backend,
                ports_base and ports_base + offset,
                Path(folder),
                own_clock(world, backend.machine, clock),
            )
            for offset, backend in enumerate(backends)
        }
        stopping = asyncio.Event()
        token = secrets.token_urlsafe(24)
        control = LoopbackServer(
            "control",
            control_app(servers, token, stopping.set),
            ports_base and ports_base + _CONTROL_OFFSET,
        )
        every = [*servers.values(), control]
        try:
            for server in every:
                await server.start()
            for backend in backends:
                if backend.started is not None:
                    backend.started(_place(servers[backend.name]))
            for outage in outages:
                await servers[outage.backend].break_backend(outage.how, outage.seconds)
            state = DemoState(
                pid=os.getpid(),
                started_at=datetime.fromtimestamp(clock(), UTC),
                scenario=scenario,
                guests=guests,
                seed=seed,
                releases=releases,
                folder=Path(folder),
                control=ControlState(url=control.url, token=token),
                backends={backend.name: _state(backend, servers) for backend in backends},
            )
            if state_path is not None:
                write_state(state_path, state)
            yield RunningDemo(state, servers, stopping)
        finally:
            for server in every:
                server.switch.clear()
            await asyncio.gather(*(server.stop() for server in every))


def _server_of(backend: Backend, port: int, folder: Path, clock: Clock) -> LoopbackServer:
    if not backend.encrypted:
        return LoopbackServer(backend.name, backend.app, port, clock=clock)
    return LoopbackServer(
        backend.name,
        backend.app,
        port,
        certificate=issue(folder / backend.name, backend.machine),
        stranger=issue(folder / f"{backend.name}-stranger", backend.machine),
        clock=clock,
    )


def _place(server: LoopbackServer) -> BackupServerPlace:
    shown = server.certificate.fingerprint if server.certificate else ""
    return BackupServerPlace(urlsplit(server.url).hostname or "", server.port, shown)


def _state(backend: Backend, servers: Mapping[str, LoopbackServer]) -> BackendState:
    server = servers[backend.name]
    variables = dict(backend.variables(server.url))
    if server.certificate is not None:
        variables[f"{backend.name.upper()}_FINGERPRINT"] = server.certificate.fingerprint
    return BackendState(url=server.url, port=server.port, variables=variables)
