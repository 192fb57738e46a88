"""The Proxmox VE client where names are hostile, states unusual, and nodes silent."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import stamina
from pydantic import SecretStr

from providers.endpoint import ProxmoxEndpoint
from providers.last_known_good import DiskKept, LastKnownGood
from providers.proxmox import Guest, ProxmoxClient, TaskQuery, boot
from providers.reading import State
from tests.stubs.proxmox import NIGHT, THEN, cluster
from tests.stubs.raw_server import Received, json_reply, raw_server

OFFLINE = {"kind": "node_offline", "target": "pve3", "at": "-20m"}
STOPPED = {"kind": "guest_stopped", "target": "vaultwarden", "at": "-50m", "by": "anna@pve"}
Answer = Callable[[str], object]


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=1):
        yield


PERMISSIONS = "/access/permissions"
AUDITOR = {"VM.Audit": 1, "Sys.Audit": 1, "Datastore.Audit": 1}


@asynccontextmanager
async def answering(
    answer: Answer, kept: LastKnownGood | None = None
) -> AsyncIterator[ProxmoxClient]:
    """A client of a host that answers each path below ``/api2/json`` with that data.

    Its token may see everything.
    """

    def serve(request: Received) -> bytes:
        path = request.path.partition("?")[0].removeprefix("/api2/json")
        if path == PERMISSIONS:
            return json_reply({"data": {"/": AUDITOR}})
        data = answer(path)
        if isinstance(data, Exception):
            return json_reply({"data": None, "message": str(data)}, 500)
        return json_reply({"data": data})

    async with raw_server(serve) as server:
        endpoint = ProxmoxEndpoint(url=server.url, token=SecretStr("a@pve!b=c"), timeout=60)
        async with ProxmoxClient(endpoint, clock=lambda: THEN, kept=kept) as client:
            yield client


def row(vmid: int, **more: object) -> dict[str, object]:
    return {"type": "qemu", "vmid": vmid, "node": "pve1", "status": "running", **more}


async def guests_of(client: ProxmoxClient, **options: bool) -> list[Guest]:
    reading = await client.inventory(**options)
    assert reading.state is State.OK, reading.detail
    assert reading.data is not None
    return list(reading.data.guests)


# -- names ------------------------------------------------------------------------------------
async def test_guests_of_a_silent_node_have_the_names_they_had_last(tmp_path: Path) -> None:
    named = [row(106, name="immich", tags="photos"), row(9001, name="golden", template=1)]
    bare = [row(106, status="unknown"), row(9001, status="unknown"), row(107, status="unknown")]
    answers: Iterator[list[dict[str, object]]] = iter([bare, named, bare, bare])
    kept = DiskKept(tmp_path)
    async with answering(lambda path: next(answers), kept) as client:
        before, told, first, second = [await guests_of(client) for _ in range(4)]
    kept.close()
    assert [guest.name for guest in before] == [None, None, None]
    assert [guest.last_reported for guest in told] == [None, None]
    # The names last longer than the one answer that follows the last good one.
    assert first == second
    assert [guest.name for guest in first] == ["immich", "golden", None]
    assert [guest.last_reported for guest in first] == [THEN, THEN, None]
    assert (first[0].tags, first[1].condition) == (("photos",), "template")
    assert (first[0].status, first[0].memory) == ("unknown", None)


HOSTILE = "[bold]x[/] \x1b[31mred\x1b[0m \u202eevil\n" + "ü" * 300


async def test_hostile_names_cost_their_own_part_only() -> None:
    nodes = ["pve1", "pve1/../../access", "pve?x=1", "pve #2", "pvé", HOSTILE, ".."]
    rows: list[dict[str, Any]] = [
        {"type": "node", "node": name, "status": "online"} for name in nodes
    ]
    rows.append(row(101, name=HOSTILE, node="pve1"))
    asked: list[str] = []

    def answer(path: str) -> object:
        asked.append(path)
        return rows if path == "/cluster/resources" else []

    async with answering(answer) as client:
        (guest,) = await guests_of(client)
        storages = await client.storages()
        tasks = await client.tasks()
    assert guest.name is not None
    assert guest.name.startswith("[bold]x[/] red evil")
    assert not any(char in guest.name for char in "\x1b\u202e")
    for reading in (storages, tasks):
        assert reading.state is State.PARTIAL, reading.detail
        assert reading.detail.count("cannot be part of an address") == len(nodes) - 1
        assert "\n" not in reading.detail
    own = {"/nodes/pve1/storage", "/nodes/pve1/tasks"}
    assert set(asked) == {"/cluster/resources"} | own


# -- states -----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("written", "status", "detail"),
    [
        ("running", "running", ""),
        ("io-error", "error", "io-error"),
        ("internal-error", "error", "internal-error"),
        ("prelaunch", "paused", "prelaunch"),
        ("suspended", "suspended", ""),
        ("unknown", "unknown", ""),
        ("on fire", "unknown", "on fire"),
        ("", "unknown", ""),
    ],
)
async def test_the_hypervisors_own_word_is_kept(written: str, status: str, detail: str) -> None:
    async with answering(lambda path: [row(1, status=written)]) as client:
        (guest,) = await guests_of(client)
    assert (guest.status, guest.status_detail) == (status, detail)


async def test_what_should_run_is_told_from_what_is_off_on_purpose() -> None:
    rows = [
        {"type": "node", "node": "pve1", "status": "online"},
        {"type": "node", "node": "pve2", "status": "offline"},
        row(1, status="stopped"),
        row(2, status="stopped"),
        row(3, status="stopped", lock="backup"),
        row(4, status="stopped", hastate="error"),
        row(5, status="stopped", hastate="stopped"),
        row(6, status="stopped", template=1),
        row(7, status="stopped"),
        row(8, status="stopped", node="pve2"),
        row(9),
    ]
    configs: Mapping[str, object] = {
        "1": {"onboot": 1}, "2": {"onboot": "0"}, "7": RuntimeError("gone"),
    }  # fmt: skip
    asked: list[str] = []

    def answer(path: str) -> object:
        asked.append(path)
        return configs[path.split("/")[4]] if path.endswith("/config") else rows

    async with answering(answer) as client:
        plain = await guests_of(client)
        assert asked == ["/cluster/resources"]
        guests = {guest.vmid: guest for guest in await guests_of(client, boot=True)}
    assert not any(guest.onboot for guest in plain)
    assert [vmid for vmid, guest in guests.items() if guest.should_run] == [1, 4]
    assert [vmid for vmid, guest in guests.items() if guest.is_doubtful] == [7, 8]
    assert (guests[1].onboot, guests[2].onboot, guests[7].onboot) == (True, False, None)
    assert len(asked) == 2 + len(configs)


async def test_a_node_that_hangs_does_not_hold_up_the_inventory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(boot, "LIMIT", 0.2)
    async with cluster(STOPPED, hanging={"pve3"}) as lab, lab.client() as client:
        guests = {guest.name: guest for guest in await guests_of(client, boot=True)}
    assert guests["vaultwarden"].is_doubtful
    assert guests["win11"].onboot is False


async def test_only_some_of_many_stopped_guests_are_asked_about() -> None:
    rows = [{"type": "node", "node": "pve1", "status": "online"}]
    rows += [row(vmid, status="stopped") for vmid in range(100, 300)]  # type: ignore[misc]
    async with answering(
        lambda path: {"onboot": 1} if path.endswith("/config") else rows
    ) as client:
        guests = await guests_of(client, boot=True)
    assert sum(guest.should_run for guest in guests) == boot.MOST
    assert sum(guest.is_doubtful for guest in guests) == 200 - boot.MOST


# -- parts ------------------------------------------------------------------------------------
async def test_storages_of_a_dead_node_are_there_and_unknown() -> None:
    async with cluster(OFFLINE) as lab, lab.client() as client:
        reading = await client.storages(counted=True)
    assert (reading.state, reading.detail) == (State.PARTIAL, "pve3: the node is offline")
    assert reading.data is not None
    lost = [storage for storage in reading.data if storage.nodes == ("pve3",)]
    assert [storage.name for storage in lost] == ["local", "local-zfs"]
    assert {(storage.status, storage.used, storage.size) for storage in lost} == {
        ("unknown", None, None)
    }
    shared = next(storage for storage in reading.data if storage.name == "pbs-main")
    assert (shared.nodes, shared.status) == (("pve1", "pve2", "pve3"), "available")
    # It is the node that is in trouble, not the storage.
    assert shared.troubled == ()
    assert shared.counts is not None


async def test_disks_are_there_though_the_pools_cannot_be_read() -> None:
    def answer(path: str) -> object:
        if path == "/cluster/resources":
            return [{"type": "node", "node": "pve1", "status": "online"}]
        if path.endswith("/disks/zfs"):
            return RuntimeError("zfsutils-linux not installed")
        return [{"devpath": "/dev/sda", "health": "PASSED", "wearout": "N/A"}]

    async with answering(answer) as client:
        reading = await client.disks()
    assert reading.state is State.PARTIAL
    assert "pools of pve1 missing" in reading.detail
    assert reading.data is not None
    (disk,) = reading.data.disks
    assert (disk.path, disk.wear, disk.size) == ("/dev/sda", None, None)


async def test_a_running_task_is_no_failed_one() -> None:
    async with cluster(now=NIGHT) as lab, lab.client() as client:
        every = await client.tasks(TaskQuery(since=THEN - timedelta(days=1)))
        failed = await client.tasks(TaskQuery(errors=True))
    assert every.data is not None
    assert failed.data is not None
    assert "running" in {task.state for task in every.data.tasks}
    assert {task.state for task in failed.data.tasks} <= {"error", "warning", "unknown"}


async def test_a_part_of_a_type_finds_tasks_of_all_types_that_have_it() -> None:
    async with cluster() as lab, lab.client() as client:
        every = await client.tasks(TaskQuery(limit=2000))
        some = await client.tasks(TaskQuery(kind="VZ", limit=2000))
        few = await client.tasks(TaskQuery(kind="vz", limit=3))
    assert every.data is not None
    assert some.data is not None
    assert few.data is not None
    wanted = [task.upid for task in every.data.tasks if "vz" in task.type]
    assert [task.upid for task in some.data.tasks] == wanted
    assert len({task.type for task in some.data.tasks}) < len({t.type for t in every.data.tasks})
    assert few.data.more
    assert len(few.data.tasks) == 9
