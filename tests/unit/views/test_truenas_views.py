"""How pools, copies and disks are shown: what is paused, late, locked, or has the same name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import JsonValue

from providers.truenas import Pool, Replication, Scan, SnapshotTask, storage_wire
from sre_tui.tools.truenas_data import PoolListing, SnapshotListing
from sre_tui.views.nas import SNAPSHOTS
from sre_tui.views.pools import POOLS, pool_rank, scan_cell
from sre_tui.views.protection import replication_state
from widgets.cell import Display, Tone, keyed_rows

NOW = datetime(2026, 11, 22, 15, tzinfo=UTC)
DISPLAY = Display(NOW, None, wide=True)


def leaf(name: str, state: str = "ONLINE", **more: JsonValue) -> JsonValue:
    return {"name": name, "type": "DISK", "status": state, "disk": name, **more}


def pool(topology: JsonValue, **more: JsonValue) -> Pool:
    row: JsonValue = {
        "name": "tank", "status": "ONLINE", "healthy": True, "topology": topology, **more,
    }  # fmt: skip
    (made,) = storage_wire.pools("truenas:main", [row], (), (), nested=False)
    return made


def cells(pools: Sequence[Pool], *, detailed: bool = False) -> list[dict[str, Any]]:
    data = PoolListing(items=tuple(pools), detailed=detailed)
    view = POOLS.instead(data) or POOLS
    rows = keyed_rows(view.rows(data), view.columns, DISPLAY, view.key)
    assert len({row.key for row in rows}) == len(rows)
    keys = [column.key for column in view.columns]
    return [dict(zip(keys, row.cells, strict=True)) for row in rows]


@pytest.mark.parametrize(
    ("scan", "text", "tone"),
    [
        ({"state": "running", "progress": 0.4, "left": 3600}, "• scrub 40 %, 1 h left", Tone.INFO),
        ({"state": "paused", "progress": 0.4, "left": 3600.0}, "▲ scrub paused 40 %", Tone.WARNING),
        ({"state": "running", "progress": 0.4, "errors": 1}, "✗ scrub 40 %, 1 error", Tone.ERROR),
        ({"state": "canceled", "ended": NOW - timedelta(days=3)}, "▲ scrub canceled 3 d ago",
         Tone.WARNING),
        ({"state": "finished", "ended": NOW - timedelta(days=3)}, "scrub 3 d ago", Tone.NEUTRAL),
        ({"state": "finished", "ended": NOW - timedelta(days=40)}, "scrub 40 d ago", Tone.WARNING),
    ],
)  # fmt: skip
def test_scrubs_say_how_they_are(scan: dict[str, Any], text: str, tone: Tone) -> None:
    cell = scan_cell(Scan.model_validate({"function": "scrub"} | scan), DISPLAY)
    assert (cell.text, cell.tone) == (text, tone)
    resilver = Scan(function="resilver", state="running", progress=0.1)
    assert scan_cell(resilver, DISPLAY).text == "▲ resilver 10 %"


def test_a_locked_pool_claims_neither_zero_nor_none() -> None:
    (row,) = cells([pool(None, status="OFFLINE", healthy=False, size=None, allocated=None)])
    for column in ("errors", "fill", "used", "free", "scan"):
        assert row[column].text == "not reported", column
    assert row["state"].tone is Tone.WARNING


def test_raw_sizes_are_called_so() -> None:
    plain = pool({"data": [leaf("sda")]}, size=4 * 2**40, allocated=2**40, free=3 * 2**40)
    (row,) = cells([plain])
    assert (row["used"].text, row["free"].text) == ("1.0 TiB raw", "3.0 TiB raw")
    known = plain.model_copy(update={"usable": 2**40, "usable_used": 2**39})
    (row,) = cells([known])
    assert (row["used"].text, row["free"].text) == ("512.0 GiB", "512.0 GiB")


def test_every_kind_of_vdev_is_told() -> None:
    topology: JsonValue = {
        "data": [leaf("sda"), leaf("sdb")],
        "log": [{"type": "MIRROR", "name": "mirror-2", "status": "ONLINE",
                 "children": [leaf("sdc"), leaf("sdd")]}],
        "cache": [leaf("nvme0n1")],
        "spare": [leaf("sde", "AVAIL")],
        "special": [leaf("sdf")],
        "dedup": [],
    }  # fmt: skip
    made = pool(topology)
    (row,) = cells([made])
    assert row["layout"].text == (
        "2 × disk, mirror of 2 as log, disk as cache, disk as spare, disk as special"
    )
    assert (row["errors"].text, pool_rank(made)) == ("none", 9)
    assert len(cells([made], detailed=True)) == 9


def test_a_disk_in_use_without_a_name_is_not_missing() -> None:
    made = pool({"data": [leaf("x", disk=None), leaf("y", "REMOVED", disk=None)]})
    assert [member.missing for member in made.members()] == [False, True]


def test_errors_counted_at_the_group_alone_are_told() -> None:
    group: JsonValue = {
        "type": "RAIDZ1", "name": "raidz1-0", "status": "ONLINE",
        "stats": {"read_errors": 0, "write_errors": 0, "checksum_errors": 1},
        "children": [leaf("sda"), leaf("sdb")],
    }  # fmt: skip
    made = pool({"data": [group]})
    (row,) = cells([made])
    assert (row["errors"].text, row["errors"].tone) == ("raidz1-0 1 error", Tone.ERROR)
    assert pool_rank(made) == 3


def test_what_a_scrub_found_is_no_none() -> None:
    found: JsonValue = {"function": "SCRUB", "state": "FINISHED", "errors": 8}
    (row,) = cells([pool({"data": [leaf("sda")]}, scan=found)])
    assert (row["errors"].text, row["errors"].tone) == ("scrub found 8 errors", Tone.ERROR)


def test_two_groups_may_both_be_replacing_a_disk() -> None:
    def group(name: str, first: str) -> JsonValue:
        replacing: JsonValue = {
            "type": "REPLACING", "name": "replacing-0", "status": "ONLINE",
            "children": [leaf(first)],
        }  # fmt: skip
        return {"type": "MIRROR", "name": name, "status": "ONLINE", "children": [replacing]}

    made = pool({"data": [group("mirror-0", "sda"), group("mirror-1", "sdb")]})
    assert len(cells([made], detailed=True)) == 7


def test_pools_of_one_name_on_two_nas_are_told_apart_on_any_width() -> None:
    one = pool({"data": [leaf("sda")]})
    other = one.model_copy(update={"source": "truenas:attic"})
    first, second = cells([one, other])
    assert [row["source"].text for row in (first, second)] == ["truenas:main", "truenas:attic"]
    view = POOLS.instead(PoolListing(items=(one, other)))
    assert view is not None
    assert [(c.key, c.priority) for c in view.columns[:2]] == [("name", 0), ("source", 0)]
    assert POOLS.instead(PoolListing(items=(one, one))) is None


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({}, "late"),
        ({"interval": None}, "finished"),
        ({"interval": 7 * 86400.0}, "finished"),
        ({"enabled": False}, "disabled"),
        ({"state": "error"}, "failed"),
        ({"last_snapshot_at": None}, "finished"),
    ],
)
def test_a_copy_is_late_by_its_own_schedule(changes: dict[str, Any], word: str) -> None:
    task = Replication(
        source="truenas:main", id=1, name="copy", state="finished", interval=86400.0,
        last_snapshot_at=NOW - timedelta(days=4),
    ).model_copy(update=changes)  # fmt: skip
    assert replication_state(task, NOW)[0] == word


def test_late_copies_and_failed_snapshot_tasks_stand_below_the_table() -> None:
    copy = Replication(source="truenas:main", id=1, name="copy", state="finished")
    task = SnapshotTask(source="truenas:main", id=1, dataset="tank", state="error", error="busy")
    data = SnapshotListing(replications=(copy,), tasks=(task,), late=(copy.key,))
    assert SNAPSHOTS.notes(data) == (
        "snapshot task of tank: failed, busy",
        "replication copy ( to ): late",
    )
