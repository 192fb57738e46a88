from __future__ import annotations

import asyncio
import hashlib
import json
import os
import socket
import ssl
import stat
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
import trustme
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from websockets.asyncio.client import connect

from sre_tui.demo.runtime import remote
from sre_tui.demo.runtime.background import launch_demo
from sre_tui.demo.runtime.certificates import Certificate, issue
from sre_tui.demo.runtime.clock import frozen_clock
from sre_tui.demo.runtime.demo import RunningDemo, serve_world, start_demo
from sre_tui.demo.runtime.errors import DemoBusy, DemoError
from sre_tui.demo.runtime.fault_modes import FaultMode
from sre_tui.demo.runtime.reason_phrase import REASON_HEADER
from sre_tui.demo.runtime.remote import (
    break_backend,
    faults_of,
    find_running_demo,
    mend_backend,
    stop_demo,
)
from sre_tui.demo.runtime.serving import LoopbackServer
from sre_tui.demo.runtime.state import DemoState, demo_environment, read_state, write_state
from sre_tui.demo.servers.loki import loki_app
from tests.stubs.homelab import NOW, MemoryHomelab
from tests.stubs.ports import free_ports


@asynccontextmanager
async def demo_of(
    state_path: Path | None = None, ports_base: int = 0
) -> AsyncIterator[RunningDemo]:
    async with serve_world(
        MemoryHomelab(),
        scenario="stub",
        guests=3,
        clock=frozen_clock(NOW),
        state_path=state_path,
        ports_base=ports_base,
    ) as demo:
        yield demo


@pytest.fixture
async def demo() -> AsyncIterator[RunningDemo]:
    async with demo_of() as running:
        yield running


async def labels(demo: RunningDemo, timeout: float = 5.0) -> httpx.Response:
    async with httpx.AsyncClient(timeout=timeout) as client:
        return await client.get(f"{demo.url('loki')}/loki/api/v1/labels")


async def test_every_backend_answers_under_its_environment(demo: RunningDemo) -> None:
    variables = demo.environment
    assert set(variables) == {
        "PROMETHEUS_URL",
        "GRAFANA_URL",
        "GRAFANA_SERVICE_ACCOUNT_TOKEN",
        "LOKI_URL",
        "MEMORY_DB_URL",
        "MEMORY_USAGE",
    }
    headers = {"Authorization": f"Bearer {variables['GRAFANA_SERVICE_ACCOUNT_TOKEN']}"}
    async with httpx.AsyncClient() as client:
        up = await client.get(f"{variables['PROMETHEUS_URL']}/api/v1/query", params={"query": "up"})
        assert up.json()["data"]["result"][0]["metric"]["instance"] == "media"
        org = await client.get(f"{variables['GRAFANA_URL']}/api/org", headers=headers)
        assert org.json()["id"] == 1
        found = await client.get(f"{variables['LOKI_URL']}/loki/api/v1/labels")
        assert found.json()["data"] == ["app"]


async def test_tokens_differ_from_run_to_run(demo: RunningDemo) -> None:
    async with demo_of() as other:
        for name in ("GRAFANA_SERVICE_ACCOUNT_TOKEN", "LOKI_URL"):
            assert demo.environment[name] != other.environment[name]
        assert demo.state.control.token != other.state.control.token


@pytest.mark.parametrize(
    ("mode", "status", "kind"),
    [
        ("401", 401, "text/plain"),
        ("403", 403, "text/plain"),
        ("500", 500, "text/plain"),
        ("503", 503, "text/plain"),
        ("html", 200, "text/html"),
        ("redirect", 302, ""),
    ],
)
async def test_faults_that_answer(
    demo: RunningDemo, mode: FaultMode, status: int, kind: str
) -> None:
    await demo.break_backend("loki", mode)
    answer = await labels(demo)
    assert answer.status_code == status
    assert answer.headers.get("content-type", "").startswith(kind)
    await demo.mend_backend("loki")
    assert (await labels(demo)).json()["status"] == "success"


async def test_garbage_is_no_json_though_it_says_so(demo: RunningDemo) -> None:
    await demo.break_backend("loki", "garbage")
    answer = await labels(demo)
    assert answer.headers["content-type"] == "application/json"
    with pytest.raises(ValueError, match=r"."):
        json.loads(answer.content)


async def test_a_cut_answer_ends_in_the_middle(demo: RunningDemo) -> None:
    await demo.break_backend("loki", "cut")
    with pytest.raises(httpx.RemoteProtocolError):
        await labels(demo)


async def test_a_refused_connection_and_the_same_port_after_it(demo: RunningDemo) -> None:
    url = demo.url("loki")
    await demo.break_backend("loki", "refuse")
    with pytest.raises(httpx.ConnectError):
        await labels(demo)
    await demo.break_backend("loki", "500")
    assert (await labels(demo)).status_code == 500
    await demo.break_backend("loki", "refuse")
    await demo.mend_backend("loki")
    assert demo.url("loki") == url
    assert (await labels(demo)).status_code == 200


async def test_a_hanging_backend_answers_nobody_until_mended(demo: RunningDemo) -> None:
    await demo.break_backend("loki", "timeout")
    with pytest.raises(httpx.ReadTimeout):
        await labels(demo, timeout=0.1)
    waiting = asyncio.create_task(labels(demo))
    async with httpx.AsyncClient() as client:
        other = await client.get(f"{demo.url('grafana')}/api/health")
    assert other.status_code == 200
    assert not waiting.done()
    await demo.mend_backend("loki")
    assert (await waiting).status_code in (200, 503)


async def test_a_slow_backend_answers_in_the_end(demo: RunningDemo) -> None:
    await demo.break_backend("loki", "slow", seconds=0.15)
    with pytest.raises(httpx.ReadTimeout):
        await labels(demo, timeout=0.05)
    assert (await labels(demo)).json()["status"] == "success"


async def test_unknown_backends_are_named(demo: RunningDemo) -> None:
    with pytest.raises(DemoError, match="there are prometheus, grafana, loki"):
        await demo.break_backend("redis", "500")


async def test_the_demo_ends_while_requests_hang() -> None:
    async with demo_of() as demo:
        await demo.break_backend("loki", "timeout")
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", demo.state.backends["loki"].port
        )
        writer.write(b"GET /loki/api/v1/labels HTTP/1.1\r\nHost: x\r\n\r\n")
        await writer.drain()
        ports = [backend.port for backend in demo.state.backends.values()]
    await reader.read()
    writer.close()
    await writer.wait_closed()
    for port in ports:
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", port)) != 0


async def test_the_state_file_lives_as_long_as_the_demo(tmp_path: Path) -> None:
    path = tmp_path / "run" / "demo.json"
    async with demo_of(path) as demo:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        assert [file.name for file in path.parent.iterdir()] == ["demo.json"]
        state = await asyncio.to_thread(find_running_demo, path)
        assert state == demo.state
        assert state is not None
        assert (state.pid, state.scenario, state.guests) == (os.getpid(), "stub", 3)
        assert state.started_at.timestamp() == NOW
        assert demo_environment(state) == demo.environment
        with pytest.raises(DemoError, match=f"a demo runs already, with process id {os.getpid()}"):
            async with demo_of(path):
                pass
        assert path.exists()
    assert not path.exists()
    assert find_running_demo(path) is None


async def test_a_demo_too_busy_to_answer_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, "_TIMEOUT", 0.05)
    path = tmp_path / "demo.json"
    async with demo_of(path) as demo:
        # It cannot answer while the loop that serves it waits here.
        assert find_running_demo(path) == demo.state
        with pytest.raises(DemoBusy, match="it is busy"):
            remote.faults_of(demo.state)


async def test_a_stale_or_broken_state_file(tmp_path: Path) -> None:
    path = tmp_path / "demo.json"
    async with demo_of(path) as demo:
        stale = demo.state
    write_state(path, stale)
    assert find_running_demo(path) is None
    write_state(path, stale.model_copy(update={"pid": 2**22 + 1}))
    assert find_running_demo(path) is None
    async with demo_of(path):
        assert read_state(path) != stale
    path.write_text("{", encoding="utf-8")
    with pytest.raises(DemoError, match=r"demo\.json cannot be read"):
        find_running_demo(path)


async def test_the_control_endpoint_breaks_mends_and_stops(tmp_path: Path) -> None:
    path = tmp_path / "demo.json"
    async with demo_of(path) as demo:
        state = demo.state
        await asyncio.to_thread(break_backend, state, "loki", "503")
        assert (await labels(demo)).status_code == 503
        async with httpx.AsyncClient() as client:
            anonymous = await client.get(f"{state.control.url}/status")
            bearer = {"Authorization": f"Bearer {state.control.token}"}
            status = await client.get(f"{state.control.url}/status", headers=bearer)
            odd = await client.put(
                f"{state.control.url}/backends/loki/fault", headers=bearer, json={"mode": "odd"}
            )
        assert anonymous.status_code == 401
        assert status.json()["backends"]["loki"]["fault"] == "503"
        assert odd.status_code == 400
        assert odd.json()["error"].startswith("no such fault; there are timeout, slow, 401")
        await asyncio.to_thread(mend_backend, state, "loki")
        assert (await labels(demo)).status_code == 200
        with pytest.raises(DemoError, match="no such backend"):
            await asyncio.to_thread(mend_backend, state, "redis")
        stopping = asyncio.create_task(asyncio.to_thread(stop_demo, state, path))
        await demo.wait_stopped()
    await stopping
    with pytest.raises(DemoError, match="does not answer"):
        break_backend(state, "loki", "503")


async def test_a_port_that_is_taken_is_named_and_nothing_stays_open() -> None:
    base = free_ports(3)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", base + 2))
        taken.listen()
        with pytest.raises(DemoError, match=rf"port {base + 2} for the simulated loki is not free"):
            async with demo_of(ports_base=base):
                pass
    async with demo_of(ports_base=base) as demo:
        assert demo.state.backends["prometheus"].port == base


async def test_a_backend_can_speak_https(tmp_path: Path) -> None:
    authority = trustme.CA()
    issued = authority.issue_cert("127.0.0.1")
    issued.private_key_pem.write_to_path(tmp_path / "key.pem")
    issued.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
    certificate = Certificate(tmp_path / "cert.pem", tmp_path / "key.pem")
    app = loki_app(MemoryHomelab().logs, frozen_clock(NOW))
    server = LoopbackServer("loki", app, certificate=certificate)
    await server.start()
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    async with httpx.AsyncClient(verify=trusting) as client:
        answer = await client.get(f"{server.url}/ready")
    await server.stop()
    assert server.url.startswith("https://")
    assert answer.text == "ready\n"


async def test_another_certificate_is_shown_while_the_fault_tls_lasts(tmp_path: Path) -> None:
    own, stranger = issue(tmp_path / "own", "nas1"), issue(tmp_path / "other", "nas1")
    app = loki_app(MemoryHomelab().logs, frozen_clock(NOW))
    server = LoopbackServer("loki", app, certificate=own, stranger=stranger)
    await server.start()

    async def shown() -> str:
        pem = await asyncio.to_thread(ssl.get_server_certificate, ("127.0.0.1", server.port))
        return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest()

    assert await shown() == own.fingerprint
    await server.break_backend("tls")
    assert await shown() == stranger.fingerprint
    await server.break_backend("503")
    assert await shown() == own.fingerprint
    await server.mend_backend()
    await server.stop()


async def test_a_backend_without_certificate_cannot_show_a_wrong_one(demo: RunningDemo) -> None:
    with pytest.raises(DemoError, match="speaks plain HTTP"):
        await demo.break_backend("loki", "tls")
    with pytest.raises(DemoError, match="speaks plain HTTP"):
        await asyncio.to_thread(break_backend, demo.state, "loki", "tls")


async def test_a_server_may_say_why_in_its_status_line() -> None:
    async def refuse(_: Request) -> Response:
        return Response(status_code=401, headers={REASON_HEADER: "No ticket"})

    server = LoopbackServer("proxmox", Starlette(routes=[Route("/", refuse)]))
    await server.start()
    async with httpx.AsyncClient() as client:
        answer = await client.get(server.url)
    await server.stop()
    assert (answer.status_code, answer.reason_phrase) == (401, "No ticket")
    assert REASON_HEADER not in answer.headers


async def test_a_scenario_that_does_not_exist_is_refused() -> None:
    with pytest.raises(DemoError):
        async with start_demo("no-such-scenario"):
            pass


async def test_the_whole_demo_in_a_process_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "demo.json"
    state = await asyncio.to_thread(launch_demo, path, tmp_path / "demo.log", guests=12)
    try:
        await check_world(state)
    finally:
        await asyncio.to_thread(stop_demo, state, path)
    assert not path.exists()
    assert (tmp_path / "demo.log").read_text(encoding="utf-8") == ""
    with pytest.raises(DemoError, match="no-such-scenario"):
        await asyncio.to_thread(
            launch_demo, path, tmp_path / "demo.log", scenario="no-such-scenario"
        )


async def test_an_attached_demo_ends_with_the_process_that_started_it(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path;"
        "from sre_tui.demo.runtime.background import launch_demo;"
        "folder = Path(sys.argv[1]);"
        "state = launch_demo(folder / 'demo.json', folder / 'log', guests=12, attached=True);"
        "print(state.control.url, flush=True); sys.stdin.read()"
    )
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, str(tmp_path), stdin=PIPE, stdout=PIPE
    )
    assert parent.stdout is not None
    url = (await parent.stdout.readline()).decode().strip()
    state = await asyncio.to_thread(find_running_demo, tmp_path / "demo.json")
    assert state is not None
    assert state.control.url == url
    reader, writer = await asyncio.open_connection("127.0.0.1", state.backends["loki"].port)
    parent.kill()
    await parent.wait()
    # The demo closes the idle connection when it stops.
    assert await asyncio.wait_for(reader.read(), 10) == b""
    writer.close()


async def check_world(state: DemoState) -> None:
    variables = demo_environment(state)
    headers = {"Authorization": f"Bearer {variables['GRAFANA_SERVICE_ACCOUNT_TOKEN']}"}
    async with httpx.AsyncClient(timeout=30) as client:
        lines = await client.get(
            f"{variables['LOKI_URL']}/loki/api/v1/query_range",
            params={"query": '{hostname=~".+"}', "limit": 5},
        )
        values = [v for one in lines.json()["data"]["result"] for v in one["values"]]
        assert len(values) == 5
        rules = await client.get(
            f"{variables['GRAFANA_URL']}/api/prometheus/grafana/api/v1/rules", headers=headers
        )
        assert rules.json()["data"]["groups"]
        health = {r["health"] for g in rules.json()["data"]["groups"] for r in g["rules"]}
        assert "error" not in health


async def test_the_outages_of_a_scenario_file_have_begun_and_can_be_mended(tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    file.write_text(
        "id: own\ntitle: Own\noutages: [{backend: loki, how: refuse}, {backend: pbs, how: 401}]\n",
        encoding="utf-8",
    )
    async with start_demo(file, guests=10, clock=frozen_clock(NOW)) as demo:
        with pytest.raises(httpx.ConnectError):
            await labels(demo)
        assert await asyncio.to_thread(faults_of, demo.state) == {"loki": "refuse", "pbs": "401"}
        await demo.mend_backend("loki")
        assert (await labels(demo)).status_code == 200


async def test_it_stops_while_a_client_is_leaving() -> None:
    closed: list[object] = []

    async def served(socket: WebSocket) -> None:
        await socket.accept()
        assert (await socket.receive())["type"] == "websocket.disconnect"
        # As uvicorn does when it stops, at a moment that nobody outside can hit.
        assert server._server is not None
        for connection in list(server._server.server_state.connections):
            connection.shutdown()
            closed.append(connection)

    server = LoopbackServer("truenas", Starlette(routes=[WebSocketRoute("/", served)]))
    await server.start()
    async with connect(f"ws://127.0.0.1:{server.port}/"):
        pass
    await server.stop()
    assert len(closed) == 1
