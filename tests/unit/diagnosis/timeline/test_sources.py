"""What each source tells of the changes of a window."""

from typing import Any

import pytest

from providers.series import Series, SeriesStats
from sre_tui.diagnosis.finding import Severity
from sre_tui.diagnosis.patterns.load import bundled
from sre_tui.diagnosis.picture.picture import Picture
from sre_tui.diagnosis.subject import Subject, SubjectKind
from sre_tui.diagnosis.timeline.alerts import HISTORY
from sre_tui.diagnosis.timeline.around import events_around
from sre_tui.diagnosis.timeline.build import build_timeline
from sre_tui.diagnosis.timeline.event import Event
from sre_tui.diagnosis.timeline.lifecycle import lifecycle_queries
from sre_tui.diagnosis.timeline.select import events_about, most_telling
from tests.unit.diagnosis.timeline.scene import (
    CONTAINER,
    DISK,
    GUEST,
    NAS,
    NODE,
    NOW,
    OTHER_GUEST,
    POOL,
    START,
    alert,
    alert_series,
    backup_task,
    changed,
    counts,
    finding,
    history,
    line,
    mark,
    minutes,
    part,
    picture,
    small_topology,
    task,
)


def timeline(seen: Picture, *findings: Any, **more: Any) -> tuple[Event, ...]:
    return build_timeline(seen, small_topology(), findings, bundled(), **more)


def tasks(*many: Any) -> Any:
    from providers.proxmox import TaskPage

    return part("proxmox:main", TaskPage(tasks=many))


def test_a_stop_says_who_did_it_and_how_to_see_it() -> None:
    (event,) = timeline(picture(tasks=tasks(task("qmshutdown", 30))))
    assert (event.kind, event.subject) == ("stopped", GUEST)
    assert event.text == "media was shut down by anna@pve (qmshutdown)"
    assert event.evidence[0].command == "tasks --log UPID:pve1:qmshutdown:30"
    assert not event.routine


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("qmstart", "media was started by anna@pve (qmstart)"),
        ("qmigrate", "media was moved to another node by anna@pve (qmigrate)"),
        ("vzrollback", "media was rolled back by anna@pve (vzrollback)"),
        ("qmconfig", "anna@pve changed the configuration of media (qmconfig)"),
        ("qmdelsnapshot", "anna@pve deleted a snapshot of media (qmdelsnapshot)"),
        ("hastop", "media was stopped by anna@pve (hastop)"),
    ],
)
def test_tasks_of_guests_are_told_in_words(kind: str, words: str) -> None:
    (event,) = timeline(picture(tasks=tasks(task(kind, 30))))
    assert event.text == words


def test_backups_of_a_night_are_one_routine_span() -> None:
    nightly = [task("vzdump", at, 10, guest=None, vmid=None, subject="") for at in (0, 12, 30)]
    (event,) = timeline(picture(tasks=tasks(*nightly)))
    assert event.routine
    assert (event.kind, event.count) == ("backup", 3)
    assert (event.at, event.until) == (minutes(0), minutes(40))
    assert event.text == "3 backups on pve1: all went well"


def test_a_failed_backup_is_no_routine() -> None:
    from providers.pbs.models import TaskPage

    failed = backup_task("backup", 20, "vm/101", state="error", status="no space left on device")
    good = backup_task("backup", 10, "vm/102")
    page = part("pbs:main", TaskPage(tasks=(failed, good)))
    routine, event = timeline(picture(backup_tasks=page))
    assert routine.routine
    assert (event.kind, event.subject, event.severity) == ("task_failed", GUEST, Severity.WARNING)
    assert event.text == "backup of media failed: no space left on device"


def test_a_task_that_runs_for_a_day_is_told() -> None:
    long = task("vzdump", -23 * 60, state="running", status="RUNNING", ended=None)
    seen = picture(tasks=tasks(long))
    (event,) = timeline(seen, since=minutes(-24 * 60))
    assert event.severity is Severity.WARNING
    assert event.text.startswith("backup of media has been running for 1 d")


def test_an_alert_of_three_sources_is_one_event() -> None:
    labels = {"hostname": "media", "severity": "warning"}
    seen = picture(
        alerts=part("prometheus:main", (alert("OddSmell", 30, **labels),)),
        annotations=part(
            "grafana:main",
            (
                changed("OddSmell", 30, "Normal", "Pending", "hostname=media, severity=warning"),
                changed("OddSmell", 33, "Pending", "Alerting", "hostname=media, severity=warning"),
            ),
        ),
        series={
            HISTORY.id: (
                alert_series("OddSmell", "pending", 30, 35, **labels),
                alert_series("OddSmell", "firing", 33, 120, **labels),
            )
        },
    )
    (event,) = timeline(seen)
    assert (event.kind, event.subject, event.at) == ("alert_fired", GUEST, minutes(30))
    assert event.until is None
    assert event.severity is Severity.WARNING
    assert set(event.sources) == {"prometheus:main", "grafana:main"}


def test_an_alert_that_is_over_says_how_long_it_fired() -> None:
    seen = picture(
        series={HISTORY.id: (alert_series("OddSmell", "firing", 30, 60, hostname="media"),)}
    )
    (event,) = timeline(seen)
    assert (event.at, event.until) == (minutes(30), minutes(60))
    assert event.text == "alert OddSmell fired for 30 min"


def test_an_alert_from_before_the_window_is_told_when_it_is_resolved() -> None:
    seen = picture(
        annotations=part(
            "grafana:main", (changed("OddSmell", 40, "Alerting", "Normal", "hostname=media"),)
        )
    )
    (event,) = timeline(seen)
    assert (event.kind, event.at) == ("alert_resolved", minutes(40))


def test_an_alert_that_only_pended_is_routine() -> None:
    seen = picture(
        annotations=part(
            "grafana:main",
            (
                changed("OddSmell", 30, "Normal", "Pending", "hostname=media"),
                changed("OddSmell", 33, "Pending", "Normal (MissingSeries)", "hostname=media"),
            ),
        )
    )
    (event,) = timeline(seen)
    assert event.routine
    assert event.text == "alert OddSmell was pending and did not fire"


def test_an_alert_that_pended_before_the_window_and_never_fired_is_no_change() -> None:
    seen = picture(
        series={HISTORY.id: (alert_series("OddSmell", "pending", 0, 30, hostname="media"),)}
    )
    assert timeline(seen) == ()


def test_an_alert_that_fires_all_the_time_is_no_change() -> None:
    seen = picture(
        series={HISTORY.id: (alert_series("OddSmell", "firing", 0, 120, hostname="media"),)}
    )
    assert timeline(seen) == ()


def metric(query: int, labels: dict[str, str], *points: tuple[float, float]) -> dict[str, Any]:
    name = lifecycle_queries(START, NOW)[query].id
    series = Series(
        source="prometheus:main",
        labels=labels,
        points=tuple((minutes(at), value) for at, value in points),
        stats=SeriesStats(points=len(points)),
    )
    return {name: (series,)}


def test_a_container_tells_the_second_of_its_start() -> None:
    began = minutes(30.5).timestamp()
    labels = {"name": "sonarr", "hostname": "docker1", "image": "sonarr:4.0.17"}
    seen = picture(series=metric(0, labels, (31, began), (32, began), (90, began)))
    (event,) = timeline(seen)
    assert (event.kind, event.subject, event.at) == ("started", CONTAINER, minutes(30.5))
    assert event.text == "container sonarr of image sonarr:4.0.17 was started"


def test_many_starts_of_a_container_are_a_loop() -> None:
    labels = {"name": "sonarr", "hostname": "docker1"}
    starts = [(at, minutes(at).timestamp()) for at in (30, 35, 40, 45)]
    (event,) = timeline(picture(series=metric(0, labels, *starts)))
    assert event.text == "container sonarr was started at least 4 times in 15 min"
    assert (event.kind, event.severity) == ("restarted", Severity.WARNING)


def test_an_uptime_that_begins_anew_is_a_start_of_the_guest() -> None:
    points = [(at, (at - 20) * 60.0 + noise) for at, noise in ((25, 3.0), (26, 0.0), (27, 8.0))]
    (event,) = timeline(picture(series=metric(2, {"id": "qemu/101"}, *points)))
    assert (event.kind, event.subject, event.text) == ("started", GUEST, "media came up")


def test_a_mark_is_about_what_it_names() -> None:
    marks = (mark("Updated sonarr on docker1 to 4.0.17", 30, "update"), mark("Fuse changed", 50))
    update, note = timeline(picture(annotations=part("grafana:main", marks)))
    assert (update.kind, update.subject) == ("updated", CONTAINER)
    assert (note.kind, note.text) == ("annotation", "Fuse changed")


def test_an_update_in_log_and_annotation_is_one_event() -> None:
    marks = part("grafana:main", (mark("Updated sonarr to 4.0.17", 30, "update"),))
    told = history(line("Pulled new version of /sonarr", 29.5, "docker1", "watchtower"))
    (event,) = timeline(picture(annotations=marks), logs=[told])
    assert event.subject == CONTAINER
    assert event.text == "Updated sonarr to 4.0.17"
    assert event.at == minutes(29.5)
    assert set(event.sources) == {"grafana:main", "loki:main"}


def test_lines_that_were_written_yesterday_too_are_routine() -> None:
    lines = [
        line("image pulled digest 1234", at, host, "dockerd")
        for at, host in ((-1400, "docker1"), (30, "docker1"), (40, "media"))
    ]
    events = timeline(picture(), logs=[history(*lines)])
    assert events
    assert all(event.routine for event in events)


def test_new_errors_of_a_program_are_one_event() -> None:
    errors = [
        line("cannot open library", 100, "media", "jellyfin", "error"),
        line("segment missing", 101, "media", "jellyfin", "error"),
        line("old complaint 7", 102, "media", "jellyfin", "error"),
        line("old complaint 8", 10, "media", "jellyfin", "error"),
    ]
    (event,) = timeline(picture(), since=minutes(60), logs=[history(errors=errors)])
    assert event.kind == "log_new"
    assert event.text == "new error: cannot open library (2 lines, 2 kinds)"
    assert event.subject == Subject(kind=SubjectKind.CONTAINER, name="media/jellyfin")


def test_without_what_was_written_before_nothing_is_called_new() -> None:
    errors = [line("cannot open library", 100, "media", "jellyfin", "error")]
    cut = history(errors=errors, complete_from=minutes(90))
    assert timeline(picture(), since=minutes(60), logs=[cut]) == ()


def test_a_burst_of_errors_is_measured_against_its_own_past() -> None:
    loud = counts([1, 2, 1, 2, 1, 2, 1, 40, 35, 1, 1, 1])
    (event,) = timeline(picture(), logs=[history(error_counts=[loud])])
    assert event.kind == "log_burst"
    assert event.text == "jellyfin wrote 40 error lines within 10 min, usually 1"
    steady = counts([40, 38, 41, 40, 44, 39, 40, 43, 41, 40, 42, 40])
    assert timeline(picture(), logs=[history(error_counts=[steady])]) == ()


def test_a_program_that_falls_silent_is_told() -> None:
    quiet = counts([20, 22, 19, 21, 20, 18, 0, 0, 0, 0, 0, 0])
    (event,) = timeline(picture(), logs=[history(all_counts=[quiet])])
    assert (event.kind, event.at) == ("log_silence", minutes(60))


def test_the_pictures_own_counts_serve_without_a_history() -> None:
    loud = counts([10, 10, 10, 10, 10, 10, 10, 400, 10, 10, 10, 10])
    (event,) = timeline(picture(log_volume=part("loki:main", (loud,))))
    assert event.text == "jellyfin wrote 400 lines within 10 min, usually 10"


def test_findings_tell_when_they_began_and_ended() -> None:
    lasting = finding("pool_degraded", POOL, 30)
    over = finding(
        "io_wait", GUEST, 0, open_start=True, active=False, until=minutes(50), says="waits"
    )
    standing = finding("disk_awake", DISK, 40, severity=Severity.NOTE)
    began, routine, ended = timeline(picture(), lasting, over, standing)
    assert (began.kind, began.subject, began.routine) == ("finding_began", POOL, False)
    assert routine.routine
    assert (ended.kind, ended.at, ended.text) == ("finding_ended", minutes(50), "no longer: waits")


def test_a_backup_that_begins_is_routine_until_it_does_harm() -> None:
    began = finding("backup_load", NODE, 30, told="log", severity=Severity.NOTE)
    (event,) = timeline(picture(), began)
    assert event.routine
    slowed = finding("backup_load", NODE, 31, severity=Severity.WARNING)
    (event,) = timeline(picture(), began, slowed)
    assert not event.routine


def test_jobs_of_the_nas_that_fail_are_told() -> None:
    from providers.truenas.system_models import Job, SystemReport

    good = Job(source="truenas:main", id=1, method="replication.run", state="success",
               description="fast-to-tank", started=minutes(10), ended=minutes(20))  # fmt: skip
    bad = Job(source="truenas:main", id=2, method="replication.run", state="failed",
              description="tank-to-pbs", started=minutes(30), ended=minutes(31),
              error="no route to host")  # fmt: skip
    report = SystemReport(source="truenas:main", jobs=(good, bad))
    routine, event = timeline(picture(nas=part("truenas:main", report)))
    assert routine.routine
    assert event.kind == "task_failed"
    assert event.text == "tank-to-pbs failed on main: no route to host"


def test_what_ended_within_the_window_is_told_though_it_began_before() -> None:
    run = task("vzdump", 10, 60)
    seen = picture(tasks=tasks(run))
    assert [event.until for event in timeline(seen, since=minutes(60))] == [minutes(70)]
    assert timeline(seen, since=minutes(80)) == ()


def test_the_most_telling_leave_routine_to_the_last() -> None:
    events = timeline(
        picture(tasks=tasks(task("qmstart", 5), task("aptupdate", 6, vmid=None, guest=None))),
        finding("pool_degraded", POOL, 30),
        finding("io_wait", GUEST, 20, severity=Severity.WARNING),
    )
    assert len(events) == 4
    assert [event.subject for event in most_telling(events, 2)] == [GUEST, POOL]
    assert len(most_telling(events)) == 3
    assert len(most_telling(events, routine=True)) == 4


def test_events_about_a_guest_hold_what_it_stands_on() -> None:
    events = timeline(
        picture(),
        finding("node_down", NODE, 10),
        finding("pool_degraded", POOL, 30),
        finding("restart_loop", CONTAINER, 40),
        finding("oom_kill", OTHER_GUEST, 50),
    )
    topology = small_topology()
    about = events_about(events, [OTHER_GUEST], topology)
    assert [event.subject for event in about] == [NODE, CONTAINER, OTHER_GUEST]
    assert [one.subject for one in events_about(events, [NAS], topology)] == [POOL]
    assert [one.subject for one in events_about(events, [GUEST], topology)] == [NODE]


def test_an_investigation_gets_what_changed_with_its_subjects() -> None:
    seen = picture(tasks=tasks(task("qmstop", 20), task("aptupdate", 6, vmid=None, guest=None)))
    wrong = [finding("pool_degraded", POOL, 30), finding("oom_kill", OTHER_GUEST, 50)]
    events = events_around(seen, small_topology(), wrong, bundled(), [GUEST])
    assert [event.kind for event in events] == ["stopped"]
    every = events_around(seen, small_topology(), wrong, bundled())
    assert [event.subject for event in every] == [GUEST, POOL, OTHER_GUEST]
    assert len(events_around(seen, small_topology(), wrong, bundled(), most=1)) == 1


def test_an_update_that_broke_nothing_is_an_update() -> None:
    update = finding(
        "updated", CONTAINER, 30, told="log", says="updated to 4.0", source="loki:main",
        severity=Severity.NOTE, event=True,
    )  # fmt: skip
    (event,) = timeline(picture(), update)
    assert (event.kind, event.routine) == ("updated", False)


def test_at_the_time_it_began_stands_what_it_was_then() -> None:
    now = finding("disk_failing", DISK, 30, says="sdh has 45", text_then="sdh has 1, later 45")
    (event,) = timeline(picture(), now)
    assert event.text == "sdh has 1, later 45"
