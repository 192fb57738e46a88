"""How a report counts alerts: each firing once, by the operator's days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from providers.grafana import Annotation
from providers.series import Series, SeriesStats
from sre_tui.diagnosis.signals.firings import (
    Firing,
    closed,
    each_once,
    from_annotations,
    from_series,
)
from sre_tui.report.collectors.alerts import amount_within, by_day, reported

from .window import DAY, HOUR, MINUTE, NOW, scope

STEP = timedelta(minutes=5)


def firing(
    began: timedelta | None,
    ended: timedelta | None,
    *,
    name: str = "DiskSlow",
    about: str = "nas1",
    source: str = "grafana:main",
    severity: str = "warning",
) -> Firing:
    """One that began and ended so long before now."""
    return Firing(
        name, about, severity, source,
        None if began is None else NOW - began, None if ended is None else NOW - ended,
    )  # fmt: skip


def alerts(*minutes: range, source: str = "prometheus:main", **labels: str) -> Series:
    """``ALERTS`` with a point for each of these minutes before now."""
    times = sorted(NOW - MINUTE * at for several in minutes for at in several)
    return Series(
        source=source,
        labels={
            "__name__": "ALERTS", "alertstate": "firing", "alertname": "HostDown",
            "severity": "critical", **labels,
        },
        points=tuple((at, 1.0) for at in times),
        stats=SeriesStats(points=len(times)),
    )  # fmt: skip


def mark(minutes: float, old: str, new: str, labels: str = "instance=media:9100") -> Annotation:
    """A change of state so many minutes before now."""
    return Annotation(
        source="grafana:main",
        id=round(minutes * 60),
        at=NOW - MINUTE * minutes,
        text=f"HostDown {{alertname=HostDown, severity=critical, {labels}}} - {new}",
        kind="alert",
        alert_name="HostDown",
        old_state=old,
        new_state=new,
    )


def test_firings_of_prometheus_begin_and_end_where_its_points_do() -> None:
    start = NOW - DAY
    found = list(
        from_series(
            [alerts(range(300, 400, 5), range(0, 100, 5), instance="media:9100")],
            start, NOW, STEP,
        )
    )  # fmt: skip
    assert [(one.began, one.ended) for one in found] == [
        (NOW - MINUTE * 395, NOW - MINUTE * 295),
        (NOW - MINUTE * 95, None),
    ]
    assert {one.about for one in found} == {"media"}
    whole = alerts(range(0, 1445, 5), instance="media:9100")
    assert [(one.began, one.ended) for one in from_series([whole], start, NOW, STEP)] == [
        (None, None)
    ]


def test_pieces_of_one_series_are_one_firing() -> None:
    pieces = [alerts(range(100, 205, 5), host="a"), alerts(range(10, 105, 5), host="a")]
    found = list(from_series(pieces, NOW - DAY, NOW, STEP))
    assert [(one.began, one.ended) for one in found] == [(NOW - MINUTE * 200, NOW - MINUTE * 5)]


def test_grafana_tells_firings_by_its_changes_of_state() -> None:
    found = list(
        from_annotations(
            [
                mark(300, "Normal", "Pending"),
                mark(295, "Pending", "Alerting"),
                mark(280, "Alerting", "Recovering"),
                mark(275, "Recovering", "Normal"),
                mark(60, "Normal", "Alerting"),
                mark(500, "Alerting", "Normal (MissingSeries)"),
                mark(50, "Normal", "Pending", "instance=db:9100"),
                mark(45, "Pending", "Normal", "instance=db:9100"),
            ]
        )
    )
    assert [(one.about, one.began, one.ended) for one in found] == [
        ("media", None, NOW - MINUTE * 500),
        ("media", NOW - MINUTE * 295, NOW - MINUTE * 275),
        ("media", NOW - MINUTE * 60, None),
    ]
    assert {one.severity for one in found} == {"critical"}


def test_what_nobody_tells_now_does_not_go_on() -> None:
    gone, known, long_gone = (
        firing(HOUR, None), firing(HOUR, None, about="db"), firing(None, None, about="old"),
    )  # fmt: skip
    kept = list(closed([gone, known, long_gone], frozenset({known.subject})))
    assert [(one.about, one.ended) for one in kept] == [("nas1", gone.began), ("db", None)]


def test_what_two_sources_tell_is_counted_once() -> None:
    exact = firing(HOUR * 5, HOUR * 4)
    coarse = firing(HOUR * 5 - MINUTE * 4, HOUR * 4 - MINUTE * 5, source="prometheus:main")
    other = firing(HOUR * 3, HOUR * 2, source="prometheus:main")
    elsewhere = firing(HOUR * 5, HOUR * 4, about="nas2", source="prometheus:main")
    found = each_once([exact, coarse, other, elsewhere], NOW - DAY, NOW)
    assert found == [exact, elsewhere, other]
    now = firing(HOUR * 30, None, about="nas2", source="prometheus:main")
    assert len(each_once([firing(None, None, about="nas2"), now], NOW - DAY, NOW)) == 1


def test_label_sets_of_one_subject_are_one_firing_while_they_overlap() -> None:
    found = each_once(
        [firing(HOUR * 5, HOUR * 3), firing(HOUR * 4, None), firing(HOUR * 9, HOUR * 8)],
        NOW - DAY, NOW,
    )  # fmt: skip
    assert [(one.began, one.ended) for one in found] == [
        (NOW - HOUR * 9, NOW - HOUR * 8),
        (NOW - HOUR * 5, None),
    ]


def test_an_alert_is_told_with_its_times_of_the_window_only(tmp_path: Path) -> None:
    within = scope(tmp_path, 1)
    rows = list(
        reported(
            [
                firing(HOUR * 30, HOUR * 20),
                firing(HOUR * 3, HOUR * 2, about="nas2"),
                firing(HOUR * 2, None, severity="critical"),
                firing(HOUR * 40, HOUR * 30, name="Gone"),
                firing(None, None, name="Watchdog", about=""),
            ],
            within,
            past={"diskslow": 3},
        )
    )
    assert [row.name for row in rows] == ["DiskSlow", "Watchdog"]
    slow, watchdog = rows
    assert (slow.times, slow.seconds, slow.severity, slow.incidents) == (
        2, (4 + 1 + 2) * 3600.0, "critical", 3,
    )  # fmt: skip
    assert (slow.first, slow.last) == (NOW - HOUR * 3, NOW - HOUR * 2)
    assert slow.subjects == ("nas1", "nas2")
    assert (watchdog.times, watchdog.seconds, watchdog.first) == (0, 86400.0, None)
    assert (slow.lasted, watchdog.lasted) == (slow.seconds, 86400.0)


def test_the_time_in_which_an_alert_fires_for_several_counts_once(tmp_path: Path) -> None:
    several = [
        firing(HOUR * 90, None),
        firing(HOUR * 3, HOUR, about="nas2"),
        firing(None, HOUR * 20, about="nas3"),
    ]
    (row,) = reported(several, scope(tmp_path, 1))
    assert (row.seconds, row.lasted) == ((24 + 2 + 4) * 3600.0, 86400.0)
    (row,) = reported(several[1:], scope(tmp_path, 1))
    assert row.lasted == (2 + 4) * 3600.0
    both = [firing(HOUR * 5, HOUR * 2), firing(HOUR * 4, HOUR * 3, about="nas2")]
    (row,) = reported(both, scope(tmp_path, 1))
    assert row.lasted == 3 * 3600.0


def test_what_went_on_in_a_window_fired_in_it_whenever_it_began() -> None:
    told = [
        firing(HOUR * 30, HOUR * 20),
        firing(HOUR * 60, None, about="nas2"),
        firing(HOUR * 3, HOUR * 3, about="nas3"),
        firing(HOUR * 40, HOUR * 30, name="Gone"),
    ]
    assert amount_within(told, NOW - DAY, NOW) == 3
    assert amount_within(told, NOW - DAY * 2, NOW - DAY) == 3
    assert amount_within(told, NOW - DAY * 4, NOW - DAY * 2) == 1


@pytest.mark.parametrize(("apart", "is_noise"), [(4, True), (5, False)])
def test_six_firings_for_one_subject_within_a_day_are_flapping(
    tmp_path: Path, apart: int, is_noise: bool
) -> None:
    several = [firing(HOUR * (apart * n + 1), HOUR * (apart * n)) for n in range(1, 7)]
    (row,) = reported(several, scope(tmp_path))
    assert (row.times, row.flapping) == (6, is_noise)
    spread = [firing(HOUR * n, HOUR * n - MINUTE, about=f"host{n}") for n in range(1, 9)]
    (row,) = reported(spread, scope(tmp_path))
    assert not row.flapping


def test_days_are_the_operators_own(tmp_path: Path) -> None:
    late = firing(timedelta(hours=14), None)
    assert late.began == datetime(2026, 11, 21, 22, 0, tzinfo=UTC)
    days = {each.day: each for each in by_day([late], scope(tmp_path, 2, "Asia/Tokyo"))}
    assert list(days) == [date(2026, 11, 20), date(2026, 11, 21), date(2026, 11, 22)]
    assert days[date(2026, 11, 22)].warning == 1
    days = {each.day: each for each in by_day([late], scope(tmp_path, 2))}
    assert days[date(2026, 11, 21)].warning == 1
    grave = [firing(HOUR, None, severity=each) for each in ("critical", "error", "info", "")]
    today = list(by_day(grave, scope(tmp_path, 2)))[-1]
    assert (today.critical, today.warning, today.other) == (1, 1, 2)


def test_days_that_nobody_was_asked_about_are_not_told(tmp_path: Path) -> None:
    days = list(by_day([], scope(tmp_path, 20), NOW - DAY * 3))
    assert days[0].day == date(2026, 11, 19)
    assert len(days) == 4
