"""A healthy homelab looks alive and never alarms, on any seed, at any hour."""

from __future__ import annotations

import pytest

from sre_tui.demo.scenario import QUIET
from sre_tui.demo.telemetry import Matcher
from sre_tui.demo.world.world import World
from tests.stubs.slow import slow_but

from .conftest import ANCHOR, Alerts, Ask


@pytest.mark.parametrize("seed", slow_but(range(0, 24, 6), range(24)))
def test_no_alert_is_active_on_any_seed(seed: int, firing: Alerts) -> None:
    moment = ANCHOR + seed * 40_013
    world = World.create(QUIET, seed=seed, anchor=ANCHOR)
    # Rules that look a day back are quietest to check in the evening, so hours of the day vary.
    for after in (0.0, 9 * 3600.0):
        assert firing(world, moment - ANCHOR + after, pending=True) == set()


@pytest.mark.parametrize("guests", [10, 300])
def test_no_alert_is_active_at_any_size(guests: int, firing: Alerts) -> None:
    world = World.create(QUIET, guests=guests, seed=2, anchor=ANCHOR)
    assert firing(world, pending=True) == set()


def test_nothing_stands_still(quiet_world: World) -> None:
    for name in ("node_load1", "node_memory_MemAvailable_bytes", "network_ups_tools_ups_load"):
        for series in quiet_world.series.select(
            [Matcher("__name__", "=", name)], ANCHOR - 86_400, ANCHOR
        ):
            assert len(set(series.values.tolist())) > 3, series.labels


def test_evenings_are_busier_than_nights(quiet_world: World, ask: Ask) -> None:
    busy = 'sum(rate(node_network_transmit_bytes_total{device="eth0"}[30m]))'
    # 19:00 and 04:00 UTC
    assert ask(quiet_world, busy, 13_000)[0] > 1.5 * ask(quiet_world, busy, -41_000)[0]


def test_disks_sleep_at_times(quiet_world: World, ask: Ask) -> None:
    assert set(ask(quiet_world, 'min_over_time(disk_power_state{type="hdd"}[24h])')) == {0}
    assert set(ask(quiet_world, 'max_over_time(disk_power_state{type="hdd"}[24h])')) == {2}
    assert min(ask(quiet_world, 'min_over_time(disk_power_state{type="ssd"}[24h])')) == 2


def test_disks_spin_up_a_few_times_a_day_and_those_in_use_never(
    quiet_world: World, ask: Ask
) -> None:
    changes = ask(quiet_world, 'changes(disk_power_state{type="hdd"}[24h])')
    assert min(changes) >= 2
    assert max(changes) <= 12
    assert set(ask(quiet_world, 'changes(disk_power_state{type="ssd"}[24h])')) == {0}


def test_logs_are_calm(quiet_world: World) -> None:
    end = int(ANCHOR * 1e9)
    day = [
        stream
        for stream in quiet_world.logs.select([], end - int(86_400e9), end)
        if stream.labels["level"] != "info"
    ]
    assert {stream.labels["level"] for stream in day} == {"warning"}
    assert 20 < sum(len(stream.entries) for stream in day) < 600


def test_all_targets_are_up_and_nothing_is_noted(quiet_world: World) -> None:
    assert {target.health for target in quiet_world.targets(ANCHOR)} == {"up"}
    assert quiet_world.annotations(0, 4e9) == []
    assert quiet_world.raw_alerts(ANCHOR) == []
    assert list(quiet_world.silences(ANCHOR)) == []
