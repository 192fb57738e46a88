"""What was seen of backups, from what Proxmox VE and backup servers told, parts of it missing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from providers.pbs import Contents, Skipped, Snapshot, TaskPage
from providers.pbs.models import Unfinished
from providers.proxmox import BackupVolume, Inventory, Storage
from providers.reading import Reading, State
from sre_tui.diagnosis.coverage.reading import _all_seen, _Host, _Server, _unread

AT = datetime(2026, 11, 22, 1, 41, tzinfo=UTC)
PVE, PBS = "proxmox:main", "pbs:main"


def reading(data: Any, state: State = State.OK, source: str = PVE) -> Reading[Any]:
    return Reading[Any](source=source, state=state, observed_at=AT, data=data)


def volume(storage: str = "pbs-main", **more: Any) -> BackupVolume:
    given: dict[str, Any] = {
        "source": PVE, "node": "pve1", "shared": True, "volume": f"{storage}:backup/ct/101/x",
        "vmid": 101, "guest_type": "lxc", "at": AT, "size": 5_000,
    }  # fmt: skip
    return BackupVolume(storage=storage, **(given | more))


def host(*volumes: BackupVolume, state: State = State.OK, **storages: str) -> _Host:
    known = Inventory(
        storages=tuple(
            Storage(
                source=PVE, name=name.replace("_", "-"), nodes=("pve1", "pve2"), shared=True,
                type=type_.split()[0], content=("backup",),
                status="unknown" if "away" in type_ else "available",
            )
            for name, type_ in storages.items()
        )
    )  # fmt: skip
    client: Any = type("Client", (), {"source": PVE})()
    return _Host(
        client, reading(known), reading(()), reading(volumes, state), reading(()), None, {}
    )


def server(contents: Contents, state: State = State.OK) -> _Server:
    return _Server(reading(contents, state, PBS), reading(TaskPage(), source=PBS))


def told(**more: Any) -> Contents:
    snapshot = Snapshot(source=PBS, datastore="main", type="ct", id="101", at=AT)
    return Contents(**({"snapshots": (snapshot,)} | more))


def test_storages_that_lead_to_one_datastore_are_all_known() -> None:
    there = host(volume(), volume("pbs-also"), pbs_main="pbs", pbs_also="pbs")
    (seen,) = _all_seen([there], [server(told())])
    assert seen.source == PVE
    assert seen.copy.storages == ("pbs-also", "pbs-main")


def test_what_is_unfinished_on_the_server_is_no_backup_through_proxmox() -> None:
    begun = Unfinished(datastore="main", type="ct", id="101", at=AT)
    there = host(volume(), pbs_main="pbs")
    assert _all_seen([there], [server(Contents(unfinished=(begun,)))]) == []
    # Without the server, its size of one byte gives it away.
    alone = host(volume(size=1), volume("local", size=1), pbs_main="pbs", local="dir")
    assert [seen.copy.storages for seen in _all_seen([alone], [])] == [("local",)]


CLOSED = Skipped(datastore="main", reason="maintenance: offline", maintenance=True)
DRAWER = Skipped(datastore="usb", reason="its disk is not mounted")


@pytest.mark.parametrize(
    ("servers", "hidden"),
    [
        ([server(told())], set()),
        ([server(told(skipped=(DRAWER,)))], set()),
        ([server(Contents(skipped=(CLOSED,)))], {"pbs-main"}),
        ([server(told(), State.PARTIAL)], {"pbs-main"}),
        ([], {"pbs-main"}),
    ],
)
def test_a_backup_server_shows_what_a_silent_storage_does_not(
    servers: list[_Server], hidden: set[str]
) -> None:
    there = host(state=State.PARTIAL, pbs_main="pbs away")
    assert {name for name, _ in _unread(there, servers)} == hidden


def test_a_backup_server_shows_nothing_of_other_storages() -> None:
    there = host(volume(), state=State.PARTIAL, pbs_main="pbs", nas="nfs away")
    assert _unread(there, [server(told())]) == {("nas", "pve1"), ("nas", "pve2")}


def test_a_storage_that_is_there_but_cannot_be_listed_hides_what_it_holds() -> None:
    assert {name for name, _ in _unread(host(state=State.PARTIAL, nas="nfs"), [])} == {"nas"}
    assert _unread(host(state=State.OK, nas="nfs"), []) == frozenset()
