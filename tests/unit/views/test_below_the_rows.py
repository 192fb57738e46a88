"""What stands below the rows of a listing: jobs, servers, tasks, copies, and who is connected."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from providers.pbs import Job, ServerStatus
from providers.truenas import Replication, Share, SmbSession, SnapshotTask
from sre_tui.tools.pbs_data import DatastoreListing
from sre_tui.tools.truenas_data import ShareListing, SnapshotListing
from sre_tui.views.datastores import DATASTORES
from sre_tui.views.nas import SHARES, SNAPSHOTS
from sre_tui.views.table import TableView
from widgets.cell import Display

NOW = datetime(2026, 11, 22, 15, tzinfo=UTC)
HOUR = timedelta(hours=1)


def shown(view: TableView[Any], data: object) -> list[dict[str, str]]:
    """Each table below: its rows by title of the column."""
    display = Display(NOW, None, wide=True)
    return [
        {column.title: column.cell(row, display).text for column in below.columns}
        for below in view.below(data)
        for row in below.rows(data)
    ]


def test_jobs_of_backup_servers_tell_their_last_and_next_run() -> None:
    job = Job(
        source="pbs:main",
        kind="verify",
        id="v-1",
        datastore="main",
        namespace="lab",
        schedule="sat 09:00",
        state="ok",
        last_run=NOW - HOUR,
        next_run=NOW + 3 * HOUR,
    )
    server = ServerStatus(source="pbs:main", version="4.1.0", cpu=0.5, uptime=7200.0)
    first, second = shown(DATASTORES, DatastoreListing(jobs=(job,), servers=(server,)))
    assert (first["Job"], first["Of"], first["State"]) == ("verify", "main:lab", "✓ ok")
    assert (first["Last run"], first["Next"]) == ("1 h ago", "in 3 h")
    assert (second["Server"], second["Version"], second["Up"]) == ("pbs:main", "4.1.0", "2 h")
    assert (second["CPU"].split()[-1], second["Memory"]) == ("50%", "not reported")
    assert shown(DATASTORES, DatastoreListing()) == []


def test_snapshot_tasks_and_copies_stand_below_the_snapshots() -> None:
    task = SnapshotTask(
        source="truenas:main",
        id=1,
        dataset="tank",
        recursive=True,
        schedule="0 * * * *",
        keep=172800.0,
        state="finished",
        ran_at=NOW - HOUR,
    )
    copy = Replication(
        source="truenas:main",
        id=1,
        name="copy",
        datasets=("tank/a",),
        target="b",
        state="finished",
        last_snapshot_at=NOW - HOUR,
    )
    data = SnapshotListing(tasks=(task,), replications=(copy,))
    first, second = shown(SNAPSHOTS, data)
    assert (first["Snapshots of"], first["Kept"], first["Ran"]) == (
        "tank and below",
        "2 d",
        "1 h ago",
    )
    assert (second["Replication"], second["Copy is of"]) == ("copy", "1 h ago")
    # What is in order is in the table, and needs no line of its own.
    assert SNAPSHOTS.notes(data) == ()


def test_who_is_connected_stands_below_the_shares() -> None:
    share = Share(source="truenas:main", id=1, kind="smb", name="media", path="/mnt/tank/media")
    guest = SmbSession(source="truenas:main", user="anna", client="10.0.0.9", encrypted=False)
    (row,) = shown(SHARES, ShareListing(items=(share,), sessions=(guest,)))
    assert (row["Connected"], row["From"], row["Encrypted"]) == ("anna", "10.0.0.9", "no")
    assert shown(SHARES, ShareListing(items=(share,), sessions=None)) == []
