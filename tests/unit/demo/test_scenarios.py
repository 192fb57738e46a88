"""The bundled scenarios: each shows what it is about, and its truth speaks of things that exist."""

from __future__ import annotations

import json
from importlib import resources

import pytest
import yaml

from sre_tui.demo.faults import target_names
from sre_tui.demo.scenario import Scenario
from sre_tui.demo.scenario_load import list_scenarios, load_scenario, scenario_ids
from sre_tui.demo.world import rules
from sre_tui.demo.world.world import World
from sre_tui.tools.registry import all_tools
from tests.stubs.slow import slow_but

from .conftest import ANCHOR, Alerts, Ask, Hear

FIRES = {
    "quiet": set(),
    "backups-failing-datastore-full": {"PbsDatastoreFull", "BackupStale"},
    "container-restart-loop-after-update": {"ContainerRestarting", "HttpProbeFailed"},
    "dns-down": {"DnsProbeFailed"},
    "guest-memory-leak-oom": {"HostOomKillDetected"},
    "guest-stopped": {"GuestNotRunningOnboot", "HttpProbeFailed"},
    "nas-disk-failing": {"SmartDiskFailing", "SmartPendingSectors", "DiskLatencyHigh",
                         "HostHighIoWait"},
    "node-io-wait-neighbour": {"HostHighIoWait", "DiskLatencyHigh"},
    "pool-filling": {"ZfsPoolSpaceLow", "StoragePoolFillingUp", "PbsDatastoreAlmostFull"},
    "proxy-certificate-expired": {"CertificateExpired", "HttpProbeFailed"},
    "target-down-red-herring": {"TargetDown", "HostHighCpuUsage"},
    "ups-on-battery": {"UpsOnBattery"},
    "backup-failing-one-guest": {"BackupStale"},
    "backup-missing-from-job": {"BackupStale"},
    "backups-unverified": {"BackupVerificationFailed"},
    "clock-skew": {"HostClockNotSynchronising", "HostClockSkew"},
    "guest-crash-loop": {"GuestRestarting"},
    "log-flood": {"LokiDiscardedSamples"},
    "nas-disk-dead": {"ZfsPoolDegraded", "HostHighIoWait"},
    "nas-disks-never-sleep": {"DiskNotSpinningDown"},
    "nas-replication-stuck": {"ReplicationStale"},
    "nas-scrub-errors": {"ZfsScrubErrors"},
    "network-loss": {"HostUnreachable", "NetworkInterfaceErrors"},
    "node-offline": {"ProxmoxNodeOffline", "HostUnreachable", "TargetDown"},
    "exporter-down-hides-memory-kill": {"TargetDown", "HostOomKillDetected"},
    "slow-disk-and-expired-login": {"SmartDiskFailing", "CertificateExpired", "HostHighIoWait"},
    "update-is-innocent": {"HostHighIoWait", "DiskLatencyHigh"},
    "broker-stopped-noisy-log": {"GuestNotRunningOnboot"},
    "log-store-down": {"ContainerRestarting", "TargetDown"},
    "nas-api-down-disk-dead": {"ZfsPoolDegraded"},
    "disk-full-and-backups-unknown": {"HostDiskSpaceLow", "HttpProbeFailed"},
    "control-busy-night": set(),
    "control-app-that-always-complains": set(),
    "control-guest-off-on-purpose": set(),
    "control-internet-provider": {"HostUnreachable"},
    "several-at-once": {"ZfsPoolDegraded", "HostOomKillDetected", "SnapshotCountHigh"},
}  # fmt: skip


@pytest.fixture(scope="module")
def scenarios() -> list[Scenario]:
    return list_scenarios()


def test_all_are_listed_the_quiet_one_first(scenarios: list[Scenario]) -> None:
    ids = [scenario.id for scenario in scenarios if scenario.half == "tuning"]
    assert ids == ["quiet", *sorted(set(ids) - {"quiet"})]
    assert FIRES.keys() <= set(ids)


@pytest.mark.parametrize("name", slow_but(sorted(FIRES)[::3], sorted(FIRES)))
@pytest.mark.parametrize("seed", slow_but([None], [None, 99]))
def test_a_scenario_fires_what_it_should(name: str, seed: int | None, firing: Alerts) -> None:
    world = World.create(load_scenario(name), seed=seed, anchor=ANCHOR)
    found = firing(world)
    assert FIRES[name] <= found
    assert bool(found) == bool(FIRES[name])


@pytest.mark.parametrize("name", sorted(FIRES))
def test_a_scenario_asks_and_knows(name: str) -> None:
    scenario = load_scenario(name)
    assert scenario.id == name
    assert 1 <= len(scenario.questions) <= 3
    faults = {(fault.kind, fault.target) for fault in scenario.faults}
    for question in scenario.questions:
        assert bool(question.truth.causes) != question.truth.no_cause
        for cause in question.truth.causes:
            assert (cause.kind, cause.subject) in faults
        assert question.truth.mention


def test_every_scenario_is_found_by_its_id_and_asks_something(scenarios: list[Scenario]) -> None:
    assert [scenario.id for scenario in scenarios if scenario.id not in scenario_ids()] == []
    for scenario in scenarios:
        assert 1 <= len(scenario.questions) <= 3, scenario.id
        for question in scenario.questions:
            truth = question.truth
            assert truth.mention, scenario.id
            assert bool(truth.causes) != truth.no_cause, scenario.id


def test_the_tools_that_truths_name_exist(scenarios: list[Scenario]) -> None:
    known = {tool.name for tool in all_tools()}
    for scenario in scenarios:
        for question in scenario.questions:
            tools = question.truth.tools
            assert {*tools.must, *tools.never} <= known, scenario.id


def test_there_are_enough_incidents_and_controls_in_each_half(scenarios: list[Scenario]) -> None:
    for half in ("tuning", "reporting"):
        mine = [scenario for scenario in scenarios if scenario.half == half]
        assert len(mine) >= 20
        assert sum(scenario.is_control for scenario in mine) >= 4


def test_the_failing_disk_is_what_its_file_says(ask: Ask, hear: Hear) -> None:
    world = World.create(load_scenario("nas-disk-failing"), anchor=ANCHOR)
    assert ask(world, 'node_load1{instance="media:9100"}') == [9.1]
    told = hear(world, hostname="media", service_name="jellyfin", level="error")
    assert "transcode stalled: read timeout" in told
    alert = world.raw_alerts(ANCHOR)[0]
    assert (alert.name, alert.labels["hostname"]) == ("HighReadLatency", "media")
    assert alert.active_since == ANCHOR - 2400
    assert world.raw_alerts(ANCHOR - 2401) == []
    assert [(task.type, task.target) for task in world.raw_tasks()] == [("vncproxy", 101)]


def test_the_world_goes_on_after_the_anchor(ask: Ask, firing: Alerts) -> None:
    world = World.create(load_scenario("ups-on-battery"), anchor=ANCHOR)
    charge = [ask(world, "network_ups_tools_battery_charge", after)[0] for after in (0, 300, 600)]
    assert charge[0] > charge[1] > charge[2]
    assert "UpsBatteryLow" in firing(world, after=1200)


def test_alerts_are_those_the_runbooks_serve() -> None:
    served, files = set(), set()
    for item in resources.files("runbooks").iterdir():
        if item.name.endswith(".md"):
            files.add(item.name.removesuffix(".md"))
            front = yaml.load(
                item.read_text(encoding="utf-8").split("---")[1], Loader=yaml.CSafeLoader
            )
            served |= set(front["alerts"])
    found = rules.alert_rules()
    assert len(found) >= 25
    assert {rule.name for rule in found} <= served
    assert {rule.annotations["runbook"] for rule in found} <= files
    assert len({rule.uid for rule in found}) == len(found)
    for rule in found:
        assert {"summary", "description"} <= set(rule.annotations)
        assert rule.labels["severity"] in {"info", "warning", "critical"}


def test_dashboards_are_what_grafana_imports(quiet_world: World) -> None:
    boards = quiet_world.dashboards()
    assert {"homelab-overview", "homelab-node", "homelab-zfs", "homelab-guests",
            "homelab-logs"} <= {board["uid"] for board in boards}  # fmt: skip
    for board in (b for b in boards if b["uid"].startswith("homelab")):
        json.dumps(board)
        ids = [panel["id"] for panel in board["panels"]]
        assert len(ids) == len(set(ids))
        assert {panel["type"] for panel in board["panels"]} >= {"row", "timeseries"}
        taken: set[tuple[int, int]] = set()
        for panel in board["panels"]:
            place = panel["gridPos"]
            assert place["x"] + place["w"] <= 24
            cells = {(place["x"] + x, place["y"] + y)
                     for x in range(place["w"]) for y in range(place["h"])}  # fmt: skip
            assert not cells & taken, panel["title"]
            taken |= cells


@pytest.mark.parametrize(
    "uid", ["homelab-overview", "homelab-node", "homelab-zfs", "homelab-guests"]
)
def test_dashboard_queries_find_something(uid: str, quiet_world: World, ask: Ask) -> None:
    empty_when_well = {"Stopped although they start on boot", "Restarts per hour"}
    board = next(board for board in quiet_world.dashboards() if board["uid"] == uid)
    for panel in board["panels"]:
        for target in panel.get("targets", ()):
            if target["datasource"]["type"] != "prometheus":
                continue
            expr = target["expr"].replace("$instance", "media:9100").replace("$hostname", ".+")
            expr = expr.replace("$node", ".+")
            if "node_disk" in expr:
                expr = expr.replace("media:9100", "nas1:9100")
            if "ALERTS" not in expr:
                assert ask(quiet_world, expr) or panel["title"] in empty_when_well, expr


def test_targets_of_faults_exist_in_the_smallest_homelab_that_bundled_scenarios_need(
    scenarios: list[Scenario],
) -> None:
    for scenario in scenarios:
        world = World.create(scenario, guests=40, anchor=ANCHOR)
        for fault in scenario.faults:
            assert fault.target in target_names(world.homelab, fault.hits)
