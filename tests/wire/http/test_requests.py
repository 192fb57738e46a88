"""What leaves: only what is on the list, with its credentials in headers."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx
import pytest
from pydantic import SecretStr

from providers.errors import RequestRefused
from providers.guard import Allow, GuardedTransport
from tests.stubs.http_backend import backend, read
from tests.stubs.raw_server import json_reply, raw_server


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
