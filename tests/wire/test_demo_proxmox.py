"""The simulated Proxmox VE: logins, rights, versions, errors and quirks like the real one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from sre_tui.demo.servers.proxmox_access import ProxmoxVersion
from tests.stubs.proxmox import (
    EXPIRED,
    MASTER,
    NIGHT,
    NOBODY,
    NOW,
    PARTLY,
    SECRET,
    Cluster,
    cluster,
    identity,
)

API = "/api2/json"
OFFLINE = {"kind": "node_offline", "target": "pve3", "at": "-20m"}


@pytest.fixture
async def lab() -> AsyncIterator[Cluster]:
    async with cluster() as running:
        yield running


async def get(
    lab: Cluster, path: str, secret: str = SECRET, header: str | None = None, **params: Any
) -> httpx.Response:
    value = header if header is not None else f"PVEAPIToken={identity(secret)}"
    headers = {"Authorization": value} if value else {}
    async with httpx.AsyncClient(base_url=lab.url, headers=headers, trust_env=False) as client:
        return await client.get(API + path, params=params)


async def rows(lab: Cluster, path: str, secret: str = SECRET, **params: Any) -> Any:
    answer = await get(lab, path, secret, **params)
    assert answer.status_code == 200, answer.reason_phrase
    return answer.json()["data"]


@pytest.mark.parametrize(
    ("header", "new", "old"),
    [
        ("", "No ticket", "No ticket"),
        (
            f"PVEAPIToken={identity(SECRET)[:-1]}9",
            "Authentication failed!",
            "invalid token value!",
        ),
        (
            f"PVEAPIToken={identity(SECRET).replace('=', ':')}",
            "Authentication failed!",
            "no tokenid specified",
        ),
        (
            f"PVEAPIToken={identity(EXPIRED)}",
            "Authentication failed!",
            "token 'old' access expired",
        ),
        (
            f"PVEAPIToken=sre@pve!other={SECRET}",
            "Authentication failed!",
            "no such token 'other' for user 'sre@pve'",
        ),
    ],
)
async def test_401_says_why_in_the_status_line_only(header: str, new: str, old: str) -> None:
    for version, reason in (("9.2", new), ("8.4", old)):
        async with cluster(version=version) as lab:  # type: ignore[arg-type]
            answer = await get(lab, "/version", header=header)
        assert (answer.status_code, answer.reason_phrase, answer.content) == (401, reason, b"")
        assert answer.headers["connection"] == "close"


async def test_a_token_may_stand_anywhere_in_the_header(lab: Cluster) -> None:
    answer = await get(lab, "/version", header=f"Basic x PVEAPIToken {identity(SECRET)}; a=b")
    assert answer.json()["data"]["release"] == "9.2"


async def test_lists_are_filtered_not_refused(lab: Cluster) -> None:
    assert [r["type"] for r in await rows(lab, "/cluster/resources", NOBODY)] == ["node"] * 3
    assert await rows(lab, "/cluster/resources", NOBODY, type="vm") == []
    assert "cpu" not in (await rows(lab, "/cluster/resources", NOBODY, type="node"))[0]
    seen = await rows(lab, "/cluster/resources", PARTLY, type="vm")
    assert [row["id"] for row in seen] == ["lxc/101"]
    assert await rows(lab, "/nodes/pve1/tasks", NOBODY) == []
    assert await rows(lab, "/nodes/pve1/storage", NOBODY) == []
    assert await rows(lab, "/access/permissions", NOBODY) == {}
    assert "Sys.Modify" in (await rows(lab, "/access/permissions", MASTER))["/"]


async def test_403_names_path_and_privilege(lab: Cluster) -> None:
    answer = await get(lab, "/nodes/pve1/status", NOBODY)
    reason = "Permission check failed (/nodes/pve1, Sys.Audit)"
    assert (answer.status_code, answer.reason_phrase) == (403, reason)
    assert answer.json() == {"data": None, "message": f"{reason}\n"}


@pytest.mark.parametrize(
    ("path", "status", "reason"),
    [
        ("/foo", 501, "Method 'GET /foo' not implemented"),
        (
            "/nodes/pve1/lxc/999/config",
            500,
            "Configuration file 'nodes/pve1/lxc/999.conf' does not exist",
        ),
        # It is there, but on another node.
        (
            "/nodes/pve1/lxc/101/config",
            500,
            "Configuration file 'nodes/pve1/lxc/101.conf' does not exist",
        ),
        ("/nodes/pve1/storage/nope/content", 500, "storage 'nope' does not exist"),
    ],
)
async def test_what_does_not_exist(lab: Cluster, path: str, status: int, reason: str) -> None:
    answer = await get(lab, path)
    assert (answer.status_code, answer.reason_phrase) == (status, reason)
    assert answer.json()["message"] == f"{reason}\n"


async def test_an_unknown_node_is_looked_up(lab: Cluster) -> None:
    answer = await get(lab, "/nodes/pve9/status")
    assert answer.status_code == 500
    assert answer.reason_phrase.startswith("hostname lookup 'pve9' failed")


async def test_parameters_are_checked(lab: Cluster) -> None:
    answer = await get(lab, "/nodes/pve1/tasks", limit="x")
    assert (answer.status_code, answer.reason_phrase) == (400, "Parameter verification failed.")
    assert answer.json()["errors"] == {"limit": "type check ('integer') failed - got 'x'"}
    answer = await get(lab, "/cluster/resources", typ="vm")
    assert "not defined in schema" in answer.json()["errors"]["typ"]
    async with cluster(version="8.4") as older:
        answer = await get(older, "/nodes/pve1/rrddata", timeframe="decade")
    assert answer.status_code == 400


async def test_errors_of_old_versions_have_no_message() -> None:
    async with cluster(version="7.4") as lab:
        answer = await get(lab, "/nodes/pve1/lxc/999/config")
    assert answer.json() == {"data": None}
    assert "does not exist" in answer.reason_phrase


@pytest.mark.parametrize(
    ("version", "has", "lacks"),
    [("9.2", "memhost", ""), ("8.4", "mem", "memhost"), ("7.4", "mem", "memhost")],
)
async def test_versions(version: ProxmoxVersion, has: str, lacks: str) -> None:
    async with cluster(version=version) as lab:
        guest = (await rows(lab, "/cluster/resources", type="vm"))[0]
        status = await rows(lab, "/nodes/pve2/lxc/101/status/current")
        node = await rows(lab, "/nodes/pve1/status")
    assert has in guest
    assert not lacks or lacks not in guest
    assert isinstance(guest["vmid"], str if version == "7.4" else int)
    assert ("pressurecpusome" in status) == (version == "9.2")
    assert ("available" in node["memory"]) == (version == "9.2")
    assert isinstance(node["loadavg"][0], str)


async def test_running_tasks_are_only_in_the_active_list() -> None:
    async with cluster(now=NIGHT) as lab:
        archive = await rows(lab, "/nodes/pve1/tasks", typefilter="vzdump")
        active = await rows(lab, "/nodes/pve1/tasks", typefilter="vzdump", source="active")
        every = await get(lab, "/nodes/pve1/tasks", typefilter="vzdump", source="all", limit=3)
        guests = await rows(lab, "/cluster/resources", type="vm")
        log = await rows(lab, f"/nodes/pve1/tasks/{active[0]['upid']}/log")
        state = await rows(lab, f"/nodes/pve1/tasks/{active[0]['upid']}/status")
    assert all(row["status"] in ("OK", "job errors") for row in archive)
    assert [row["status"] for row in active] == ["RUNNING"] * len(active)
    assert "endtime" not in active[0]
    assert len(every.json()["data"]) == 3
    assert every.json()["total"] == len(archive) + len(active)
    assert {row["lock"] for row in guests if "lock" in row} == {"backup"}
    assert state["status"] == "running"
    assert not any(line["t"].startswith("TASK") for line in log)


async def test_a_dead_node_is_a_status_of_the_proxy() -> None:
    async with cluster(OFFLINE) as lab:
        answer = await get(lab, "/nodes/pve3/status")
        resources = await rows(lab, "/cluster/resources")
        members = await rows(lab, "/cluster/status")
        replications = await rows(lab, "/nodes/pve1/replication")
    assert (answer.status_code, answer.reason_phrase) == (595, "No route to host")
    assert answer.content == b""
    gone = [r for r in resources if r["node"] == "pve3" and r["type"] in ("lxc", "qemu")]
    assert gone
    assert all(set(row) == {"id", "vmid", "node", "type", "status"} for row in gone)
    assert {row["status"] for row in gone} == {"unknown"}
    storages = [r for r in resources if r["node"] == "pve3" and r["type"] == "storage"]
    assert {row["status"] for row in storages} == {"unknown"}
    assert (members[0]["quorate"], members[3]["online"]) == (1, 0)
    assert all(row["fail_count"] == 0 for row in replications), "to pve2, which is there"


async def test_what_a_node_said_last_stands_for_five_minutes() -> None:
    async with cluster(OFFLINE | {"at": "-2m"}) as lab:
        resources = await rows(lab, "/cluster/resources")
    node = next(row for row in resources if row["id"] == "node/pve3")
    guests = [r for r in resources if r["node"] == "pve3" and r["type"] in ("lxc", "qemu")]
    assert node["status"] == "offline"
    assert {row["status"] for row in guests} == {"running"}


async def test_the_clock_is_the_one_of_the_demo(lab: Cluster) -> None:
    newest = (await rows(lab, "/nodes/pve1/tasks", limit=1))[0]
    assert newest["starttime"] < NOW
