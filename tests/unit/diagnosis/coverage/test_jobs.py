"""What a backup job takes and leaves out, and how its last run is judged."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from providers.proxmox import BackupJob, Guest, Task
from sre_tui.diagnosis.coverage.jobs import BackupJobState, jobs_of
from sre_tui.diagnosis.coverage.logic import Evidence
from sre_tui.diagnosis.coverage.owners import Held, Seen
from sre_tui.views.backup_jobs import omissions

PVE = "proxmox:main"
NOW = datetime(2026, 11, 22, 15, 23, tzinfo=UTC)
DUE = datetime(2026, 11, 22, 1, 30, tzinfo=UTC)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


def guest(vmid: int, name: str, node: str = "pve1", **more: Any) -> Guest:
    return Guest(source=PVE, vmid=vmid, name=name, type="lxc", node=node, **more)


GUESTS = (
    guest(101, "media"), guest(102, "web", "pve2"), guest(103, "old"),
    guest(900, "image", template=True),
)  # fmt: skip


def job(name: str = "nightly", **more: Any) -> BackupJob:
    given: dict[str, Any] = {
        "schedule": "01:30", "storage": "pbs", "next_run": DUE + DAY, "all_guests": True,
    }  # fmt: skip
    return BackupJob(source=PVE, id=name, **(given | more))


def task(state: str = "ok", node: str = "pve1", started: datetime = DUE, **more: Any) -> Task:
    given: dict[str, Any] = {"ended": started + 20 * MINUTE, "status": "OK"}
    return Task.model_validate(
        {"source": PVE, "upid": f"{node}{started}", "node": node, "type": "vzdump",
         "started": started, "state": state} | given | more
    )  # fmt: skip


def states(
    *jobs: BackupJob,
    tasks: Sequence[Task] | None = (task(),),
    at: Sequence[tuple[int, datetime]] = (),
    guests: Sequence[Guest] = GUESTS,
) -> dict[str, BackupJobState]:
    seen = [
        Seen(Held("pbs:main/main", "snapshot", moment, storages=("pbs",)), "lxc", vmid,
             frozenset({PVE}))
        for vmid, moment in at
    ]  # fmt: skip
    evidence = Evidence(
        now=NOW, guests=guests, jobs={PVE: jobs}, seen=seen, listed={PVE: frozenset({"pbs"})}
    )
    told = {} if tasks is None else {PVE: tasks}
    found = jobs_of(evidence, told, {(PVE, "pbs"): "pbs:main/main"})
    return {one.id: one for one in found}


ALL = [(vmid, DUE + MINUTE) for vmid in (101, 102, 103, 900)]


def test_a_job_tells_whom_it_takes_and_leaves_out_and_why() -> None:
    nightly = job(exclude=(103, 900, 555), keep={"keep-daily": "7"})
    found = states(nightly, job("own", all_guests=False, vmids=(103,), schedule="sat 02:00"),
                   at=ALL)["nightly"]  # fmt: skip
    assert [one.label for one in found.guests] == ["media", "web"]
    assert (found.selection, found.gone, found.place) == (
        "all guests but 3", (555,), "pbs:main/main",
    )  # fmt: skip
    assert list(omissions(found)) == [
        "old (in own)", "image (template)", "ids that no guest has: 555",
    ]  # fmt: skip
    assert found.unprotected == ()
    assert states(nightly, at=ALL)["nightly"].unprotected == ("old",)


def test_of_many_that_other_jobs_take_the_number_is_enough() -> None:
    many = tuple(guest(vmid, f"web{vmid}") for vmid in range(200, 209))
    few = job("few", all_guests=False, vmids=(101, 103))
    found = states(job(exclude=(101,)), few, guests=(*GUESTS, *many))["few"]
    assert list(omissions(found)) == ["11 guests that other jobs take"]
    assert len(found.left_out) == 11


def test_a_job_for_one_node_leaves_out_nobody_of_another() -> None:
    found = states(job(node="pve2"), at=ALL, tasks=[task("error"), task(node="pve2")])["nightly"]
    assert [one.label for one in found.guests] == ["web"]
    assert (found.left_out, found.state) == ((), "ok")


@pytest.mark.parametrize(
    ("changes", "tasks", "at", "state", "reason"),
    [
        ({}, [task(), task(node="pve2", started=DUE + MINUTE)], ALL, "ok", ""),
        ({}, [task(), task("error", "pve2", status="job errors")], ALL, "failed",
         "pve2: job errors"),
        ({}, [task("warning", status="WARNINGS: 1")], ALL, "warning", "pve1: WARNINGS: 1"),
        ({}, [task("running", ended=None), task("error", "pve2")], ALL, "running", ""),
        ({}, [task()], [*ALL[1:], (101, DUE - DAY)], "missed",
         "its last run left nothing of media"),
        ({}, [task(started=DUE + timedelta(hours=3))], ALL, "unknown",
         "how its last run went is not known"),
        ({}, None, ALL, "unknown", "how its last run went is not known"),
        ({"enabled": False}, [task("error")], ALL, "disabled", "it does not run"),
        ({"all_guests": False, "vmids": (555,)}, [task()], ALL, "empty", "it takes no guest"),
        ({"schedule": ""}, [task()], ALL, "unknown", "no schedule"),
    ],
)  # fmt: skip
def test_how_the_last_run_went(
    changes: dict[str, Any],
    tasks: Sequence[Task] | None,
    at: Sequence[tuple[int, datetime]],
    state: str,
    reason: str,
) -> None:
    found = states(job(**changes), tasks=tasks, at=at)["nightly"]
    assert (found.state, found.reason) == (state, reason)


def test_the_run_of_two_jobs_that_begin_together_is_of_neither() -> None:
    found = states(job(), job("twin", all_guests=False, vmids=(101,)), tasks=[task("error")],
                   at=ALL)  # fmt: skip
    assert {one.state for one in found.values()} == {"unknown"}
    assert found["twin"].last is not None
    assert (found["twin"].last.due, found["twin"].last.began) == (DUE, None)


def test_without_guests_nothing_is_said_of_whom_it_takes() -> None:
    found = states(job(all_guests=False, vmids=(101,)), guests=())["nightly"]
    assert (found.state, found.gone) == ("unknown", ())


def test_those_that_need_attention_come_first() -> None:
    found = states(
        job("a"), job("b", enabled=False), job("c", all_guests=False, vmids=(1,)), at=ALL
    )
    assert list(found) == ["c", "b", "a"]
