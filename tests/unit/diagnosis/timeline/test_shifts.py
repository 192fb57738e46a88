"""Shifts of levels as events: told, bounded, and joined with the trouble that they begin."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import numpy as np

from providers.series import Series, SeriesStats
from sre_tui.diagnosis.finding import Severity
from sre_tui.diagnosis.patterns.load import bundled
from sre_tui.diagnosis.picture.metrics import sweeps_of
from sre_tui.diagnosis.picture.picture import Picture
from sre_tui.diagnosis.signals.gauges import MAIN, MOST_SERIES
from sre_tui.diagnosis.timeline.build import build_timeline
from sre_tui.diagnosis.timeline.event import Event
from sre_tui.diagnosis.timeline.shifts import (
    MOST_EVENTS,
    observed_shifts,
    shift_queries,
)
from tests.unit.diagnosis.timeline.scene import (
    GUEST,
    NOW,
    START,
    finding,
    minutes,
    picture,
    small_topology,
)

Level = Callable[[int], float]


def series(level: Level, noise: float = 1e-5, **labels: str) -> Series:
    """Two hours, a point a minute."""
    draw = np.random.default_rng(7)
    points = tuple(
        (START + timedelta(minutes=at), level(at) + noise * float(draw.normal()))
        for at in range(121)
    )
    stats = SeriesStats(points=len(points))
    return Series(source="prometheus:main", labels=labels, stats=stats, points=points)


def seen(**by_gauge: Series | tuple[Series, ...]) -> Picture:
    """A picture with series by gauge, written with underscores."""
    return picture(
        series={
            name.replace("_", "-"): one if isinstance(one, tuple) else (one,)
            for name, one in by_gauge.items()
        }
    )


def events(what: Picture) -> list[Event]:
    return [one.event for one in observed_shifts(what, small_topology())]


def rises(at: int, low: float = 0.1, high: float = 0.7) -> Level:
    return lambda minute: high if minute >= at else low


def test_a_rise_is_told_with_its_moment_and_both_levels() -> None:
    (event,) = events(seen(gauge_cpu=series(rises(60), hostname="media")))
    assert (event.kind, event.subject, event.severity) == ("level_shift", GUEST, Severity.NOTE)
    assert abs(event.at - minutes(60)) <= timedelta(minutes=2)
    assert event.text == "processor use rose from 10 % to 70 %"
    (evidence,) = event.evidence
    assert evidence.source == "prometheus:main"
    assert evidence.command.startswith("metrics range '1 - avg by")
    assert evidence.command.endswith(" --since 2h")


def test_parts_of_machines_are_named_and_a_fall_is_a_fall() -> None:
    shift = series(rises(60, 0.2, 0.005), 1e-6, hostname="media", device="sda")
    (event,) = events(seen(gauge_latency=shift))
    assert event.subject.key == "disk:media/sda"
    assert event.text == "time of a disk operation of sda fell from 200 ms to 5 ms"


def test_noise_and_what_is_too_small_for_a_word_are_none() -> None:
    quiet = series(lambda _: 0.4, 0.03, hostname="media")
    small = series(rises(60, 0.40, 0.45), 0.001, hostname="docker1")
    assert events(seen(gauge_cpu=(quiet, small))) == []
    assert events(picture()) == []


def test_only_the_clearest_are_told() -> None:
    many = tuple(series(rises(60), hostname=f"host{number}") for number in range(60))
    assert len(events(seen(gauge_cpu=many))) == MOST_EVENTS


def test_a_shift_is_evidence_of_the_trouble_it_begins() -> None:
    trouble = finding("cpu_saturated", GUEST, 64)
    what = seen(gauge_cpu=series(rises(60, 0.1, 0.95), hostname="media"))
    (event,) = build_timeline(what, small_topology(), [trouble], bundled())
    assert event.kind == "finding_began"
    assert event.text == trouble.text
    assert any("rose from 10 % to 95 %" in one.says for one in event.evidence)


def test_what_many_do_at_the_same_moment_is_one_event() -> None:
    both = tuple(series(rises(60), hostname=name) for name in ("media", "docker1"))
    (event,) = build_timeline(seen(gauge_wait=both), small_topology(), [], bundled())
    assert event.count == 2
    assert event.text.endswith("the same for 1 other: media")


def test_all_gauges_are_one_request_that_may_be_refused_and_answers_with_few() -> None:
    queries = shift_queries(START, NOW)
    (sweep,) = sweeps_of(queries)
    assert sweep.apart
    assert len(queries) == len(MAIN) <= 8
    assert all(f"topk({MOST_SERIES}, stddev_over_time((" in one.expression for one in queries)
    assert all("[7200s:60s] @ end())" in one.expression for one in queries)
