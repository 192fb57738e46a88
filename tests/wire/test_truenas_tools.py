"""The tools about the NAS over a homelab where several things are wrong with it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from pydantic import SecretStr

from providers.endpoint import Endpoint, TrueNasEndpoint
from providers.last_known_good import NothingKept
from providers.reading import State
from providers.truenas.methods import READS
from sre_tui.demo.runtime.clock import frozen_clock
from sre_tui.demo.runtime.demo import RunningDemo, serve_world
from sre_tui.demo.servers.truenas import ApiKey
from sre_tui.doctor.finding import Verdict
from sre_tui.doctor.truenas import truenas
from sre_tui.environment import Folders
from sre_tui.settings import Settings
from sre_tui.tools.context import ToolContext
from sre_tui.tools.registry import get_tool
from sre_tui.tools.rendering import ModelView
from sre_tui.tools.result import ToolResult
from sre_tui.tools.tool import ArgumentError
from sre_tui.views.registry import table_view
from tests.stubs.truenas import ANCHOR, FULL, NOW, POOLS_ONLY, running_nas, world_with
from widgets.cell import Display, Tone, keyed_rows

pytestmark = pytest.mark.asyncio(loop_scope="module")

FAULTS: Sequence[dict[str, Any]] = (
    {"kind": "disk_dead", "target": "nas1/sdd", "at": "-6h"},
    {"kind": "scrub_errors", "target": "nas1/fast", "at": "-2h"},
    {"kind": "snapshot_pileup", "target": "nas1/tank/media", "at": "-20h", "severity": 0.8},
    {"kind": "replication_stuck", "target": "nas1/fast-to-tank", "at": "-3d"},
    {"kind": "ups_on_battery", "target": "ups1", "at": "-3m"},
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def demo() -> AsyncIterator[RunningDemo]:
    async with serve_world(
        world_with(*FAULTS), scenario="test", guests=20, clock=frozen_clock(ANCHOR)
    ) as running:
        yield running


def settings_of(demo: RunningDemo, *, metrics: bool = True, nas: bool = True) -> Settings:
    given = demo.environment
    return Settings(
        prometheus=(Endpoint(url=given["PROMETHEUS_URL"]),) if metrics else (),
        truenas=(
            TrueNasEndpoint(
                url=given["TRUENAS_URL"],
                token=SecretStr(given["TRUENAS_API_KEY"]),
                username=given["TRUENAS_USERNAME"],
                fingerprint=given["TRUENAS_FINGERPRINT"],
                timeout=60.0,
            ),
        )
        if nas
        else (),
    )


def context_of(settings: Settings, folder: Path) -> ToolContext:
    folders = Folders(folder, folder, folder, folder, folder)
    return ToolContext(settings, folders, lambda: NOW, kept=NothingKept())


@pytest_asyncio.fixture(loop_scope="module")
async def context(demo: RunningDemo, tmp_path: Path) -> AsyncIterator[ToolContext]:
    async with context_of(settings_of(demo), tmp_path) as made:
        yield made


async def ask(context: ToolContext, name: str, **arguments: object) -> tuple[Any, str]:
    tool = get_tool(name)
    answer: ToolResult[Any] = await tool.run(context, arguments)
    return answer.data, tool.render(answer, ModelView(now=NOW))


def cells(name: str, data: Any) -> dict[str, dict[str, Any]]:
    view = table_view(name)
    rows = keyed_rows(view.rows(data), view.columns, Display(NOW, None, wide=True), view.key)
    return {
        row.cells[0].text.strip(): dict(
            zip((column.key for column in view.columns), row.cells, strict=True)
        )
        for row in rows
    }


async def test_pools_in_trouble_come_first_with_what_is_wrong(context: ToolContext) -> None:
    data, text = await ask(context, "truenas_pool_status")
    assert [pool.name for pool in data.items] == ["tank", "fast"]
    lines = text.splitlines()
    assert lines[0] == "Pools of truenas:main: 2"
    assert "tank [DEGRADED] raidz2 of 6" in lines[1]
    assert "sdd (serial 71L0A" in lines[1]
    assert "UNAVAIL, missing from the system" in lines[1]
    assert "CORRUPT_DATA" in lines[2]
    assert "last scrub finished 2026-11-22 13:23:23 UTC (2 h ago), 8 errors" in lines[2]
    table = cells("truenas_pool_status", data)
    assert table["tank"]["state"].tone is Tone.ERROR
    assert table["tank"]["errors"].text.startswith("sdd unavail")
    assert "errors" in table["fast"]["scan"].text


async def test_a_pool_by_name_shows_every_disk_and_datasets(context: ToolContext) -> None:
    data, text = await ask(context, "truenas_pool_status", pool="tank", datasets=True)
    table = cells("truenas_pool_status", data)
    assert {"raidz2-0", "sda", "sdd", "tank/media"} <= set(table)
    assert table["sdd"]["state"].text == "◆ unavail, missing"
    assert "tank/timemachine, used" in text
    assert "quota 1.8 TiB" in text
    well, _ = await ask(context, "truenas_pool_status", problems=True)
    assert well.total == 2


async def test_unknown_names_suggest_the_nearest(context: ToolContext) -> None:
    for name, arguments, near in (
        ("truenas_pool_status", {"pool": "tnak"}, r"did you mean tank\? There are: fast, tank$"),
        ("truenas_snapshots", {"dataset": "tank/medai"}, "tank/media"),
        ("hdd_power_status", {"pool": "fats"}, "fast"),
    ):
        with pytest.raises(ArgumentError, match=near):
            await get_tool(name).run(context, arguments)


async def test_snapshots_that_pile_up_and_a_copy_that_is_old(context: ToolContext) -> None:
    data, text = await ask(context, "truenas_snapshots")
    first = data.items[0]
    assert first.dataset == "tank/media"
    assert first.count > 700
    assert first.count - first.automatic > 600
    assert cells("truenas_snapshots", data)["tank/media"]["count"].tone is Tone.WARNING
    assert "Replication fast-to-tank (fast/vm -> tank/replica) failed" in text
    assert "the copy is of 2026-11-19" in text
    assert "most recent snapshot of tank/replica does not match" in text
    assert "Replication documents-to-pbs" in text
    only, _ = await ask(context, "truenas_snapshots", dataset="fast")
    assert {group.pool for group in only.items} == {"fast"}
    used, _ = await ask(context, "truenas_snapshots", sort="used", limit=2)
    assert used.truncated
    assert used.items[0].used >= used.items[1].used


async def test_the_status_begins_with_what_is_pressing(context: ToolContext) -> None:
    data, text = await ask(context, "truenas_system_status")
    pressing = [item.name for item in data.items if item.severity == "critical"]
    assert {"UPSOnBattery", "VolumeStatus", "ScrubFinishedWithErrors", "ReplicationFailed"} <= set(
        pressing
    )
    assert "ups1" in pressing
    assert data.items[0].severity == "critical"
    assert "<br>" not in text
    assert "TrueNAS 25.10.1" in text
    failed = [item for item in data.items if item.section == "job" and item.state == "failed"]
    assert "does not match" in failed[0].detail
    alerts, _ = await ask(context, "truenas_system_status", section="alert", problems=True)
    assert {item.section for item in alerts.items} == {"alert"}


async def test_apps_and_shares(context: ToolContext) -> None:
    apps, text = await ask(context, "truenas_apps", updates=True)
    assert [app.name for app in apps.items] == ["tailscale"]
    assert "upgrade to 1.92.1 available" in text
    none, text = await ask(context, "truenas_apps", search="plex")
    assert none.items == ()
    assert "4 apps without these filters" in text
    shares, text = await ask(context, "truenas_list_shares", search="media")
    assert {(share.kind, share.name) for share in shares.items} == {
        ("nfs", "media"), ("smb", "media"),
    }  # fmt: skip
    assert "Connected SMB clients: not reported by this version or key" in text


async def test_disks_join_metrics_and_inventory(context: ToolContext) -> None:
    data, text = await ask(context, "hdd_power_status", pool="tank", since="24h")
    found = {disk.name: disk for disk in data.items}
    assert set(found) == {"sda", "sdb", "sdc", "sdd", "sde", "sdf"}
    assert data.step == 60
    sda, dead = found["sda"], found["sdd"]
    assert (sda.model, sda.type, sda.size) == ("TOSHIBA HDWG480", "hdd", 8 * 10**12)
    assert sda.serial.startswith("71L0A")
    assert sum(sda.shares.values()) == pytest.approx(1.0)
    assert sda.changes is not None
    assert 2 < sda.changes < 20
    # Dead for six of twenty-four hours: that is no state of a disk.
    assert dead.state == "not reported"
    assert dead.shares["not reported"] == pytest.approx(0.25, abs=0.01)
    assert dead.serial == ""
    assert "nas1/sdd [not reported]" in text
    assert "last reported 2026-11-22 09:" in text


@pytest.mark.parametrize("since", ["30m", "8d"])
async def test_windows_are_an_hour_to_a_week(context: ToolContext, since: str) -> None:
    with pytest.raises(ArgumentError, match="between 1h and 1w"):
        await get_tool("hdd_power_status").run(context, {"since": since})


async def test_a_week_is_read_as_closely_as_an_hour(context: ToolContext) -> None:
    data, _ = await ask(context, "hdd_power_status", since="1w", disk="nas1/sda")
    assert data.step == 60
    assert data.end - data.start == timedelta(weeks=1)
    assert [disk.name for disk in data.items] == ["sda"]


async def test_disks_without_the_nas_and_without_metrics(demo: RunningDemo, tmp_path: Path) -> None:
    async with context_of(settings_of(demo, nas=False), tmp_path) as context:
        data, text = await ask(context, "hdd_power_status", pool="tank")
        assert {disk.model for disk in data.items} == {""}
        assert data.items[0].shares
        assert "TrueNAS, which is not configured" in text
    async with context_of(settings_of(demo, metrics=False), tmp_path) as context:
        data, text = await ask(context, "hdd_power_status", pool="tank")
        assert {disk.state for disk in data.items} == {"not reported"}
        assert {disk.changes for disk in data.items} == {None}
        assert "Prometheus, which is not configured" in text


async def test_a_broken_nas_leaves_the_metrics(demo: RunningDemo, tmp_path: Path) -> None:
    async with context_of(settings_of(demo), tmp_path) as context:
        await demo.break_backend("truenas", "refuse")
        try:
            answer = await get_tool("hdd_power_status").run(context, {"pool": "tank"})
            pools = await get_tool("truenas_pool_status").run(context, {})
        finally:
            await demo.mend_backend("truenas")
    assert answer.state is State.PARTIAL
    assert {disk.name for disk in answer.data.items} >= {"sda", "sdf"}
    assert any("truenas:main unreachable" in line for line in answer.warnings)
    assert pools.state is State.UNREACHABLE
    assert pools.data.items == ()


async def test_the_check_up_names_what_to_mend() -> None:
    async with running_nas("25.10.1") as nas:
        fine = await truenas(nas.client(), lambda: NOW)
        assert {finding.verdict for finding in fine} == {Verdict.OK}
        strong = await truenas(nas.client(FULL), lambda: NOW)
        assert any("may also change things (FULL_ADMIN)" in each.detail for each in strong)
        late = await truenas(nas.client(), lambda: NOW.replace(hour=14))
        assert "clock" in {each.aspect for each in late}
        rest = await truenas(nas.client(FULL, rest=True), lambda: NOW)
        assert any("REST" in each.detail for each in rest)
        nas.keys.revoke(nas.client().endpoint.token.get_secret_value())  # type: ignore[union-attr]
        (out,) = await truenas(nas.client(), lambda: NOW)
    assert (out.verdict, out.state) == (Verdict.FAILED, State.UNAUTHORIZED)
    assert "Readonly Admin" in out.fix


async def test_a_missing_right_is_named_with_the_way_to_grant_it() -> None:
    async with running_nas("25.10.1") as nas:
        found = await truenas(nas.client(POOLS_ONLY), lambda: NOW)
    assert [each.aspect for each in found] == ["reachable"] + ["rights"] * 6
    assert found[0].verdict is Verdict.OK
    failed = [each for each in found if each.verdict is Verdict.FAILED]
    assert {each.state for each in failed} == {State.UNAUTHORIZED}
    assert [each.detail.partition(":")[0] for each in failed] == [
        "disks", "shares", "snapshots and replication", "apps",
    ]  # fmt: skip
    assert "SHARING_NFS_READ" in failed[1].detail
    assert "SHARING_SMB_READ" in failed[1].detail
    assert all("Privileges" in each.fix for each in failed)


async def test_a_key_of_single_roles_is_looked_at_section_by_section() -> None:
    single = tuple(sorted({role for role in READS.values() if role.endswith("_READ")}))
    key = ApiKey("7-" + "s" * 64, "sre", single)
    async with running_nas("25.10.1", keys=(key,)) as nas:
        found = await truenas(nas.client(key), lambda: NOW)
    assert [each.verdict for each in found] == [Verdict.OK] * 2 + [Verdict.WARNING] * 2
    assert (
        found[1].detail == "can be read: pools and disks, shares, snapshots and replication, apps"
    )
    assert found[3].detail.startswith("status: system missing: system.info: ")
    assert found[3].detail.endswith("needs the role READONLY_ADMIN")


async def test_a_clock_that_runs_away_shows_in_what_the_nas_says() -> None:
    skew = {"kind": "clock_skew", "target": "nas1", "at": "-2h", "severity": 0.9}
    async with running_nas("25.10.1", skew) as nas:
        found = await truenas(nas.client(), lambda: NOW)
    (clock,) = [each for each in found if each.aspect == "clock"]
    assert (clock.verdict, "s behind this machine's" in clock.detail) == (Verdict.WARNING, True)
    assert "sre runbooks show clock-skew" in clock.fix
