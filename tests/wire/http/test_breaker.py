"""A backend that fails is left alone for a while, and what does not count as its failure."""

from __future__ import annotations

import asyncio

import pytest

from providers.reading import State
from providers.readings import BREAKER_FAILURES, Fetched
from tests.stubs.http_backend import backend, read
from tests.stubs.raw_server import Received, json_reply, raw_server, reply


async def test_after_some_failures_a_dead_backend_is_left_alone() -> None:
    async with raw_server(reply(status=503)) as server, backend(server.url) as http:
        for _ in range(BREAKER_FAILURES):
            await read(http)
        asked = len(server.received)
        reading = await read(http)
        assert reading.state is State.UNREACHABLE
        assert "asked again within" in reading.detail
        assert len(server.received) == asked


async def test_who_asks_for_it_need_not_wait_for_the_pause() -> None:
    answers = [reply(status=503)] * (BREAKER_FAILURES * 3)
    async with raw_server(*answers, json_reply({"a": 1})) as server, backend(server.url) as http:
        for _ in range(BREAKER_FAILURES):
            await read(http)
        assert "asked again within" in (await read(http)).detail
        http.ask_again()
        assert (await read(http)).state is State.OK


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
