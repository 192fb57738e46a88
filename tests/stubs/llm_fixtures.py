"""Fixtures of every test that talks to the scripted model; import them into the test module."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator

import pytest

from tests.stubs.openai_server import OpenAIServer

# LiteLLM reads these once, when it is imported: how long it pauses before it tries again.
os.environ["INITIAL_RETRY_DELAY"] = "0.01"
os.environ["JITTER"] = "0"


@pytest.fixture
async def server() -> AsyncIterator[OpenAIServer]:
    """A scripted model; the test must have said all that it was asked for."""
    async with OpenAIServer() as running:
        yield running
        assert running.unexpected == []
