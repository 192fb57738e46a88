"""A simulated Proxmox VE on a loopback socket, and clients that are let in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from pydantic import SecretStr

from providers.endpoint import ProxmoxEndpoint
from providers.proxmox import ProxmoxClient
from sre_tui.demo.faults import FAULT_KINDS
from sre_tui.demo.runtime.clock import frozen_clock
from sre_tui.demo.runtime.serving import LoopbackServer
from sre_tui.demo.scenario import Scenario
from sre_tui.demo.servers.proxmox import proxmox_app
from sre_tui.demo.servers.proxmox_access import ProxmoxToken, ProxmoxVersion
from sre_tui.demo.world.world import World

NOW = 1_795_361_003.731
"""Sunday, 22 November 2026, 15:23:23 UTC."""
THEN = datetime.fromtimestamp(NOW, UTC)
NIGHT = 1_795_314_600.0
"""02:30 UTC of that day: backups run."""
SECRET = "6f1c1f5e-0001-4000-8000-000000000001"
NOBODY = "6f1c1f5e-0002-4000-8000-000000000002"
PARTLY = "6f1c1f5e-0003-4000-8000-000000000003"
EXPIRED = "6f1c1f5e-0004-4000-8000-000000000004"
MASTER = "6f1c1f5e-0005-4000-8000-000000000005"
TOKENS = {
    SECRET: ProxmoxToken(),
    NOBODY: ProxmoxToken(name="blind", acl={}),
    PARTLY: ProxmoxToken(name="partly", acl={"/vms/101": "VM.Audit"}),
    EXPIRED: ProxmoxToken(name="old", expired=True),
    MASTER: ProxmoxToken(user="root@pam", name="all", acl={"/": "Administrator"}),
}


def identity(secret: str) -> str:
    """A token as a user pastes it."""
    token = TOKENS[secret]
    return f"{token.user}!{token.name}={secret}"


@lru_cache(maxsize=8)
def _world(faults: tuple[tuple[tuple[str, Any], ...], ...], guests: int) -> World:
    built = tuple(FAULT_KINDS[dict(f)["kind"]].model_validate(dict(f)) for f in faults)
    scenario = Scenario(id="test", title="A test", faults=built)
    return World.create(scenario, guests=guests, anchor=NOW)


def world(*faults: Mapping[str, Any], guests: int = 40) -> World:
    """A world with faults, made once."""
    return _world(tuple(tuple(fault.items()) for fault in faults), guests)


@dataclass(frozen=True)
class Cluster:
    """Where it is."""

    server: LoopbackServer
    now: float

    @property
    def url(self) -> str:
        return self.server.url

    def endpoint(self, secret: str = SECRET, **options: Any) -> ProxmoxEndpoint:
        options.setdefault("timeout", 60.0)
        return ProxmoxEndpoint(url=self.url, token=SecretStr(identity(secret)), **options)

    def client(self, secret: str = SECRET, **options: Any) -> ProxmoxClient:
        at = datetime.fromtimestamp(self.now, UTC)
        return ProxmoxClient(self.endpoint(secret, **options), clock=lambda: at)


@asynccontextmanager
async def cluster(
    *faults: Mapping[str, Any],
    version: ProxmoxVersion = "9.2",
    now: float = NOW,
    guests: int = 40,
    hanging: Collection[str] = (),
) -> AsyncIterator[Cluster]:
    """A running cluster of three nodes."""
    app = proxmox_app(
        world(*faults, guests=guests).virtualization,
        frozen_clock(now),
        TOKENS,
        version=version,
        hanging=hanging,
    )
    server = LoopbackServer("proxmox", app)
    await server.start()
    try:
        yield Cluster(server, now)
    finally:
        await server.stop()
