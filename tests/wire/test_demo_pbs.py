"""The simulated backup server answers as the real one does, oddities included."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import quote

import httpx
import pytest

from sre_tui.demo.servers.pbs_access import PbsToken
from tests.stubs.pbs import ANCHOR, AUDITOR, NAME, SECRET, pbs_server, world_of

API = "/api2/json"


@pytest.fixture(scope="module")
def server() -> Iterator[httpx.Client]:
    with pbs_server(world_of(guests=12)) as url:
        header = {"Authorization": f"PBSAPIToken={NAME}:{SECRET}"}
        with httpx.Client(base_url=url + API, headers=header, timeout=60.0) as client:
            yield client


@pytest.mark.parametrize(
    ("path", "status", "text"),
    [
        ("/nothing", 404, "Path '/api2/json/nothing' not found."),
        ("/admin/datastore/mian/snapshots", 400, "no such datastore 'mian'"),
        ("/admin/datastore/usb/namespace", 400, "datastore 'usb' is not mounted"),
        ("/admin/datastore/main/snapshots?ns=x", 400, "cannot find namespace 'x'"),
        ("/admin/datastore/main/snapshots?foo=1", 400, "schema does not allow additional"),
        ("/nodes/localhost/tasks?limit=x", 400, "parameter 'limit': Expected integer value"),
        ("/nodes/localhost/tasks?errors=maybe", 400, "Expected boolean value"),
        ("/nodes/localhost/tasks/UPID:x/log", 400, "unable to parse UPID"),
    ],
)
def test_errors_are_texts_whatever_the_header_says(
    server: httpx.Client, path: str, status: int, text: str
) -> None:
    answer = server.get(path)
    assert (answer.status_code, text in answer.text) == (status, True)
    assert answer.headers["content-type"].startswith("application/json")
    with pytest.raises(json.JSONDecodeError):
        answer.json()


@pytest.mark.parametrize(
    ("header", "text"),
    [
        ("", "no authentication credentials provided"),
        (f"Bearer {SECRET}", "no authentication credentials provided"),
        (f"x PBSAPIToken={NAME}:{SECRET}", "no authentication credentials provided"),
        (f"PBSAPIToken={NAME}={SECRET}", "no ':' separator"),
        (f"PBSAPIToken={NAME}:wrong", "invalid credentials"),
    ],
)
def test_who_is_not_let_in_is_told_so_before_anything_else(
    server: httpx.Client, header: str, text: str
) -> None:
    for path in ("/version", "/nothing"):
        answer = server.get(path, headers={"Authorization": header})
        assert answer.status_code == 401
        assert answer.text.startswith("authentication failed - ")
        assert text in answer.text
    assert server.get(
        "/version", headers={"Authorization": f"PBSAPIToken {NAME}:{SECRET}"}
    ).is_success


def test_keys_have_hyphens_but_in_tasks(server: httpx.Client) -> None:
    usage = server.get("/status/datastore-usage").json()["data"][0]
    assert {"estimated-full-date", "gc-status", "history-delta", "mount-status"} <= set(usage)
    assert "last-run-state" not in usage["gc-status"]
    assert None in usage["history"]
    snapshot = server.get("/admin/datastore/main/snapshots").json()["data"][0]
    assert {"backup-type", "backup-id", "backup-time"} <= set(snapshot)
    assert isinstance(snapshot["backup-id"], str)
    task = server.get("/nodes/localhost/tasks?typefilter=backup").json()["data"][0]
    assert {"worker_type", "worker_id", "starttime"} <= set(task)


def test_the_total_of_tasks_is_only_a_bound(server: httpx.Client) -> None:
    first = server.get("/nodes/localhost/tasks?limit=3").json()
    later = server.get("/nodes/localhost/tasks?limit=3&start=3").json()
    assert (first["total"], later["total"]) == (4, 7)
    assert not {t["upid"] for t in first["data"]} & {t["upid"] for t in later["data"]}
    assert len(server.get("/nodes/localhost/tasks").json()["data"]) == 50
    assert len(server.get("/nodes/localhost/tasks?limit=0").json()["data"]) > 500


def test_every_listed_task_can_be_looked_at(server: httpx.Client) -> None:
    rows = server.get("/nodes/localhost/tasks?limit=40&since=1795000000").json()["data"]
    for kind in {row["worker_type"]: row for row in rows}.values():
        upid = quote(kind["upid"], safe="")
        status = server.get(f"/nodes/localhost/tasks/{upid}/status").json()["data"]
        assert (status["status"], status["exitstatus"]) == ("stopped", kind["status"])
        lines = server.get(f"/nodes/localhost/tasks/{upid}/log").json()["data"]
        assert lines[-1]["t"] == "TASK OK"


def test_lists_are_filtered_by_rights_not_refused() -> None:
    world = world_of(guests=12)
    narrow = PbsToken(NAME, SECRET, {"/datastore/main": "DatastoreAudit"})
    header = {"Authorization": f"PBSAPIToken={NAME}:{SECRET}"}
    with (
        pbs_server(world, who=narrow) as url,
        httpx.Client(base_url=url + API, headers=header, timeout=60.0) as client,
    ):
        stores = client.get("/admin/datastore").json()["data"]
        assert [store["store"] for store in stores] == ["main"]
        assert client.get("/nodes/localhost/tasks").json()["data"] == []
        assert client.get("/admin/datastore/archive/snapshots").status_code == 403
        assert client.get("/nodes/localhost/status").text == "permission check failed"
        assert client.get("/access/permissions").json()["data"] == {
            "/datastore/main": {"Datastore.Audit": True}
        }


def test_older_releases_lack_what_came_later() -> None:
    world = world_of(guests=12)
    header = {"Authorization": f"PBSAPIToken={NAME}:{SECRET}"}
    with (
        pbs_server(world, version="3.1.5", who=AUDITOR) as url,
        httpx.Client(base_url=url + API, headers=header, timeout=60.0) as client,
    ):
        assert client.get("/admin/gc").status_code == 404
        collected = client.get("/admin/datastore/main/gc").json()["data"]
        assert collected["upid"]
        assert not {"last-run-state", "last-run-endtime", "schedule"} & set(collected)
        refused = client.get("/admin/sync?sync-direction=all")
        assert refused.status_code == 400
        rows = client.get("/status/datastore-usage").json()["data"]
        assert {row["store"] for row in rows} == {"main", "archive"}
        assert "mount-status" not in rows[0]
        assert rows[0]["estimated-full-date"] > ANCHOR


def test_a_sync_to_a_full_datastore_fails() -> None:
    world = world_of(
        {"kind": "datastore_full", "target": "archive", "at": "-3d", "within": "1d",
         "severity": 0.9}, guests=12,
    )  # fmt: skip
    header = {"Authorization": f"PBSAPIToken={NAME}:{SECRET}"}
    with (
        pbs_server(world) as url,
        httpx.Client(base_url=url + API, headers=header, timeout=60.0) as client,
    ):
        (job,) = client.get("/admin/sync").json()["data"]
    assert "No space left on device" in job["last-run-state"]
