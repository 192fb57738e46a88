"""The backup server of the demo, healthy and with every fault it can have, over HTTPS."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import stamina
from pydantic import SecretStr

from providers.endpoint import PbsEndpoint
from providers.pbs import PbsClient
from providers.reading import Reading, State
from sre_tui.demo.runtime.clock import frozen_clock
from sre_tui.demo.runtime.demo import RunningDemo, serve_world
from sre_tui.demo.runtime.fault_modes import FAULT_MODES, FaultMode
from tests.stubs.pbs import ANCHOR, NOW, world_of

STATES: dict[FaultMode, State] = {
    "timeout": State.UNREACHABLE,
    "slow": State.UNREACHABLE,
    "401": State.UNAUTHORIZED,
    "403": State.UNAUTHORIZED,
    "500": State.BAD_RESPONSE,
    "503": State.UNREACHABLE,
    "html": State.BAD_RESPONSE,
    "cut": State.BAD_RESPONSE,
    "garbage": State.BAD_RESPONSE,
    "redirect": State.UNAUTHORIZED,
    "refuse": State.UNREACHABLE,
    "tls": State.UNREACHABLE,
}


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=2):
        yield


@pytest.fixture
async def demo() -> AsyncIterator[RunningDemo]:
    async with serve_world(
        world_of(guests=12), scenario="test", guests=12, clock=frozen_clock(ANCHOR)
    ) as running:
        yield running


def client_of(demo: RunningDemo, timeout: float = 60.0) -> PbsClient:
    given = demo.environment
    endpoint = PbsEndpoint(
        url=given["PBS_URL"],
        token=SecretStr(given["PBS_API_TOKEN"]),
        fingerprint=given["PBS_FINGERPRINT"],
        timeout=timeout,
    )
    return PbsClient(endpoint, clock=lambda: NOW)


def test_every_fault_has_its_state() -> None:
    assert set(STATES) == set(FAULT_MODES)


@pytest.mark.parametrize("fault", FAULT_MODES)
async def test_every_fault_is_a_state_with_one_line(demo: RunningDemo, fault: FaultMode) -> None:
    # Only those that are silent may run into the timeout, however busy the machine is.
    timeout = 0.8 if fault in ("timeout", "slow") else 60.0
    async with client_of(demo, timeout) as client:
        await demo.break_backend("pbs", fault, seconds=120.0)
        readings: tuple[Reading[Any], ...] = await asyncio.gather(
            client.datastores(), client.contents(), client.jobs(), client.tasks(), client.server()
        )
        for reading in readings:
            assert reading.state is STATES[fault], reading.detail
            assert reading.data is None
            assert reading.detail
            assert "\n" not in reading.detail
            assert len(reading.detail) < 400
        await demo.mend_backend("pbs")
