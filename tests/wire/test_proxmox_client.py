"""The Proxmox VE client against every simulated version, with every fault, over real sockets."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import stamina
from pydantic import SecretStr

from providers.endpoint import ProxmoxEndpoint
from providers.proxmox import Guest, Inventory, ProxmoxClient, TaskQuery
from providers.reading import Reading, State
from sre_tui.demo.runtime.certificates import issue
from sre_tui.demo.runtime.fault_modes import FAULT_MODES, FaultMode
from sre_tui.demo.runtime.serving import LoopbackServer
from sre_tui.demo.servers.proxmox import proxmox_app
from sre_tui.demo.servers.proxmox_access import ProxmoxVersion
from tests.stubs.proxmox import (
    EXPIRED,
    NIGHT,
    NOBODY,
    NOW,
    PARTLY,
    THEN,
    TOKENS,
    Cluster,
    cluster,
    world,
)
from tests.stubs.raw_server import Received, json_reply, raw_server, reply

VERSIONS: list[ProxmoxVersion] = ["7.4", "8.4", "9.2"]
OFFLINE = {"kind": "node_offline", "target": "pve3", "at": "-20m"}
STATES: dict[FaultMode, set[State]] = {
    "timeout": {State.UNREACHABLE},
    "slow": {State.UNREACHABLE},
    "401": {State.UNAUTHORIZED},
    "403": {State.UNAUTHORIZED},
    "500": {State.BAD_RESPONSE},
    "503": {State.UNREACHABLE},
    "html": {State.BAD_RESPONSE},
    "cut": {State.BAD_RESPONSE},
    "garbage": {State.BAD_RESPONSE},
    "redirect": {State.UNAUTHORIZED},
    "refuse": {State.UNREACHABLE},
}
Call = Callable[[ProxmoxClient], Awaitable[Reading[Any]]]
MEDIA = Guest(source="proxmox:main", vmid=101, type="lxc", node="pve2", status="running")
CALLS: dict[str, Call] = {
    "version": lambda client: client.version(),
    "permissions": lambda client: client.permissions(),
    "inventory": lambda client: client.inventory(),
    "guest": lambda client: client.guest(MEDIA),
    "nodes": lambda client: client.nodes(),
    "cluster": lambda client: client.cluster(),
    "ha": lambda client: client.ha(),
    "disks": lambda client: client.disks(),
    "pool": lambda client: client.pool("pve1", "rpool"),
    "tasks": lambda client: client.tasks(),
    "storages": lambda client: client.storages(counted=True),
    "storage_backups": lambda client: client.storage_backups(),
    "backup_targets": lambda client: client.backup_targets(),
    "backup_jobs": lambda client: client.backup_jobs(),
    "not_backed_up": lambda client: client.not_backed_up(),
    "replications": lambda client: client.replications(),
    "guest_history": lambda client: client.guest_history(MEDIA),
    "node_history": lambda client: client.node_history("pve1", "week"),
    "storage_history": lambda client: client.storage_history("pve1", "pbs-main"),
}


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=2):
        yield


def guest_of(inventory: Inventory | None, name: str) -> Guest:
    assert inventory is not None
    return next(guest for guest in inventory.guests if guest.name == name)


# -- what is there ----------------------------------------------------------------------------
@pytest.mark.parametrize("version", VERSIONS)
async def test_every_question_is_answered(version: ProxmoxVersion) -> None:
    async with cluster(version=version) as lab, lab.client() as client:
        for name, call in CALLS.items():
            reading = await call(client)
            assert reading.state is State.OK, f"{name}: {reading.detail}"
            assert reading.data, name


@pytest.mark.parametrize("version", VERSIONS)
async def test_one_model_for_all_versions(version: ProxmoxVersion) -> None:
    async with cluster(version=version) as lab, lab.client() as client:
        inventory = (await client.inventory()).data
        container = (await client.guest(guest_of(inventory, "media"))).data
        machine = (await client.guest(guest_of(inventory, "docker1"))).data
        nodes = (await client.nodes()).data or ()
    assert container is not None
    assert machine is not None
    guest = container.guest
    assert (guest.vmid, guest.node, guest.status, guest.cpus) == (101, "pve2", "running", 6)
    assert guest.memory_size == 8 * 2**30
    assert guest.disk is not None
    assert machine.guest.disk is None, "Proxmox does not look into a virtual machine's disk"
    assert (guest.memory_host is None) == (version != "9.2")
    assert container.config is not None
    assert container.config.compute.memory == 8 * 2**30
    assert [(v.slot, v.backed_up) for v in container.config.volumes] == [
        ("rootfs", True),
        ("mp0", False),
    ]
    assert container.interfaces[0].addresses == ("10.0.20.111/24",)
    assert machine.config is not None
    slots = {volume.slot: volume for volume in machine.config.volumes}
    assert (slots["scsi0"].size, slots["scsi0"].backed_up) == (100 * 2**30, True)
    assert not slots["scsi1"].backed_up
    assert slots["ide2"].is_cdrom
    # Before version 9 an auditor may not ask the agent.
    assert machine.agent == ("answers" if version == "9.2" else "not_permitted")
    status = nodes[0].status
    assert status is not None
    assert status.load is not None
    assert status.version.startswith(version)
    assert (status.pressure is not None) == (version == "9.2")


async def test_agents_that_do_not_answer() -> None:
    async with cluster() as lab, lab.client() as client:
        inventory = (await client.inventory()).data
        silent = await client.guest(guest_of(inventory, "mail"))
        absent = await client.guest(guest_of(inventory, "frigate"))
        stopped = await client.guest(guest_of(inventory, "win11"))
    assert silent.data is not None
    assert absent.data is not None
    assert stopped.data is not None
    assert (silent.state, silent.data.agent) == (State.OK, "not_running")
    assert absent.data.agent == "not_configured"
    assert (stopped.data.agent, stopped.data.interfaces) == ("unknown", ())


async def test_running_tasks_are_among_the_tasks() -> None:
    async with cluster(now=NIGHT) as lab, lab.client() as client:
        tasks = (await client.tasks()).data
        assert tasks is not None
        running = [task for task in tasks.tasks if task.state == "running"]
        log = (await client.task_log(running[0].upid, 3)).data
    assert {(task.type, task.ended, task.status) for task in running} == {
        ("vzdump", None, "RUNNING")
    }
    assert log is not None
    assert log.task.state == "running"
    assert [task.started for task in tasks.tasks] == sorted(
        (task.started for task in tasks.tasks), reverse=True
    )


async def test_tasks_are_chosen_by_the_server() -> None:
    failing = {"kind": "backup_failing", "target": "gitea", "at": "-3d"}
    async with cluster(failing) as lab, lab.client() as client:
        failed = (await client.tasks(TaskQuery(errors=True))).data
        few = (await client.tasks(TaskQuery(limit=2))).data
        of_guest = (await client.tasks(TaskQuery(vmid=103))).data
        assert failed is not None
        log = (await client.task_log(failed.tasks[0].upid)).data
    assert {(task.type, task.state, task.status) for task in failed.tasks} == {
        ("vzdump", "error", "job errors")
    }
    assert log is not None
    assert any("Backup of VM 111 failed" in line for line in log.lines)
    assert log.lines[-1] == "TASK ERROR: job errors"
    assert few is not None
    assert (len(few.tasks), few.more) == (6, True)
    assert of_guest is not None
    assert {task.guest for task in of_guest.tasks} == {"nextcloud"}


async def test_what_no_task_id_is() -> None:
    async with cluster() as lab, lab.client() as client:
        with pytest.raises(ValueError, match="looks like UPID:node"):
            await client.task_log("vzdump")
        gone = await client.task_log("UPID:pve1:00000001:00000001:6B000000:vzdump:1:root@pam:")
    assert gone.state is State.BAD_RESPONSE
    assert "no such task" in gone.detail


async def test_shared_storages_are_listed_once() -> None:
    async with cluster() as lab, lab.client() as client:
        storages = (await client.storages()).data or ()
        inventory = (await client.inventory()).data
    names = [storage.name for storage in storages]
    assert names.count("pbs-main") == 1
    assert names.count("local") == 3
    shared = next(storage for storage in storages if storage.name == "pbs-main")
    assert (shared.nodes, shared.type) == (("pve1", "pve2", "pve3"), "pbs")
    assert inventory is not None
    assert {s.key for s in inventory.storages} == {s.key for s in storages}


async def test_backups_on_storages_know_their_verification() -> None:
    async with cluster() as lab, lab.client() as client:
        volumes = (await client.storage_backups()).data or ()
        jobs = {job.id: job for job in (await client.backup_jobs()).data or ()}
    archive = next(volume for volume in volumes if volume.storage == "local")
    snapshot = next(v for v in volumes if v.storage == "pbs-main" and v.vmid == 103)
    assert (archive.verified, archive.node, archive.shared) == (None, "pve1", False)
    assert (snapshot.verified, snapshot.guest_type, snapshot.notes) == ("ok", "qemu", "nextcloud")
    assert sum(volume.protected for volume in volumes) == 1
    nightly = jobs["backup-8c1f2a4e-7d30"]
    assert nightly.all_guests
    assert 9000 in nightly.exclude
    assert nightly.next_run is not None
    assert nightly.next_run > THEN
    weekly = jobs["backup-e40a6613-9b1f"]
    assert weekly.vmids
    assert weekly.keep == {"keep-last": "3"}


async def test_one_node_of_the_cluster_only() -> None:
    async with cluster() as lab, lab.client(node="pve2") as client:
        inventory = (await client.inventory()).data
        tasks = (await client.tasks()).data
    assert inventory is not None
    assert {guest.node for guest in inventory.guests} == {"pve2"}
    assert tasks is not None
    assert {task.node for task in tasks.tasks} == {"pve2"}


# -- rights -----------------------------------------------------------------------------------
@pytest.mark.parametrize("version", VERSIONS)
async def test_an_empty_list_for_want_of_rights_is_told_from_nothing_there(
    version: ProxmoxVersion,
) -> None:
    async with cluster(version=version) as lab, lab.client(NOBODY) as client:
        inventory = await client.inventory()
        tasks = await client.tasks()
        storages = await client.storages()
        nodes = await client.nodes()
    assert inventory.state is State.UNAUTHORIZED
    assert "the token lacks VM.Audit" in inventory.detail
    assert "pveum acl modify / -token 'sre@pve!blind' -role PVEAuditor" in inventory.detail
    assert (tasks.state, "Sys.Audit" in tasks.detail) == (State.UNAUTHORIZED, True)
    assert (storages.state, "Datastore.Audit" in storages.detail) == (State.UNAUTHORIZED, True)
    assert nodes.state is State.UNAUTHORIZED


async def test_a_token_for_one_guest_sees_that_one() -> None:
    async with cluster() as lab, lab.client(PARTLY) as client:
        inventory = await client.inventory()
        jobs = await client.backup_jobs()
        assert inventory.data is not None
        detail = await client.guest(inventory.data.guests[0])
    assert [guest.vmid for guest in inventory.data.guests] == [101]
    assert inventory.state is State.PARTIAL
    assert "guests but 101 missing: the token lacks VM.Audit on /vms; give" in inventory.detail
    assert jobs.state is State.UNAUTHORIZED
    assert "Permission check failed (/, Sys.Audit)" in jobs.detail
    assert detail.data is not None
    assert detail.data.config is not None
    assert "but the token's own missing: the token lacks Sys.Audit on /nodes/pve2" in detail.detail


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_refused_token_says_what_the_status_line_said(version: ProxmoxVersion) -> None:
    async with cluster(version=version) as lab, lab.client(EXPIRED) as client:
        reading = await client.inventory()
    assert reading.state is State.UNAUTHORIZED
    said = "Authentication failed!" if version == "9.2" else "token 'old' access expired"
    assert said in reading.detail
    assert TOKENS.keys().isdisjoint(reading.detail.split())


# -- nodes that are gone ----------------------------------------------------------------------
@pytest.mark.parametrize("version", VERSIONS)
async def test_a_dead_node_costs_only_its_own_part(version: ProxmoxVersion) -> None:
    async with cluster(OFFLINE, version=version) as lab, lab.client() as client:
        inventory = (await client.inventory()).data
        nodes = await client.nodes()
        tasks = await client.tasks()
        disks = await client.disks()
        assert inventory is not None
        lost = next(guest for guest in inventory.guests if guest.node == "pve3")
        detail = await client.guest(lost)
    assert inventory.offline == ("pve3",)
    assert (lost.status, lost.name, lost.memory) == ("unknown", None, None)
    assert nodes.state is State.PARTIAL
    assert "pve3: the node is offline" in nodes.detail
    assert nodes.data is not None
    assert [report.status is None for report in nodes.data] == [False, False, True]
    assert (tasks.state, disks.state) == (State.PARTIAL, State.PARTIAL)
    assert tasks.data is not None
    assert {task.node for task in tasks.data.tasks} == {"pve1", "pve2"}
    assert detail.state is State.UNREACHABLE
    assert "595 No route to host" in detail.detail


async def test_a_node_that_hangs_does_not_stall_the_others() -> None:
    async with cluster(hanging={"pve2"}) as lab, lab.client(timeout=3.0) as client:
        nodes, tasks = await asyncio.gather(client.nodes(), client.tasks())
        guest = await client.guest(MEDIA)
        again = await client.inventory()
    assert (nodes.state, tasks.state) == (State.PARTIAL, State.PARTIAL)
    assert "pve2" in nodes.detail
    assert guest.state is State.UNREACHABLE
    assert again.state is State.OK


async def test_dead_nodes_do_not_open_the_breaker_for_the_living() -> None:
    async with cluster(OFFLINE) as lab, lab.client() as client:
        lost = MEDIA.model_copy(update={"node": "pve3", "vmid": 106, "type": "qemu"})
        for _ in range(7):
            assert (await client.guest(lost)).state is State.UNREACHABLE
        assert (await client.inventory()).state is State.OK


# -- faults -----------------------------------------------------------------------------------
@pytest.mark.parametrize("fault", list(STATES))
@pytest.mark.parametrize("version", ["8.4", "9.2"])
async def test_every_fault_is_a_state_with_one_line(
    version: ProxmoxVersion, fault: FaultMode
) -> None:
    # Only those that are silent may run into the timeout, however busy the machine is.
    timeout = 0.4 if fault in ("timeout", "slow") else 60.0
    async with cluster(version=version) as lab, lab.client(timeout=timeout) as client:
        await lab.server.break_backend(fault, 120.0)
        readings = await asyncio.gather(
            client.inventory(), client.tasks(), client.guest(MEDIA), client.storage_backups()
        )
        for reading in readings:
            assert reading.state in STATES[fault], reading.detail
            assert reading.data is None
            assert reading.detail
            assert "\n" not in reading.detail


def test_every_fault_has_its_state() -> None:
    # That of a strange certificate has a test of its own.
    assert {*STATES, "tls"} == set(FAULT_MODES)


@pytest.mark.parametrize("version", ["8.4", "9.2"])
async def test_tls_needs_the_fingerprint_or_the_certificate(
    version: ProxmoxVersion, tmp_path: Path
) -> None:
    own, stranger = issue(tmp_path / "own", "pve1"), issue(tmp_path / "stranger", "pve1")
    app = proxmox_app(world().virtualization, lambda: NOW, TOKENS, version=version)
    server = LoopbackServer("proxmox", app, certificate=own, stranger=stranger)
    await server.start()
    lab = Cluster(server, NOW)
    try:
        async with lab.client() as strict, lab.client(fingerprint=own.fingerprint) as pinned:
            refused, let_in = await strict.version(), await pinned.version()
            await server.break_backend("tls")
        async with lab.client(fingerprint=own.fingerprint) as pinned:
            replaced = await pinned.version()
        async with lab.client(verify_ssl=False) as careless:
            anything = await careless.version()
    finally:
        await server.stop()
    assert (refused.state, let_in.state) == (State.UNREACHABLE, State.OK)
    assert "SHA-256 fingerprint" in refused.detail
    assert (replaced.state, anything.state) == (State.UNREACHABLE, State.OK)
    assert "its fingerprint " in replaced.detail


# -- answers that are odd ---------------------------------------------------------------------
async def odd(answer: object, call: Call, status: int = 200) -> Reading[Any]:
    said = reply(answer, status) if isinstance(answer, bytes) else json_reply(answer, status)

    def serve(request: Received) -> bytes:
        if request.path.endswith("/access/permissions"):
            return json_reply({"data": {"/": {"VM.Audit": 1, "Sys.Audit": 1}}})
        return said

    async with raw_server(serve) as server:
        endpoint = Cluster(LoopbackServer("x", _nothing), NOW).endpoint()
        at = endpoint.model_copy(update={"url": server.url, "token": SecretStr("a@pve!b=c")})
        async with ProxmoxClient(at, clock=lambda: THEN) as client:
            reading = await call(client)
        header = server.received[0].headers["authorization"]
    assert header == "PVEAPIToken=a@pve!b=c"
    return reading


async def _nothing(*_: Any) -> None: ...


async def test_null_is_an_empty_list() -> None:
    reading = await odd({"data": None}, CALLS["inventory"])
    assert (reading.state, reading.data) == (State.OK, Inventory())


async def test_numbers_may_be_texts_and_rows_odd() -> None:
    rows = [
        {"id": "lxc/106", "type": "lxc", "vmid": "106", "node": "n", "status": "running",
         "disk": "744189952", "mem": "NaN", "cpu": "0.5", "uptime": "", "template": "0",
         "tags": "a;b,c d", "new": {"x": 1}},
        {"type": "qemu", "node": "n"},
        {"type": "sdn", "id": "sdn/n/localnetwork"},
        {"type": "network", "id": "network/n"},
        {"type": "lxc", "vmid": 7, "node": "n", "status": "on fire", "memhost": 9, "maxmem": 0},
    ]  # fmt: skip
    reading = await odd({"data": rows}, CALLS["inventory"])
    assert reading.state is State.OK
    assert reading.data is not None
    first, second = reading.data.guests
    assert (first.vmid, first.disk, first.memory, first.cpu) == (106, 744189952, None, 0.5)
    assert (first.template, first.tags, first.uptime) == (False, ("a", "b", "c", "d"), None)
    assert (second.status, second.memory_ratio, second.name) == ("unknown", None, None)


@pytest.mark.parametrize(
    ("answer", "status", "state", "said"),
    [
        ([1, 2], 200, State.BAD_RESPONSE, "is it Proxmox VE"),
        ({"data": {"not": "a list"}}, 200, State.BAD_RESPONSE, "unexpected shape"),
        ({"data": [{"type": []}]}, 200, State.OK, ""),
        (b"<html>", 200, State.BAD_RESPONSE, "a web page"),
        ({"data": None, "message": "no quorum\n"}, 500, State.BAD_RESPONSE, "no quorum"),
        ({"data": None, "errors": {"type": "bad"}}, 400, State.BAD_RESPONSE, "type: bad"),
        (b"", 403, State.UNAUTHORIZED, "(a right is missing: this needs VM.Audit on /vms, "),
    ],
)
async def test_odd_answers_are_told(answer: Any, status: int, state: State, said: str) -> None:
    reading = await odd(answer, CALLS["inventory"], status)
    assert reading.state is state, reading.detail
    assert said in reading.detail


async def test_a_login_page_is_told_as_one_of_a_proxy() -> None:
    page = reply(status=302, headers={"Location": "/login"})
    async with raw_server(page) as server:
        endpoint = ProxmoxEndpoint(url=server.url, token=SecretStr("a@pve!b=c"))
        async with ProxmoxClient(endpoint) as client:
            reading = await client.version()
    assert reading.state is State.UNAUTHORIZED
    assert reading.detail.endswith("or a proxy in front of it wants a login")


async def test_a_missing_guest_is_an_error_500() -> None:
    async with cluster() as lab, lab.client() as client:
        reading = await client.guest(MEDIA.model_copy(update={"vmid": 999}))
    assert reading.state is State.BAD_RESPONSE
    assert "999.conf' does not exist" in reading.detail
