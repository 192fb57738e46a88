"""What the listing of backup jobs says of the simulated homelab."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import stamina

from providers.reading import State
from sre_tui.tools.registry import get_tool
from sre_tui.tools.rendering import ModelView
from sre_tui.tools.tool import ArgumentError
from tests.stubs.pbs import NOW
from tests.wire.test_backup_coverage import homelab, run, table


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=2):
        yield


async def test_jobs_are_listed_with_whom_they_leave_out(tmp_path: Path) -> None:
    fault = {"kind": "backup_failing", "target": "nextcloud", "at": "-3d"}
    async with homelab(tmp_path, fault) as (demo, context):
        answer = await run(context, "backup_jobs")
        one = await run(context, "backup_jobs", job="experiments")
        with pytest.raises(ArgumentError, match="there is no backup job 'hourly'"):
            await run(context, "backup_jobs", job="hourly")
        await demo.break_backend("proxmox", "refuse")
        gone = await run(context, "backup_jobs")
    assert answer.state is State.OK
    assert {each.storage: each.state for each in answer.data.items} == {
        "pbs-main": "failed", "pbs-lab": "ok", "local": "ok",
    }  # fmt: skip
    nightly = answer.data.items[0]
    assert (nightly.place, nightly.schedule) == ("pbs:main/main", "01:30")
    assert [each.label for each in nightly.missed] == ["nextcloud"]
    assert nightly.last.began is not None
    assert nightly.unprotected == ("win10-old",)
    assert "docker1: scsi1" in nightly.disks
    told = get_tool("backup_jobs").render(answer, ModelView(now=NOW, budget=1500))
    assert "win10-old (excluded, in no other job)" in told
    assert "no enabled job takes win10-old" in told
    assert table(answer)[0][0] == "✗ failed"
    assert [each.comment for each in one.data.items] == ["experiments"]
    assert (gone.state, gone.data.items) == (State.UNREACHABLE, ())
