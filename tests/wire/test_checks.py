"""What the checks find in simulated homelabs: nothing in quiet ones, the fault in the others."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import stamina

from providers.reading import State
from sre_tui.demo.runtime.demo import RunningDemo, start_demo
from sre_tui.diagnosis.finding import Severity
from sre_tui.environment import Environment, Folders
from sre_tui.settings import load_settings
from sre_tui.tools.context import ToolContext
from sre_tui.tools.health import HealthListing
from sre_tui.tools.health_overview import HealthOverview
from sre_tui.tools.registry import get_tool
from sre_tui.tools.rendering import ModelView, estimate_tokens
from sre_tui.tools.result import ToolResult
from sre_tui.tools.tool import ArgumentError
from tests.stubs.at_hand import start_at_hand
from tests.stubs.patient import patient
from tests.stubs.sizes import fewest_guests
from tests.stubs.slow import slow_but

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
"""A Sunday afternoon."""
HOURS = {
    "afternoon": NOW,
    "backups": datetime(2026, 11, 22, 3, 0, tzinfo=UTC),
    "scrub": datetime(2026, 12, 6, 2, 30, tzinfo=UTC),
    "midnight": datetime(2026, 11, 24, 0, 5, tzinfo=UTC),
}
QUIET = [
    (seed, list(HOURS)[seed % len(HOURS)], 40 if seed <= 2 else 10)
    for seed in range(1, 2 * len(HOURS) + 1)
]
"""Seeds, moments and sizes; the larger ones take twice as long."""
ALWAYS_QUIET = [QUIET[4]]
"""A small one, while backups run."""

FOUND = {
    "backup-failing-one-guest": "backup_failed guest:nextcloud",
    "backup-missing-from-job": "backup_uncovered guest:immich",
    "backups-failing-datastore-full": "datastore_full datastore:main",
    "backups-unverified": "backup_unverified guest:paperless",
    "broker-stopped-noisy-log": "guest_down guest:mqtt",
    "clock-skew": "clock_skew guest:auth",
    "container-restart-loop-after-update": "restart_loop container:docker1/sonarr",
    "disk-full-and-backups-unknown": "filesystem_full guest:gitea",
    "dns-down": "dns_down guest:dns1",
    "exporter-down-hides-memory-kill": "target_down target:influxdb:9100",
    "guest-crash-loop": "guest_crash_loop guest:homeassistant",
    "guest-memory-leak-oom": "oom_kill guest:immich",
    "guest-stopped": "guest_down guest:vaultwarden",
    "log-flood": "log_flood container:docker1/bazarr",
    "log-store-down": "restart_loop container:monitor/loki",
    "mac-backup-no-room": "quota_reached dataset:nas1/tank/timemachine",
    "nas-api-down-disk-dead": "pool_degraded pool:nas1/fast",
    "nas-disk-dead": "disk_dead disk:nas1/sde",
    "nas-disk-failing": "disk_failing disk:nas1/sdc",
    "nas-disks-never-sleep": "disk_awake pool:nas1/tank",
    "nas-replication-stuck": "replication_failed replication:nas1/fast-to-tank",
    "nas-scrub-errors": "checksum_errors pool:nas1/tank",
    "network-loss": "packet_loss node:pve2",
    "node-io-wait-neighbour": "disk_slow disk:pve2/nvme0n1",
    "node-offline": "node_down node:pve3",
    "proxy-certificate-expired": "certificate_expired site:nextcloud.home.example",
    "several-at-once": "disk_link disk:nas1/sdh",
    "ups-on-battery": "ups_on_battery ups:ups1",
}
"""By scenario, what a person would expect to be told, and where."""
ALWAYS_FOUND = (
    "backups-failing-datastore-full", "container-restart-loop-after-update", "network-loss",
    "several-at-once",
)  # fmt: skip
"""A few of each area."""
CONTROLS = ("control-app-that-always-complains", "control-guest-off-on-purpose")


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=1):
        yield


@asynccontextmanager
async def homelab(
    folder: Path,
    scenario: str,
    now: datetime = NOW,
    *,
    guests: int = 0,
    seed: int | None = None,
    config: str = "",
    sockets: bool = False,
) -> AsyncIterator[tuple[RunningDemo, ToolContext]]:
    size = guests or fewest_guests(scenario)
    start = start_demo if sockets else start_at_hand
    async with start(scenario, guests=size, seed=seed, clock=now.timestamp) as demo:
        environment = Environment(
            variables=patient(demo.environment),
            folders=Folders.under(folder),
            working_folder=folder,
            clock=lambda: now,
        )
        environment.folders.config.mkdir(parents=True)
        environment.folders.config_file.write_text(config, encoding="utf-8")
        settings = load_settings(environment)
        async with ToolContext(settings, environment.folders, environment.clock) as context:
            yield demo, context


async def check(context: ToolContext, **arguments: object) -> ToolResult[HealthListing]:
    return await get_tool("check_health").run(context, arguments)


@pytest.mark.parametrize("when", slow_but(ALWAYS_QUIET, QUIET))
async def test_a_quiet_homelab_has_no_finding(tmp_path: Path, when: tuple[int, str, int]) -> None:
    seed, hour, guests = when
    async with homelab(tmp_path, "quiet", HOURS[hour], guests=guests, seed=seed) as (_, context):
        answer = await check(context)
        changes = await get_tool("what_changed").run(context, {"window": "4h"})
    assert answer.state is State.OK, answer.warnings
    assert [f"{one.check}: {one.text}" for one in answer.data.items] == []
    assert [one.text for one in changes.data.items] == []
    assert answer.data.verdict == "ok"
    assert answer.data.skipped == ()
    assert answer.data.sentence.startswith("All is well")


@pytest.mark.parametrize("scenario", slow_but(ALWAYS_FOUND, FOUND))
async def test_the_fault_of_a_scenario_is_found_where_it_is(tmp_path: Path, scenario: str) -> None:
    async with homelab(tmp_path, scenario) as (_, context):
        answer = await check(context)
    found = [f"{one.kind} {one.subject.key}" for one in answer.data.items]
    assert FOUND[scenario] in found


@pytest.mark.parametrize("scenario", slow_but(CONTROLS[:1], CONTROLS))
async def test_where_nothing_is_wrong_nothing_is_said(tmp_path: Path, scenario: str) -> None:
    async with homelab(tmp_path, scenario) as (_, context):
        answer = await check(context, severity="warning")
    assert [one.text for one in answer.data.items] == []


async def test_only_what_is_needed_is_asked(tmp_path: Path) -> None:
    async with homelab(tmp_path, "quiet") as (_, context):
        pools = await check(context, only="pool-scrub-age")
        logs = await check(context, only="logs")
    assert {one.source.partition(":")[0] for one in pools.sources} == {
        "truenas", "proxmox", "prometheus",
    }  # fmt: skip
    assert pools.data.ran == 1
    assert "pbs" not in {one.source.partition(":")[0] for one in logs.sources}


async def test_a_missing_source_is_told_and_is_no_finding(tmp_path: Path) -> None:
    async with homelab(tmp_path, "quiet", sockets=True) as (demo, context):
        await demo.break_backend("truenas", "refuse")
        answer = await check(context)
        text = get_tool("check_health").render(answer, ModelView(now=NOW))
    assert answer.data.items == ()
    assert answer.data.verdict == "unknown"
    assert answer.state is State.PARTIAL
    skipped = {one.check: one.reason for one in answer.data.skipped}
    assert "nothing listens" in skipped["pool-scrub-age"]
    assert answer.data.sentence.startswith("Nothing wrong was found")
    assert "could not look" in answer.data.sentence
    assert "could not look (" in text


async def test_limits_of_one_subject_hold(tmp_path: Path) -> None:
    config = '[checks.pool-fill.subjects."nas1/tank"]\ntrigger = 0.1\n[checks.app-updates]\n'
    async with homelab(tmp_path, "quiet", config=config + "trigger = 0\n") as (_, context):
        answer = await check(context)
    found = {one.check: one for one in answer.data.items}
    assert set(found) == {"pool-fill", "app-updates"}
    assert found["pool-fill"].subject.key == "pool:nas1/tank"


async def test_a_looser_limit_reaches_prometheus(tmp_path: Path) -> None:
    config = '[checks.web-time.subjects."jellyfin.home.example"]\ntrigger = 0.000001\n'
    async with homelab(tmp_path, "quiet", config=config) as (_, context):
        answer = await check(context, only="web-time")
    assert [one.subject.key for one in answer.data.items] == ["site:jellyfin.home.example"]


async def test_many_alike_share_a_line_within_the_budget(tmp_path: Path) -> None:
    async with homelab(tmp_path, "backups-failing-datastore-full", guests=40) as (_, context):
        answer = await check(context)
        text = get_tool("check_health").render(answer, ModelView(now=NOW, budget=800))
    assert len(answer.data.items) > 30
    assert estimate_tokens(text) <= 800
    assert "datastore main is 98.8 % full" in text
    assert "the same with" in text


async def test_the_overview_has_one_sentence_counts_and_sources(tmp_path: Path) -> None:
    async with homelab(tmp_path, "nas-disk-failing", sockets=True) as (_, context):
        answer: ToolResult[HealthOverview] = await get_tool("health_overview").run(context, {})
    data = answer.data
    assert data.verdict == Severity.CRITICAL.value
    assert "sdc" in data.sentence
    assert data.counts["critical"] >= 1
    assert "disks" in data.areas
    assert len({one.source for one in data.asked}) == 6
    assert sum(data.counts.values()) == data.total


async def test_unknown_areas_suggest_the_nearest(tmp_path: Path) -> None:
    async with homelab(tmp_path, "quiet") as (_, context):
        with pytest.raises(ArgumentError, match="did you mean backups"):
            await check(context, only="backup")
