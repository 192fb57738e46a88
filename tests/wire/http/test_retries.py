"""What is asked again, how often, and for how long."""

from __future__ import annotations

import pytest

from providers.reading import State
from providers.readings import Fetched
from tests.stubs.http_backend import backend, read
from tests.stubs.raw_server import json_reply, raw_server, reply


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
