"""The TrueNAS client over real sockets, against every version."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import stamina

from providers.endpoint import TrueNasEndpoint
from providers.errors import RequestRefused
from providers.last_known_good import DiskKept
from providers.reading import Reading, State
from providers.readings import BREAKER_FAILURES
from providers.truenas import TrueNasClient
from providers.truenas.rpc import RpcConnection
from sre_tui.demo.servers.truenas import ApiKey, TrueNasVersion
from tests.stubs.truenas import (
    FULL,
    NOW,
    POOLS_ONLY,
    READ_ONLY,
    VERSIONS,
    RunningNas,
    running_nas,
)

DEAD = {"kind": "disk_dead", "target": "nas1/sdd", "at": "-40m"}


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=2):
        yield


@pytest.fixture(params=VERSIONS)
async def nas(request: pytest.FixtureRequest) -> AsyncIterator[RunningNas]:
    version: TrueNasVersion = request.param
    async with running_nas(version) as running:
        yield running


@pytest.fixture
async def one() -> AsyncIterator[RunningNas]:
    """A NAS where the version makes no difference."""
    async with running_nas("25.10.1") as running:
        yield running


def good(reading: Reading[Any]) -> Any:
    assert (reading.state, reading.detail) == (State.OK, "")
    return reading.data


async def test_every_question_is_answered_by_every_version(nas: RunningNas) -> None:
    client = nas.client()
    info = good(await client.info())
    assert (info.hostname, info.version) == ("nas1", nas.source.version)
    assert info.clock is not None
    assert abs((info.clock - NOW).total_seconds()) < 1
    assert good(await client.roles()) == ("READONLY_ADMIN",)
    tank, fast = good(await client.pools(datasets=True))
    assert (tank.name, tank.state, tank.healthy, tank.size) == ("tank", "ONLINE", True, 48 * 10**12)
    assert tank.fill is not None
    assert 0.3 < tank.fill < 0.7
    assert tank.scan is not None
    assert (tank.scan.function, tank.scan.state) == ("scrub", "finished")
    assert [member.disk for member in tank.members()] == ["sda", "sdb", "sdc", "sdd", "sde", "sdf"]
    assert all(member.serial and member.model and not member.errors for member in tank.members())
    media = next(dataset for dataset in tank.datasets if dataset.name == "tank/media")
    assert media.used is not None
    assert media.quota is None
    assert [vdev.type for vdev in fast.vdevs] == ["mirror"]
    disks = good(await client.disks())
    assert {disk.pool for disk in disks} == {"tank", "fast"}
    assert disks[0].standby_after == 1200.0
    status = good(await client.status())
    assert status.alerts == ()
    assert status.ups is not None
    assert (status.ups.on_battery, status.ups.charge) == (False, 1.0)
    assert status.update is not None
    assert status.update.available is (nas.source.version == "25.04.2.6")
    assert {service.name for service in status.services or () if service.running} == {
        "cifs", "nfs", "ups",
    }  # fmt: skip
    assert {app.name for app in good(await client.apps())} >= {"scrutiny", "tailscale"}


async def test_snapshots_are_found_under_the_name_each_version_has(nas: RunningNas) -> None:
    report = good(await nas.client().protection())
    groups = {group.dataset: group for group in report.groups}
    assert (groups["tank/media"].count, groups["tank/media"].automatic) == (78, 78)
    assert groups["tank/media"].newest > NOW - timedelta(hours=1)
    assert groups["tank/media"].used > 0
    assert [task.interval for task in report.tasks] == [3600.0, 86400.0, 86400.0]
    assert [task.keep for task in report.tasks] == [2 * 86400.0, 30 * 86400.0, 14 * 86400.0]
    copies = {task.name: task for task in report.replications}
    assert copies["fast-to-tank"].state == "finished"
    assert copies["fast-to-tank"].last_snapshot_at.hour == 0


async def test_smb_read_only_shares_are_read_only_in_every_version(nas: RunningNas) -> None:
    report = good(await nas.client().shares())
    smb = {share.name: share for share in report.shares if share.kind == "smb"}
    assert (smb["media"].read_only, smb["timemachine"].read_only) == (True, False)
    media = next(s for s in report.shares if (s.kind, s.name) == ("nfs", "media"))
    assert (media.path, media.dataset) == ("/mnt/tank/media", "tank/media")
    assert "10.0.20.111" in media.allowed
    # 25.10 keeps the sessions for full administrators, which is no fault of anything.
    told = report.sessions is not None
    assert told is (nas.source.version != "25.10.1")


async def test_one_connection_serves_everything(
    one: RunningNas, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    original = RpcConnection._open

    async def counted(self: RpcConnection) -> Any:
        opened.append(self.source)
        return await original(self)

    monkeypatch.setattr(RpcConnection, "_open", counted)
    client = one.client()
    await asyncio.gather(*(client.status() for _ in range(4)), client.pools(), client.protection())
    assert len(opened) == 1


async def test_a_dead_disk_is_told_with_its_serial_number() -> None:
    async with running_nas("25.10.1", DEAD) as nas:
        client = nas.client()
        pool = good(await client.pools())[0]
        disks = good(await client.disks())
        status = good(await client.status())
    assert (pool.state, pool.status_code) == ("DEGRADED", "MISSING_DEV_R")
    assert pool.vdevs[0].state == "DEGRADED"
    (dead,) = pool.troubled()
    assert (dead.disk, dead.missing, dead.state) == ("sdd", True, "UNAVAIL")
    assert dead.serial.startswith("71L0A")
    assert dead.write_errors > 0
    assert "sdd" not in {disk.name for disk in disks}
    (alert,) = status.alerts
    assert (alert.klass, alert.level) == ("VolumeStatus", "critical")
    assert "<" not in alert.text
    assert dead.serial in alert.text


async def test_a_missing_right_costs_its_part_only(nas: RunningNas) -> None:
    client = nas.client(POOLS_ONLY)
    pools = await client.pools()
    assert pools.state is State.PARTIAL
    assert pools.data is not None
    assert pools.data[0].usable is None
    assert "datasets missing: pool.dataset.query: [EACCES] Not authorized" in pools.detail
    assert "DATASET_READ" in pools.detail
    shares = await client.shares()
    assert (shares.state, shares.data) == (State.UNAUTHORIZED, None)
    status = await client.status()
    assert status.state is State.PARTIAL
    assert status.data is not None
    assert (status.data.alerts, status.data.jobs is None) == (None, False)
    # Five refusals are one line, in the order of the parts.
    assert status.detail.startswith("system, alerts, services, updates, UPS missing: the key's ")
    assert "READONLY_ADMIN lets it, or in parts ALERT_LIST_READ, SERVICE_READ, SYS" in status.detail


async def test_disks_know_their_pool_without_the_right_to_read_pools() -> None:
    disks_only = ApiKey("4-" + "d" * 64, "sre", ("DISK_READ",))
    async with running_nas(keys=(disks_only,)) as nas:
        reading = await nas.client(disks_only).disks()
    assert "pools" in reading.detail
    assert {disk.pool for disk in reading.data or ()} >= {"tank", "fast"}


async def test_a_key_is_never_sent_unencrypted() -> None:
    async with running_nas("25.10.1", tls=False) as nas:
        for rest in (False, True):
            reading = await nas.client(rest=rest).pools()
            assert reading.state is State.UNAUTHORIZED
            assert "revokes a key" in reading.detail
        assert nas.keys.revoked == set()


async def test_the_server_revokes_a_key_that_came_in_plain() -> None:
    from websockets.asyncio.client import connect

    login = json.dumps(
        {"jsonrpc": "2.0", "id": 1, "method": "auth.login_with_api_key", "params": [READ_ONLY.key]}
    )
    async with running_nas("25.10.1", tls=False) as nas:
        async with connect(f"{nas.server.url.replace('http', 'ws', 1)}/api/current") as socket:
            await socket.send(login)
            assert '"result": false' in str(await socket.recv())
        assert nas.keys.revoked == {READ_ONLY.key}


async def test_a_revoked_key_is_told_from_a_wrong_one(one: RunningNas) -> None:
    wrong = await one.client(READ_ONLY, username="somebody").pools()
    assert wrong.state is State.UNAUTHORIZED
    assert "does it belong to somebody" in wrong.detail
    one.keys.revoke(READ_ONLY.key)
    gone = await one.client().pools()
    assert gone.state is State.UNAUTHORIZED
    assert "expired or was revoked" in gone.detail


async def test_an_older_key_needs_no_account(nas: RunningNas) -> None:
    assert good(await nas.client(username=None).info()).hostname == "nas1"
    missing = await nas.client(token=None).info()
    assert missing.state is State.UNAUTHORIZED
    assert "TRUENAS_API_KEY" in missing.detail


async def test_too_many_logins_are_told_so(one: RunningNas) -> None:
    for _ in range(21):
        client = one.client()
        reading = await client.info()
        await client.aclose()
    assert reading.state is State.UNREACHABLE
    assert "no more logins" in reading.detail


async def test_an_address_that_is_not_allowed_is_told_so() -> None:
    async with running_nas("25.10.1", allowed=["192.0.2.1"]) as nas:
        reading = await nas.client().pools()
    assert reading.state is State.UNAUTHORIZED
    assert "not allowed to access" in reading.detail


async def test_only_reads_leave_the_process(
    one: RunningNas, caplog: pytest.LogCaptureFixture
) -> None:
    connection = one.client()._nas
    with caplog.at_level(logging.ERROR):
        for method in ("pool.scrub.run", "system.reboot", "auth.login_ex", "core.subscribe"):
            with pytest.raises(RequestRefused, match="allow-list"):
                await connection.call(method)
    assert "refused a call: system.reboot" in caplog.text
    assert isinstance(connection, RpcConnection)
    assert connection._session is None


async def test_a_dropped_connection_is_opened_again(one: RunningNas) -> None:
    client = one.client()
    good(await client.info())
    await one.server.stop()
    await one.server.start()
    assert good(await client.info()).hostname == "nas1"
    await one.server.stop()
    reading = await client.info()
    assert reading.state is State.UNREACHABLE
    assert "connection refused" in reading.detail


async def test_an_answer_that_is_too_large_is_refused(one: RunningNas) -> None:
    client = one.client()
    connection = client._nas
    assert isinstance(connection, RpcConnection)
    connection._max_answer = 20_000
    reading = await client.protection()
    assert reading.state in (State.BAD_RESPONSE, State.PARTIAL)
    assert "MiB: ask for less" in reading.detail


async def test_a_certificate_that_is_not_pinned_is_not_trusted(one: RunningNas) -> None:
    for changes in ({"fingerprint": None}, {"fingerprint": "0" * 64}):
        reading = await one.client(**changes).pools()
        assert reading.state is State.UNREACHABLE
        assert "certificate" in reading.detail
    good(await one.client(fingerprint=None, verify_ssl=False).pools())


@pytest.mark.parametrize("prefix", ["wss://{}/api/current", "wss://{}", "https://{}"])
async def test_addresses_are_taken_as_people_write_them(prefix: str) -> None:
    async with running_nas() as nas:
        address = prefix.format(nas.server.url.removeprefix("https://"))
        good(await nas.client(url=address).info())


@pytest.mark.parametrize("version", ["25.04.2.6", "25.10.1"])
async def test_rest_gives_the_same_models(version: TrueNasVersion) -> None:
    async with running_nas(version, DEAD) as nas:
        socket, rest = nas.client(), nas.client(FULL, rest=True)
        assert good(await rest.pools(datasets=True)) == good(await socket.pools(datasets=True))
        assert good(await rest.apps()) == good(await socket.apps())
        plain, rich = good(await rest.disks()), good(await socket.disks())
        assert [disk.model_copy(update={"temperature": None}) for disk in rich] == list(plain)
        assert good(await rest.protection()) == good(await socket.protection())
        assert good(await rest.shares()).shares == good(await socket.shares()).shares
        status = good(await rest.status())
        assert "RESTAPIUsage" in {alert.klass for alert in status.alerts}


async def test_rest_without_full_administration_is_explained() -> None:
    async with running_nas("25.10.1") as nas:
        reading = await nas.client(rest=True).pools()
    assert reading.state is State.UNAUTHORIZED
    assert "full administrator" in reading.detail


async def test_rest_is_gone_in_26() -> None:
    async with running_nas("26.0.0") as nas:
        reading = await nas.client(FULL, rest=True).pools()
    assert reading.state is State.BAD_RESPONSE
    assert "TrueNAS 26 has no REST" in reading.detail
    assert "leave rest = true (TRUENAS_REST) out" in reading.detail


async def test_a_slow_part_costs_itself_only(
    one: RunningNas, monkeypatch: pytest.MonkeyPatch
) -> None:
    client: TrueNasClient = one.client(timeout=3.0)
    good(await client.info())
    original = RpcConnection.call

    async def slow(self: RpcConnection, method: str, *params: Any, timeout: Any = None) -> Any:
        if method == "alert.list":
            await asyncio.Event().wait()
        return await original(self, method, *params, timeout=timeout)

    monkeypatch.setattr(RpcConnection, "call", slow)
    reading = await client.status()
    assert reading.state is State.PARTIAL
    assert reading.detail == "alerts missing: no answer within 2.4 s"
    assert reading.data is not None
    assert reading.data.info is not None


async def test_old_data_is_shown_as_old_and_a_dead_nas_is_left_alone(
    one: RunningNas, tmp_path: Path
) -> None:
    kept = DiskKept(tmp_path)
    endpoint = one.client().endpoint
    assert isinstance(endpoint, TrueNasEndpoint)
    async with TrueNasClient(endpoint, clock=lambda: NOW, kept=kept) as client:
        for ask in (client.pools, client.disks, client.protection, client.status, client.shares):
            good(await ask())
        fresh = good(await client.pools())
        await one.server.stop()
        stale = await client.pools()
        assert (stale.state, stale.data) == (State.STALE, fresh)
        assert "connection refused" in stale.detail
        for _ in range(BREAKER_FAILURES):
            last = await client.status()
        assert last.state is State.STALE
        assert re.search("connection refused.* asked again within", last.detail)
    kept.close()
