"""What a TrueNAS allows: no key in the clear, few calls at once, small questions, long answers."""

from __future__ import annotations

import asyncio
import contextlib
import json
import ssl
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import stamina
from pydantic import SecretStr
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from providers.endpoint import TrueNasEndpoint
from providers.last_known_good import NothingKept
from providers.reading import Reading, State
from providers.truenas import TrueNasClient
from providers.truenas.rpc import CONCURRENT
from sre_tui.demo.runtime.certificates import Certificate, issue
from sre_tui.environment import Folders
from sre_tui.settings import Settings
from sre_tui.tools.context import ToolContext
from sre_tui.tools.registry import get_tool
from sre_tui.tools.rendering import ModelView
from tests.stubs.truenas import FULL, NOW, READ_ONLY, RunningNas, running_nas


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=2):
        yield


@asynccontextmanager
async def listening(answer: bytes = b"") -> AsyncIterator[tuple[str, bytearray]]:
    """A port that keeps all it receives, and says ``answer`` to whoever connects."""
    received = bytearray()

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if answer:
            writer.write(answer)
        received.extend(await reader.read(65536))
        writer.close()

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()[:2]
    async with server:
        yield f"{host}:{port}", received


def tls_of(certificate: Certificate) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate.certificate, certificate.key)
    return context


class Middleware:
    """Answers calls as it is told, and watches how it is asked."""

    def __init__(self, answers: Mapping[str, object]) -> None:
        self.answers = {"auth.login_ex": {"response_type": "SUCCESS"}, **answers}
        self.logins = 0
        self.running = 0
        self.most = 0
        self.longest = 0
        self.asked = asyncio.Event()
        self.release = asyncio.Event()
        self.release.set()

    async def serve(self, socket: ServerConnection) -> None:
        async with asyncio.TaskGroup() as tasks:
            async for message in socket:
                self.longest = max(self.longest, len(message))
                tasks.create_task(self._answer(socket, json.loads(message)))

    async def _answer(self, socket: ServerConnection, call: dict[str, Any]) -> None:
        method = call["method"]
        self.logins += method == "auth.login_ex"
        if method != "auth.login_ex":
            self.running += 1
            self.most = max(self.most, self.running)
            self.asked.set()
            await self.release.wait()
            self.running -= 1
        answer = {"jsonrpc": "2.0", "id": call["id"], "result": self.answers.get(method, [])}
        with contextlib.suppress(ConnectionClosed):
            await socket.send(json.dumps(answer))


@asynccontextmanager
async def middleware(
    folder: Path, answers: Mapping[str, object], **changes: Any
) -> AsyncIterator[tuple[Middleware, TrueNasClient]]:
    """A server of canned answers, and a client of it."""
    certificate = issue(folder, "nas1")
    made = Middleware(answers)
    async with serve(made.serve, "127.0.0.1", 0, ssl=tls_of(certificate)) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        url = f"https://127.0.0.1:{port}"
        async with client_of(url, fingerprint=certificate.fingerprint, **changes) as client:
            yield made, client


def client_of(url: str, **changes: Any) -> TrueNasClient:
    given: dict[str, Any] = {"url": url, "token": SecretStr(FULL.key), "username": FULL.user}
    return TrueNasClient(TrueNasEndpoint(**(given | {"timeout": 20.0} | changes)))


@pytest.mark.parametrize("rest", [False, True])
@pytest.mark.parametrize("scheme", ["http", "ws"])
async def test_not_a_byte_goes_out_unencrypted(scheme: str, rest: bool) -> None:
    async with listening() as (address, received):
        async with client_of(f"{scheme}://{address}", rest=rest) as client:
            readings: list[Reading[Any]] = [await client.pools(), await client.info()]
        assert {reading.state for reading in readings} == {State.UNAUTHORIZED}
        assert not received


@pytest.mark.parametrize("rest", [False, True])
async def test_a_redirect_does_not_carry_the_key_away(tmp_path: Path, rest: bool) -> None:
    certificate = issue(tmp_path, "nas1")
    async with listening() as (elsewhere, received):

        async def redirect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            head = f"HTTP/1.1 301 Moved\r\nLocation: http://{elsewhere}/api\r\n"
            writer.write(f"{head}Content-Length: 0\r\nConnection: close\r\n\r\n".encode())
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(redirect, "127.0.0.1", 0, ssl=tls_of(certificate))
        port = server.sockets[0].getsockname()[1]
        async with server:
            url = f"https://127.0.0.1:{port}"
            given = {"rest": rest, "fingerprint": certificate.fingerprint}
            async with client_of(url, **given) as client:
                reading = await client.pools()
        assert reading.state is State.BAD_RESPONSE
        assert not received


async def test_never_more_than_ten_calls_at_once(tmp_path: Path) -> None:
    async with middleware(tmp_path, {}) as (nas, client):
        nas.release.clear()
        questions = [asyncio.create_task(client.apps()) for _ in range(60)]
        while nas.running < CONCURRENT:
            nas.asked.clear()
            await nas.asked.wait()
        nas.release.set()
        readings = await asyncio.gather(*questions)
        assert {reading.state for reading in readings} == {State.OK}
        assert (nas.most, nas.logins) == (CONCURRENT, 1)
        assert CONCURRENT <= 10
        # 64 KiB is what the middleware takes; unauthenticated it takes 8.
        assert nas.longest < 8 * 1024


async def test_a_closed_client_opens_no_new_connection(tmp_path: Path) -> None:
    async with middleware(tmp_path, {}) as (nas, client):
        await client.apps()
        nas.release.clear()
        nas.asked.clear()
        question = asyncio.create_task(client.apps())
        await nas.asked.wait()
        await client.aclose()
        reading = await question
        assert (reading.state, nas.logins) == (State.UNREACHABLE, 1)
        assert "was closed" in reading.detail
        nas.release.set()


async def test_twenty_thousand_snapshots_are_read_and_counted(tmp_path: Path) -> None:
    def prop(value: object) -> dict[str, object]:
        return {"value": "x", "rawvalue": "1", "parsed": value, "source": "NONE"}

    rows = [
        {
            "id": f"tank/d{i % 50}@auto-{i}", "pool": "tank", "dataset": f"tank/d{i % 50}",
            "snapshot_name": f"auto-{i}",
            "properties": {
                "creation": prop({"$date": 1_795_000_000_000 + i * 1000}), "used": prop(4096),
            },
        }
        for i in range(20_000)
    ]  # fmt: skip
    async with middleware(tmp_path, {"pool.snapshot.query": rows}, timeout=30.0) as (_, client):
        reading = await client.protection()
    assert reading.state is State.OK, reading.detail
    assert reading.data is not None
    assert reading.data.groups is not None
    assert len(reading.data.groups) == 50
    assert {(group.count, group.used) for group in reading.data.groups} == {(400, 400 * 4096)}
    newest = reading.data.groups[-1].newest
    assert newest is not None
    assert newest.year == 2026


ODD: Sequence[object] = ("", 7, True, {"a": 1}, [1, None], [[]], None)


@pytest.mark.parametrize("odd", ODD, ids=repr)
async def test_an_odd_answer_costs_its_part_only(tmp_path: Path, odd: object) -> None:
    fine = {"system.info": {"hostname": "nas1", "version": "25.10.1"}, "ups.config": {}}
    odd_ones = {"alert.list": odd, "update.status": odd, "reporting.get_data": odd}
    async with middleware(tmp_path, fine | odd_ones) as (nas, client):
        reading = await client.status()
        nas.answers |= {"pool.dataset.query": odd, "disk.query": odd, "pool.query": []}
        pools = await client.pools(datasets=True)
        nas.answers |= {"disk.query": [], "disk.temperatures": odd}
        disks = await client.disks()
    assert reading.state is State.PARTIAL, reading.detail
    assert reading.data is not None
    assert reading.data.info is not None
    assert reading.data.info.version == "25.10.1"
    assert pools.data == ()
    assert disks.data == ()


async def test_without_the_right_snapshots_are_not_none_but_not_reported() -> None:
    key = READ_ONLY.__class__("4-" + "t" * 64, "sre", ("POOL_READ", "SHARING_ADMIN"))
    async with running_nas("25.10.1", keys=(key,)) as nas:
        answer, text = await asked("truenas_snapshots", {}, (nas, key))
    assert answer.state is State.UNAUTHORIZED
    assert answer.data.snapshots is None
    assert "READONLY_ADMIN lets it, or in parts REPLICATION_TASK_READ, SNAPSHOT_READ" in " ".join(
        answer.warnings
    )
    assert "There is no data." in text
    assert answer.data.hints == ()


async def test_where_only_the_tasks_can_be_read_the_snapshots_are_not_nought(
    tmp_path: Path,
) -> None:
    answers = {"pool.snapshot.query": "odd", "replication.query": [], "pool.snapshottask.query": []}
    async with middleware(tmp_path, answers) as (_, client):
        context = context_of([client.endpoint])
        async with context:
            tool = get_tool("truenas_snapshots")
            answer = await tool.run(context, {})
            text = tool.render(answer, ModelView(now=NOW))
    assert answer.state is State.PARTIAL
    assert answer.data.snapshots is None
    assert "how many is not reported" in text
    assert "The snapshots are not reported." in text


async def test_two_nas_with_the_same_names_are_told_apart() -> None:
    async with running_nas("25.10.1") as one, running_nas("26.0.0") as other:
        for name, row in (
            ("truenas_pool_status", "tank on truenas:attic [ONLINE]"),
            ("truenas_snapshots", "tank/media on truenas:attic: 78 snapshots"),
            ("truenas_list_shares", "SMB media on truenas:attic ->"),
            ("truenas_apps", "scrutiny on truenas:attic [running]"),
            ("truenas_system_status", "system nas1 on truenas:attic [ok]"),
        ):
            _, text = await asked(name, {}, (one, READ_ONLY), (other, READ_ONLY))
            assert row in text, text
            assert row.replace("attic", "main") in text, text
        answer, text = await asked(
            "truenas_pool_status", {"pool": "fast"}, (one, READ_ONLY), (other, READ_ONLY)
        )
        assert [pool.source for pool in answer.data.items] == ["truenas:attic", "truenas:main"]
        _, alone = await asked("truenas_pool_status", {"problems": True}, (one, READ_ONLY))
        assert "2 pools are well" in alone


async def test_snapshots_of_a_dataset_come_with_its_own_tasks() -> None:
    async with running_nas("25.10.1") as nas:
        answer, text = await asked("truenas_snapshots", {"dataset": "fast/vm"}, (nas, READ_ONLY))
        assert {task.dataset for task in answer.data.tasks} == {"fast"}
        assert [copy.name for copy in answer.data.replications] == ["fast-to-tank"]
        assert "documents-to-pbs" not in text
        answer, _ = await asked("truenas_snapshots", {"pool": "tank"}, (nas, READ_ONLY))
        assert {copy.name for copy in answer.data.replications} == {
            "fast-to-tank", "documents-to-pbs",
        }  # fmt: skip


async def asked(
    name: str, arguments: Mapping[str, object], *asked_of: tuple[RunningNas, Any]
) -> tuple[Any, str]:
    """What a tool answers about these NAS, and how a model reads it."""
    endpoints = [
        nas.client(key, name=label).endpoint
        for (nas, key), label in zip(asked_of, ("main", "attic"), strict=False)
    ]
    async with context_of(endpoints) as context:
        tool = get_tool(name)
        answer = await tool.run(context, dict(arguments))
        return answer, tool.render(answer, ModelView(now=NOW, budget=20_000))


def context_of(endpoints: Sequence[Any]) -> ToolContext:
    nowhere = Path("/nonexistent")
    folders = Folders(nowhere, nowhere, nowhere, nowhere, nowhere)
    settings = Settings(truenas=tuple(endpoints))
    return ToolContext(settings, folders, lambda: NOW, kept=NothingKept())
