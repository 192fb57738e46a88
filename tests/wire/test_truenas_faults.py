"""The TrueNAS of the demo, every version healthy and with every fault, over its socket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import pytest_asyncio
import stamina
from pydantic import SecretStr

from providers.endpoint import TrueNasEndpoint
from providers.reading import Reading, State
from providers.truenas import TrueNasClient
from sre_tui.demo.runtime.clock import frozen_clock
from sre_tui.demo.runtime.demo import RunningDemo, serve_world
from sre_tui.demo.runtime.fault_modes import FAULT_MODES, FaultMode
from tests.stubs.truenas import ANCHOR, FULL, NOW, VERSIONS, RunningNas, running_nas, world_with

pytestmark = pytest.mark.asyncio(loop_scope="module")

STATES: dict[FaultMode, State] = {
    "timeout": State.UNREACHABLE,
    "slow": State.UNREACHABLE,
    "401": State.UNAUTHORIZED,
    "403": State.UNAUTHORIZED,
    "500": State.BAD_RESPONSE,
    "503": State.UNREACHABLE,
    "html": State.BAD_RESPONSE,
    "cut": State.UNREACHABLE,
    "garbage": State.BAD_RESPONSE,
    "redirect": State.UNAUTHORIZED,
    "refuse": State.UNREACHABLE,
    "tls": State.UNREACHABLE,
}
REST_STATES = STATES | {"cut": State.BAD_RESPONSE}


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=2):
        yield


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=VERSIONS)
async def nas(request: pytest.FixtureRequest) -> AsyncIterator[RunningNas]:
    async with running_nas(request.param, attempts=1000) as running:
        yield running


async def test_every_fault_has_its_state() -> None:
    assert set(STATES) == set(FAULT_MODES)


def _check(reading: Reading[Any], state: State) -> None:
    assert reading.state is state, reading.detail
    assert reading.data is None
    assert reading.detail
    assert "\n" not in reading.detail
    assert len(reading.detail) < 400


@pytest.mark.parametrize("fault", FAULT_MODES)
@pytest.mark.parametrize("kept", [True, False], ids=["kept", "new"])
async def test_every_fault_is_a_state_with_one_line(
    nas: RunningNas, fault: FaultMode, kept: bool
) -> None:
    # Only those that are silent may run into the timeout, however busy the machine is.
    client = nas.client(timeout=2.0 if fault in ("timeout", "slow") else 20.0)
    if kept:
        assert (await client.info()).state is State.OK
    await nas.server.break_backend(fault, seconds=30.0)
    try:
        readings: tuple[Reading[Any], ...] = await asyncio.gather(
            client.pools(), client.status(), client.shares()
        )
        for reading in readings:
            _check(reading, STATES[fault])
            if fault == "garbage" and not kept:
                assert "answered something else where its API was expected" in reading.detail
    finally:
        await nas.server.mend_backend()
    mended = await client.info()
    assert mended.state is State.OK, mended.detail
    await client.aclose()


@pytest.mark.parametrize("fault", FAULT_MODES)
async def test_rest_fails_as_clearly(fault: FaultMode) -> None:
    async with running_nas("25.10.1") as old:
        client = old.client(FULL, rest=True, timeout=2.0 if fault in ("timeout", "slow") else 20.0)
        await old.server.break_backend(fault, seconds=30.0)
        _check(await client.pools(), REST_STATES[fault])
        await old.server.mend_backend()
        assert (await client.pools()).state is State.OK


async def test_the_demo_leads_to_its_nas() -> None:
    world = world_with()
    async with (
        serve_world(world, scenario="test", guests=20, clock=frozen_clock(ANCHOR)) as running,
        _client(running) as client,
    ):
        assert (await client.roles()).data == ("READONLY_ADMIN",)
        disks = (await client.disks()).data or ()
        truth = {disk.serial for disk in world.homelab.disks if disk.host == "nas1"}
        assert {disk.serial for disk in disks} == truth


def _client(demo: RunningDemo) -> TrueNasClient:
    given = demo.environment
    endpoint = TrueNasEndpoint(
        url=given["TRUENAS_URL"],
        token=SecretStr(given["TRUENAS_API_KEY"]),
        username=given["TRUENAS_USERNAME"],
        fingerprint=given["TRUENAS_FINGERPRINT"],
    )
    return TrueNasClient(endpoint, clock=lambda: NOW)
