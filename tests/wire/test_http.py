"""The guarded client over real sockets: what leaves, what is refused, what a failure becomes."""

from __future__ import annotations

import asyncio
import gzip
import json
import ssl
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
import stamina
import trustme
from pydantic import SecretStr

from providers.endpoint import Endpoint
from providers.errors import InvalidQuery, RequestRefused
from providers.guard import Allow, GuardedTransport
from providers.http import ErrorReader, HttpBackend
from providers.last_known_good import DiskKept, LastKnownGood
from providers.reading import Reading, State
from providers.readings import BREAKER_FAILURES, Fetched
from tests.stubs.raw_server import Received, json_reply, raw_server, reply

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ALLOWED = (Allow("GET", "/api/{}"), Allow("POST", "/api/query"), Allow("GET", "/ready"))


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=3):
        yield


def backend(
    url: str,
    *,
    kept: LastKnownGood | None = None,
    max_answer: int = 32 * 1024 * 1024,
    error_reader: ErrorReader = lambda response: None,
    **settings: Any,
) -> HttpBackend:
    endpoint = Endpoint.model_validate({"url": url, "timeout": 5.0, **settings})
    return HttpBackend(
        "test",
        endpoint,
        allow=ALLOWED,
        clock=lambda: NOON,
        kept=kept,
        max_answer=max_answer,
        error_reader=error_reader,
    )


async def read(http: HttpBackend, path: str = "/api/x", key: str = "x") -> Reading[dict[str, int]]:
    async def fetch() -> Fetched[dict[str, int]]:
        answer = await http.get_json(path)
        assert isinstance(answer, dict)
        return Fetched({name: int(str(value)) for name, value in answer.items()})

    return await http.reading(key, dict[str, int], fetch)


# -- the guard ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/x"),
        ("GET", "/admin"),
        ("GET", "/api/x/y"),
        ("GET", "/api/../admin"),
        ("GET", "/api/%2e%2e"),
        ("GET", "/api/a%2Fb"),
        ("GET", "/api//x"),
        ("GET", "/api/x\\y"),
        ("DELETE", "/api/x"),
    ],
)
async def test_what_is_not_on_the_list_never_leaves(method: str, path: str) -> None:
    async with raw_server(json_reply({})) as server, backend(server.url) as http:
        client = http._connected()
        with pytest.raises(RequestRefused):
            await client.request(method, f"{server.url}{path}")
        assert server.connections == 0


@pytest.mark.parametrize(
    ("task", "passes"),
    [
        (r"UPID:pbs:0001:backup:main\x3avm-100:root@pam:", True),
        (r"UPID:pbs:0001:backup:main\..\x3avm-100:root@pam:", False),
        (r"..\x2f..", False),
        ("..", False),
    ],
)
async def test_escapes_in_ids_of_tasks_pass_and_other_backslashes_do_not(
    task: str, passes: bool
) -> None:
    rule = Allow("GET", "/nodes/localhost/tasks/{}/log")
    answered: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        answered.append(request.url.raw_path.decode())
        return httpx.Response(200)

    transport = GuardedTransport(
        httpx.MockTransport(answer), base_url="https://pbs:8007", rules=(rule,)
    )
    async with httpx.AsyncClient(transport=transport) as client:
        url = f"https://pbs:8007/nodes/localhost/tasks/{quote(task, safe='')}/log"
        if passes:
            await client.get(url)
        else:
            with pytest.raises(RequestRefused):
                await client.get(url)
    assert len(answered) == passes


async def test_another_host_is_refused_even_for_an_allowed_path() -> None:
    async with raw_server(json_reply({})) as own, raw_server(json_reply({})) as other:
        async with backend(own.url) as http:
            with pytest.raises(RequestRefused, match="another host"):
                await http._connected().get(f"{other.url}/api/x")
        assert other.connections == 0


async def test_a_prefix_is_kept_and_nothing_outside_it_is_asked() -> None:
    async with raw_server(json_reply({"a": 1})) as server:
        async with backend(f"{server.url}/prometheus/") as http:
            assert (await read(http)).data == {"a": 1}
            with pytest.raises(RequestRefused, match="outside"):
                await http._connected().get(f"{server.url}/api/x")
        assert [request.path for request in server.received] == ["/prometheus/api/x"]


# -- what is sent ------------------------------------------------------------------------------


async def test_credentials_and_tenant_go_into_headers() -> None:
    async with raw_server(json_reply({})) as server:
        settings: dict[str, Any] = {
            "token": SecretStr("s3cret"),
            "tenant": "home",
            "org_id": 7,
            "headers": {"X-Proxy": SecretStr("let-me-in")},
        }
        async with backend(server.url, **settings) as http:
            await read(http)
        sent = server.received[0].headers
        assert sent["authorization"] == "Bearer s3cret"
        assert sent["x-scope-orgid"] == "home"
        assert sent["x-grafana-org-id"] == "7"
        assert sent["x-proxy"] == "let-me-in"


async def test_user_and_password_are_basic_auth() -> None:
    async with raw_server(json_reply({})) as server:
        async with backend(server.url, username="me", password=SecretStr("pw")) as http:
            await read(http)
        assert server.received[0].headers["authorization"] == "Basic bWU6cHc="


async def test_a_form_keeps_repeated_fields() -> None:
    async with raw_server(json_reply({})) as server, backend(server.url) as http:
        await http.post_form("/api/query", [("match[]", "a"), ("match[]", "b"), ("x", "ü&=")])
        assert server.received[0].params == [("match[]", "a"), ("match[]", "b"), ("x", "ü&=")]


# -- retries -----------------------------------------------------------------------------------


async def test_a_gateway_error_is_tried_again() -> None:
    async with raw_server(reply(status=503), reply(status=502), json_reply({"a": 1})) as server:
        async with backend(server.url) as http:
            reading = await read(http)
        assert (reading.state, reading.data) == (State.OK, {"a": 1})
        assert len(server.received) == 3


async def test_a_cut_answer_is_tried_again_and_then_reported() -> None:
    async with raw_server(reply('{"a": ', length=100)) as server, backend(server.url) as http:
        reading = await read(http)
        assert reading.state is State.BAD_RESPONSE
        assert "broke off" in reading.detail
        assert len(server.received) == 3


@pytest.mark.parametrize(
    ("status", "state"),
    [(400, State.BAD_RESPONSE), (401, State.UNAUTHORIZED), (404, State.BAD_RESPONSE)],
)
async def test_what_will_not_get_better_is_asked_once(status: int, state: State) -> None:
    async with raw_server(reply("no", status, "text/plain")) as server:
        async with backend(server.url) as http:
            reading = await read(http)
        assert reading.state is state
        assert f"{status}" in reading.detail
        assert len(server.received) == 1


@pytest.mark.parametrize(
    ("pause", "timeout", "asked"),
    [
        ("1", 5.0, 3),
        ("1", 0.9, 1),
        ("3600", 5.0, 1),
        ("60", 100, 1),
        ("Sun, 22 Nov 2026 12:00:01 GMT", 5.0, 3),
        ("Sun, 22 Nov 2026 12:00:01 GMT", 0.9, 1),
        ("Sun, 22 Nov 2026 13:00:00 GMT", 5.0, 1),
        ("Sat, 21 Nov 2026 12:00:00 GMT", 5.0, 3),
        ("tomorrow", 5.0, 3),
    ],
)
async def test_retry_after_is_obeyed_where_there_is_time(
    pause: str, timeout: float, asked: int
) -> None:
    async with raw_server(reply(status=429, headers={"Retry-After": pause})) as server:
        async with backend(server.url, timeout=timeout) as http:
            reading = await read(http)
        assert len(server.received) == asked
    assert reading.state is State.UNREACHABLE
    assert "answered 429" in reading.detail


async def test_a_call_of_its_own_timeout_keeps_to_the_time_of_the_whole_reading() -> None:
    async with raw_server(reply(status=429, headers={"Retry-After": "1"})) as server:
        async with backend(server.url, timeout=0.9) as http:

            async def fetch() -> Fetched[str]:
                return Fetched(await http.get_text("/ready", timeout=60))

            reading = await http.reading("x", str, fetch)
        assert len(server.received) == 1
    assert "answered 429" in reading.detail


async def test_text_is_cleaned_of_what_drives_a_terminal() -> None:
    body = "not \x1b[31mready\x07\u202e\r\nyet\x00"
    answer = reply(body, content_type="text/plain; charset=utf-8")
    async with raw_server(answer) as server, backend(server.url) as http:
        assert await http.get_text("/ready") == "not ready\nyet"


# -- time, size, shape -------------------------------------------------------------------------


async def test_a_server_that_hangs_is_unreachable_after_its_timeout() -> None:
    hang = asyncio.Event()

    async def never(_: Received) -> bytes:
        await hang.wait()
        return b""

    async with raw_server(never) as server, backend(server.url, timeout=0.2) as http:
        reading = await read(http)
        hang.set()
    assert reading.state is State.UNREACHABLE
    assert "did not answer within 0.2 s" in reading.detail


async def test_a_refused_connection_says_so() -> None:
    async with raw_server() as server:
        url = server.url
    async with backend(url) as http:
        reading = await read(http)
    assert reading.state is State.UNREACHABLE
    assert "connection refused" in reading.detail


async def test_an_unknown_host_says_so() -> None:
    async with backend("http://nas.invalid:9090") as http:
        reading = await read(http)
    assert reading.state is State.UNREACHABLE
    assert "nas.invalid" in reading.detail


@pytest.mark.parametrize("packed", [False, True])
async def test_an_answer_over_the_cap_is_given_up(packed: bool) -> None:
    body = json.dumps({"a": "x" * 3_000_000}).encode()
    headers = {"Content-Encoding": "gzip"} if packed else {}
    answer = reply(gzip.compress(body) if packed else body, headers=headers)
    async with (
        raw_server(answer) as server,
        backend(server.url, max_answer=1024 * 1024) as http,
    ):
        reading = await read(http)
    assert reading.state is State.BAD_RESPONSE
    assert "more than 1 MiB" in reading.detail


async def test_a_web_page_instead_of_json_is_named() -> None:
    page = reply("<!DOCTYPE html><html>Welcome</html>", content_type="text/html")
    async with raw_server(page) as server, backend(server.url) as http:
        reading = await read(http)
    assert reading.state is State.BAD_RESPONSE
    assert "a web page where JSON was expected" in reading.detail


async def test_control_characters_are_stripped_from_every_string() -> None:
    async with (
        raw_server(json_reply({"a\u202e": "x\x1b[31my\x00"})) as server,
        backend(server.url) as http,
    ):
        assert await http.get_json("/api/x") == {"a": "xy"}


# -- redirects ---------------------------------------------------------------------------------


async def test_a_redirect_on_the_same_host_is_followed() -> None:
    moved = reply(status=302, headers={"Location": "/api/y"})
    async with raw_server(moved, json_reply({"a": 2})) as server, backend(server.url) as http:
        assert (await read(http)).data == {"a": 2}
        assert [request.path for request in server.received] == ["/api/x", "/api/y"]


async def test_a_redirect_to_another_host_is_not_followed() -> None:
    async with raw_server(json_reply({})) as other:
        moved = reply(status=302, headers={"Location": f"{other.url}/api/x"})
        async with (
            raw_server(moved) as server,
            backend(server.url, token=SecretStr("s3cret")) as http,
        ):
            reading = await read(http)
        assert reading.state is State.BAD_RESPONSE
        assert other.url in reading.detail
        assert other.connections == 0


async def test_a_login_page_means_the_token_is_not_accepted() -> None:
    moved = reply(status=302, headers={"Location": "/grafana/login?next=1"})
    async with raw_server(moved) as server, backend(server.url) as http:
        reading = await read(http)
    assert reading.state is State.UNAUTHORIZED
    assert "login page" in reading.detail


async def test_a_redirect_off_the_allow_list_is_an_answer_not_a_crash() -> None:
    moved = reply(status=302, headers={"Location": "/outpost/start"})
    async with raw_server(moved) as server, backend(server.url) as http:
        reading = await read(http)
        assert reading.state is State.BAD_RESPONSE
        assert "/outpost/start" in reading.detail
        assert len(server.received) == 1


@pytest.mark.parametrize(
    "target", ["http://[", "http://nas:port/", "http://xn--a/", "http://xn--zz--.example/x", "//["]
)
async def test_a_redirect_to_no_address_is_a_bad_response(target: str) -> None:
    answer = reply(status=302, headers={"Location": target})
    async with raw_server(answer) as server, backend(server.url) as http:
        reading = await read(http)
    assert reading.state is State.BAD_RESPONSE
    assert " redirects to " in reading.detail


async def test_json_that_is_nested_too_deeply_is_a_bad_response() -> None:
    deep = "[" * 200_000 + "]" * 200_000
    async with raw_server(reply(deep)) as server, backend(server.url) as http:
        reading = await read(http)
    assert reading.state is State.BAD_RESPONSE
    assert "nested too deeply" in reading.detail


async def test_an_answer_nobody_expected_is_logged_and_named(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def fetch() -> Fetched[int]:
        raise TypeError("no such thing")

    async with raw_server(json_reply({})) as server, backend(server.url) as http:
        reading = await http.reading("x", int, fetch)
    assert reading.state is State.BAD_RESPONSE
    assert reading.detail == "the answer could not be read (TypeError; the log has details)"
    assert "no such thing" in caplog.text


async def test_redirects_in_circles_end() -> None:
    moved = reply(status=302, headers={"Location": "/api/x"})
    async with raw_server(moved) as server, backend(server.url) as http:
        reading = await read(http)
    assert reading.state is State.BAD_RESPONSE
    assert "circles" in reading.detail


# -- the circuit breaker -----------------------------------------------------------------------


async def test_after_some_failures_a_dead_backend_is_left_alone() -> None:
    async with raw_server(reply(status=503)) as server, backend(server.url) as http:
        for _ in range(BREAKER_FAILURES):
            await read(http)
        asked = len(server.received)
        reading = await read(http)
        assert reading.state is State.UNREACHABLE
        assert "asked again within" in reading.detail
        assert len(server.received) == asked


async def test_the_breaker_lets_one_through_after_its_pause(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("providers.readings.BREAKER_PAUSE", 0.0)
    answers = [reply(status=503)] * (BREAKER_FAILURES * 3)
    async with raw_server(*answers, json_reply({"a": 1})) as server, backend(server.url) as http:
        for _ in range(BREAKER_FAILURES):
            await read(http)
        assert (await read(http)).state is State.OK
        assert (await read(http)).state is State.OK


@pytest.mark.parametrize("quick", [True, False])
async def test_silence_to_a_quick_question_leaves_the_backend_alone_at_once(quick: bool) -> None:
    hang = asyncio.Event()

    async def silent(_: Received) -> bytes:
        await hang.wait()
        return b""

    answers = (silent, json_reply({"a": 1}))
    async with raw_server(*answers) as server, backend(server.url, timeout=0.2) as http:

        async def fetch() -> Fetched[object]:
            return Fetched(await http.get_json("/api/x"))

        first = await http.reading("x", object, fetch, quick=quick)
        assert first.state is State.UNREACHABLE
        second = await read(http)
        assert (second.state is State.UNREACHABLE) is quick
        assert ("asked again within" in second.detail) is quick
        hang.set()


async def test_a_quick_question_that_is_refused_is_one_failure() -> None:
    refused = [reply(status=503)] * 3
    async with raw_server(*refused, json_reply({"a": 1})) as server, backend(server.url) as http:

        async def fetch() -> Fetched[object]:
            return Fetched(await http.get_json("/api/x"))

        assert (await http.reading("x", object, fetch, quick=True)).data is None
        assert (await read(http)).state is State.OK


async def test_wrong_queries_and_missing_rights_do_not_open_the_breaker() -> None:
    async with raw_server(reply(status=403)) as server, backend(server.url) as http:
        for _ in range(BREAKER_FAILURES + 2):
            assert (await read(http)).state is State.UNAUTHORIZED
        assert len(server.received) == BREAKER_FAILURES + 2


async def test_cancelled_requests_do_not_open_the_breaker() -> None:
    started = asyncio.Event()
    hang = asyncio.Event()

    async def slow(_: Received) -> bytes:
        started.set()
        await hang.wait()
        return b""

    answers = [slow] * BREAKER_FAILURES
    async with raw_server(*answers, json_reply({"a": 1})) as server, backend(server.url) as http:
        for _ in range(BREAKER_FAILURES):
            started.clear()
            task = asyncio.create_task(read(http))
            await started.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        assert (await read(http)).state is State.OK
        hang.set()


# -- TLS ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def certificate(authority: trustme.CA) -> trustme.LeafCert:
    return authority.issue_cert("127.0.0.1")


@pytest.fixture(scope="module")
def tls(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


def fingerprint(certificate: trustme.LeafCert) -> str:
    import hashlib

    pem = certificate.cert_chain_pems[0].bytes().decode()
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest()


async def test_an_unknown_certificate_is_refused_before_anything_is_sent(
    tls: ssl.SSLContext,
) -> None:
    async with raw_server(json_reply({"a": 1}), tls=tls) as server:
        async with backend(server.url, token=SecretStr("s3cret")) as http:
            reading = await read(http)
        assert reading.state is State.UNREACHABLE
        assert "is not trusted" in reading.detail
        assert server.received == []


async def test_a_ca_file_makes_it_trusted(
    tls: ssl.SSLContext, authority: trustme.CA, tmp_path: Path
) -> None:
    file = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(file))
    async with (
        raw_server(json_reply({"a": 1}), tls=tls) as server,
        backend(server.url, ca_cert=file) as http,
    ):
        assert (await read(http)).state is State.OK


async def test_a_ca_file_that_is_none_is_named(tls: ssl.SSLContext, tmp_path: Path) -> None:
    async with (
        raw_server(json_reply({}), tls=tls) as server,
        backend(server.url, ca_cert=tmp_path / "missing.pem") as http,
    ):
        reading = await read(http)
    assert reading.state is State.UNREACHABLE
    assert "missing.pem" in reading.detail


async def test_verification_is_off_only_when_asked(tls: ssl.SSLContext) -> None:
    async with (
        raw_server(json_reply({"a": 1}), tls=tls) as server,
        backend(server.url, verify_ssl=False) as http,
    ):
        assert (await read(http)).state is State.OK


async def test_a_pinned_certificate_is_accepted_whoever_signed_it(
    tls: ssl.SSLContext, certificate: trustme.LeafCert
) -> None:
    async with (
        raw_server(json_reply({"a": 1}), tls=tls) as server,
        backend(server.url, fingerprint=fingerprint(certificate)) as http,
    ):
        assert (await read(http)).state is State.OK


async def test_another_certificate_than_the_pinned_one_gets_no_credentials(
    tls: ssl.SSLContext, certificate: trustme.LeafCert
) -> None:
    async with raw_server(json_reply({"a": 1}), tls=tls) as server:
        async with backend(server.url, fingerprint="ab" * 32, token=SecretStr("s")) as http:
            reading = await read(http)
        assert reading.state is State.UNREACHABLE
        assert f"{fingerprint(certificate)} differs from the configured {'ab' * 32}" in (
            reading.detail
        )
        assert "unless the certificate was renewed" in reading.detail
        assert server.received == []


@pytest.mark.parametrize("pin", [None, "0" * 64])
async def test_a_scheme_in_capitals_is_verified_all_the_same(
    tls: ssl.SSLContext, pin: str | None
) -> None:
    async with (
        raw_server(json_reply({"up": 1}), tls=tls) as server,
        backend(server.url.replace("https", "HTTPS"), token="secret", fingerprint=pin) as http,
    ):
        reading = await read(http)
        assert server.received == []
    assert reading.state is State.UNREACHABLE
    assert "not trusted" in reading.detail


async def test_an_address_past_the_validator_is_verified_all_the_same(tls: ssl.SSLContext) -> None:
    async with raw_server(json_reply({"up": 1}), tls=tls) as server, backend(server.url) as http:
        raw = server.url.replace("https", "HTTPS")
        http.endpoint = http.endpoint.model_copy(update={"url": raw})
        reading = await read(http)
        assert server.received == []
    assert "not trusted" in reading.detail


async def test_https_to_a_plain_port_is_explained() -> None:
    async with (
        raw_server(json_reply({})) as server,
        backend(server.url.replace("http:", "https:")) as http,
    ):
        reading = await read(http)
    assert reading.state is State.UNREACHABLE
    assert "TLS" in reading.detail


# -- last known good ---------------------------------------------------------------------------


async def test_the_last_good_answer_is_given_with_its_age(tmp_path: Path) -> None:
    kept = DiskKept(tmp_path / "kept")
    times = iter([NOON, NOON.replace(minute=6)])
    async with (
        raw_server(json_reply({"a": 1}), reply(status=500)) as server,
        backend(server.url, kept=kept) as http,
    ):
        http.clock = lambda: next(times)
        await read(http)
        reading = await read(http)
    kept.close()
    assert (reading.state, reading.data, reading.observed_at) == (State.STALE, {"a": 1}, NOON)
    assert "6 min old" in reading.detail


async def test_old_data_does_not_hide_a_missing_right(tmp_path: Path) -> None:
    kept = DiskKept(tmp_path / "kept")
    async with (
        raw_server(json_reply({"a": 1}), reply(status=401)) as server,
        backend(server.url, kept=kept) as http,
    ):
        await read(http)
        reading = await read(http)
    kept.close()
    assert (reading.state, reading.data) == (State.UNAUTHORIZED, None)


async def test_another_question_or_address_has_no_old_answer(tmp_path: Path) -> None:
    kept = DiskKept(tmp_path / "kept")
    async with raw_server(json_reply({"a": 1}), reply(status=500)) as server:
        async with backend(server.url, kept=kept) as http:
            await read(http)
            assert (await read(http, key="another")).state is State.BAD_RESPONSE
        async with backend(f"{server.url}/prefix", kept=kept) as http:
            assert (await read(http)).state is State.BAD_RESPONSE
    kept.close()


@pytest.mark.parametrize(
    "other",
    [
        {"token": "another"},
        {"token": None},
        {"username": "another"},
        {"password": "another"},
        {"headers": {"X-Proxy": "another"}},
        {"tenant": "another"},
    ],
)
async def test_another_credential_has_no_old_answer(tmp_path: Path, other: dict[str, Any]) -> None:
    kept = DiskKept(tmp_path / "kept")
    own: dict[str, Any] = {
        "token": "secret-one", "username": "sre", "password": "secret-two",
        "headers": {"X-Proxy": "secret-three"}, "tenant": "home",
    }  # fmt: skip
    async with raw_server(json_reply({"a": 1}), reply(status=500)) as server:
        async with backend(server.url, kept=kept, **own) as http:
            await read(http)
        async with backend(server.url, kept=kept, **{**own, **other}) as http:
            assert (await read(http)).state is State.BAD_RESPONSE
        async with backend(server.url, kept=kept, **own) as http:
            assert (await read(http)).state is State.STALE
            assert "secret" not in http._kept_source
    kept.close()
    assert all(b"secret-" not in file.read_bytes()
               for file in (tmp_path / "kept").iterdir() if file.is_file())  # fmt: skip


async def test_the_folder_is_private_and_holds_no_pickles(tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    kept = DiskKept(folder)
    async with (
        raw_server(json_reply({"a": 1})) as server,
        backend(server.url, kept=kept) as http,
    ):
        await read(http)
    kept.close()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert all(b"\x80\x04" not in file.read_bytes() for file in folder.iterdir() if file.is_file())


async def test_a_damaged_store_costs_only_the_old_answer(tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    folder.mkdir()
    (folder / "cache.db").write_bytes(b"this is no database" * 100)
    kept = DiskKept(folder)
    async with (
        raw_server(json_reply({"a": 1}), reply(status=500)) as server,
        backend(server.url, kept=kept) as http,
    ):
        good = await read(http)
        bad = await read(http)
    kept.close()
    assert (good.state, good.data) == (State.OK, {"a": 1})
    assert "cannot be saved" in good.warnings[0]
    assert bad.state is State.BAD_RESPONSE


async def test_a_folder_that_cannot_be_made_is_a_warning(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    kept = DiskKept(blocked / "kept")
    async with (
        raw_server(json_reply({"a": 1})) as server,
        backend(server.url, kept=kept) as http,
    ):
        reading = await read(http)
    assert reading.state is State.OK
    assert "cannot be saved" in reading.warnings[0]


async def test_data_of_an_older_shape_is_not_given(tmp_path: Path) -> None:
    kept = DiskKept(tmp_path / "kept")
    async with (
        raw_server(json_reply({"a": 1}), reply(status=500)) as server,
        backend(server.url, kept=kept) as http,
    ):
        await read(http)
        kept.save(http._kept_source, "x", ["another", "shape"], NOON)
        assert (await read(http)).state is State.BAD_RESPONSE
    kept.close()


# -- queries -----------------------------------------------------------------------------------


async def test_a_rejected_query_goes_up_to_the_asker() -> None:
    def reader(response: httpx.Response) -> Exception | None:
        return InvalidQuery("up{", response.text, 3) if response.status_code == 400 else None

    async with (
        raw_server(reply("nonsense", 400, "text/plain")) as server,
        backend(server.url, error_reader=reader) as http,
    ):
        with pytest.raises(InvalidQuery, match="nonsense") as caught:
            await read(http)
    assert caught.value.offset == 3
