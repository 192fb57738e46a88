"""Two homelabs in one configuration: the same ids and names, backed up in the same second."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import stamina
from pydantic import SecretStr

from providers.endpoint import PbsEndpoint, ProxmoxEndpoint
from providers.last_known_good import Kept, LastKnownGood, NothingKept
from providers.reading import State
from sre_tui.demo.faults import FAULT_KINDS
from sre_tui.demo.runtime.clock import frozen_clock
from sre_tui.demo.runtime.demo import RunningDemo, serve_world
from sre_tui.demo.scenario import Scenario
from sre_tui.demo.world.world import World
from sre_tui.environment import Folders
from sre_tui.memory.report_sections import Backups
from sre_tui.report.collectors.backups import collect
from sre_tui.report.scope import scope_of
from sre_tui.settings import Settings
from sre_tui.tools.context import ToolContext
from sre_tui.tools.registry import get_tool
from sre_tui.tools.result import ToolResult
from tests.stubs.pbs import ANCHOR, NOW

GUESTS = 12
STALE = {"kind": "backup_failing", "target": "nextcloud", "at": "-3d"}


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=2):
        yield


@cache
def world(name: str, twin: bool = False) -> World:
    """Of home a guest was not backed up for days; attic is well, as a twin down to every byte."""
    faults = (FAULT_KINDS["backup_failing"].model_validate(STALE),) if name == "home" else ()
    seed = 1 if twin or name == "home" else 5
    scenario = Scenario(id="test", title="A test", seed=seed, faults=faults)
    return World.create(scenario, guests=GUESTS, anchor=ANCHOR)


def endpoints(name: str, demo: RunningDemo, *, pinned: bool = True) -> dict[str, Any]:
    given = demo.environment

    def tls(backend: str) -> dict[str, Any]:
        if pinned:
            return {"fingerprint": given[f"{backend}_FINGERPRINT"]}
        return {"verify_ssl": False}

    return {
        "proxmox": ProxmoxEndpoint(
            name=name,
            url=given["PROXMOX_URL"],
            token=SecretStr(given["PROXMOX_API_TOKEN"]),
            timeout=60.0,
            **tls("PROXMOX"),
        ),
        "pbs": PbsEndpoint(
            name=name,
            url=given["PBS_URL"],
            token=SecretStr(given["PBS_API_TOKEN"]),
            timeout=60.0,
            **tls("PBS"),
        ),
    }


@asynccontextmanager
async def both(*, twin: bool = False) -> AsyncIterator[dict[str, RunningDemo]]:
    async with AsyncExitStack() as stack:
        yield {
            name: await stack.enter_async_context(
                serve_world(
                    world(name, twin), scenario="test", guests=GUESTS, clock=frozen_clock(ANCHOR)
                )
            )
            for name in ("home", "attic")
        }


async def coverage(
    folder: Path,
    demos: Mapping[str, RunningDemo],
    *,
    pinned: bool = True,
    kept: LastKnownGood | None = None,
) -> ToolResult[Any]:
    labs = [endpoints(name, demo, pinned=pinned) for name, demo in demos.items()]
    settings = Settings(proxmox=[lab["proxmox"] for lab in labs], pbs=[lab["pbs"] for lab in labs])
    folders = Folders(folder, folder, folder, folder, folder)
    kept = kept or NothingKept()
    async with ToolContext(settings, folders, lambda: NOW, kept=kept) as context:
        return await get_tool("backup_coverage").run(context, {})


class InMemory:
    """Answers kept without a disk, which other programs may hold up."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], Kept] = {}

    def save(self, source: str, key: str, value: object, observed_at: datetime) -> None:
        self._kept[source, key] = Kept(value, observed_at)

    def load(self, source: str, key: str) -> Kept | None:
        return self._kept.get((source, key))


def of(answer: ToolResult[Any], name: str) -> dict[str, dict[str, Any]]:
    return {
        item.key: item.model_dump()
        for item in answer.data.items
        if item.source == f"proxmox:{name}"
    }


async def test_each_homelab_is_judged_as_if_it_were_alone(tmp_path: Path) -> None:
    async with both() as demos:
        together = await coverage(tmp_path, demos)
        unpinned = await coverage(tmp_path, demos, pinned=False)
        for name, demo in demos.items():
            alone = await coverage(tmp_path, {name: demo})
            assert of(together, name) == of(alone, name)
            assert of(unpinned, name) == of(alone, name)
            places = {orphan.places for orphan in alone.data.orphans}
            assert places <= {orphan.places for orphan in together.data.orphans}
    assert together.state is State.OK
    verdicts = {(item.source, item.name): item.verdict for item in together.data.items}
    assert verdicts["proxmox:home", "nextcloud"] == "stale"
    assert verdicts["proxmox:attic", "nextcloud"] == "ok"
    assert not any("not counted" in hint for hint in together.data.hints)


@pytest.mark.parametrize("twin", [False, True])
async def test_a_stranger_s_backup_saves_no_guest(tmp_path: Path, twin: bool) -> None:
    async with both(twin=twin) as demos:
        alone = await coverage(tmp_path, {"home": demos["home"]})
        await demos["attic"].break_backend("proxmox", "refuse")
        answer = await coverage(tmp_path, demos)
    assert answer.state is State.PARTIAL
    assert of(answer, "attic") == {}
    assert of(answer, "home") == of(alone, "home")
    (lost,) = [item for item in answer.data.items if item.problem]
    assert (lost.name, lost.verdict) == ("nextcloud", "stale")
    assert lost.newest.place == "pbs:home/main"
    assert "the guests of proxmox:attic are not known: it could not be asked" in answer.data.hints
    strange = "pbs:attic: not counted, no Proxmox VE that answered keeps its backups there"
    assert strange in answer.data.hints


async def test_a_report_counts_the_runs_of_each_homelab(tmp_path: Path) -> None:
    """Ids, names, minutes and even the names of tasks are the same."""

    async def told(demos: Mapping[str, RunningDemo]) -> Backups:
        labs = [endpoints(name, demo) for name, demo in demos.items()]
        settings = Settings(
            proxmox=[lab["proxmox"] for lab in labs], pbs=[lab["pbs"] for lab in labs]
        )
        async with ToolContext(settings, Folders.under(tmp_path), lambda: NOW) as context:
            scope = scope_of(context, timedelta(days=2))
            async with scope.context:
                section = (await collect(scope)).section
        assert isinstance(section, Backups)
        return section

    async with both(twin=True) as demos:
        home, attic = [await told({name: demo}) for name, demo in demos.items()]
        together = await told(demos)
    assert (home.failed_runs, attic.failed_runs) == (2, 0)
    assert home.runs is not None
    assert attic.runs is not None
    assert together.runs == home.runs + attic.runs
    assert together.failed_runs == 2
    assert {one.what for one in together.failures} == {"backup of nextcloud (103) of home"}
    assert together.guests == (home.guests or 0) + (attic.guests or 0)
    assert [one.guest for one in together.uncovered] == ["nextcloud (103) of home"]


async def test_what_is_kept_of_a_homelab_that_is_away_makes_nobody_ok(tmp_path: Path) -> None:
    kept = InMemory()
    async with both() as demos:
        before = await coverage(tmp_path, demos, kept=kept)
        await demos["attic"].break_backend("proxmox", "refuse")
        after = await coverage(tmp_path, demos, kept=kept)
    assert after.state is State.STALE, after.warnings
    assert of(after, "home") == of(before, "home")
    verdicts = {item["verdict"] for item in of(after, "attic").values()}
    assert verdicts == {"unknown", "excluded", "template"}
