"""Which model is asked when another one is chosen."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from sre_tui.agent import model as models
from sre_tui.agent.model import NO_MODEL, ModelError, asking, configured_models, model_config
from sre_tui.settings import LlmSettings
from sre_tui.settings.model import ProviderAccess

CONFIGURED = LlmSettings(
    provider="openai",
    model="gpt-5",
    fallbacks=("gpt-small", "ollama/qwen3", "anthropic/opus"),
    api_key=SecretStr("sk-own"),
    base_url="https://gateway.example/v1",
    providers={"anthropic": ProviderAccess(api_key=SecretStr("sk-other"))},
    max_seconds=60.0,
)
KNOWN = frozenset({"openai", "ollama", "anthropic", "groq"})


@pytest.fixture(autouse=True)
def _known(monkeypatch: pytest.MonkeyPatch) -> None:
    """The model library takes seconds to tell which providers it knows."""
    monkeypatch.setattr(models, "known_providers", lambda: KNOWN)


def routes(llm: LlmSettings) -> list[str]:
    config = model_config(llm)
    assert config is not None
    return [config.route(one, KNOWN) for one in (config.model, *config.fallbacks)]


def keys(llm: LlmSettings) -> list[str | None]:
    config = model_config(llm)
    assert config is not None
    return [config.access(route).api_key for route in routes(llm)]


def test_the_configured_models_are_offered_in_their_order() -> None:
    names = ("gpt-5", "gpt-small", "ollama/qwen3", "anthropic/opus")
    assert configured_models(CONFIGURED) == names
    assert configured_models(LlmSettings(model="gpt-5")) == ()


def test_a_fallback_of_the_same_provider_comes_first() -> None:
    chosen = asking(CONFIGURED, "gpt-small")
    assert routes(chosen) == [
        "openai/gpt-small", "openai/gpt-5", "ollama_chat/qwen3", "anthropic/opus"
    ]  # fmt: skip
    assert keys(chosen) == ["sk-own", "sk-own", None, "sk-other"]
    assert chosen.base_url == CONFIGURED.base_url


def test_a_fallback_of_another_provider_is_asked_there_with_its_own_key() -> None:
    chosen = asking(CONFIGURED, "anthropic/opus")
    assert routes(chosen) == [
        "anthropic/opus", "openai/gpt-5", "openai/gpt-small", "ollama_chat/qwen3"
    ]  # fmt: skip
    assert keys(chosen) == ["sk-other", "sk-own", "sk-own", None]
    assert chosen.base_url is None
    local = asking(CONFIGURED, "ollama/qwen3")
    assert routes(local)[0] == "ollama_chat/qwen3"
    assert keys(local) == [None, "sk-own", "sk-own", "sk-other"]


def test_the_first_choice_and_what_is_not_configured() -> None:
    assert asking(CONFIGURED, "gpt-5") is CONFIGURED
    other = asking(CONFIGURED, "meta/llama")
    assert routes(other)[0] == "openai/meta/llama"
    assert other.fallbacks == CONFIGURED.fallbacks


def test_no_model_keeps_the_limits() -> None:
    chosen = asking(CONFIGURED, NO_MODEL)
    assert model_config(chosen) is None
    assert chosen.max_seconds == 60.0


def test_without_a_provider_the_name_has_to_tell_it() -> None:
    chosen = asking(LlmSettings(), "ollama/qwen3")
    assert (chosen.provider, routes(chosen)) == ("ollama", ["ollama_chat/qwen3"])
    with pytest.raises(ModelError, match="before the name: ollama/qwen3"):
        asking(LlmSettings(), "qwen3")
