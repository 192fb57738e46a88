"""What a model's server is sent of keys, whoever gave its address: seen on the socket."""

from __future__ import annotations

import io
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from providers.llm import Access, LanguageModel, LlmConfig, LlmError
from sre_tui.agent.model import configured_model
from sre_tui.environment import Environment, Folders
from sre_tui.settings.load import load_with_origins
from tests.stubs.llm_fixtures import server, warm
from tests.stubs.openai_server import Fail, OpenAIServer, Request, say

__all__ = ["server", "warm"]

MINE = "key-of-the-operator"
ACCOUNT = {"OPENAI_ORG_ID": "org-mine", "OPENAI_PROJECT_ID": "project-mine"}
PROVIDERS = ["openai", "anthropic", "ollama"]

Send = Callable[[dict[str, str], dict[str, str]], Awaitable[tuple[Request, tuple[str, ...]]]]


@pytest.fixture
def sent(server: OpenAIServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Send:
    """Asks the model that the settings name, and gives the request and the warnings."""
    folders = Folders.under(tmp_path / "home")
    folders.config.mkdir(parents=True)
    working = tmp_path / "work"
    working.mkdir()

    async def send(
        dotenv: dict[str, str], variables: dict[str, str]
    ) -> tuple[Request, tuple[str, ...]]:
        text = "".join(f"{name}={value}\n" for name, value in dotenv.items())
        (working / ".env").write_text(text)
        for name, value in variables.items():
            # LiteLLM reads the process environment, whatever the settings say.
            monkeypatch.setenv(name, value)
        environment = Environment(
            variables=variables,
            stdin=io.StringIO(),
            stdout=io.StringIO(),
            stderr=io.StringIO(),
            folders=folders,
            working_folder=working,
        )
        loaded = load_with_origins(environment)
        model = configured_model(loaded.settings)
        assert model is not None
        server.script(Fail(400, "no"))
        with pytest.raises(LlmError):
            async for _ in model.stream([{"role": "user", "content": "What is wrong?"}]):
                pass
        await model.aclose()
        return server.requests[-1], loaded.warnings

    return send


def everything(request: Request) -> str:
    return f"{request.path} {dict(request.headers)} {request.body}"


def address(server: OpenAIServer, provider: str) -> str:
    return server.url if provider == "openai" else server.url.removesuffix("/v1")


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_folders_address_is_not_sent_the_operators_key(
    server: OpenAIServer, sent: Send, provider: str
) -> None:
    dotenv = {
        "LLM_PROVIDER": provider,
        "LLM_MODEL": "house",
        "LLM_BASE_URL": address(server, provider),
    }
    name = f"{provider.upper()}_API_KEY"
    request, warnings = await sent(dotenv, {name: MINE, **ACCOUNT})
    shown = everything(request)
    assert MINE not in shown
    assert "-mine" not in shown
    assert request.headers.get("authorization", "Bearer none") == "Bearer none"
    (line,) = warnings
    assert line.startswith(f"{name} is not used for the address in LLM_BASE_URL in ")


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_folders_address_is_sent_the_key_beside_it(
    server: OpenAIServer, sent: Send, provider: str
) -> None:
    dotenv = {
        "LLM_PROVIDER": provider,
        "LLM_MODEL": "house",
        "LLM_BASE_URL": address(server, provider),
        "LLM_API_KEY": "key-of-the-folder",
    }
    variables = {f"{provider.upper()}_API_KEY": MINE}
    request, _ = await sent(dotenv, variables)
    assert MINE not in everything(request)
    assert "key-of-the-folder" in everything(request)


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_the_operators_address_is_sent_the_operators_key(
    server: OpenAIServer, sent: Send, provider: str
) -> None:
    variables = {
        "LLM_PROVIDER": provider,
        "LLM_MODEL": "house",
        "LLM_BASE_URL": address(server, provider),
        f"{provider.upper()}_API_KEY": MINE,
    }
    request, _ = await sent({"LLM_API_KEY": "key-of-the-folder"}, variables)
    assert MINE in everything(request)
    assert "key-of-the-folder" not in everything(request)


async def test_a_fallback_is_asked_with_the_access_of_its_own_provider(
    server: OpenAIServer, tmp_path: Path
) -> None:
    server.script(Fail(500, "down"), model="first")
    server.script(say("Fine."), model="second")
    config = LlmConfig(
        provider="openai",
        model="first",
        fallbacks=("ollama/second",),
        api_key="key-of-openai",
        base_url=server.url,
        others={"ollama": Access("key-of-ollama", server.url.removesuffix("/v1"))},
        retries=0,
    )
    model = LanguageModel(config)
    chunks = [c async for c in model.stream([{"role": "user", "content": "What is wrong?"}])]
    await model.aclose()
    assert chunks
    first, second = server.requests
    assert first.headers["authorization"] == "Bearer key-of-openai"
    assert (second.path, second.headers["authorization"]) == ("/api/chat", "Bearer key-of-ollama")
