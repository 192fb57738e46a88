"""A clock that ran away shows in whatever its machine answers, and the check-up says so."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from email.utils import parsedate_to_datetime

import httpx
import pytest
import pytest_asyncio

from providers.last_known_good import NothingKept
from sre_tui.demo.runtime.clock import frozen_clock
from sre_tui.demo.runtime.demo import RunningDemo, serve_world
from sre_tui.doctor import examine
from sre_tui.doctor.finding import Finding, Verdict
from sre_tui.environment import Environment, Folders
from sre_tui.settings import load_settings
from sre_tui.tools.context import ToolContext
from tests.stubs.truenas import ANCHOR, NOW, world_with

pytestmark = pytest.mark.asyncio(loop_scope="module")

OFF = ("monitor", "pve1", "pbs", "nas1")
HOME = {"prometheus": "monitor", "grafana": "monitor", "loki": "monitor",
        "proxmox": "pve1", "pbs": "pbs", "truenas": "nas1"}  # fmt: skip


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def demo() -> AsyncIterator[RunningDemo]:
    skewed = [
        {"kind": "clock_skew", "target": name, "at": "-2h", "severity": 0.8 + number / 50}
        for number, name in enumerate(OFF)
    ]
    async with serve_world(
        world_with(*skewed), scenario="test", guests=10, clock=frozen_clock(ANCHOR)
    ) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def clocks(
    demo: RunningDemo, tmp_path_factory: pytest.TempPathFactory
) -> Mapping[str, Finding]:
    folder = tmp_path_factory.mktemp("clocks")
    environment = Environment(
        variables=demo.environment,
        folders=Folders.under(folder),
        working_folder=folder,
        clock=lambda: NOW,
    )
    async with ToolContext(
        load_settings(environment), environment.folders, environment.clock, kept=NothingKept()
    ) as context:
        found = await examine(context, ask_model=False)
    return {each.subject.partition(":")[0]: each for each in found if each.aspect == "clock"}


@pytest.mark.parametrize("backend", HOME)
async def test_the_check_up_warns_of_it(backend: str, clocks: Mapping[str, Finding]) -> None:
    told = clocks[backend]
    assert told.verdict is Verdict.WARNING
    drift = 0.5 + 60 * (0.8 + OFF.index(HOME[backend]) / 50) ** 2
    said = re.fullmatch(r"its clock is (\d+) s behind this machine's", told.detail)
    assert said is not None
    # A header tells whole seconds only.
    assert abs(int(said[1]) - drift) < 1.5


async def test_errors_are_dated_too(demo: RunningDemo) -> None:
    await demo.break_backend("loki", "500")
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"{demo.url('loki')}/loki/api/v1/labels")
    await demo.mend_backend("loki")
    assert answer.status_code == 500
    assert 35 < (NOW - parsedate_to_datetime(answer.headers["date"])).total_seconds() < 45
