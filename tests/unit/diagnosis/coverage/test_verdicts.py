"""Verdicts on backups: every way a guest can be covered or not, and no false alarm."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.proxmox import BackupJob, Guest, GuestType
from sre_tui.diagnosis.coverage.calendar import read_calendar
from sre_tui.diagnosis.coverage.logic import Evidence, FailedRun, judge
from sre_tui.diagnosis.coverage.model import (
    GuestCoverage,
    Verdict,
    rank,
)
from sre_tui.diagnosis.coverage.owners import Held, Seen, noted_name, orphans
from sre_tui.tools.backup_coverage_listing import CoverageListing
from sre_tui.views.backup_coverage import remark

NOW = datetime(2026, 11, 22, 15, 23, 23, tzinfo=UTC)
"""A Sunday."""
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PVE, OTHER = "proxmox:main", "proxmox:other"


def guest(vmid: int = 101, name: str | None = "media", **more: Any) -> Guest:
    given: dict[str, Any] = {"source": PVE, "type": "lxc", "node": "pve1", "status": "running"}
    return Guest(vmid=vmid, name=name, **(given | more))


def job(**more: Any) -> BackupJob:
    given: dict[str, Any] = {
        "source": PVE, "id": "nightly", "schedule": "01:30", "storage": "pbs-main",
        "vmids": (101,), "next_run": datetime(2026, 11, 23, 1, 30, tzinfo=UTC),
    }  # fmt: skip
    return BackupJob(**(given | more))


def seen(
    at: datetime,
    *,
    name: str | None = "media",
    verified: Literal["ok", "failed"] | None = "ok",
    place: str = "pbs:main/main",
    vmid: int = 101,
    kind: GuestType = "lxc",
    source: str = "",
    storage: str | None = None,
) -> Seen:
    copy = Held(
        place=place, kind="snapshot", at=at, size=1, name=name, verified=verified,
        storages=(storage,) if storage else (),
    )  # fmt: skip
    return Seen(copy, kind, vmid, frozenset({source} if source else {PVE, OTHER}))


def last_night(days: int = 0) -> datetime:
    return datetime(2026, 11, 22, 1, 41, tzinfo=UTC) - days * DAY


def verdict(
    *backups: Seen, of: Guest | None = None, jobs: Sequence[BackupJob] | None = None, **more: Any
) -> GuestCoverage:
    known = {PVE: [job()] if jobs is None else jobs}
    evidence = Evidence(**{"now": NOW, "guests": [of or guest()], "jobs": known, "seen": backups,
                           **more})  # fmt: skip
    return judge(evidence)[0]


def test_a_backup_of_last_night_is_fine() -> None:
    found = verdict(seen(last_night()), seen(last_night(1)))
    assert (found.verdict, found.reason, found.copies) == ("ok", "", 2)
    assert found.due == datetime(2026, 11, 22, 1, 30, tzinfo=UTC)
    assert found.interval == 86_400
    assert found.age == (NOW - last_night()).total_seconds()
    assert not found.problem


@pytest.mark.parametrize(
    ("schedule", "newest", "expected"),
    [
        ("01:30", last_night(1), "stale"),
        ("fri 02:00", datetime(2026, 11, 20, 2, 15, tzinfo=UTC), "ok"),
        ("sat 02:00", NOW - 6 * DAY, "stale"),
        ("sun 15:00", NOW - 6.9 * DAY, "ok"),
        ("mon..fri 21:00", datetime(2026, 11, 20, 21, 4, tzinfo=UTC), "ok"),
        ("mon..fri 21:00", datetime(2026, 11, 19, 21, 4, tzinfo=UTC), "stale"),
        ("*/6:00", datetime(2026, 11, 22, 12, 1, tzinfo=UTC), "ok"),
        ("*/6:00", datetime(2026, 11, 22, 6, 1, tzinfo=UTC), "stale"),
        ("monthly", datetime(2026, 11, 1, 0, 20, tzinfo=UTC), "ok"),
        ("monthly", datetime(2026, 10, 1, 0, 20, tzinfo=UTC), "stale"),
        ("13:00", last_night(1) + 11.3 * HOUR, "ok"),
    ],
)
def test_age_is_measured_against_the_schedule(
    schedule: str, newest: datetime, expected: Verdict
) -> None:
    following = read_calendar(schedule).next(NOW)
    found = verdict(seen(newest), jobs=[job(schedule=schedule, next_run=following)])
    assert found.verdict == expected, found.reason


def test_a_job_in_another_zone_is_not_late() -> None:
    # 21:00 in New York is 02:00 UTC; half a day later it is due, and there.
    run = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
    found = verdict(seen(run - DAY), jobs=[job(schedule="21:00", next_run=run)])
    assert found.verdict == "ok"
    assert found.due == run - DAY


def test_an_unknown_zone_makes_patient() -> None:
    late = [job(schedule="21:00", next_run=None)]
    assert verdict(seen(NOW - 40 * HOUR), jobs=late).verdict == "ok"
    assert verdict(seen(NOW - 80 * HOUR), jobs=late).verdict == "stale"


def test_clocks_may_differ_and_summer_time_may_end() -> None:
    assert verdict(seen(datetime(2026, 11, 22, 0, 31, tzinfo=UTC))).verdict == "ok"
    ahead = verdict(seen(NOW + 10 * HOUR / 60))
    assert (ahead.verdict, ahead.age) == ("ok", 0.0)


def test_a_backup_that_is_being_made_is_no_failure() -> None:
    hours_later = [job(schedule="02:00", next_run=datetime(2026, 11, 23, 2, tzinfo=UTC))]
    running = verdict(seen(last_night(1)), of=guest(lock="backup"), jobs=hours_later)
    assert (running.verdict, running.running) == ("ok", True)
    assert verdict(seen(last_night(2)), of=guest(lock="backup")).verdict == "stale"
    assert verdict(of=guest(lock="backup")).verdict == "pending"


def test_no_backup_at_all() -> None:
    found = verdict()
    assert (found.verdict, found.newest, found.age) == ("never", None, None)
    assert "2026-11-22 01:30 UTC" in found.reason


def test_a_guest_made_today_has_time() -> None:
    found = verdict(created={(PVE, 101): NOW - 3 * HOUR})
    assert found.verdict == "pending"
    assert "2026-11-23 01:30 UTC" in found.reason


def test_no_job_selects_it() -> None:
    found = verdict(seen(last_night(3)), jobs=[job(vmids=(102,))])
    assert found.verdict == "not_covered"
    assert found.reason == "no backup job selects it; its newest backup is 3 d 13 h old"
    assert found.jobs == ()


def test_a_disabled_job_covers_nobody() -> None:
    found = verdict(jobs=[job(enabled=False)])
    assert found.verdict == "not_covered"
    assert "disabled" in found.reason


def test_a_stopped_guest_is_judged_like_any_other() -> None:
    assert verdict(seen(last_night()), of=guest(status="stopped")).verdict == "ok"
    assert verdict(of=guest(status="stopped"), jobs=[]).verdict == "not_covered"


@pytest.mark.parametrize(
    ("changes", "jobs"),
    [
        ({"tags": ("lab", "no-backup")}, [job(vmids=(102,))]),
        ({}, [job(vmids=(), all_guests=True, exclude=(101,))]),
    ],
)
def test_left_out_on_purpose_is_no_problem(changes: dict[str, Any], jobs: list[BackupJob]) -> None:
    found = verdict(of=guest(**changes), jobs=jobs)
    assert found.verdict == "excluded"
    assert not found.problem
    assert "on purpose" in found.reason


def test_templates_are_told_apart() -> None:
    assert verdict(of=guest(template=True), jobs=[]).verdict == "template"


@pytest.mark.parametrize(
    ("selection", "changes", "covered"),
    [
        ({"all_guests": True}, {}, True),
        ({"all_guests": True, "node": "pve2"}, {}, False),
        ({"pool": "prod"}, {"pool": "prod"}, True),
        ({"pool": "prod"}, {"pool": "lab"}, False),
        ({"pool": "prod"}, {}, False),
        ({"vmids": (100, 101)}, {}, True),
    ],
)
def test_whom_a_job_selects(
    selection: dict[str, Any], changes: dict[str, Any], covered: bool
) -> None:
    found = verdict(of=guest(**changes), jobs=[job(**{"vmids": (), **selection})])
    assert bool(found.jobs) == covered


def test_a_hidden_pool_is_decided_by_the_server() -> None:
    pool = [job(vmids=(), pool="prod")]
    assert verdict(jobs=pool, uncovered={PVE: frozenset({102})}).jobs
    assert not verdict(jobs=pool, uncovered={PVE: frozenset({101})}).jobs


def test_damaged_backups() -> None:
    found = verdict(seen(last_night(), verified="failed"), seen(last_night(3)))
    assert found.verdict == "damaged"
    assert found.newest is not None
    assert found.newest.at == last_night(3)
    assert found.damaged is not None
    assert verdict(seen(last_night(), verified="failed")).verdict == "damaged"


def test_a_sound_copy_elsewhere_is_as_good() -> None:
    found = verdict(
        seen(last_night(), verified="failed"),
        seen(last_night(), verified="ok", place="pbs:main/archive:copies"),
    )
    assert (found.verdict, found.damaged) == ("ok", None)
    assert found.newest is not None
    assert found.newest.place == "pbs:main/archive:copies"
    unverified = verdict(
        seen(last_night(), verified="failed"),
        seen(last_night(), verified=None, place="pbs:main/archive:copies"),
    )
    assert (unverified.verdict, unverified.copies) == ("damaged", 0)


def test_a_plain_archive_counts() -> None:
    found = verdict(seen(last_night(), place="local on pve1", source=PVE, verified=None))
    assert found.verdict == "ok"


def test_a_second_job_that_left_nothing_is_remarked() -> None:
    run = datetime(2026, 11, 28, 3, 30, tzinfo=UTC)
    weekly = job(id="weekly", schedule="sat 03:30", storage="local", next_run=run)
    jobs, listed = [job(), weekly], {PVE: frozenset({"pbs-main", "local"})}
    tonight = seen(last_night(), storage="pbs-main")
    old = seen(run - 14 * DAY, storage="local", verified=None)
    found = verdict(tonight, old, jobs=jobs, listed=listed)
    assert found.verdict == "ok"
    assert "weekly (sat 03:30 to local)" in found.reason
    assert [each.late for each in found.jobs] == [False, True]
    recent = seen(run - 7 * DAY, storage="local", verified=None)
    assert verdict(tonight, recent, jobs=jobs, listed=listed).reason == ""
    assert verdict(tonight, old, jobs=jobs).reason == ""


def test_why_the_last_run_failed() -> None:
    text = "unable to create backup snapshot - ENOSPC: No space left on device"
    failures = {(PVE, ("lxc", 101)): FailedRun(last_night(), text)}
    found = verdict(seen(last_night(2)), failures=failures)
    assert found.verdict == "stale"
    assert text in found.reason
    assert found.error == text
    later = verdict(seen(last_night() + HOUR), failures=failures)
    assert (later.verdict, later.error) == ("ok", "")


def test_jobs_that_cannot_be_read_are_not_taken_for_none() -> None:
    found = verdict(seen(last_night()), jobs=[])
    assert found.verdict == "not_covered"
    blind = judge(Evidence(now=NOW, guests=[guest()], jobs={}, seen=[seen(last_night())]))[0]
    assert blind.verdict == "unknown"
    assert blind.newest is not None


def test_what_may_lie_where_nobody_could_look_is_not_missed() -> None:
    hidden: dict[str, Any] = {"unread": {PVE: frozenset({("pbs-main", "pve1")})}}
    assert verdict(seen(last_night(2)), **hidden).verdict == "unknown"
    assert verdict(**hidden).verdict == "unknown"
    assert verdict(seen(last_night()), **hidden).verdict == "ok"
    elsewhere: dict[str, Any] = {"unread": {PVE: frozenset({("usb", "pve1")})}}
    assert verdict(seen(last_night(2)), **elsewhere).verdict == "stale"


def test_a_renamed_guest_keeps_its_backups() -> None:
    backups = [seen(last_night()), seen(last_night(20), name="jellyfin")]
    found = verdict(*backups, created={(PVE, 101): NOW - 90 * DAY})
    assert (found.verdict, found.identity, found.copies) == ("ok", "renamed", 2)
    assert found.former_names == ("jellyfin",)
    assert verdict(*backups).identity == "unclear"


def test_backups_of_a_former_guest_under_the_same_id_do_not_count() -> None:
    backups = [seen(last_night(5), name="zoneminder"), seen(last_night(6), name="zoneminder")]
    found = verdict(*backups, created={(PVE, 101): NOW - 3 * DAY})
    assert (found.verdict, found.identity, found.copies) == ("never", "recreated", 0)
    assert found.former_names == ("zoneminder",)
    newer = verdict(seen(last_night()), *backups, created={(PVE, 101): NOW - 3 * DAY})
    assert (newer.verdict, newer.identity, newer.copies) == ("ok", "recreated", 1)


def test_what_was_known_of_a_source_that_cannot_be_asked_makes_nobody_ok() -> None:
    kept = {PVE: NOW - HOUR}
    fresh = verdict(seen(last_night()), kept=kept)
    assert (fresh.verdict, fresh.newest is None) == ("unknown", False)
    assert fresh.reason == "proxmox:main cannot be asked since 2026-11-22 14:23 UTC"
    assert verdict(seen(last_night(2)), kept=kept).verdict == "stale"
    assert verdict(seen(last_night()), kept={OTHER: NOW}).verdict == "ok"


def test_two_clusters_may_use_the_same_ids() -> None:
    here, there = guest(), guest(name="web", source=OTHER)
    evidence = Evidence(
        now=NOW,
        guests=[here, there],
        jobs={PVE: [job()], OTHER: [job(source=OTHER)]},
        seen=[
            seen(last_night(), name="web"),
            seen(last_night(2), source=PVE, place="local on pve1"),
            seen(last_night(), name="who-knows"),
        ],
    )
    found = {item.source: item for item in judge(evidence)}
    assert found[OTHER].verdict == "ok"
    assert found[PVE].verdict == "stale"
    assert found[PVE].places == ("local on pve1",)


def test_backups_of_guests_that_are_gone() -> None:
    known = [guest(), guest(102, "web", type="qemu")]
    backups = [
        seen(last_night()),
        seen(last_night(40), vmid=190, name="wiki"),
        seen(last_night(41), vmid=190, name="wiki", place="pbs:main/archive:copies"),
        seen(last_night(50), vmid=102, name="old-web"),
    ]
    found = orphans(known, backups)
    assert [(one.vmid, one.name, one.copies) for one in found] == [
        (190, "wiki", 2), (102, "old-web", 1),
    ]  # fmt: skip
    assert found[0].places == ("pbs:main/main", "pbs:main/archive:copies")
    assert "web (102), a virtual machine" in found[1].reason


@pytest.mark.parametrize(
    ("notes", "name"),
    [
        ("media", "media"), ("  media\n", "media"), ("pve1, media, 101", "media"),
        ("before the upgrade", None), ("", None), ("other.example", "other.example"),
    ],
)  # fmt: skip
def test_names_in_notes(notes: str, name: str | None) -> None:
    assert noted_name(notes, "media") == name


def test_the_gravest_come_first() -> None:
    items = [verdict(seen(last_night())), verdict(), verdict(seen(last_night(4)))]
    ordered = sorted(items, key=rank)
    assert [item.verdict for item in ordered] == ["never", "stale", "ok"]
    listing = CoverageListing(items=tuple(ordered), counts={"never": 1, "stale": 1, "ok": 1})
    told = "1 of 3 guests without a good backup, 1 with a late one: media (never), media (stale)"
    assert listing.gist() == told
    # What is late is there all the same, and what is left out on purpose is not expected.
    late = CoverageListing(items=(ordered[1],), counts={"stale": 1, "ok": 2, "excluded": 1})
    assert late.gist() == "1 of 3 guests with a late backup, none without a good one: media (stale)"
    assert ordered[0].model_dump(mode="json")["problem"] is True


@given(
    ages=st.lists(st.floats(0, 60), max_size=8),
    schedule=st.sampled_from(["01:30", "sat 02:00", "*/6:00", "mon..fri 21:00", "monthly", "bad"]),
    state=st.sampled_from(["ok", "failed", None]),
)
def test_more_backups_never_make_it_worse(
    ages: list[float], schedule: str, state: Literal["ok", "failed"] | None
) -> None:
    jobs = [job(schedule=schedule, next_run=None)]
    backups = [seen(NOW - age * DAY, verified=state) for age in ages]
    before = verdict(*backups, jobs=jobs)
    after = verdict(*backups, seen(NOW - HOUR), jobs=jobs)
    assert after.verdict == "ok"
    assert before.problem or before.newest is not None or before.verdict == "pending"
    if before.verdict == "ok":
        assert before.newest is not None


def test_a_storage_of_another_node_hides_nothing() -> None:
    hidden: dict[str, Any] = {"unread": {PVE: frozenset({("pbs-main", "pve2")})}}
    assert verdict(seen(last_night(2)), **hidden).verdict == "stale"


def test_what_lies_on_a_node_that_is_offline_is_not_called_missing() -> None:
    jobs = [job(), job(id="weekly", schedule="sat 03:30", storage="local")]
    off: dict[str, Any] = {"unread": {PVE: frozenset({("local", "pve1")})},
                           "listed": {PVE: frozenset({"pbs-main", "local"})},
                           "offline": {PVE: {"pve1": None}}}  # fmt: skip
    newest = seen(last_night(), storage="pbs-main")
    found = verdict(newest, jobs=jobs, **off)
    assert found.reason == (
        "what weekly (sat 03:30 to local) left cannot be looked into: node pve1 is offline"
    )
    assert not any(each.late for each in found.jobs)
    online = verdict(newest, jobs=jobs, **{**off, "offline": {}})
    assert online.reason == "what weekly (sat 03:30 to local) left cannot be looked into"
    shown = verdict(newest, jobs=jobs, **{**off, "unread": {}})
    assert shown.reason.startswith("the last run of another job left nothing: weekly")
    assert [each.late for each in shown.jobs] == [False, True]
    stale = verdict(seen(last_night(2)), **off)
    assert stale.reason == (
        "no backup since the run of 2026-11-22 01:30 UTC, and its node pve1 is offline; the newest "
        "good one is of 2026-11-20 01:41 UTC"
    )
    assert remark(stale) == (
        "no backup since the run of 2026-11-22 01:30 UTC, and its node pve1 is offline"
    )
    before = {**off, "offline": {PVE: {"pve1": last_night(1)}}}
    assert remark(verdict(seen(last_night(2)), **before)) == (
        "no backup since the run of 2026-11-22 01:30 UTC: its node pve1 is offline since about "
        "2026-11-21 01:41 UTC, so that no job could run there"
    )
    after = {**off, "offline": {PVE: {"pve1": NOW}}}
    assert remark(verdict(seen(last_night(2)), **after)).endswith(
        "01:30 UTC, and its node pve1 is offline since about 2026-11-22 15:23 UTC"
    )


def test_one_datastore_under_two_names_makes_no_job_late() -> None:
    """Both storages lead to the same place, so what one job leaves there the other has as well."""
    copy = seen(last_night()).copy._replace(storages=("pbs-also", "pbs-main"))
    jobs = [job(), job(id="second", schedule="00:30", storage="pbs-also")]
    found = verdict(
        Seen(copy, "lxc", 101, frozenset({PVE})), jobs=jobs, listed={PVE: {"pbs-main", "pbs-also"}}
    )
    assert (found.verdict, found.reason) == ("ok", "")
    assert not any(each.late for each in found.jobs)
    assert found.newest is not None
    assert found.newest.storage == "pbs-also"


def test_guests_that_cannot_be_judged_are_no_all_clear() -> None:
    listing = CoverageListing(counts={"ok": 2, "unknown": 3, "template": 1})
    assert listing.gist() == "3 of 5 guests cannot be judged, the others are backed up"
    assert CoverageListing(counts={"ok": 2}).gist() == (
        "all 2 guests backed up or left out on purpose"
    )
