"""The logs: the same whatever window is asked, with the labels of a usual shipper."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sre_tui.demo.scenario import Raw, RawLog, Scenario
from sre_tui.demo.scenario_load import load_scenario
from sre_tui.demo.telemetry import LogSource, LogStream, Matcher
from sre_tui.demo.world.phrases.template import phrase
from sre_tui.demo.world.world import World

from .conftest import ANCHOR, Hear, MakeWorld

END = int(ANCHOR * 1e9)
HOUR = 3_600_000_000_000


def lines(streams: list[LogStream]) -> list[tuple[str, int, str]]:
    return sorted(
        (str(sorted(stream.labels.items())), entry.time_ns, entry.line)
        for stream in streams
        for entry in stream.entries
    )


@pytest.fixture(scope="module")
def restarting() -> Scenario:
    return load_scenario("container-restart-loop-after-update")


@pytest.fixture(scope="module")
def asked_before(restarting: Scenario) -> LogSource:
    return World.create(restarting, guests=20, anchor=ANCHOR).logs


@settings(derandomize=True, deadline=None, max_examples=30)
@given(start=st.integers(0, 30 * HOUR), length=st.integers(1, 3 * HOUR), cut=st.floats(0, 1))
def test_lines_do_not_depend_on_the_window(
    restarting: Scenario, asked_before: LogSource, start: int, length: int, cut: float
) -> None:
    one, other = asked_before, World.create(restarting, guests=20, anchor=ANCHOR).logs
    begin = END - 28 * HOUR + start
    middle, end = begin + int(length * cut), begin + length
    parts = [*other.select([], middle, end), *other.select([], begin, middle)]
    assert lines(list(one.select([], begin, end))) == lines(parts)


def test_streams_have_labels_and_lines_a_detected_level(quiet_world: World) -> None:
    streams = quiet_world.logs.select([], END - HOUR, END)
    assert len(streams) > 100
    labels = [tuple(sorted(stream.labels.items())) for stream in streams]
    assert len(labels) == len(set(labels))
    for stream in streams:
        assert {"hostname", "service_name", "level", "job"} <= set(stream.labels)
        assert ("container" in stream.labels) == (stream.labels["job"] == "docker")
        times = [entry.time_ns for entry in stream.entries]
        assert times == sorted(times)
        assert END - HOUR <= times[0] <= times[-1] < END
        level = {"warning": "warn"}.get(stream.labels["level"], stream.labels["level"])
        assert {entry.metadata["detected_level"] for entry in stream.entries} == {level}
        assert all("<" not in entry.line.replace("<root@pam>", "") or "@" in entry.line
                   for entry in stream.entries)  # fmt: skip


def test_label_sets_are_those_with_lines(quiet_world: World) -> None:
    matchers = [Matcher("hostname", "=~", "media|db")]
    window = END - HOUR // 4, END
    found = quiet_world.logs.select(matchers, *window)
    assert quiet_world.logs.label_sets(matchers, *window) == [stream.labels for stream in found]
    assert {stream.labels["hostname"] for stream in found} == {"media", "db"}


@pytest.mark.parametrize("scenario", ["guest-stopped", "dns-down", "log-flood"])
@pytest.mark.parametrize("length", [1, HOUR // 60, 3 * HOUR + 7])
def test_label_sets_know_who_is_silent(scenario: str, length: int) -> None:
    chosen = load_scenario(scenario)
    one, other = (World.create(chosen, guests=24, anchor=ANCHOR).logs for _ in range(2))
    for end in (END, END - HOUR + 1, END - 9 * HOUR):
        found = one.select([], end - length, end)
        assert other.label_sets([], end - length, end) == [stream.labels for stream in found]


def test_the_end_of_a_window_is_exclusive(quiet_world: World) -> None:
    stream = quiet_world.logs.select([Matcher("hostname", "=", "proxy")], END - HOUR, END)[0]
    entry = stream.entries[-1]
    matchers = [Matcher(name, "=", value) for name, value in stream.labels.items()]
    assert (
        quiet_world.logs.select(matchers, entry.time_ns, entry.time_ns + 1)[0].entries[0] == entry
    )
    assert quiet_world.logs.select(matchers, entry.time_ns - 1, entry.time_ns) == []


def test_raw_lines_are_told_once_on_their_own_labels() -> None:
    labels = {"hostname": "cellar", "app": "pump"}
    raw = Raw(logs=(RawLog(labels=labels, at="-42m", line="a <b|c> {n} line"),))
    world = World.create(Scenario(id="raw", title="Raw line", raw=raw), anchor=ANCHOR)
    found = world.logs.select([Matcher("app", "=", "pump")], END - HOUR, END)
    assert [(s.labels, [e.line for e in s.entries]) for s in found] == [
        (labels, ["a <b|c> {n} line"])
    ]
    assert abs(found[0].entries[0].time_ns - (END - 42 * HOUR // 60)) < 1000


def test_every_guest_is_backed_up_at_night_and_says_so(quiet_world: World, hear: Hear) -> None:
    told = hear(quiet_world, hours=24, service_name="vzdump")
    started = [line for line in told if "Starting Backup of VM" in line]
    finished = [line for line in told if "Finished Backup of VM" in line]
    assert len(started) == len(finished) == 40


def test_a_stopped_guest_is_silent(world_with: MakeWorld, hear: Hear) -> None:
    world = world_with({"kind": "guest_stopped", "target": "gitea", "at": "-2h", "duration": "1h"})
    assert hear(world, hours=1, after=-3600, hostname="gitea") == []
    assert hear(world, hours=1, hostname="gitea") != []


@pytest.mark.parametrize(
    ("template", "allowed"),
    [
        ("a <3..5> b", {"a 3 b", "a 4 b", "a 5 b"}),
        ("<x|y>", {"x", "y"}),
        ("<root@pam> ok", {"<root@pam> ok"}),
        ("<-1..-1:.2f>", {"-1.00"}),
    ],
)
def test_slots_of_a_template_are_filled(template: str, allowed: set[str]) -> None:
    write, rng = phrase(template), Random(1)
    assert {write(rng) for _ in range(100)} == allowed


def test_hexadecimal_slots_have_all_their_digits() -> None:
    rng = Random(1)
    assert {len(phrase("<hex:12>")(rng)) for _ in range(50)} == {12}
