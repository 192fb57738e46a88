"""A simulated backup server on a real socket, and a client of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from pydantic import SecretStr

from providers.endpoint import PbsEndpoint
from providers.pbs import PbsClient
from sre_tui.demo.faults import FAULT_KINDS
from sre_tui.demo.scenario import Raw, Scenario
from sre_tui.demo.servers.pbs import pbs_app
from sre_tui.demo.servers.pbs_access import PbsToken
from sre_tui.demo.servers.pbs_datastores import PbsVersion
from sre_tui.demo.world.world import World
from tests.stubs.asgi import serving

ANCHOR = 1_795_361_003.731
"""Sunday, 22 November 2026, 15:23:23 UTC."""
NOW = datetime.fromtimestamp(ANCHOR, UTC)
SECRET = "3f5a2c1e-0000-4000-8000-000000000001"
NAME = "sre@pbs!tui"


def world_of(*faults: dict[str, Any], guests: int = 40, raw: Raw | None = None) -> World:
    """A world with faults given as mappings."""
    built = tuple(FAULT_KINDS[fault["kind"]].model_validate(fault) for fault in faults)
    scenario = Scenario(id="test", title="A test", seed=1, faults=built, raw=raw or Raw())
    return World.create(scenario, guests=guests, anchor=ANCHOR)


AUDITOR = PbsToken(NAME, SECRET, {"/": "Audit"})


@contextmanager
def pbs_server(
    world: World,
    *,
    at: float = ANCHOR,
    who: PbsToken = AUDITOR,
    version: PbsVersion = "4.1.0",
    unreadable: Mapping[str, str] | None = None,
) -> Iterator[str]:
    """The address of a server over a world."""
    app = pbs_app(
        world.backups,
        lambda: at,
        [who],
        raw_tasks=world.raw_tasks(),
        version=version,
        unreadable=unreadable,
    )
    with serving(app) as url:
        yield url


def client_of(url: str, secret: str = f"{NAME}:{SECRET}", **options: Any) -> PbsClient:
    """A client that is let in."""
    endpoint = PbsEndpoint(url=url, token=SecretStr(secret), timeout=60.0, **options)
    return PbsClient(endpoint, clock=lambda: NOW)
