"""A person who asks again does not wait until a backend that was away would be asked again."""

from __future__ import annotations

from pathlib import Path

from providers.endpoint import Endpoint
from providers.reading import State
from providers.readings import BREAKER_FAILURES
from sre_tui.settings import Settings
from tests.stubs.homelab_tools import context_in
from tests.stubs.raw_server import json_reply, raw_server, reply

NOTHING = {"status": "success", "data": {"resultType": "vector", "result": []}}


async def test_every_client_that_was_opened_is_asked_again(tmp_path: Path) -> None:
    away = True

    async def answers(_: object) -> bytes:
        return reply(status=503) if away else json_reply(NOTHING)

    async with raw_server(answers) as server:
        settings = Settings(prometheus=(Endpoint(url=server.url),))
        async with context_in(tmp_path, settings) as context:
            context.ask_again()
            (client,) = context.prometheus
            for _ in range(BREAKER_FAILURES):
                await client.query("up")
            away = False
            assert "asked again within" in (await client.query("up")).detail
            context.ask_again()
            assert (await client.query("up")).state is State.OK
