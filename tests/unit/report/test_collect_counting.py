"""How a report counts: each firing once, by the operator's days, and each backup run once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

import pytest

from providers.grafana import Annotation
from providers.pbs import Contents, Datastore, GarbageCollection, RunState, Snapshot
from providers.pbs import Task as ServerTask
from providers.proxmox import Task
from providers.reading import Reading, State
from providers.series import Series, SeriesStats, SeriesWindow
from sre_tui.diagnosis.coverage.routes import Store
from sre_tui.diagnosis.signals.capacity_model import Capacity
from sre_tui.diagnosis.signals.firings import (
    Firing,
    closed,
    each_once,
    from_annotations,
    from_series,
)
from sre_tui.diagnosis.subject import Subject, SubjectKind
from sre_tui.report.backup_runs import Run, joined_runs, known_since
from sre_tui.report.collectors.alerts import amount_within, by_day, reported
from sre_tui.report.collectors.backups import by_day as backups_by_day
from sre_tui.report.collectors.backups import reported_store, verified_of
from sre_tui.report.collectors.capacity import foreseen, past, thinned
from sre_tui.report.collectors.objectives import Course, known_share, measured_rows
from sre_tui.report.piecewise import parts_of
from sre_tui.report.scope import Scope, scope_of
from tests.stubs.homelab_tools import context_in

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
STEP = timedelta(minutes=5)


def scope(tmp_path: Path, days: float = 7, zone: str = "UTC") -> Scope:
    return Scope(context_in(tmp_path), NOW - DAY * days, NOW, zone=ZoneInfo(zone))


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


def node_task(began: float, vmid: int | None = None, state: str = "ok", minutes: float = 5) -> Task:
    return Task.model_validate(
        {
            "source": "proxmox:main", "upid": f"pve-{began}-{vmid}", "node": "pve1",
            "type": "vzdump", "vmid": vmid, "guest": "media" if vmid == 101 else None,
            "started": NOW - MINUTE * began, "ended": NOW - MINUTE * (began - minutes),
            "state": state, "status": "OK" if state == "ok" else "job errors",
        }
    )  # fmt: skip


def server_task(began: float, group: str, state: str = "ok") -> ServerTask:
    return ServerTask.model_validate(
        {
            "source": "pbs:main", "upid": f"pbs-{began}-{group}", "type": "backup",
            "group": group, "started": NOW - MINUTE * began,
            "ended": NOW - MINUTE * (began - 4), "state": state,
            "status": "OK" if state == "ok" else "ENOSPC: No space left",
        }
    )  # fmt: skip


def test_a_run_that_two_task_lists_tell_is_one_and_failed_if_either_did(tmp_path: Path) -> None:
    runs = list(
        joined_runs(
            [node_task(100, 101), node_task(200, 101, "error"), node_task(300, 102, "error")],
            [server_task(99, "vm/101"), server_task(199, "vm/101"), server_task(400, "host/nas")],
            {"vm/101": "media"},
            scope(tmp_path, 1),
        )
    )
    assert sorted((one.what, one.failed, one.error) for one in runs) == [
        ("backup of guest 102", True, "job errors"),
        ("backup of media (101)", False, ""),
        ("backup of media (101)", True, "job errors"),
        ("backup of nas", False, ""),
    ]
    days = list(backups_by_day(runs, scope(tmp_path, 1)))
    assert [(one.ok, one.failed) for one in days] == [(0, 0), (2, 2)]


def test_guests_of_two_homelabs_with_one_id_have_runs_of_their_own(tmp_path: Path) -> None:
    def elsewhere(began: float, state: str = "ok") -> Task:
        return node_task(began, 101, state).model_copy(update={"source": "proxmox:attic"})

    nodes = [elsewhere(100, "error"), node_task(100, 101)]
    servers = [
        server_task(100, "vm/101").model_copy(update={"datastore": "store"}),
        server_task(100, "vm/101", "error").model_copy(
            update={"datastore": "store", "source": "pbs:attic"}
        ),
    ]
    apart = [("backup of media (101) of attic", True), ("backup of media (101) of main", False)]

    def runs(told: list[ServerTask], stores: dict[str, frozenset[Store]]) -> list[tuple[str, bool]]:
        found = joined_runs(nodes, told, {}, scope(tmp_path, 1), stores)
        return sorted((one.what, one.failed) for one in found)

    assert runs(servers, {}) == apart
    assert runs(servers[::-1], {}) == apart
    # One writes to a disk of its own: that of the same moment on the server is not its run.
    own = {"proxmox:main": frozenset[Store](), "proxmox:attic": frozenset({("pbs:attic", "store")})}
    assert runs(servers[1:], own) == apart
    assert len(runs(servers, own)) == 3


def test_a_job_of_many_guests_counts_only_where_its_guests_are_not_told(tmp_path: Path) -> None:
    told = [server_task(95, "vm/101"), server_task(90, "ct/102", "error")]
    window = scope(tmp_path, 1)
    of_job = node_task(100, None, "error", minutes=20)
    runs = list(joined_runs([of_job], told, {}, window))
    assert sorted((one.what, one.failed) for one in runs) == [
        ("backup of guest 101", False),
        ("backup of guest 102", True),
    ]
    alone = node_task(600, None, "error")
    local = node_task(800, None)
    runs = list(joined_runs([alone, local], told[:1], {}, window))
    assert sorted((one.what, one.failed) for one in runs) == [
        ("backup of a job on pve1", False),
        ("backup of a job on pve1", True),
        ("backup of guest 101", False),
    ]
    assert not list(joined_runs([node_task(60 * 30, 101)], [], {}, window))


@pytest.mark.parametrize(
    ("state", "collecting", "ended", "problem"),
    [
        ("ok", False, NOW - DAY, ""),
        ("running", True, None, ""),
        ("error", False, None, "garbage collection failed: ENOSPC"),
        ("never", False, None, ""),
    ],
)
def test_garbage_collection_that_runs_is_none_that_ended(
    state: RunState, collecting: bool, ended: datetime | None, problem: str
) -> None:
    last = None if state in ("running", "never") else NOW - DAY
    status = "ENOSPC" if state == "error" else ""
    gc = GarbageCollection(state=state, status=status, last_run=last)
    told = reported_store(Datastore(source="pbs:main", name="store", gc=gc))
    assert (told.collecting, told.garbage_collected, told.problem) == (collecting, ended, problem)


def test_availability_is_the_mean_of_what_is_known(tmp_path: Path) -> None:
    rows = list(
        measured_rows(
            {
                "target": [
                    Course({"instance": "media:9100", "job": "node"}, (1.0, 0.5, 1.0, 1.0)),
                    Course({"instance": "media:9100", "job": "cadvisor"}, (1.0,)),
                    Course({"instance": "https://a.example", "job": "http"}, (1.0,)),
                    Course({"instance": "gone:9100", "job": "node"}, ()),
                ],
                "probe": [Course({"instance": "https://a.example", "job": "http"}, (0.0,))],
                "node": [Course({"id": "node/pve1", "instance": "pve:9221"}, (1.0, 1.0))],
            },
            scope(tmp_path),
        )
    )
    assert [(row.name, row.kind, row.measured, row.verdict) for row in rows] == [
        ("media:9100 (node)", "target", 0.875, "fail"),
        ("media:9100 (cadvisor)", "target", 1.0, "pass"),
        ("https://a.example", "probe", 0.0, "fail"),
        ("pve1", "node", 1.0, "pass"),
    ]
    assert [row.seconds_missed for row in rows] == [1800.0, 0.0, 3600.0, 0.0]


@pytest.mark.parametrize(("hours", "share"), [(168, 1.0), (84, 0.5), (0, 0.0)])
def test_how_much_of_a_window_prometheus_knows_is_told(
    tmp_path: Path, hours: int, share: float
) -> None:
    """As where it keeps half a week, or was installed since; targets come and go."""
    moments = [NOW - HOUR * n for n in range(hours)]
    several = [
        Series(source="prometheus:main", labels={"instance": name},
               points=tuple((at, 1.0) for at in sorted(part)), stats=SeriesStats(points=len(part)))
        for name, part in (("a", moments[: hours // 2]), ("b", moments[hours // 3 :]))
    ]  # fmt: skip
    window = SeriesWindow(
        query="up", start=NOW - DAY * 7, end=NOW, step=3600, series=tuple(several)
    )
    reading = Reading[SeriesWindow](
        source="prometheus:main", state=State.OK, observed_at=NOW, data=window
    )
    assert known_share([reading], scope(tmp_path)) == pytest.approx(share)


def test_days_of_forgotten_tasks_are_no_days_without_backups(tmp_path: Path) -> None:
    def nightly(nights: int) -> list[Run]:
        return [
            Run("backup", NOW - DAY * night - HOUR, NOW - DAY * night, failed=False)
            for night in range(nights)
        ]

    month = scope(tmp_path, 30)
    assert known_since(nightly(30), month) is None
    assert known_since([], month) is None
    first = known_since(nightly(10), month)
    assert first == NOW - DAY * 9
    days = list(backups_by_day(nightly(10), month, first))
    assert [one.ok for one in days] == [1] * 10
    # Who backs up once a week had no backup before the first of these.
    weekly = [run for run in nightly(30) if (NOW - run.ended).days % 7 == 6]
    assert known_since(weekly, month) is None


def test_days_that_nobody_was_asked_about_are_not_told(tmp_path: Path) -> None:
    days = list(by_day([], scope(tmp_path, 20), NOW - DAY * 3))
    assert days[0].day == date(2026, 11, 19)
    assert len(days) == 4


def test_a_window_is_read_in_parts_that_meet() -> None:
    parts = parts_of(NOW - DAY * 16, NOW, DAY * 7)
    assert parts == [
        (NOW - DAY * 16, NOW - DAY * 14), (NOW - DAY * 14, NOW - DAY * 7), (NOW - DAY * 7, NOW),
    ]  # fmt: skip


@pytest.mark.parametrize("days", [0.01, 91])
def test_a_window_that_is_too_short_or_long_is_refused(tmp_path: Path, days: float) -> None:
    with pytest.raises(ValueError, match="a report covers"):
        scope_of(context_in(tmp_path), DAY * days)


def pool(**more: object) -> Capacity:
    return Capacity.model_validate(
        {
            "kind": "pool", "subject": Subject(kind=SubjectKind.POOL, name="nas1/tank"),
            "source": "truenas:main", "outlook": "growing", "used": 80.0, "size": 100.0,
            "growth": 4.0, **more,
        }
    )  # fmt: skip


def test_a_chart_of_a_pool_has_few_points_and_ends_when_it_is_full() -> None:
    course = tuple((NOW - HOUR * n, 80.0 - n / 10) for n in range(400, -1, -1))
    shown = list(past(pool(course=course)))
    assert 50 <= len(shown) <= 60
    assert (shown[-1].at, shown[-1].value) == (NOW, 0.8)
    gaps = {later.at - earlier.at for earlier, later in pairwise(shown[1:])}
    assert max(gaps) <= HOUR * 8
    ahead = list(foreseen(pool(), NOW))
    assert [one.value for one in ahead[:2]] == pytest.approx([0.8, 0.84])
    assert (ahead[-1].at, ahead[-1].value) == (NOW + DAY * 5, 1.0)
    assert len(list(foreseen(pool(growth=0.1), NOW))) == 29
    assert not list(foreseen(pool(outlook="not growing"), NOW))
    assert not list(past(pool(size=None, course=course)))
    assert thinned([], 10) == []
    assert thinned([(NOW, 1.0)], 10) == [(NOW, 1.0)]


def held(place: str, hour: int, comment: str, verified: Literal["ok"] | None = None) -> Snapshot:
    """A backup of guest 101; the place is a server and its datastore."""
    server, _, datastore = place.partition("/")
    return Snapshot(
        source=f"pbs:{server}", datastore=datastore, type="vm", id="101", at=NOW - HOUR * hour,
        comment=comment, verified=verified,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("snapshots", "verified"),
    [
        # Two jobs at two hours, each into a datastore of its own.
        ([held("a/main", 3, "media", "ok"), held("a/far", 1, "media")], [False]),
        ([held("a/main", 3, "media"), held("a/far", 1, "media", "ok")], [True]),
        # A copy on another server, by which a third place is known to have the same.
        (
            [held("a/main", 3, "media"), held("a/far", 1, "media"), held("b/main", 1, "", "ok")],
            [True],
        ),
        # Another homelab has that id, too.
        ([held("a/main", 3, "media", "ok"), held("a/far", 1, "mail")], [True, False]),
        ([held("a/main", 3, "media", "ok"), held("b/main", 1, "media")], [True, False]),
        ([held("a/main", 3, "", "ok"), held("a/far", 1, "")], [True, False]),
    ],
)
def test_without_proxmox_ve_a_guest_is_one_however_many_jobs_it_is_in(
    snapshots: list[Snapshot], verified: list[bool]
) -> None:
    kept: list[Reading[Contents]] = [
        Reading(
            source=source, state=State.OK, observed_at=NOW,
            data=Contents(snapshots=tuple(one for one in snapshots if one.source == source)),
        )
        for source in sorted({one.source for one in snapshots})
    ]  # fmt: skip
    assert list(verified_of(kept)) == verified
