"""The language model that the settings name."""

from __future__ import annotations

from providers.llm import Access, LanguageModel, LlmConfig
from sre_tui.settings import LlmSettings, Settings


def model_config(llm: LlmSettings) -> LlmConfig | None:
    """What the provider needs to know; None if no model is configured completely."""
    if llm.provider is None or llm.model is None:
        return None
    return LlmConfig(
        provider=llm.provider,
        model=llm.model,
        fallbacks=llm.fallbacks,
        api_key=llm.api_key.get_secret_value() if llm.api_key else None,
        base_url=llm.base_url,
        others={
            name: Access(
                access.api_key.get_secret_value() if access.api_key else None, access.base_url
            )
            for name, access in llm.providers.items()
        },
        context_tokens=llm.context_tokens,
        stall_timeout=llm.timeout,
        stream=llm.stream,
    )


def configured_model(settings: Settings) -> LanguageModel | None:
    """The model, not yet loaded; None if none is configured."""
    config = model_config(settings.llm)
    return None if config is None else LanguageModel(config)
