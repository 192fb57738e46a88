"""What many guests without a backup have in common is said once."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any

from sre_tui.diagnosis.coverage.model import BackupCopy, GuestCoverage
from sre_tui.diagnosis.coverage.shared import in_common
from sre_tui.tools.backup_coverage_listing import CoverageListing
from sre_tui.views.backup_coverage import COVERAGE, remark, verdict_cell
from widgets.cell import Tone

DUE = datetime(2026, 11, 22, 1, 30, tzinfo=UTC)
ERROR = "unable to create backup snapshot - ENOSPC: No space left on device"


def covered(vmid: int, verdict: str = "stale", **more: Any) -> GuestCoverage:
    given = {"source": "proxmox:main", "vmid": vmid, "name": f"g{vmid}", "type": "lxc",
             "node": "pve1", "verdict": verdict}  # fmt: skip
    return GuestCoverage.model_validate(given | more)


def full(vmid: int) -> GuestCoverage:
    newest = BackupCopy(place="pbs:main/main", kind="snapshot", at=DUE)
    reason = f"no backup since the run of x; the newest good one is of y; the last run: {ERROR}"
    return covered(
        vmid, due=DUE, error=ERROR, error_place="pbs:main/main", newest=newest, reason=reason
    )


def test_one_cause_of_many_guests_is_one_line() -> None:
    items = [*(full(100 + i) for i in range(40)), covered(200, "ok"), covered(300, "template")]
    assert list(in_common(items)) == [
        (
            "40 of 41 guests have no backup since the run of 2026-11-22 01:30 UTC: "
            "ENOSPC: No space left on device (pbs:main/main)"
        )
    ]
    assert next(in_common(items[:40])).startswith("all 40 guests have no backup since")


def test_two_guests_are_no_pattern() -> None:
    assert list(in_common([full(1), full(2), covered(3, "ok")])) == []
    three = [covered(i, "not_covered") for i in (1, 2, 3)]
    assert list(in_common(three)) == ["all 3 guests are selected by no backup job"]


def test_the_title_says_it_above_the_rows() -> None:
    items = tuple(full(100 + i) for i in range(3))
    data = CoverageListing(items=items, counts={"stale": 3}, shared=tuple(in_common(items)))
    assert COVERAGE.title(data) == (
        "3 guests: 3 stale. all 3 guests have no backup since the run of 2026-11-22 01:30 UTC: "
        "ENOSPC: No space left on device (pbs:main/main)"
    )


def test_a_remark_is_the_cause_in_few_words() -> None:
    assert remark(full(1)) == "ENOSPC: No space left on device"
    silent = full(1).model_copy(update={"error": ""})
    assert remark(silent) == "no backup since the run of x"
    disks = full(1).model_copy(update={"excluded_disks": ("mp0",)})
    assert remark(disks) == "ENOSPC: No space left on device; without mp0 (no backup=1 is set)"


def test_a_guest_without_some_disks_is_counted_apart_and_is_no_alarm() -> None:
    left = {"excluded_disks": ("scsi1",), "type": "qemu"}
    items = (covered(1, "ok"), covered(2, "ok").model_copy(update=left))
    assert [item.in_part for item in items] == [False, True]
    cell = verdict_cell(items[1])
    assert (cell.text, cell.tone) == ("✓ ok in part", Tone.OK)
    assert remark(items[1]) == "without scsi1 (left out on purpose: backup=0)"
    counts = dict(Counter(item.counted_as for item in items))
    data = CoverageListing(items=items, counts=counts)
    assert COVERAGE.title(data) == "2 guests: 1 ok in part, 1 ok"
    assert data.gist() == (
        "all 2 guests backed up or left out on purpose, 1 of them without some disks"
    )
    assert not covered(3, "stale").model_copy(update=left).in_part
