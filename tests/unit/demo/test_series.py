"""The metrics: the same whatever window is asked, counters that only grow, names and labels."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sre_tui.demo.promql.samples import Samples
from sre_tui.demo.scenario import QUIET, Raw, RawMetric, Scenario
from sre_tui.demo.scenario_load import load_scenario
from sre_tui.demo.telemetry import Matcher, Series
from sre_tui.demo.world.exporters.recording import RULES
from sre_tui.demo.world.world import World
from tests.stubs.slow import sampled

from .conftest import ANCHOR, Ask, MakeWorld

EVERYTHING = [Matcher("__name__", "=~", ".+")]


def name_is(name: str) -> list[Matcher]:
    return [Matcher("__name__", "=", name)]


@pytest.fixture(scope="module")
def troubled() -> World:
    return World.create(load_scenario("guest-memory-leak-oom"), guests=20, anchor=ANCHOR)


@pytest.fixture(scope="module")
def down() -> World:
    return World.create(load_scenario("node-offline", guests=16), anchor=ANCHOR)


def test_labels_are_unique_and_belong_to_a_scrape(quiet_world: World) -> None:
    found = quiet_world.series.select(EVERYTHING, ANCHOR - 300, ANCHOR)
    sets = [tuple(sorted(series.labels.items())) for series in found]
    assert len(sets) == len(set(sets)) > 5000
    targets = {(t.job, t.instance) for t in quiet_world.targets(ANCHOR)}
    recorded = {rule.name for rule in RULES}
    for series in found:
        if series.labels["__name__"] not in recorded:
            assert (series.labels["job"], series.labels["instance"]) in targets


def test_samples_lie_on_the_scrape_grid_within_the_window(quiet_world: World) -> None:
    for series in quiet_world.series.select(EVERYTHING, ANCHOR - 300, ANCHOR):
        assert series.times[0] >= ANCHOR - 300
        assert series.times[-1] <= ANCHOR
        assert len(series.times) == len(series.values)
        assert np.isfinite(series.values).all(), series.labels
        assert set(np.round(np.diff(series.times), 6)) <= {15.0, 60.0}


def test_label_sets_are_those_of_the_samples(troubled: World) -> None:
    window = ANCHOR - 400, ANCHOR - 100
    found = troubled.series.select(EVERYTHING, *window)
    assert troubled.series.label_sets(EVERYTHING, *window) == [series.labels for series in found]


def test_every_metric_is_described(quiet_world: World) -> None:
    described = quiet_world.series.metadata()
    names = {s["__name__"] for s in quiet_world.series.label_sets(EVERYTHING, ANCHOR - 60, ANCHOR)}
    unscraped = {"up", "scrape_duration_seconds", "scrape_samples_scraped"}
    unscraped |= {"scrape_samples_post_metric_relabeling", *(rule.name for rule in RULES)}
    parts = ("_bucket", "_count", "_sum")
    for name in names - unscraped:
        base = next((name.removesuffix(p) for p in parts if name.endswith(p)), name)
        assert name in described or base in described, name
    assert not unscraped & set(described)
    assert all(item.help for item in described.values())


@settings(derandomize=True, deadline=None, max_examples=40)
@given(
    name=st.sampled_from(
        ["node_cpu_seconds_total", "node_load15", "container_memory_working_set_bytes", "up",
         "node_memory_MemAvailable_bytes", "pve_uptime_seconds", "traefik_service_requests_total",
         "instance:node_memory_utilisation:ratio", "disk_power_state", "probe_success"]
    ),
    start=st.floats(0, 86_400), length=st.floats(15, 7200), cut=st.floats(0.1, 0.9),
)  # fmt: skip
def test_values_do_not_depend_on_the_window(
    troubled: World, name: str, start: float, length: float, cut: float
) -> None:
    begin = ANCHOR - 86_400 + start
    middle = begin + length * cut
    whole = troubled.series.select(name_is(name), begin, begin + length)
    again = World.create(troubled.scenario, guests=20, anchor=ANCHOR)
    parts: dict[tuple[tuple[str, str], ...], dict[float, float]] = {}
    for window in ((begin, middle), (middle, begin + length)):
        for series in again.series.select(name_is(name), *window):
            known = parts.setdefault(tuple(sorted(series.labels.items())), {})
            known.update(zip(series.times.tolist(), series.values.tolist(), strict=True))
    for series in whole:
        known = parts[tuple(sorted(series.labels.items()))]
        assert known == dict(zip(series.times.tolist(), series.values.tolist(), strict=True))


@pytest.mark.parametrize("step", [37_123, 60_000])
def test_the_newest_samples_alone_give_the_same_as_all(down: World, step: int) -> None:
    end, lookback = int(ANCHOR * 1000), 300_000
    moments = np.arange(end - 40 * step, end + 1, step, dtype=np.int64)
    window = (moments[0] - lookback) / 1000, ANCHOR
    whole = down.series.select(EVERYTHING, *window)
    newest = down.series.select(EVERYTHING, *window, at=moments)
    assert sum(map(len_of, newest)) < 0.9 * sum(map(len_of, whole))
    all_of, some_of = (
        Samples.from_series(found).newest(moments, lookback, left_open=True)
        for found in (whole, newest)
    )
    assert all_of.labels == some_of.labels
    assert np.array_equal(all_of.present, some_of.present)
    assert np.array_equal(all_of.values[all_of.present], some_of.values[some_of.present])


@pytest.mark.parametrize(("step", "width"), sampled([(737_123, 300_000), (1_800_000, 900_007)]))
def test_the_windows_alone_hold_the_same_as_all(down: World, step: int, width: int) -> None:
    end = int(ANCHOR * 1000)
    moments = np.arange(end - 3 * step, end + 1, step, dtype=np.int64)
    span = (moments[0] - width) / 1000, ANCHOR
    whole = down.series.select(EVERYTHING, *span)
    windows = down.series.select(EVERYTHING, *span, at=moments, window=width)
    assert sum(map(len_of, windows)) < 0.7 * sum(map(len_of, whole))

    def inside(found: Sequence[Series]) -> dict[str, list[tuple[float, float]]]:
        held = {}
        for one in found:
            after = np.searchsorted(moments, np.rint(one.times * 1000))
            kept = after < len(moments)
            kept[kept] &= moments[after[kept]] - np.rint(one.times[kept] * 1000) <= width
            if kept.any():
                pairs = zip(one.times[kept].tolist(), one.values[kept].tolist(), strict=True)
                held[str(sorted(one.labels.items()))] = list(pairs)
        return held

    assert inside(windows) == inside(whole)


def len_of(series: Series) -> int:
    return len(series.times)


def test_counters_only_fall_at_restarts(troubled: World) -> None:
    described = troubled.series.metadata()
    counters = [name for name, item in described.items() if item.type == "counter"]
    fell = set()
    for name in counters:
        for series in troubled.series.select(name_is(name), ANCHOR - 9 * 3600, ANCHOR):
            drops = np.flatnonzero(np.diff(series.values) < 0)
            for drop in drops:
                fell.add((name, series.labels.get("name", "")))
                assert series.values[drop + 1] < series.values[drop] * 0.5
    assert fell
    assert {container for _, container in fell} == {"immich-server"}


def test_processor_seconds_add_up_to_time(quiet_world: World) -> None:
    per_cpu: dict[tuple[str, str], float] = {}
    for series in quiet_world.series.select(
        name_is("node_cpu_seconds_total"), ANCHOR - 3600, ANCHOR
    ):
        key = series.labels["instance"], series.labels["cpu"]
        grown = series.values[-1] - series.values[0]
        per_cpu[key] = per_cpu.get(key, 0.0) + grown / (series.times[-1] - series.times[0])
    assert list(per_cpu.values()) == pytest.approx([1.0] * len(per_cpu), abs=1e-3)


def test_histogram_buckets_are_cumulative(quiet_world: World, ask: Ask) -> None:
    name = "traefik_service_request_duration_seconds"
    assert all(
        value >= 0
        for value in ask(
            quiet_world, f'{name}_bucket{{le="0.3"}} - ignoring(le) {name}_bucket{{le="0.1"}}'
        )
    )
    assert set(ask(quiet_world, f'{name}_bucket{{le="+Inf"}} - ignoring(le) {name}_count')) == {0.0}


def test_recording_rules_agree_with_their_expression(world_with: MakeWorld, ask: Ask) -> None:
    world = world_with(
        {"kind": "guest_stopped", "target": "gitea", "at": "-40m", "duration": "20m"},
        {"kind": "target_down", "target": "media:9100", "at": "-3m"},
    )
    for rule in RULES:
        for minutes in (-45, -38, -36, -30, -21, -19, -2, 0, 3):
            moment = (ANCHOR + minutes * 60) // 60 * 60 + 5 - ANCHOR
            recorded, computed = ask(world, rule.name, moment), ask(world, rule.expr, moment)
            # A recorded sample lives on for the lookback after the rule stopped giving one.
            assert len(recorded) >= len(computed) >= 38
            assert set(np.round(computed, 9)) <= set(np.round(recorded, 9))


def test_a_stopped_exporter_has_no_samples_but_up_is_zero(world_with: MakeWorld, ask: Ask) -> None:
    world = world_with({"kind": "target_down", "target": "media:9100", "at": "-20m"})
    assert ask(world, 'node_load1{instance="media:9100"}') == []
    assert ask(world, 'up{instance="media:9100"}') == [0]
    assert ask(world, 'up{instance="media:9100"}', -21 * 60) == [1]
    target = next(t for t in world.targets(ANCHOR) if t.instance == "media:9100")
    assert (target.health, "connection refused" in target.last_error) == ("down", True)


def test_raw_samples_replace_a_series_or_make_one(ask: Ask) -> None:
    metrics = (
        RawMetric(name="node_load1", labels={"instance": "media:9100"},
                  points=(("-60m", 0.5), ("-30m", 9.5))),
        RawMetric(name="room_temperature", labels={"room": "cellar"}, points=(("-10m", 31.0),)),
    )  # fmt: skip
    scenario = Scenario(id="raw", title="Raw samples", raw=Raw(metrics=metrics))
    world = World.create(scenario, anchor=ANCHOR)
    assert ask(world, 'node_load1{hostname="media"}') == [9.5]
    assert ask(world, 'node_load1{hostname="media"}', -45 * 60) == pytest.approx([5.0], abs=0.2)
    plain = World.create(QUIET, anchor=ANCHOR)
    before = -61 * 60
    query = 'node_load1{hostname="media"}'
    assert ask(world, query, before) == ask(plain, query, before)
    assert ask(world, "room_temperature") == [31.0]
    assert ask(world, "room_temperature", -700) == []


def test_what_was_just_selected_is_not_computed_again() -> None:
    world = World.create(QUIET, anchor=ANCHOR)
    first = world.series.select(name_is("node_load1"), ANCHOR - 300, ANCHOR)
    assert world.series.select(name_is("node_load1"), ANCHOR - 300, ANCHOR) is first
    assert world.series.select(name_is("node_load1"), ANCHOR - 300, ANCHOR + 60) is not first
    with pytest.raises(ValueError, match="read-only"):
        first[0].values[0] = 1.0


def test_old_selections_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World.create(QUIET, anchor=ANCHOR)
    old = world.series.select(name_is("node_load1"), ANCHOR - 300, ANCHOR)
    size = len(old) + sum(len(series.times) for series in old)
    monkeypatch.setattr("sre_tui.demo.world.series._REMEMBERED", 4 * size + 4)
    for later in range(4):
        world.series.select(name_is("node_load1"), ANCHOR - 300 + 15, ANCHOR + later)
    new = world.series.select(name_is("node_load1"), ANCHOR - 300, ANCHOR)
    assert new is not old
    assert [one.values.tolist() for one in new] == [one.values.tolist() for one in old]
    many = world.series.select(name_is("node_load1"), ANCHOR - 900, ANCHOR)
    assert world.series.select(name_is("node_load1"), ANCHOR - 900, ANCHOR) is not many


def test_a_thousand_guests_answer_with_all_of_them(ask: Ask) -> None:
    world = World.create(QUIET, guests=1000, anchor=ANCHOR)
    assert ask(world, "count(pve_guest_info)") == [1000]
    assert ask(world, "count(node_load1 > 0)")[0] > 990
    assert ask(world, 'count(node_filesystem_avail_bytes{mountpoint="/"})')[0] > 990


def test_another_seed_gives_other_values(ask: Ask) -> None:
    one = World.create(QUIET, seed=1, anchor=ANCHOR)
    other = World.create(QUIET, seed=2, anchor=ANCHOR)
    assert ask(one, "sum(node_load1)") != ask(other, "sum(node_load1)")
