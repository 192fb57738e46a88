"""What a backup server is in the middle of, leaves out, or only tells when it is asked rightly."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import stamina

from providers.pbs import TaskQuery, Wanted
from providers.reading import State
from sre_tui.demo.servers.pbs_access import PbsToken
from sre_tui.demo.servers.pbs_datastores import PbsVersion
from sre_tui.demo.world.world import World
from tests.stubs.pbs import ANCHOR, NAME, SECRET, client_of, pbs_server, world_of
from tests.stubs.raw_server import Received, json_reply, raw_server, reply

API = "/api2/json"
AT_HALF_PAST_ONE = ANCHOR - 14 * 3600
"""In the night, when backups run one after the other."""
COLLECTING = ANCHOR + 5.8 * 3600
"""Some minutes after garbage collection of the main datastore has begun."""


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=2):
        yield


@pytest.fixture(scope="module")
def world() -> World:
    return world_of(guests=12)


def answering(rows: dict[str, Any]) -> Callable[[Received], bytes]:
    """A server that knows these paths; every other one is not found."""

    def answer(asked: Received) -> bytes:
        path = asked.path.removeprefix(API)
        if path not in rows:
            return reply(f"Path '{asked.path}' not found.", 404)
        found = rows[path]
        return found if isinstance(found, bytes) else json_reply({"data": found})

    return answer


async def test_a_backup_that_still_runs_is_none_yet(world: World) -> None:
    run = next(r for r in world.backups.runs(AT_HALF_PAST_ONE, ANCHOR) if r.store.datastore)
    wanted = Wanted(datastore="main", id=str(run.guest.vmid))
    with pbs_server(world, at=run.start + 30) as url:
        async with client_of(url) as client:
            contents = await client.contents(wanted)
            tasks = await client.tasks(TaskQuery(running=True))
    assert contents.state is State.OK
    assert contents.data is not None
    assert tasks.data is not None
    assert run.guest.vmid in {int(task.group.partition("/")[2]) for task in tasks.data.tasks}
    (unfinished,) = contents.data.unfinished
    assert (unfinished.id, int(unfinished.at.timestamp())) == (wanted.id, int(run.start))
    assert contents.data.snapshots[0].at < unfinished.at - timedelta(hours=20)


async def test_tasks_that_run_have_not_failed(world: World) -> None:
    run = next(r for r in world.backups.runs(AT_HALF_PAST_ONE, ANCHOR) if r.store.datastore)
    with pbs_server(world, at=run.start + 30) as url:
        async with client_of(url) as client:
            reading = await client.tasks(TaskQuery(errors=True))
    assert reading.data is not None
    assert {task.state for task in reading.data.tasks} <= {"error", "warning", "unknown"}


@pytest.mark.parametrize("version", ["3.1.5", "4.1.0"])
async def test_garbage_collection_that_goes_on_is_running(
    world: World, version: PbsVersion
) -> None:
    with pbs_server(world, at=COLLECTING, version=version) as url:
        async with client_of(url) as client:
            reading = await client.datastores()
    assert reading.state is State.OK
    by_name = {store.name: store.gc for store in reading.data or ()}
    main, archive = by_name["main"], by_name["archive"]
    assert main is not None
    assert archive is not None
    assert (main.state, main.last_run) == ("running", None)
    assert main.stored
    assert archive.state == "ok"
    assert archive.last_run is not None


async def test_garbage_collection_before_an_older_installation_is_unknown() -> None:
    """Its counters lie in the datastore, its task went with the machine."""
    usage = {"store": "x", "total": 100, "used": 40, "avail": 60}
    rows = {
        "/status/datastore-usage": [usage],
        "/admin/datastore": [{"store": "x"}],
        "/admin/gc": [{"store": "x", "upid": "UPID:gone", "disk-bytes": 40}],
        "/nodes/localhost/tasks": [],
    }
    async with raw_server(answering(rows)) as server, client_of(server.url) as client:
        reading = await client.datastores()
    assert reading.state is State.OK
    assert reading.data is not None
    assert reading.data[0].gc is not None
    assert reading.data[0].gc.state == "unknown"


async def test_a_garbage_collection_the_list_leaves_out_is_named() -> None:
    usage = {"store": "x", "total": 100, "used": 40, "avail": 60}
    rows = {
        "/status/datastore-usage": [usage],
        "/admin/datastore": [{"store": "x"}],
        "/admin/gc": [],
    }
    async with raw_server(answering(rows)) as server, client_of(server.url) as client:
        reading = await client.datastores()
    assert reading.state is State.PARTIAL
    assert "garbage collection of x missing" in reading.detail


async def test_jobs_that_push_are_asked_for() -> None:
    pulled = {"id": "s-pull", "store": "x", "remote": "far", "remote-store": "y"}
    pushed = {**pulled, "id": "s-push", "sync-direction": "push"}

    def answer(asked: Received) -> bytes:
        if not asked.path.endswith("/admin/sync"):
            return json_reply({"data": []})
        return json_reply({"data": [pulled, pushed] if "all" in asked.target else [pulled]})

    async with raw_server(answer) as server, client_of(server.url) as client:
        reading = await client.jobs()
    assert [(job.id, job.pushes) for job in reading.data or ()] == [
        ("s-pull", False), ("s-push", True),
    ]  # fmt: skip


async def test_a_running_job_is_running(world: World) -> None:
    with pbs_server(world, at=ANCHOR - 9 * 3600 - 1000) as url:
        async with client_of(url) as client:
            reading = await client.jobs()
    states = {job.id: job.state for job in reading.data or ()}
    assert states["s-pull-main"] == "running"
    assert states["s-prune-main"] == "ok"


async def test_the_end_of_a_long_log_is_its_last_line() -> None:
    upid = "UPID:pbs:00000001:00000002:00000003:6740A2F0:backup:x:root@pam:"
    lines = [f"line {number}" for number in range(1, 5501)] + ["TASK ERROR: broken pipe"]

    def answer(asked: Received) -> bytes:
        if asked.path.endswith("/status"):
            return json_reply({"data": {"status": "stopped", "exitstatus": "broken pipe"}})
        params = dict(part.split("=") for part in asked.target.partition("?")[2].split("&"))
        first, most = max(1, int(params["start"])), int(params["limit"])
        rows = [{"n": n, "t": lines[n - 1]} for n in range(first, len(lines) + 1)][:most]
        return json_reply({"data": rows, "total": str(len(lines))})

    async with raw_server(answer) as server, client_of(server.url) as client:
        reading = await client.task_log(upid, 3)
    assert reading.data is not None, reading.detail
    assert reading.data.lines == ("line 5499", "line 5500", "TASK ERROR: broken pipe")
    assert reading.data.total == len(lines)


async def test_a_token_that_sees_only_its_own_tasks_is_told_so() -> None:
    upid = f"UPID:pbs:00000001:00000002:00000003:6740A2F0:reader:x:{NAME}:"
    row = {"upid": upid, "worker_type": "reader", "user": NAME, "starttime": 1732289264,
           "endtime": 1732289265, "status": "OK"}  # fmt: skip
    held: dict[str, Any] = {"/system/status": {"Sys.Audit": True}}
    rows = {"/nodes/localhost/tasks": [row], "/access/permissions": held}
    async with raw_server(answering(rows)) as server, client_of(server.url) as client:
        own = await client.tasks()
        held["/system"] = {"Sys.Audit": True}
        every = await client.tasks()
    assert own.state is State.PARTIAL
    assert "lacks Sys.Audit on /system/tasks" in own.detail
    assert own.data is not None
    assert len(own.data.tasks) == 1
    assert every.state is State.OK


async def test_rights_elsewhere_in_the_system_show_no_tasks(world: World) -> None:
    narrow = PbsToken(NAME, SECRET, {"/datastore": "Audit"})
    with pbs_server(world, who=narrow) as url:
        async with client_of(url) as client:
            tasks = await client.tasks()
    assert tasks.state is State.UNAUTHORIZED
    assert "/system/tasks" in tasks.detail


async def test_a_namespace_need_not_be_in_every_datastore(world: World) -> None:
    with pbs_server(world) as url:
        async with client_of(url) as client:
            hosts = await client.contents(Wanted(namespace="hosts"))
            nowhere = await client.contents(Wanted(namespace="nowhere", datastore="main"))
    assert hosts.state is State.OK, hosts.detail
    assert hosts.data is not None
    assert hosts.data.namespaces == (("main", "hosts"),)
    assert {s.namespace for s in hosts.data.snapshots} == {"hosts"}
    assert nowhere.state is State.BAD_RESPONSE
    assert "no namespace 'nowhere'" in nowhere.detail


async def test_a_blind_token_is_not_told_that_its_datastore_does_not_exist(world: World) -> None:
    with pbs_server(world, who=PbsToken(NAME, SECRET, {})) as url:
        async with client_of(url) as client:
            reading = await client.contents(Wanted(datastore="main"))
    assert reading.state is State.UNAUTHORIZED
    assert "Datastore.Audit" in reading.detail


@pytest.mark.parametrize(
    ("mode", "away"),
    [
        ("offline,message=new disks", True), ("type=delete", True), ("s3-refresh", True),
        ("unmount", True), ("read-only", False), ("", False),
    ],
)  # fmt: skip
async def test_what_is_closed_for_maintenance_is_not_asked(mode: str, away: bool) -> None:
    store = {"store": "x", **({"maintenance": mode} if mode else {})}
    rows = {
        "/admin/datastore": [store],
        "/admin/datastore/x/namespace": [{"ns": ""}],
        "/admin/datastore/x/snapshots": [],
        "/access/permissions": {"/": {"Datastore.Audit": True}},
    }
    async with raw_server(answering(rows)) as server, client_of(server.url) as client:
        reading = await client.contents()
        asked = [each.path for each in server.received]
    assert reading.state is State.OK
    assert reading.data is not None
    assert [each.maintenance for each in reading.data.skipped] == ([True] if away else [])
    assert any(path.endswith("/snapshots") for path in asked) is not away


async def test_a_server_that_does_not_tell_its_memory_tells_the_rest() -> None:
    status = {"cpu": "0.25", "memory": None, "root": {"total": "100", "used": 40}, "uptime": 5}
    rows = {"/version": {"version": "4.1.0"}, "/nodes/localhost/status": status}
    async with raw_server(answering(rows)) as server, client_of(server.url) as client:
        reading = await client.server()
    assert reading.data is not None, reading.detail
    assert (reading.data.cpu, reading.data.root_total) == (0.25, 100)
    assert reading.data.memory_total is None


async def test_an_unfinished_backup_of_long_ago_is_no_backup() -> None:
    begun = int(datetime(2026, 11, 1, tzinfo=UTC).timestamp())
    row = {"backup-type": "vm", "backup-id": "7", "backup-time": begun, "files":
           [{"filename": "drive-scsi0.img.fidx"}]}  # fmt: skip
    whole = {**row, "backup-time": begun - 86400, "files": [{"filename": "index.json.blob"}]}
    rows = {
        "/admin/datastore": [{"store": "x"}],
        "/admin/datastore/x/namespace": [{"ns": ""}],
        "/admin/datastore/x/snapshots": [row, whole],
    }
    async with raw_server(answering(rows)) as server, client_of(server.url) as client:
        reading = await client.contents()
    assert reading.data is not None, reading.detail
    assert [int(s.at.timestamp()) for s in reading.data.snapshots] == [begun - 86400]
    assert [each.id for each in reading.data.unfinished] == ["7"]
