"""The truth about backups: it agrees with metrics and logs, and holds the oddities of real labs."""

from __future__ import annotations

from math import floor

import pytest

from sre_tui.demo.scenario import QUIET
from sre_tui.demo.telemetry import Matcher
from sre_tui.demo.world.backups import Snapshot
from sre_tui.demo.world.world import World

from .conftest import ANCHOR, Ask, MakeWorld

DAY = 86_400.0


def newest(world: World, vmid: int, now: float = ANCHOR) -> Snapshot:
    return [s for s in world.backups.snapshots("main", now) if s.id == str(vmid)][-1]


@pytest.mark.parametrize("after", [0.0, 36_000.0, 38_000.0, 40_000.0, 60_000.0])
def test_newest_snapshots_are_those_of_the_metrics(quiet_world: World, after: float) -> None:
    # Exporters are asked every 15 s and know of a backup when its slot is over.
    now = ANCHOR + after
    told = quiet_world.series.select(
        [Matcher("__name__", "=", "pbs_snapshot_vm_last_timestamp")], now - 60, now
    )
    late = 0
    for series in told:
        snapshot = newest(quiet_world, int(series.labels["vm_id"]), now)
        assert snapshot.namespace == series.labels["namespace"]
        late += snapshot.time != floor(series.values[-1])
    assert late <= 1


def test_counts_are_those_of_the_metrics(quiet_world: World, ask: Ask) -> None:
    kept = [s for s in quiet_world.backups.snapshots("main", ANCHOR) if s.namespace != "hosts"]
    assert ask(quiet_world, "sum(pbs_snapshot_count)") == [len(kept)]


def test_runs_end_when_the_log_says_so(quiet_world: World) -> None:
    start = floor(ANCHOR / DAY) * DAY
    runs = [r for r in quiet_world.backups.runs(start, start + DAY) if r.job.is_nightly]
    assert len(runs) == 40
    lines = {
        entry.line.split("VM ")[1].split()[0]: entry.time_ns / 1e9
        for stream in quiet_world.logs.select(
            [Matcher("service_name", "=", "vzdump")], int(start * 1e9), int((start + DAY) * 1e9)
        )
        for entry in stream.entries
        if "Finished Backup" in entry.line
    }
    assert {str(r.guest.vmid): round(r.end) for r in runs} == {
        vmid: round(at) for vmid, at in lines.items()
    }


def test_every_guest_is_covered_in_the_quiet_homelab(quiet_world: World) -> None:
    nightly = [job for job in quiet_world.backups.jobs(ANCHOR) if job.is_nightly]
    covered = [guest.name for job in nightly for guest in job.guests]
    assert sorted(covered) == sorted(guest.name for guest in quiet_world.homelab.guests)
    since = ANCHOR - 30 * DAY
    assert not [run for run in quiet_world.backups.runs(since, ANCHOR) if run.error]
    assert not [run for run in quiet_world.backups.upkeep.runs(since, ANCHOR) if run.error]


def test_the_quiet_homelab_has_the_oddities_of_real_ones(quiet_world: World) -> None:
    backups = quiet_world.backups
    snapshots = backups.snapshots("main", ANCHOR)
    assert {s.namespace for s in snapshots} == {"", "lab", "hosts"}
    assert {s.namespace for s in backups.snapshots("archive", ANCHOR)} == {"copies", "copies/lab"}
    vmids = {str(guest.vmid) for guest in quiet_world.homelab.guests}
    orphans = {s.id for s in snapshots if s.type != "host"} - vmids
    assert orphans == {"1190", "9010"}
    assert {relic.vmid for relic in backups.plan.relics if relic.template} == {9000, 9001}
    assert {a.guest.name for a in backups.archives(ANCHOR)} >= {"proxy", "db"}
    home = quiet_world.homelab.guest_by_name["homeassistant"]
    names = {s.comment for s in snapshots if s.id == str(home.vmid)}
    assert names == {"domoticz", "homeassistant"}
    oldest_own = min(s.time for s in snapshots if s.comment == home.name)
    assert backups.created(home) < oldest_own
    assert any(s.protected for s in snapshots)


def test_failures_leave_no_snapshot_and_their_reason(world_with: MakeWorld) -> None:
    world = world_with(
        {"kind": "backup_failing", "target": "mail", "at": "-3d", "reason": "no space"}
    )
    runs = [r for r in world.backups.runs(ANCHOR - 3 * DAY, ANCHOR) if r.guest.name == "mail"]
    assert [run.error for run in runs if run.job.is_nightly] == ["no space"] * 3
    guest = world.homelab.guest_by_name["mail"]
    assert newest(world, guest.vmid).time < ANCHOR - 3 * DAY
    tasks = [t for t in world.backups.node_runs(ANCHOR - DAY, ANCHOR) if len(t.job.guests) > 5]
    assert {task.status for task in tasks if task.node == guest.node} == {"job errors"}
    assert {task.status for task in tasks if task.node != guest.node} == {"OK"}


def test_a_guest_without_a_job_has_no_runs_at_all(world_with: MakeWorld) -> None:
    world = world_with({"kind": "backup_missing", "target": "mail", "at": "-3d"})
    backups, guest = world.backups, world.homelab.guest_by_name["mail"]
    assert not [r for r in backups.runs(ANCHOR - 3 * DAY, ANCHOR) if r.guest == guest]
    assert all(guest not in job.guests for job in backups.jobs(ANCHOR))
    assert any(guest in job.guests for job in backups.jobs(ANCHOR - 4 * DAY))
    assert newest(world, guest.vmid).time < ANCHOR - 3 * DAY


def test_damaged_backups_fail_their_verification(world_with: MakeWorld) -> None:
    world = world_with({"kind": "verify_failing", "target": "mail", "at": "-5h"})
    vmid = world.homelab.guest_by_name["mail"].vmid
    states = [s.verified for s in world.backups.snapshots("main", ANCHOR) if s.id == str(vmid)]
    assert states == ["ok"] * 18 + ["failed"] * 3
    assert newest(world, vmid, ANCHOR - 6 * 3600).verified == "ok"


def test_a_full_archive_is_not_synced_to(world_with: MakeWorld) -> None:
    world = world_with(
        {"kind": "datastore_full", "target": "archive", "at": "-4d", "within": "2d",
         "severity": 0.9}
    )  # fmt: skip
    newest_copy = world.backups.snapshots("archive", ANCHOR)[-1]
    assert newest_copy.time < ANCHOR - 2 * DAY
    assert world.backups.upkeep.freed("archive", world.backups.upkeep.runs(
        ANCHOR - 3 * DAY, ANCHOR)[0]) == 0  # fmt: skip


def test_a_thousand_guests_are_backed_up_too() -> None:
    world = World.create(QUIET, guests=1000, anchor=ANCHOR)
    snapshots = world.backups.snapshots("main", ANCHOR)
    assert len({s.id for s in snapshots if s.type != "host"}) == 1002
