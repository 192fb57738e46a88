"""What was seen of backups, from what Proxmox VE and backup servers told, parts of it missing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from providers.pbs import Contents, Skipped, Snapshot, Task, TaskPage
from providers.pbs.models import Unfinished
from providers.proxmox import BackupTarget, BackupVolume, Guest, Inventory, Storage
from providers.reading import Reading, State
from sre_tui.diagnosis.coverage.answers import Host, Server
from sre_tui.diagnosis.coverage.belonging import Belonging, belonging_of, sightings
from sre_tui.diagnosis.coverage.owners import Seen, orphans, owned_by
from sre_tui.diagnosis.coverage.sightings import all_seen, failed_runs, listed_storages, unread

AT = datetime(2026, 11, 22, 1, 41, tzinfo=UTC)
PVE, PBS, OTHER, OFFSITE = "proxmox:main", "pbs:main", "proxmox:other", "pbs:offsite"
PIN = "ab" * 32


def reading(data: Any, state: State = State.OK, source: str = PVE) -> Reading[Any]:
    return Reading[Any](source=source, state=state, observed_at=AT, data=data)


def volume(storage: str = "pbs-main", **more: Any) -> BackupVolume:
    given: dict[str, Any] = {
        "source": PVE, "node": "pve1", "shared": True, "volume": f"{storage}:backup/ct/101/x",
        "vmid": 101, "guest_type": "lxc", "at": AT, "size": 5_000,
    }  # fmt: skip
    return BackupVolume(storage=storage, **(given | more))


def host(
    *volumes: BackupVolume,
    state: State = State.OK,
    source: str = PVE,
    leads: dict[str, dict[str, Any]] | None = None,
    silent: bool = False,
    **storages: str,
) -> Host:
    known = Inventory(
        storages=tuple(
            Storage(
                source=source, name=name.replace("_", "-"), nodes=("pve1", "pve2"), shared=True,
                type=type_.split()[0], content=("backup",),
                status="unknown" if "away" in type_ else "available",
            )
            for name, type_ in storages.items()
        )
    )  # fmt: skip
    endpoint = SimpleNamespace(url="https://192.168.1.2:8006", fingerprint=None)
    client: Any = SimpleNamespace(source=source, endpoint=endpoint)
    targets = tuple(
        BackupTarget(source=source, storage=storage, **({"datastore": "main"} | lead))
        for storage, lead in (leads or {}).items()
    )
    if silent:
        nothing = reading(None, State.UNREACHABLE)
        return Host(client, nothing, nothing, nothing, nothing, nothing, None, {})
    return Host(
        client, reading(known), reading(()), reading(volumes, state), reading(()),
        reading(targets), None, {},
    )  # fmt: skip


def server(
    contents: Contents | None,
    state: State = State.OK,
    *,
    source: str = PBS,
    url: str = "https://192.168.1.10:8007",
    pin: str | None = None,
    failures: tuple[Task, ...] = (),
) -> Server:
    client: Any = SimpleNamespace(source=source, endpoint=SimpleNamespace(url=url, fingerprint=pin))
    tasks = reading(TaskPage(tasks=failures), source=source)
    return Server(client, reading(contents, state, source), tasks)


def snapshot(source: str = PBS, days: int = 0, **more: Any) -> Snapshot:
    given: dict[str, Any] = {"datastore": "main", "type": "ct", "id": "101", "size": 5_000,
                             "at": AT - timedelta(days=days)}  # fmt: skip
    return Snapshot(source=source, **(given | more))


def told(**more: Any) -> Contents:
    return Contents(**({"snapshots": (snapshot(),)} | more))


def seen(hosts: list[Host], servers: list[Server]) -> tuple[Belonging, list[Seen]]:
    snapshots = [each for one in servers for each in sightings(one)]
    found = belonging_of(hosts, servers, snapshots)
    return found, all_seen(found, snapshots)


def hidden(there: Host, *servers: Server) -> set[str]:
    found, _ = seen([there], list(servers))
    return {name for name, _ in unread(there, found)}


def test_storages_that_lead_to_one_datastore_are_all_known() -> None:
    there = host(volume(), volume("pbs-also"), pbs_main="pbs", pbs_also="pbs")
    found, (one,) = seen([there], [server(told())])
    assert one.sources == {PVE}
    assert one.copy.storages == ("pbs-also", "pbs-main")
    assert listed_storages(there, found) == {"pbs-also", "pbs-main"}


def test_what_is_unfinished_on_the_server_is_no_backup_through_proxmox() -> None:
    begun = Unfinished(datastore="main", type="ct", id="101", at=AT)
    there = host(volume(), leads={"pbs-main": {"server": "192.168.1.10"}}, pbs_main="pbs")
    assert seen([there], [server(Contents(unfinished=(begun,)))])[1] == []
    # Without the server, its size of one byte gives it away.
    alone = host(volume(size=1), volume("local", size=1), pbs_main="pbs", local="dir")
    assert [one.copy.storages for one in seen([alone], [])[1]] == [("local",)]


def test_what_a_silent_server_holds_is_seen_through_proxmox() -> None:
    there = host(volume(), leads={"pbs-main": {"server": "192.168.1.10"}}, pbs_main="pbs")
    _, (one,) = seen([there], [server(None, State.UNREACHABLE)])
    assert (one.sources, one.copy.place) == (frozenset({PVE}), f"{PVE}/pbs-main")


CLOSED = Skipped(datastore="main", reason="maintenance: offline", maintenance=True)
DRAWER = Skipped(datastore="usb", reason="its disk is not mounted")


@pytest.mark.parametrize(
    ("servers", "names"),
    [
        ([server(told())], set()),
        ([server(told(skipped=(DRAWER,)))], set()),
        ([server(Contents(skipped=(CLOSED,)))], {"pbs-main"}),
        ([server(told(), State.PARTIAL)], {"pbs-main"}),
        ([], {"pbs-main"}),
    ],
)
def test_a_backup_server_shows_what_a_silent_storage_does_not(
    servers: list[Server], names: set[str]
) -> None:
    there = host(state=State.PARTIAL, pbs_main="pbs away")
    assert hidden(there, *servers) == names


def test_a_backup_server_shows_nothing_of_other_storages() -> None:
    there = host(volume(), state=State.PARTIAL, pbs_main="pbs", nas="nfs away")
    assert hidden(there, server(told())) == {"nas"}


def test_a_storage_that_is_there_but_cannot_be_listed_hides_what_it_holds() -> None:
    assert hidden(host(state=State.PARTIAL, nas="nfs")) == {"nas"}
    assert hidden(host(state=State.OK, nas="nfs")) == set()


LEADS: dict[str, dict[str, Any]] = {
    "certificate": {"server": "backup.lan", "fingerprint": PIN},
    "address": {"server": "192.168.1.10"},
}


@pytest.mark.parametrize("lead", LEADS.values(), ids=LEADS)
def test_the_server_a_storage_leads_to_tells_whose_its_backups_are(lead: dict[str, Any]) -> None:
    """A token that only audits lists no backups through Proxmox VE at all."""
    here = host(leads={"pbs": lead}, pbs="pbs")
    there = host(source=OTHER, leads={"pbs": {"server": "192.168.2.10"}}, pbs="pbs")
    mine = server(told(), pin=PIN)
    theirs = server(
        Contents(snapshots=(snapshot(OFFSITE),)), source=OFFSITE, url="https://192.168.2.10:8007"
    )
    found, both = seen([here, there], [mine, theirs])
    assert [(one.copy.place, one.sources) for one in both] == [
        ("pbs:main/main", frozenset({PVE})), ("pbs:offsite/main", frozenset({OTHER})),
    ]  # fmt: skip
    assert listed_storages(here, found) == {"pbs"}
    guests = [
        Guest(source=source, vmid=101, name="media", type="lxc", node="pve1")
        for source in (PVE, OTHER)
    ]
    assert {key: len(own) for key, own in owned_by(guests, both).items()} == {
        (PVE, 101): 1, (OTHER, 101): 1,
    }  # fmt: skip


def test_a_node_that_names_itself_means_its_own_address() -> None:
    here = host(leads={"pbs": {"server": "localhost"}}, pbs="pbs")
    near = server(told(), url="https://192.168.1.2:8007")
    far = server(Contents(snapshots=(snapshot(OFFSITE),)), source=OFFSITE)
    found, _ = seen([here, host(source=OTHER)], [near, far])
    assert [place.server for place in found.claims] == [PBS]


def test_namespaces_of_one_server_are_told_apart() -> None:
    leads = {"server": "192.168.1.10", "namespace": "attic"}
    here = host(leads={"pbs": {"server": "192.168.1.10"}}, pbs="pbs")
    there = host(source=OTHER, leads={"pbs": leads}, pbs="pbs")
    held = told(snapshots=(snapshot(), snapshot(namespace="attic")))
    _, both = seen([here, there], [server(held)])
    assert [one.sources for one in both] == [{PVE}, {OTHER}]


def test_a_datastore_that_two_share_leaves_the_name_to_tell() -> None:
    lead = {"pbs": {"server": "192.168.1.10"}}
    here, there = host(leads=lead, pbs="pbs"), host(source=OTHER, leads=lead, pbs="pbs")
    _, (one,) = seen([here, there], [server(told())])
    assert one.sources == {PVE, OTHER}


def copies(days: tuple[int, ...]) -> Server:
    held = Contents(snapshots=tuple(snapshot(OFFSITE, day) for day in days))
    return server(held, source=OFFSITE, url="https://10.0.0.1:8007")


def test_copies_on_a_server_that_no_storage_leads_to_are_of_what_they_were_made_of() -> None:
    """It keeps older ones as well; what is newer than its origin is no copy."""
    here = host(leads={"pbs": {"server": "192.168.1.10"}}, pbs="pbs")
    main = server(told(snapshots=(snapshot(days=1), snapshot(days=2))))
    _, found = seen([here, host(source=OTHER)], [main, copies((0, 1, 9))])
    assert [one.sources for one in found if one.copy.place.startswith(OFFSITE)] == [
        frozenset(), {PVE}, {PVE},
    ]  # fmt: skip


@pytest.mark.parametrize("days", [(0, 1), (5,)])
def test_a_server_whose_proxmox_may_be_the_silent_one_is_of_nobody(days: tuple[int, ...]) -> None:
    here = host(leads={"pbs": {"server": "192.168.1.10"}}, pbs="pbs")
    gone = host(source=OTHER, silent=True)
    main = server(told(snapshots=(snapshot(days=1),)))
    found, all_ = seen([here, gone], [main, copies(days)])
    assert {one.sources for one in all_ if one.copy.place.startswith(OFFSITE)} == {frozenset()}
    assert found.strangers() == ["pbs:offsite"]
    assert orphans([], [one for one in all_ if not one.sources]) == []


def test_the_only_proxmox_has_all_backups_there_are() -> None:
    here = host(leads={"pbs": {"server": "192.168.1.10"}}, pbs="pbs")
    found, all_ = seen([here], [server(told()), copies((3,))])
    assert [one.sources for one in all_] == [{PVE}, {PVE}]
    assert found.strangers() == []


def test_a_server_under_another_name_is_known_by_what_it_holds() -> None:
    """Proxmox VE trusts its certificate, and reaches it where we do not."""
    listed = host(volume("pbs"), leads={"pbs": {"server": "pbs.lan"}}, pbs="pbs")
    other = Contents(snapshots=(snapshot(OFFSITE, size=7),))
    found, _ = seen([listed, host(source=OTHER)], [server(told()), server(other, source=OFFSITE)])
    assert [place.server for place in found.claims] == [PBS]


def test_where_a_storage_leads_to_nobody_knows_an_empty_listing_hides_its_backups() -> None:
    here = host(leads={"pbs": {"server": "pbs.lan"}}, pbs="pbs")
    gone = host(source=OTHER, silent=True)
    found, _ = seen([here, gone], [server(told())])
    assert {name for name, _ in unread(here, found)} == {"pbs"}


def test_a_failed_run_is_told_of_the_guest_whose_backup_it_was() -> None:
    failed = Task(
        source=PBS, upid="x", node="pbs", type="backup", user="root@pam", started=AT,
        state="error", status="backup failed: no space", datastore="main", group="ct/101",
    )  # fmt: skip
    here = host(leads={"pbs": {"server": "192.168.1.10"}}, pbs="pbs")
    found, _ = seen([here, host(source=OTHER)], [server(Contents(), failures=(failed,))])
    ((key, run),) = failed_runs(found).items()
    assert (key, run.text) == ((PVE, ("lxc", 101)), "no space")
