"""A simulated TrueNAS on a loopback socket, and clients of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pydantic import SecretStr

from providers.endpoint import TrueNasEndpoint
from providers.truenas import TrueNasClient
from providers.truenas.scram import FEWEST_ROUNDS
from sre_tui.demo.faults import FAULT_KINDS
from sre_tui.demo.runtime.certificates import Certificate, issue
from sre_tui.demo.runtime.serving import LoopbackServer
from sre_tui.demo.scenario import Scenario
from sre_tui.demo.servers.truenas import (
    ApiKey,
    Keyring,
    NasSource,
    TrueNasVersion,
    truenas_app,
)
from sre_tui.demo.world.world import World

ANCHOR = 1_795_361_003.731
NOW = datetime.fromtimestamp(ANCHOR, UTC)
READ_ONLY = ApiKey("1-" + "r" * 64)
FULL = ApiKey("2-" + "f" * 64, "root", ("FULL_ADMIN",))
POOLS_ONLY = ApiKey("3-" + "p" * 64, "sre", ("POOL_READ",))
VERSIONS: tuple[TrueNasVersion, ...] = ("25.04.2.6", "25.10.1", "26.0.0")


@cache
def _world(faults: tuple[tuple[tuple[str, Any], ...], ...], guests: int) -> World:
    built = tuple(FAULT_KINDS[dict(f)["kind"]].model_validate(dict(f)) for f in faults)
    scenario = Scenario(id="test", title="A test", faults=built)
    return World.create(scenario, guests=guests, anchor=ANCHOR)


def world_with(*faults: dict[str, Any], guests: int = 20) -> World:
    """A world with faults given as mappings."""
    return _world(tuple(tuple(sorted(fault.items())) for fault in faults), guests)


@dataclass
class RunningNas:
    """A server and what it knows."""

    server: LoopbackServer
    keys: Keyring
    source: NasSource
    certificate: Certificate | None
    clients: list[TrueNasClient] = field(default_factory=list)

    def client(self, key: ApiKey = READ_ONLY, **changes: Any) -> TrueNasClient:
        """A client that trusts the server's certificate."""
        given: dict[str, Any] = {
            "url": self.server.url,
            "token": SecretStr(key.key),
            "username": key.user,
            "fingerprint": self.certificate.fingerprint if self.certificate else None,
            "timeout": 20.0,
        }
        made = TrueNasClient(TrueNasEndpoint(**(given | changes)), clock=lambda: NOW)
        self.clients.append(made)
        return made


@asynccontextmanager
async def running_nas(
    version: TrueNasVersion = "25.10.1",
    *faults: dict[str, Any],
    keys: Sequence[ApiKey] = (READ_ONLY, FULL, POOLS_ONLY),
    plain_allowed: bool = True,
    tls: bool = True,
    allowed: Sequence[str] = (),
    attempts: int = 20,
) -> AsyncIterator[RunningNas]:
    """A TrueNAS of a version over a world with these faults."""
    world = world_with(*faults)
    source = NasSource(world.nas, lambda: ANCHOR, version, anchor=ANCHOR)
    ring = Keyring(keys, plain_allowed=plain_allowed, rounds=FEWEST_ROUNDS)
    with TemporaryDirectory() as folder:
        certificate = issue(Path(folder), "nas1") if tls else None
        if certificate is not None:
            ring.end_point = bytes.fromhex(certificate.fingerprint)
        app = truenas_app(source, ring, allowed=allowed, attempts=attempts)
        stranger = issue(Path(folder) / "stranger", "nas1") if tls else None
        server = LoopbackServer("truenas", app, certificate=certificate, stranger=stranger)
        await server.start()
        running = RunningNas(server, ring, source, certificate)
        try:
            yield running
        finally:
            for client in running.clients:
                await client.aclose()
            await server.stop()
