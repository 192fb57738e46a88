"""What people see of datastores, groups of backups and tasks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from providers.pbs import Datastore, GarbageCollection, Snapshot, Task
from sre_tui.tools.pbs_backups import groups
from sre_tui.tools.pbs_data import Backup, DatastoreListing
from sre_tui.views.backup_coverage import COVERAGE
from sre_tui.views.backup_tasks import BACKUP_TASKS
from sre_tui.views.backups import BACKUPS
from sre_tui.views.datastores import DATASTORES
from sre_tui.views.table import TableView
from widgets.cell import Display, Tone, fit_columns

NOW = datetime(2026, 11, 22, 15, 23, 23, tzinfo=UTC)
DISPLAY = Display(now=NOW, utc=None, wide=True)
DAY = timedelta(days=1)


def cells(view: TableView[Any], row: object) -> dict[str, str]:
    return {column.key: column.cell(row, DISPLAY).text for column in view.columns}


def tones(view: TableView[Any], row: object) -> dict[str, Tone]:
    return {column.key: column.cell(row, DISPLAY).tone for column in view.columns}


def store(**more: Any) -> Datastore:
    return Datastore(**{"source": "pbs:main", "name": "main", **more})


def test_a_datastore_that_fills_up() -> None:
    row = store(
        total=10 * 2**40, used=int(9.6 * 2**40), growth=2.0**35, full_basis="recent",
        full_at=NOW + 12 * DAY,
        trend="growing", gc=GarbageCollection(state="ok", last_run=NOW - DAY, removed=0),
    )  # fmt: skip
    shown, tone = cells(DATASTORES, row), tones(DATASTORES, row)
    assert shown["ratio"].startswith("████████"[:7])
    assert "96%" in shown["ratio"]
    assert (shown["growth"], shown["full_at"]) == ("+32.0 GiB/d", "in 12 d")
    assert (shown["state"], shown["full_basis"]) == ("✗ nearly full", "last 2 days")
    assert (shown["gc"], shown["freed"]) == ("✓ ok 1 d ago", "0 B")
    assert (tone["ratio"], tone["full_at"]) == (Tone.ERROR, Tone.WARNING)


@pytest.mark.parametrize(
    ("changes", "state", "full"),
    [
        ({"error": "ENOENT"}, "✗ unreadable", ""),
        ({"mount": "notmounted"}, "· not plugged in", ""),
        ({"maintenance": "offline (disk swap)"}, "· maintenance offline (disk swap)", ""),
        ({"maintenance": "read-only", "error": "EIO"}, "✗ unreadable", ""),
        ({"maintenance": "read-only", "total": 100, "used": 97}, "✗ nearly full", ""),
        ({"total": 100, "used": 90}, "▲ nearly full", ""),
        ({"total": 100, "used": 84}, "✓ ok", ""),
        ({"maintenance": "read-only", "total": 100, "used": 9}, "· maintenance read-only", ""),
        ({"total": 10, "used": 1, "trend": "not_growing"}, "✓ ok", "not growing"),
        ({"total": 100, "used": 99, "trend": "full"}, "✗ full", "already"),
        (
            {"total": 10, "used": 1, "trend": "growing", "full_at": NOW + 4000 * DAY},
            "✓ ok",
            "in 11 years",
        ),
    ],
)
def test_states_of_datastores(changes: dict[str, Any], state: str, full: str) -> None:
    shown = cells(DATASTORES, store(**changes))
    assert (shown["state"], shown["full_at"]) == (state, full)
    assert "None" not in "".join(shown.values())


def test_an_unreadable_datastore_says_why_below() -> None:
    data = DatastoreListing(items=(store(error="unable to open chunk store"),))
    assert DATASTORES.notes(data) == ("main: unable to open chunk store",)


def snapshot(days: float, **more: Any) -> Snapshot:
    given = {"source": "pbs:main", "datastore": "main", "type": "ct", "id": "101",
             "at": NOW - days * DAY, "comment": "media", "size": 2**30}  # fmt: skip
    return Snapshot(**{**given, **more})


@pytest.mark.parametrize(
    ("days", "stale"),
    [
        ([0.5, 1.5, 2.5, 3.5], False),
        ([1.4, 2.4, 3.4], False),
        ([1.6, 2.6, 3.6], True),
        ([6, 13, 20, 27], False),
        ([11, 18, 25], True),
        ([0.3, 1, 8, 15, 22], False),
        ([40, 80], None),
        ([5, 12, 12.004, 12.008, 12.01], None),
        ([5, 12, 19, 19.004, 19.008, 19.01], False),
        ([300], None),
    ],
)
def test_a_group_is_overdue_by_its_own_rhythm(days: list[float], stale: bool | None) -> None:
    (found,) = groups([snapshot(each) for each in days], NOW)
    assert found.stale is stale
    assert found.count == len(days)
    word = cells(BACKUPS, found)["state"]
    assert word == ("▲ stale" if stale else "✓ ok")


def test_damage_in_a_group_comes_first() -> None:
    good = [snapshot(each, id="100") for each in (5, 6, 7)]
    bad = [snapshot(0.5, verified="failed"), snapshot(1.5, verified="ok"), snapshot(2.5)]
    first, second = groups([*good, *bad], NOW)
    assert (first.id, first.failed_count, first.newest_good) == ("101", 1, NOW - 1.5 * DAY)
    assert second.stale
    shown = cells(BACKUPS, first)
    assert (shown["state"], shown["verified"], shown["name"]) == ("✗ damaged", "✗ failed", "media")


def test_the_same_id_in_two_namespaces_is_two_groups() -> None:
    found = groups([snapshot(1), snapshot(1, namespace="lab")], NOW)
    assert {cells(BACKUPS, each)["place"] for each in found} == {"main", "main:lab"}
    assert len({each.key for each in found}) == 2


def test_a_task_that_runs_and_one_that_failed() -> None:
    running = Task(source="pbs:main", upid="a", type="backup", subject="main:ct/101",
                   started=NOW - timedelta(minutes=3), state="running")  # fmt: skip
    shown = cells(BACKUP_TASKS, running)
    assert (shown["state"], shown["seconds"], shown["status"]) == ("• running", "for 3 min", "")
    failed = running.model_copy(
        update={"state": "error", "ended": NOW, "status": "backup failed: ENOSPC",
                "log": ("TASK ERROR: backup failed: ENOSPC",)}
    )  # fmt: skip
    shown = cells(BACKUP_TASKS, failed)
    assert (shown["seconds"], shown["status"]) == ("3 min", "backup failed: ENOSPC")


@pytest.mark.parametrize("view", [COVERAGE, DATASTORES, BACKUPS, BACKUP_TASKS])
def test_narrow_terminals_keep_what_matters(view: TableView[Any]) -> None:
    kept = [column.key for column, _ in fit_columns(view.columns, 60)]
    assert view.columns[0].key in kept
    assert "source" not in kept
    assert len(kept) >= 3


def test_one_snapshot_as_a_row_has_a_key_of_its_own() -> None:
    rows = [Backup(**snapshot(days).model_dump()) for days in (1, 2)]
    assert len({row.key for row in rows}) == 2
    assert rows[0].group == "ct/101"
