"""What an answer becomes: cleaned text, or one line that says what was wrong with it."""

from __future__ import annotations

import asyncio
import gzip
import json

import httpx
import pytest

from providers.errors import InvalidQuery
from providers.reading import State
from providers.readings import Fetched
from tests.stubs.http_backend import backend, read
from tests.stubs.raw_server import Received, json_reply, raw_server, reply


async def test_text_is_cleaned_of_what_drives_a_terminal() -> None:
    body = "not \x1b[31mready\x07\u202e\r\nyet\x00"
    answer = reply(body, content_type="text/plain; charset=utf-8")
    async with raw_server(answer) as server, backend(server.url) as http:
        assert await http.get_text("/ready") == "not ready\nyet"


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
