"""The client of Proxmox Backup Server against each release that is simulated."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import stamina

from providers.pbs import TaskQuery, Wanted
from providers.pbs.models import GarbageCollection
from providers.reading import Reading, State
from sre_tui.demo.scenario import Raw, RawTask
from sre_tui.demo.servers.pbs_access import PbsToken
from sre_tui.demo.servers.pbs_datastores import PbsVersion
from sre_tui.demo.world.world import World
from tests.stubs.pbs import ANCHOR, NAME, NOW, SECRET, client_of, pbs_server, world_of
from tests.stubs.raw_server import Received, json_reply, raw_server, reply

VERSIONS: list[PbsVersion] = ["3.1.5", "3.4.2", "4.1.0"]
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=2):
        yield


@pytest.fixture(scope="module")
def world() -> World:
    return world_of()


@pytest.mark.parametrize("version", VERSIONS)
async def test_every_release_gives_the_same_models(world: World, version: PbsVersion) -> None:
    with pbs_server(world, version=version) as url:
        async with client_of(url) as client:
            stores = await client.datastores()
            contents = await client.contents()
            jobs = await client.jobs()
            tasks = await client.tasks()
            server = await client.server()
    for reading in (stores, contents, jobs, tasks, server):
        assert reading.state is State.OK, reading.detail
    assert stores.data
    assert contents.data
    assert jobs.data
    assert tasks.data
    assert server.data
    by_name = {store.name: store for store in stores.data}
    assert set(by_name) - {"usb"} == {"main", "archive"}
    main = by_name["main"]
    assert main.trend == "growing"
    assert main.full_at is not None
    assert main.growth == pytest.approx(2e9, rel=0.1)
    assert main.gc is not None
    assert main.gc.state == "ok"
    assert main.gc.last_run is not None
    assert NOW - main.gc.last_run < DAY
    assert len({s.key for s in contents.data.snapshots}) == len(contents.data.snapshots)
    assert {job.kind for job in jobs.data} == {"verify", "prune", "sync"}
    assert server.data.version == version


async def test_backups_in_namespaces_are_found(world: World) -> None:
    with pbs_server(world) as url:
        async with client_of(url) as client:
            reading = await client.contents()
    assert reading.data is not None
    assert set(reading.data.namespaces) == {
        ("main", ""), ("main", "hosts"), ("main", "lab"),
        ("archive", ""), ("archive", "copies"), ("archive", "copies/lab"),
    }  # fmt: skip
    lab = {s.comment for s in reading.data.snapshots if s.namespace == "lab"}
    assert lab == {"nodered", "ci-runner", "dev", "k3s-1", "k3s-2"}
    assert [skipped.datastore for skipped in reading.data.skipped] == ["usb"]


async def test_the_newest_snapshot_is_the_one_of_the_world(world: World) -> None:
    with pbs_server(world) as url:
        async with client_of(url) as client:
            reading = await client.contents(Wanted(datastore="main", type="ct", id="101"))
    assert reading.data is not None
    found = reading.data.snapshots
    kept = [s for s in world.backups.snapshots("main", ANCHOR) if s.id == "101"]
    assert [int(s.at.timestamp()) for s in found] == [s.time for s in reversed(kept)]
    assert found[0].size == kept[-1].size
    assert found[0].verified == "ok"


async def test_an_unreadable_datastore_costs_only_itself(world: World) -> None:
    text = "unable to open chunk store 'archive' at \"/mnt/datastore/archive/.chunks\" - ENOENT"
    with pbs_server(world, unreadable={"archive": text}) as url:
        async with client_of(url) as client:
            stores, contents = await client.datastores(), await client.contents()
    assert stores.state is contents.state is State.PARTIAL
    assert "archive" in stores.detail
    assert "ENOENT" in stores.detail
    assert stores.data is not None
    assert contents.data is not None
    archive = next(store for store in stores.data if store.name == "archive")
    assert archive.error == text
    assert archive.total is None
    assert archive.ratio is None
    assert {s.datastore for s in contents.data.snapshots} == {"main"}


async def test_a_disk_in_the_drawer_is_no_trouble(world: World) -> None:
    with pbs_server(world) as url:
        async with client_of(url) as client:
            stores = await client.datastores()
    assert stores.state is State.OK
    assert stores.data is not None
    usb = next(store for store in stores.data if store.name == "usb")
    assert usb.is_away
    assert usb.total is None
    assert not usb.error


async def test_garbage_collection_that_frees_nothing_shows() -> None:
    full = world_of({"kind": "datastore_full", "target": "main", "at": "-4d", "within": "2d",
                     "severity": 0.9})  # fmt: skip
    with pbs_server(full) as url:
        async with client_of(url) as client:
            stores = await client.datastores()
            tasks = await client.tasks(TaskQuery(errors=True))
    assert stores.data is not None
    assert tasks.data is not None
    main = next(store for store in stores.data if store.name == "main")
    assert main.ratio is not None
    assert main.ratio > 0.95
    assert main.gc is not None
    assert main.gc.removed == 0
    assert (main.gc.pending or 0) > 1e11
    newest = tasks.data.tasks[0]
    assert newest.type == "backup"
    assert newest.state == "error"
    assert "No space left on device" in newest.status


async def test_a_token_without_rights_is_told_apart_from_an_empty_server(world: World) -> None:
    with pbs_server(world, who=PbsToken(NAME, SECRET, {})) as url:
        async with client_of(url) as client:
            readings: list[Reading[Any]] = [
                await client.datastores(),
                await client.contents(),
                await client.tasks(),
            ]
            server = await client.server()
    for reading in readings:
        assert reading.state is State.UNAUTHORIZED
        assert "proxmox-backup-manager acl update / Audit --auth-id 'sre@pbs!tui'" in reading.detail
    assert server.state is State.UNAUTHORIZED
    assert "permission check failed" in server.detail


async def test_tasks_of_others_need_a_right_of_their_own(world: World) -> None:
    narrow = PbsToken(NAME, SECRET, {"/datastore": "DatastoreAudit"})
    with pbs_server(world, who=narrow) as url:
        async with client_of(url) as client:
            stores, tasks = await client.datastores(), await client.tasks()
    assert stores.state is State.OK
    assert tasks.state is State.UNAUTHORIZED
    assert "Sys.Audit" in tasks.detail


async def test_a_token_written_as_for_proxmox_ve_is_explained(world: World) -> None:
    with pbs_server(world) as url:
        async with client_of(url, f"{NAME}={SECRET}") as client:
            reading = await client.datastores()
    assert reading.state is State.UNAUTHORIZED
    assert "no ':' separator" in reading.detail
    assert "with a colon" in reading.detail


async def test_a_token_with_its_scheme_is_taken_as_it_is(world: World) -> None:
    with pbs_server(world) as url:
        async with client_of(url, f"PBSAPIToken={NAME}:{SECRET}") as client:
            assert (await client.version()).data == "4.1.0"


async def test_a_datastore_that_does_not_exist_is_named_with_those_that_do(world: World) -> None:
    with pbs_server(world) as url:
        async with client_of(url) as client:
            reading = await client.contents(Wanted(datastore="mian"))
    assert reading.state is State.BAD_RESPONSE
    assert "no datastore 'mian'" in reading.detail
    assert "main, archive" in reading.detail


async def test_tasks_tell_store_group_and_outcome(world: World) -> None:
    during = ANCHOR - 15 * 3600 + 5400 + 60
    with pbs_server(world, at=during) as url:
        async with client_of(url) as client:
            reading = await client.tasks(TaskQuery(limit=1500))
    assert reading.data is not None
    tasks = reading.data.tasks
    assert [task.started for task in tasks] == sorted((t.started for t in tasks), reverse=True)
    backups = [task for task in tasks if task.type == "backup"]
    assert {task.datastore for task in backups} == {"main"}
    assert {task.group for task in backups} >= {"ct/100", "vm/135"}
    sync = next(task for task in tasks if task.type == "syncjob")
    assert sync.datastore == "archive"
    collection = next(task for task in tasks if task.type == "garbage_collection")
    assert collection.datastore in ("main", "archive")
    assert collection.seconds


async def test_a_running_backup_is_running(world: World) -> None:
    run = next(r for r in world.backups.runs(ANCHOR - 86400, ANCHOR) if r.guest.name == "mail")
    with pbs_server(world, at=run.start + 30) as url:
        async with client_of(url) as client:
            reading = await client.tasks(TaskQuery(running=True))
    assert reading.data is not None
    assert [(task.group, task.state) for task in reading.data.tasks] == [("vm/113", "running")]
    assert reading.data.tasks[0].ended is None


async def test_long_task_lists_are_read_page_by_page(world: World) -> None:
    with pbs_server(world) as url:
        async with client_of(url) as client:
            reading = await client.tasks(TaskQuery(limit=1100))
            few = await client.tasks(TaskQuery(limit=3, kind="garbage"))
    assert reading.data is not None
    assert few.data is not None
    assert len(reading.data.tasks) == 1100
    assert reading.data.more
    assert {task.type for task in few.data.tasks} == {"garbage_collection"}


async def test_injected_tasks_are_in_the_list() -> None:
    task = RawTask.model_validate(
        {"backend": "pbs", "type": "verificationjob", "target": "main", "at": "-10m",
         "status": "WARNINGS: 3"}
    )  # fmt: skip
    raw = Raw(tasks=(task,))
    with pbs_server(world_of(raw=raw, guests=12)) as url:
        async with client_of(url) as client:
            reading = await client.tasks(TaskQuery(errors=True))
    assert reading.data is not None
    shown = reading.data.tasks[0]
    assert (shown.type, shown.state, shown.status) == ("verificationjob", "warning", "WARNINGS: 3")


async def test_damaged_backups_and_who_found_them() -> None:
    rotten = world_of({"kind": "verify_failing", "target": "mail", "at": "-5h"})
    with pbs_server(rotten) as url:
        async with client_of(url) as client:
            contents = await client.contents(Wanted(datastore="main", id="113"))
            tasks = await client.tasks(TaskQuery(errors=True))
    assert contents.data is not None
    assert tasks.data is not None
    assert [s.verified for s in contents.data.snapshots[:4]] == ["failed"] * 3 + ["ok"]
    assert tasks.data.tasks[0].type == "verify_group"
    assert tasks.data.tasks[0].group == "vm/113"


ROUTE = {"store": "x", "total": 100, "used": 40, "avail": 60}


@pytest.mark.parametrize(
    ("row", "trend", "has_date"),
    [
        ({}, "unknown", False),
        ({"estimated-full-date": 0}, "not_growing", False),
        ({"estimated-full-date": -61_000_000_000}, "not_growing", False),
        ({"estimated-full-date": int(ANCHOR) - 9000}, "not_growing", False),
        ({"estimated-full-date": int(ANCHOR) + 86_400}, "growing", True),
        ({"estimated-full-date": 10**17}, "not_growing", False),
    ],
)
async def test_the_estimate_is_read_as_the_server_means_it(
    row: dict[str, int], trend: str, has_date: bool
) -> None:
    answers = {
        "/api2/json/status/datastore-usage": json_reply({"data": [{**ROUTE, **row}]}),
        "/api2/json/admin/datastore": json_reply({"data": [{"store": "x"}]}),
        "/api2/json/admin/gc": json_reply(
            {"data": [{"store": "x", "index-data-bytes": 0, "disk-bytes": 0}]}
        ),
    }
    async with (
        raw_server(lambda asked: answers[asked.path]) as server,
        client_of(server.url) as client,
    ):
        reading = await client.datastores()
    assert reading.data is not None, reading.detail
    store = reading.data[0]
    assert store.trend == trend
    assert (store.full_at is not None) == has_date
    assert store.growth is None
    assert store.gc == GarbageCollection(state="never")
    assert store.gc is not None
    assert store.gc.deduplication is None


async def test_the_state_of_garbage_collection_is_never_taken_from_the_usage() -> None:
    usage = {**ROUTE, "gc-status": {"upid": "UPID:x", "last-run-state": "OK"}}
    answers = {
        "/api2/json/status/datastore-usage": json_reply({"data": [usage]}),
        "/api2/json/admin/datastore": json_reply({"data": [{"store": "x"}]}),
        "/api2/json/admin/gc": reply("gc list broken", 400),
    }
    async with (
        raw_server(lambda asked: answers[asked.path]) as server,
        client_of(server.url) as client,
    ):
        reading = await client.datastores()
    assert reading.state is State.PARTIAL
    assert "gc list broken" in reading.detail
    assert reading.data is not None
    assert reading.data[0].gc is None


async def test_the_root_of_a_datastore_is_not_kept_waiting_for_its_namespaces() -> None:
    """Each round trip may take seconds, so nothing is asked later than it could be."""
    asked = asyncio.Event()

    async def answer(request: Received) -> bytes:
        if request.path.endswith("/admin/datastore"):
            return json_reply({"data": [{"store": "x"}]})
        if request.path.endswith("/access/permissions"):
            return json_reply({"data": {"/": {"Datastore.Audit": True}}})
        if request.path.endswith("/namespace"):
            # Never answered if the snapshots of the root are only asked for after this.
            await asked.wait()
            return json_reply({"data": [{"ns": ""}, {"ns": "lab"}]})
        asked.set()
        row = {"backup-type": "ct", "backup-id": "101", "backup-time": int(ANCHOR) - 60}
        return json_reply({"data": [row, {**row, "backup-id": None}, {"backup-type": "ct"}]})

    async with raw_server(answer) as server, client_of(server.url) as client:
        reading = await client.contents()
    assert reading.data is not None, reading.detail
    assert [(s.namespace, s.id) for s in reading.data.snapshots] == [("lab", "101"), ("", "101")]
    assert len(server.received) == 5
