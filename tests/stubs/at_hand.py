"""Simulated homelabs whose applications are called without a socket, and asked once for the same.

Sockets, TLS and HTTP cost a third of what such a homelab costs, and whoever looks at answers of
tools learns nothing from them: tests of the clients and of single tools go over real ones. Whatever
is broken is reached over its socket here too, for that is where it breaks.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import AsyncIterator, Hashable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

import httpx

from providers.guard import GuardedTransport
from sre_tui.demo.runtime.clock import Clock
from sre_tui.demo.runtime.demo import RunningDemo, serve_world, start_demo
from sre_tui.demo.runtime.serving import LoopbackServer
from sre_tui.demo.scenario_load import scenario_ids
from sre_tui.demo.world.world import World
from sre_tui.evals import stage

_Request = tuple[str, str, str, bytes]
_Told = dict[_Request, tuple[int, list[tuple[bytes, bytes]], bytes]]

_KEPT: OrderedDict[Hashable, _Told] = OrderedDict()
"""What homelabs have answered, by what they are: another of the same answers the same."""
_MOST = 24
"""Homelabs whose answers are kept for others of the same, a few MiB each."""
_send = httpx.AsyncHTTPTransport.handle_async_request
_guarded = GuardedTransport.handle_async_request


@dataclass
class _Homelab:
    servers: dict[tuple[str, int | None], LoopbackServer]
    told: _Told = field(default_factory=dict)


_OPEN: list[_Homelab] = []


@asynccontextmanager
async def start_at_hand(
    scenario: str, *, guests: int = 40, seed: int | None = None, clock: Clock
) -> AsyncIterator[RunningDemo]:
    """As ``start_demo``, with a clock that stands still, and with the applications at hand."""
    async with start_demo(scenario, guests=guests, seed=seed, clock=clock) as demo:
        # A file may say something else the next time.
        bundled = scenario in scenario_ids()
        with at_hand(demo, (scenario, guests, seed, clock()) if bundled else None):
            yield demo


@contextmanager
def played_at_hand(told_by: str | None = None) -> Iterator[None]:
    """The stage of the evaluation has the applications of its homelabs at hand.

    Args:
        told_by: who plays the same scenarios again; without it nothing is kept for others.
    """

    @asynccontextmanager
    async def served(
        world: World, *, scenario: str, guests: int, seed: int | None, clock: Clock, **more: Any
    ) -> AsyncIterator[RunningDemo]:
        serving = serve_world(
            world, scenario=scenario, guests=guests, seed=seed, clock=clock, **more
        )
        async with serving as demo:
            with at_hand(demo, told_by and (told_by, scenario, guests, seed, clock())):
                yield demo

    with patch.object(stage, "serve_world", served):
        yield


@contextmanager
def at_hand(demo: RunningDemo, what: Hashable | None) -> Iterator[None]:
    """Clients in this process call the applications of a homelab whose clock stands still.

    Args:
        demo: the homelab, of which nothing is broken but what its scenario breaks.
        what: what its answers depend on; they are kept for others of the same. None: for nobody.
    """
    urls = {name: httpx.URL(demo.url(name)) for name in demo.state.backends}
    servers = {(url.scheme, url.port): demo._servers[name] for name, url in urls.items()}
    lab = _Homelab(servers, _told_of(what))
    with (
        patch.object(GuardedTransport, "handle_async_request", _asked_once),
        patch.object(httpx.AsyncHTTPTransport, "handle_async_request", _called),
    ):
        _OPEN.append(lab)
        try:
            yield
        finally:
            _OPEN.remove(lab)


def forget(demo: RunningDemo, backend: str) -> None:
    """What a backend of an open homelab has told is no longer true: it is broken now."""
    server = demo._servers[backend]
    for lab in _OPEN:
        if server in lab.servers.values():
            lab.told = {key: each for key, each in lab.told.items() if key[0] != backend}


def _told_of(what: Hashable | None) -> _Told:
    if what is None:
        return {}
    told = _KEPT.setdefault(what, {})
    _KEPT.move_to_end(what)
    while len(_KEPT) > _MOST:
        _KEPT.popitem(last=False)
    return told


def _lab_at(url: httpx.URL) -> _Homelab | None:
    place = url.scheme, url.port
    return next((lab for lab in _OPEN if place in lab.servers), None)


async def _asked_once(guard: GuardedTransport, request: httpx.Request) -> httpx.Response:
    """Where the clock stands, the same request has no other answer; what fails is tried anew."""
    lab = _lab_at(request.url)
    # Where the backup server is differs from homelab to homelab.
    if lab is None or request.url.path.endswith("/json/storage"):
        return await _guarded(guard, request)
    url, told = request.url, lab.told
    name = lab.servers[url.scheme, url.port].name
    key = name, request.method, url.raw_path.decode("ascii"), await request.aread()
    if key not in told:
        response = await _guarded(guard, request)
        if response.status_code != httpx.codes.OK:
            return response
        body = b"".join([part async for part in response.aiter_raw()])
        await response.aclose()
        told[key] = response.status_code, response.headers.raw, body
    status, headers, body = told[key]
    return httpx.Response(status, headers=headers, stream=httpx.ByteStream(body))


async def _called(sender: httpx.AsyncHTTPTransport, request: httpx.Request) -> httpx.Response:
    """The answer of the application itself, unless its server is broken."""
    lab = _lab_at(request.url)
    server = None if lab is None else lab.servers[request.url.scheme, request.url.port]
    if server is None or not server.running or server.switch.mode is not None:
        return await _send(sender, request)
    return await httpx.ASGITransport(server._app).handle_async_request(request)
