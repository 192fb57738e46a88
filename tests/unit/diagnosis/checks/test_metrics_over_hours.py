"""Checks that compare a value with itself hours ago: what they take for trouble, and what not."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from providers.reading import Reading, State
from providers.series import Series, SeriesStats
from sre_tui.demo import telemetry
from sre_tui.demo.promql import Engine, MatrixResult
from sre_tui.diagnosis.checks.registry import all_checks
from sre_tui.diagnosis.checks.run import run_checks
from sre_tui.diagnosis.finding import Finding
from sre_tui.diagnosis.picture.metrics import sweeps_of
from sre_tui.diagnosis.picture.part import Part
from sre_tui.diagnosis.picture.picture import Picture
from sre_tui.diagnosis.subject import Subject, SubjectKind
from sre_tui.diagnosis.topology.graph import Topology
from tests.stubs.series import MemorySeries, series

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
START = NOW - timedelta(hours=6)
STEP = 180.0
TOTAL = 8e9
HOST = {"instance": "mail:9100", "job": "node"}
SOURCE = "prometheus:main"


def found(check_id: str, *recorded: telemetry.Series) -> list[Finding]:
    """What one check says of series, as Prometheus would answer its query."""
    (check,) = (one for one in all_checks() if one.id == check_id)
    (query,) = check.queries
    (sweep,) = sweeps_of([query])
    answer = Engine(MemorySeries(list(recorded))).range(
        sweep.expression, START.timestamp(), NOW.timestamp(), STEP
    )
    assert isinstance(answer, MatrixResult)
    seen = tuple(
        Series(
            source=SOURCE,
            labels=one.labels,
            points=tuple(
                (datetime.fromtimestamp(at, tz=UTC), value)
                for at, value in zip(one.times.tolist(), one.values.tolist(), strict=True)
            ),
            stats=SeriesStats(points=len(one.times)),
        )
        for one in answer.series
    )
    reading = Reading[Any](source=SOURCE, state=State.OK, observed_at=NOW, data=seen)
    picture = Picture(
        now=NOW, start=START, step=STEP, sweeps=Part((reading,)), series={query.id: seen}
    )
    topology = Topology()
    topology.add(Subject(kind=SubjectKind.GUEST, name="mail"), "lxc/123")
    return list(run_checks([check], picture, topology).findings)


def sampled(name: str, value: Callable[[float], float], *, every: int = 60) -> telemetry.Series:
    """A series of a day; the value is told for the hours since its beginning."""
    begin = NOW.timestamp() - 24 * 3600
    times = range(0, 24 * 3600 + 1, every)
    return series(name, [(begin + at, value(at / 3600)) for at in times], **HOST)


def memory(*available: tuple[float, float]) -> list[telemetry.Series]:
    """Available memory as shares of all by the hour, in straight lines from point to point."""

    def share(hour: float) -> float:
        for (begin, low), (end, high) in pairwise(available):
            if hour <= end:
                return low + (high - low) * (hour - begin) / (end - begin)
        return available[-1][1]

    return [
        sampled("node_memory_MemAvailable_bytes", lambda hour: TOTAL * share(hour), every=300),
        sampled("node_memory_MemTotal_bytes", lambda _: TOTAL, every=300),
    ]


def test_memory_that_grows_for_half_a_day_and_is_nearly_used_up_leaks() -> None:
    (leak,) = found("memory-growth-slow", *memory((0, 0.7), (10, 0.7), (24, 0.2)))
    assert (leak.kind, leak.subject.name, leak.active) == ("memory_leak", "mail", True)
    assert leak.value == pytest.approx(0.4286, abs=0.002)
    assert leak.text == (
        "used memory grew by 42.9 % of the machine's memory within 12 h, at a steady pace"
    )


def test_the_slowest_leak_that_counts_is_found() -> None:
    (leak,) = found("memory-growth-slow", *memory((0, 0.80), (24, 0.24)))
    assert leak.value == pytest.approx(0.28, abs=0.002)


@pytest.mark.parametrize(
    "available",
    [
        pytest.param([(0, 0.7), (12, 0.7), (19, 0.28), (24, 0.28)], id="at rest for hours"),
        pytest.param([(0, 0.7), (12, 0.7), (12.5, 0.2), (24, 0.18)], id="one program was started"),
        pytest.param([(0, 0.95), (24, 0.35)], id="plenty is left"),
        pytest.param([(0, 0.3), (12, 0.29), (24, 0.12)], id="too little growth"),
        pytest.param(
            [(0, 0.6), (12, 0.6), (15, 0.38), (18, 0.32), (21, 0.3), (24, 0.285)],
            id="a cache that fills up",
        ),
        pytest.param([(0, 0.6), (12, 0.6), (15, 0.4), (18, 0.6), (24, 0.2)], id="back for a while"),
    ],
)
def test_what_stops_growing_is_no_slow_leak(available: Iterable[tuple[float, float]]) -> None:
    assert found("memory-growth-slow", *memory(*available)) == []


def booted(*hours: float, drift: float = 0.0) -> telemetry.Series:
    """The time of the boot, of a guest that was booted at these hours; a clock may drift."""
    begin = NOW.timestamp() - 24 * 3600

    def last_boot(hour: float) -> float:
        last = max((one for one in hours if one <= hour), default=-100.0)
        return begin + last * 3600 + drift * (int(hour * 6) % 2)

    return sampled("node_boot_time_seconds", last_boot, every=30)


def test_a_guest_that_boots_over_and_over_is_told_with_how_often() -> None:
    (loop,) = found("guest-boots", booted(21.5, 22.0, 22.5, 23.5))
    assert (loop.kind, loop.subject.name, loop.value) == ("guest_crash_loop", "mail", 4.0)
    assert loop.active
    assert loop.since == NOW - timedelta(hours=1.5)


def test_boots_far_apart_are_no_loop() -> None:
    assert found("guest-boots", booted(18.0, 20.0, 22.0)) == []


@pytest.mark.parametrize("hours", [(), (22.5,)])
def test_a_clock_that_is_put_right_again_and_again_boots_nothing(hours: tuple[float, ...]) -> None:
    assert found("guest-boots", booted(*hours, drift=20.0)) == []


def locked(minutes: int, state: str = "snapshot") -> telemetry.Series:
    """A guest's lock that was taken so many minutes ago."""
    begin = NOW.timestamp() - 6 * 3600
    points = [
        (begin + at, float(begin + at > NOW.timestamp() - 60 * minutes))
        for at in range(0, 6 * 3600 + 1, 60)
    ]
    return series("pve_lock_state", points, id="lxc/123", state=state)


def test_a_guest_that_stays_locked_by_a_snapshot_is_told() -> None:
    (lock,) = found("guest-locked", locked(52))
    assert (lock.kind, lock.subject.name, lock.active) == ("guest_locked", "mail", True)
    assert lock.text == "mail has been locked by a snapshot for long"


@pytest.mark.parametrize("lock", [locked(15), locked(300, "backup")], ids=["short", "backup"])
def test_a_lock_that_is_needed_is_no_trouble(lock: telemetry.Series) -> None:
    assert found("guest-locked", lock) == []


@pytest.mark.parametrize(
    ("used", "told"),
    [
        pytest.param(lambda hour: 2e9 + (hour - 14) * 1.2e9, True, id="grows"),
        pytest.param(lambda hour: 4e9 if hour < 20 else 7e9, False, id="is taken at once"),
        pytest.param(lambda hour: 6e9, False, id="stays"),
    ],
)
def test_a_guest_that_only_its_node_sees_leaks(used: Callable[[float], float], told: bool) -> None:
    guest = {"id": "lxc/123", "instance": "pve1", "job": "pve"}
    begin = NOW.timestamp() - 24 * 3600
    points = [(begin + at, used(at / 3600)) for at in range(0, 24 * 3600 + 1, 60)]
    size = [(at, 16e9) for at, _ in points]
    seen = found(
        "guest-memory-growth",
        series("pve_memory_usage_bytes", points, **guest),
        series("pve_memory_size_bytes", size, **guest),
    )
    assert bool(seen) is told
