"""How a report counts backups: each run once, each guest once."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Literal

import pytest

from providers.pbs import Contents, Datastore, GarbageCollection, RunState, Snapshot
from providers.pbs import Task as ServerTask
from providers.proxmox import Task
from providers.reading import Reading, State
from sre_tui.diagnosis.coverage.routes import Store
from sre_tui.report.backup_runs import Run, joined_runs, known_since
from sre_tui.report.collectors.backups import by_day, reported_store, verified_of

from .window import DAY, HOUR, MINUTE, NOW, scope


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
    days = list(by_day(runs, scope(tmp_path, 1)))
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
    days = list(by_day(nightly(10), month, first))
    assert [one.ok for one in days] == [1] * 10
    # Who backs up once a week had no backup before the first of these.
    weekly = [run for run in nightly(30) if (NOW - run.ended).days % 7 == 6]
    assert known_since(weekly, month) is None


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
