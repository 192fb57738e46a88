"""The client of the Backup Server: every version, with every fault there can be, over HTTPS."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, get_args

import pytest
import stamina
from pydantic import SecretStr

from providers.endpoint import PbsEndpoint
from providers.last_known_good import DiskKept
from providers.pbs import PbsClient
from providers.pbs.task_reader import TaskQuery
from providers.reading import Reading, State
from sre_tui.demo.runtime.certificates import issue
from sre_tui.demo.runtime.fault_modes import FAULT_MODES, FaultMode
from sre_tui.demo.runtime.serving import LoopbackServer
from sre_tui.demo.servers.pbs import pbs_app
from sre_tui.demo.servers.pbs_datastores import PbsVersion
from sre_tui.demo.world.world import World
from tests.stubs.pbs import ANCHOR, AUDITOR, NAME, NOW, SECRET, world_of

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


@pytest.fixture(scope="module")
def world() -> World:
    return world_of(guests=12)


@pytest.fixture(params=get_args(PbsVersion))
async def server(
    request: pytest.FixtureRequest, world: World, tmp_path: Path
) -> AsyncIterator[LoopbackServer]:
    app = pbs_app(world.backups, lambda: ANCHOR, [AUDITOR], version=request.param)
    running = LoopbackServer(
        "pbs",
        app,
        certificate=issue(tmp_path / "own", "pbs"),
        stranger=issue(tmp_path / "strange", "pbs"),
    )
    await running.start()
    yield running
    await running.mend_backend()
    await running.stop()


def client_of(server: LoopbackServer, timeout: float = 60.0) -> PbsClient:
    assert server.certificate is not None
    endpoint = PbsEndpoint(
        url=server.url,
        token=SecretStr(f"{NAME}:{SECRET}"),
        fingerprint=server.certificate.fingerprint,
        timeout=timeout,
    )
    return PbsClient(endpoint, clock=lambda: NOW)


def test_every_fault_has_its_state() -> None:
    assert set(STATES) == set(FAULT_MODES)


@pytest.mark.parametrize("fault", FAULT_MODES)
async def test_every_fault_is_a_state_with_one_line(
    server: LoopbackServer, fault: FaultMode
) -> None:
    # Only those that are silent may run into the timeout, however busy the machine is.
    timeout = 0.8 if fault in ("timeout", "slow") else 60.0
    async with client_of(server, timeout) as client:
        await server.break_backend(fault, seconds=120.0)
        readings: tuple[Reading[Any], ...] = await asyncio.gather(
            client.datastores(), client.contents(), client.jobs(), client.tasks(), client.server()
        )
        for reading in readings:
            assert reading.state is STATES[fault], reading.detail
            assert reading.data is None
            assert reading.detail
            assert "\n" not in reading.detail
            assert len(reading.detail) < 400
        await server.mend_backend()


async def test_tasks_of_a_long_window_are_no_last_good_answer_for_a_short_one(
    server: LoopbackServer, tmp_path: Path
) -> None:
    assert server.certificate is not None
    endpoint = PbsEndpoint(
        url=server.url,
        token=SecretStr(f"{NAME}:{SECRET}"),
        fingerprint=server.certificate.fingerprint,
    )
    week, hour = TaskQuery(since=NOW - timedelta(days=7)), TaskQuery(since=NOW - timedelta(hours=1))
    kept = DiskKept(tmp_path / "kept")
    async with PbsClient(endpoint, clock=lambda: NOW, kept=kept) as client:
        good = await client.tasks(week)
        await server.break_backend("500", seconds=120.0)
        assert (await client.tasks(week)).data == good.data
        assert (await client.tasks(hour)).data is None
        await server.mend_backend()
    kept.close()
