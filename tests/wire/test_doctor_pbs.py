"""What the check-up says of a backup server: rights, too many rights, TLS, clock, datastores."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import stamina
from pydantic import SecretStr

from providers.endpoint import PbsEndpoint
from providers.pbs import PbsClient
from sre_tui.demo.servers.pbs_access import PbsToken
from sre_tui.demo.world.world import World
from sre_tui.doctor.finding import Finding, Verdict
from sre_tui.doctor.pbs import pbs
from tests.stubs.pbs import AUDITOR, NAME, NOW, SECRET, client_of, pbs_server, world_of
from tests.stubs.raw_server import json_reply, raw_server


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=2):
        yield


@pytest.fixture(scope="module")
def world() -> World:
    return world_of(guests=12)


def now() -> datetime:
    return NOW


async def examined(world: World, who: PbsToken = AUDITOR, **options: str) -> list[Finding]:
    with pbs_server(world, who=who) as url:
        async with client_of(url, **options) as client:
            # The server's Date header is of today, the world's clock is not.
            return [f for f in await pbs(client, now) if f.aspect != "clock"]


async def test_an_auditor_is_all_it_takes(world: World) -> None:
    found = await examined(world)
    assert {finding.verdict for finding in found} == {Verdict.OK}
    assert [finding.aspect for finding in found] == ["reachable", "rights", "datastores"]
    assert "4.1.0" in found[0].detail


async def test_missing_rights_are_named_with_what_grants_them(world: World) -> None:
    found = await examined(world, PbsToken(NAME, SECRET, {"/datastore": "DatastoreAudit"}))
    lacks = [finding for finding in found if finding.verdict is Verdict.FAILED]
    assert [f.detail.partition(":")[0] for f in lacks] == [
        "the token 'sre@pbs!tui' lacks Sys.Audit on /system/tasks",
        "the token 'sre@pbs!tui' lacks Sys.Audit on /system/status",
    ]
    assert "proxmox-backup-manager acl update / Audit --auth-id 'sre@pbs!tui'" in lacks[0].fix
    one = await examined(world, PbsToken(NAME, SECRET, {"/datastore/main": "Audit"}))
    assert any("held on /datastore/main only" in finding.detail for finding in one)


async def test_rights_to_change_things_are_too_many(world: World) -> None:
    found = await examined(world, PbsToken(NAME, SECRET, {"/": "Admin"}))
    warned = [finding for finding in found if finding.verdict is Verdict.WARNING]
    assert len(warned) == 1
    assert "may also change things (Datastore.Allocate" in warned[0].detail


async def test_a_default_datastore_must_exist(world: World) -> None:
    found = await examined(world, default_datastore="mian")
    assert found[-1].verdict is Verdict.FAILED
    assert found[-1].fix == "Set PBS_DEFAULT_DATASTORE to one of: main, archive, usb."


async def test_a_wrong_token_is_told_how_to_get_a_right_one(world: World) -> None:
    with pbs_server(world) as url:
        async with client_of(url, f"{NAME}=wrong") as client:
            found = await pbs(client, now)
    assert [finding.verdict for finding in found] == [Verdict.FAILED]
    assert "generate-token sre@pbs tui" in found[0].fix


async def test_a_clock_that_is_off_is_noticed(world: World) -> None:
    with pbs_server(world) as url:
        endpoint = PbsEndpoint(url=url, token=SecretStr(f"{NAME}:{SECRET}"), timeout=60.0)
        async with PbsClient(endpoint, clock=lambda: NOW - timedelta(days=1)) as client:
            found = await pbs(client, now)
    assert any(f.aspect == "clock" and f.verdict is Verdict.WARNING for f in found)


async def test_what_cannot_be_told_of_datastores_is_named() -> None:
    usage = {"store": "x", "total": 100, "used": 40, "avail": 60}
    answers = {
        "/version": {"version": "4.1.0"},
        "/access/permissions": {"/": {"Datastore.Audit": True, "Sys.Audit": True}},
        "/status/datastore-usage": [usage],
        "/admin/datastore": [{"store": "x"}],
        "/admin/gc": [],
    }
    async with (
        raw_server(
            lambda asked: json_reply({"data": answers[asked.path.removeprefix("/api2/json")]})
        ) as server,
        client_of(server.url) as client,
    ):
        found = await pbs(client, now)
    assert found[-1].verdict is Verdict.WARNING
    assert "garbage collection of x missing" in found[-1].detail
