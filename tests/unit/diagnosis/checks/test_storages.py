"""What a full storage means depends on what may lie on it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from providers.proxmox import Storage
from providers.reading import Reading, State
from sre_tui.diagnosis.checks.registry import all_checks
from sre_tui.diagnosis.checks.run import run_checks
from sre_tui.diagnosis.picture.part import Part
from sre_tui.diagnosis.picture.picture import Picture
from sre_tui.diagnosis.topology.build import build_topology

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "content", "why", "runbook"),
    [
        ("pbs", ("backup",), "the next backup to it fails", "pbs-datastore-full"),
        ("nfs", ("backup", "iso"), "the next backup to it fails", "root-filesystem-full"),
        ("nfs", ("backup", "images"), "guests on it stop", "root-filesystem-full"),
        ("lvmthin", ("images", "rootdir"), "guests on it stop", "root-filesystem-full"),
    ],
)
def test_guests_stop_only_where_their_disks_may_lie(
    kind: str, content: tuple[str, ...], why: str, runbook: str
) -> None:
    storage = Storage(
        source="proxmox:main", name="s1", nodes=("pve1",), type=kind, content=content,
        status="available", used=993, size=1000,
    )  # fmt: skip
    reading = Reading[tuple[Storage, ...]](
        source="proxmox:main", state=State.OK, observed_at=NOW, data=(storage,)
    )
    picture = Picture(now=NOW, start=NOW - timedelta(hours=6), storages=Part((reading,)))
    checks = [one for one in all_checks() if one.id == "storage-fill"]
    (found,) = run_checks(checks, picture, build_topology(picture)).findings
    assert found.why.startswith(why)
    assert found.runbook == runbook
