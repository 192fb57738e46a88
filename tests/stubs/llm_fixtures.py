"""Fixtures of every test that talks to the scripted model; import them into the test module."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import AsyncIterator

import pytest

from providers.llm import LanguageModel, LlmConfig
from tests.stubs.openai_server import OpenAIServer, say

# LiteLLM reads these once, when it is imported: how long it pauses before it tries again.
os.environ["INITIAL_RETRY_DELAY"] = "0.01"
os.environ["JITTER"] = "0"


@pytest.fixture(scope="session", autouse=True)
def warm() -> None:
    """LiteLLM loaded and used once: its first call takes seconds, which no test should count."""

    async def ask() -> None:
        async with OpenAIServer() as running:
            running.script(say("Here."))
            model = LanguageModel(LlmConfig("openai", "any", api_key="none", base_url=running.url))
            assert [chunk async for chunk in model.stream([{"role": "user", "content": "There?"}])]
            await model.aclose()

    thread = threading.Thread(target=asyncio.run, args=(ask(),))
    thread.start()
    thread.join()


@pytest.fixture
async def server() -> AsyncIterator[OpenAIServer]:
    """A scripted model; the test must have said all that it was asked for."""
    async with OpenAIServer() as running:
        yield running
        assert running.unexpected == []
