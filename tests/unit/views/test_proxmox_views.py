"""How guests, nodes, tasks and storages look: words beside colours, nothing where nothing is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from commands.output import kept
from providers.proxmox import (
    Guest,
    Node,
    NodeReport,
    NodeStatus,
    Pressure,
    Space,
    Storage,
    Task,
)
from sre_tui.views.guests import GUESTS, PROPERTIES
from sre_tui.views.nodes import NODES
from sre_tui.views.storage import STORAGES
from sre_tui.views.table import TableView
from sre_tui.views.tasks import TASKS
from widgets.cell import Cell, Display, Tone, fit_columns

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
DISPLAY = Display(now=NOW, utc=None, wide=False)
GIB = 2**30


def cells(view: TableView[Any], row: Any) -> dict[str, Cell]:
    return {column.key: column.cell(row, DISPLAY) for column in view.columns}


def guest(**changes: Any) -> Guest:
    known: dict[str, Any] = {
        "source": "proxmox:main", "vmid": 101, "type": "lxc", "node": "pve1", "name": "media",
        "status": "running", "cpu": 0.97, "cpus": 4, "memory": 3 * GIB, "memory_size": 4 * GIB,
        "disk": GIB, "disk_size": 8 * GIB, "uptime": 90061.0,
    }  # fmt: skip
    return Guest(**(known | changes))


def test_a_guest() -> None:
    shown = cells(GUESTS, guest())
    assert (shown["status"].text, shown["status"].tone) == ("✓ running", Tone.OK)
    assert (shown["cpu"].text, shown["cpu"].tone) == ("███████░  97% ✗", Tone.ERROR)
    assert shown["memory"].text == "██████░░  75%"
    assert shown["disk"].text == "█░░░░░░░  12%"
    assert (shown["uptime"].text, shown["uptime"].sort) == ("1 d 1 h", 90061.0)


@pytest.mark.parametrize(
    ("changes", "text", "tone"),
    [
        ({"status": "stopped"}, "· stopped", Tone.MUTED),
        ({"status": "stopped", "onboot": True}, "✗ stopped, onboot", Tone.ERROR),
        ({"status": "stopped", "ha_state": "error"}, "✗ stopped, HA", Tone.ERROR),
        ({"status": "stopped", "onboot": True, "lock": "backup"}, "· stopped, backup", Tone.MUTED),
        ({"status": "error", "status_detail": "io-error"}, "◆ error, io-error", Tone.CRITICAL),
        ({"status": "stopped", "template": True}, "· template", Tone.MUTED),
        ({"status": "unknown", "name": None}, "✗ unknown", Tone.ERROR),
        ({"lock": "backup"}, "✓ running, backup", Tone.OK),
        ({"status": "paused"}, "▲ paused", Tone.WARNING),
    ],
)
def test_states_of_guests(changes: dict[str, Any], text: str, tone: Tone) -> None:
    cell = cells(GUESTS, guest(**changes))["status"]
    assert (cell.text, cell.tone) == (text, tone)


def test_a_name_that_is_not_of_now() -> None:
    cell = cells(GUESTS, guest(status="unknown", last_reported=NOW))["name"]
    assert (cell.text, cell.sort, cell.tone) == ("◌ media", "media", Tone.STALE)


def test_what_should_run_comes_before_what_runs_and_that_before_what_rests() -> None:
    changes: list[dict[str, Any]] = [
        {"template": True}, {"status": "stopped"}, {}, {"status": "paused"},
        {"status": "unknown"}, {"status": "stopped", "onboot": True}, {"status": "error"},
    ]  # fmt: skip
    ranks = [cells(GUESTS, guest(**each))["status"].sort for each in changes]
    assert ranks == sorted(ranks, key=lambda rank: -float(str(rank)))


def test_a_guest_that_does_not_run_has_no_load() -> None:
    shown = cells(GUESTS, guest(status="stopped", cpu=0.0, memory=0, uptime=0.0, disk=None))
    assert (shown["cpu"].text, shown["memory"].text, shown["uptime"].text) == ("", "", "")
    assert shown["disk"].text == "8.0 GiB"


def test_a_vm_may_use_more_than_its_memory() -> None:
    over = cells(GUESTS, guest(memory=5 * GIB))["memory"]
    assert over.text.startswith("████████ 125%")


def test_a_node() -> None:
    status = NodeStatus(
        source="proxmox:main", node="pve1", cpu=0.3, wait=0.25, load=(1.5, 17.0, 2.0), cpus=16,
        memory=Space(used=30 * GIB, size=64 * GIB), root=Space(used=95, size=100),
        uptime=3600.0, version="9.2.11", pressure=Pressure(cpu=0.01, io=0.4, memory=None),
    )  # fmt: skip
    node = Node(source="proxmox:main", name="pve1", status="online")
    shown = cells(NODES, NodeReport(node=node, status=status, guests_running=3, guests=4))
    assert (shown["load"].text, shown["load"].tone) == ("▲ 1.50 17.00 2.00", Tone.WARNING)
    assert (shown["wait"].text, shown["root"].tone) == ("▲ 25 %", Tone.ERROR)
    assert (shown["swap"].text, shown["guests"].text) == ("", "3 of 4")
    assert shown["pressure"].text == "▲ cpu 1 % io 40 %"
    silent = cells(NODES, NodeReport(node=node))
    assert (silent["status"].text, silent["memory"].text) == ("▲ online, no answer", "")
    gone = Node(source="proxmox:main", name="pve3", status="offline")
    assert cells(NODES, NodeReport(node=gone, guests=13))["guests"].text == "? of 13"


def test_tasks() -> None:
    task = Task(
        source="proxmox:main", upid="UPID:x", node="pve1", type="vzdump", subject="101", vmid=101,
        guest="media", user="root@pam", started=NOW - timedelta(minutes=5), state="running",
        status="RUNNING",
    )  # fmt: skip
    shown = cells(TASKS, task)
    assert (shown["subject"].text, shown["seconds"].text) == ("media (101)", "5 min so far")
    assert shown["status"].text == ""
    failed = task.model_copy(
        update={"state": "error", "status": "job errors", "ended": NOW,
                "log": ("ERROR: Backup of VM 101 failed - no room", "TASK ERROR: job errors")}
    )  # fmt: skip
    shown = cells(TASKS, failed)
    assert shown["state"].text == "✗ error"
    assert shown["status"].text == "job errors: ERROR: Backup of VM 101 failed - no room"
    assert shown["seconds"].text == "5 min"


@pytest.mark.parametrize(
    ("status", "line", "shown"),
    [
        (
            "job errors",
            "ERROR: Backup of VM 103 failed",
            "job errors: ERROR: Backup of VM 103 failed",
        ),
        ("can't lock file", "TASK ERROR: can't lock file", "can't lock file"),
        ("exit code 255", "ERROR: exit code 255 of qm", "ERROR: exit code 255 of qm"),
    ],
)
def test_the_message_of_a_task_is_told_once(status: str, line: str, shown: str) -> None:
    task = Task(
        source="proxmox:main", node="pve1", upid="UPID:a", type="vzdump", subject="", user="a@pam",
        started=NOW, state="error", status=status, log=(line,),
    )  # fmt: skip
    assert cells(TASKS, task)["status"].text == shown


def test_storages() -> None:
    storage = Storage(
        source="proxmox:main", name="nfs", nodes=("a", "b"), type="nfs", shared=True,
        status="available", used=91, size=100, troubled=("b",), counts={"backup": 3, "iso": 1},
    )  # fmt: skip
    shown = cells(STORAGES, storage)
    assert (shown["status"].text, shown["status"].tone) == ("▲ available, not on b", Tone.WARNING)
    assert (shown["ratio"].tone, shown["counts"].text) == (Tone.ERROR, "3 backup, 1 iso")
    dead = storage.model_copy(update={"status": "inactive", "used": None, "troubled": ()})
    shown = cells(STORAGES, dead)
    assert (shown["status"].text, shown["ratio"].text) == ("✗ inactive", "not reported")


@pytest.mark.parametrize("view", [GUESTS, NODES, TASKS, STORAGES, PROPERTIES])
def test_what_matters_fits_a_narrow_terminal(view: TableView[Any]) -> None:
    kept = [column.key for column, _ in fit_columns(view.columns, 80)]
    assert kept[: sum(c.priority == 0 for c in view.columns)]
    assert {c.key for c in view.columns if c.priority == 0} <= set(kept)


@pytest.mark.parametrize("view", [GUESTS, NODES, TASKS, STORAGES])
def test_the_source_is_shown_where_rows_have_several(view: TableView[Any]) -> None:
    column = next(column for column in view.columns if column.key == "source")
    assert kept(column, ["proxmox:main", "proxmox:main"]) is None
    shown = kept(column, ["proxmox:main", "proxmox:garage"])
    assert shown is not None
    assert shown.priority == 0
