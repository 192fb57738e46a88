"""Which redirects are followed, and what the others become."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from providers.reading import State
from tests.stubs.http_backend import backend, read
from tests.stubs.raw_server import json_reply, raw_server, reply


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


async def test_redirects_in_circles_end() -> None:
    moved = reply(status=302, headers={"Location": "/api/x"})
    async with raw_server(moved) as server, backend(server.url) as http:
        reading = await read(http)
    assert reading.state is State.BAD_RESPONSE
    assert "circles" in reading.detail
