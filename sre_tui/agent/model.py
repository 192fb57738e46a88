"""The language model that the settings name, and the others that can be asked instead."""

from __future__ import annotations

from typing import Final

from providers.llm import Access, LanguageModel, LlmConfig, known_providers
from sre_tui.complaint import Complaint
from sre_tui.settings import LlmSettings, Settings
from sre_tui.settings.model import ProviderAccess

NO_MODEL: Final = "none"
"""Said in place of a model's name by who wants the built-in analyst."""


class ModelError(Complaint):
    """Nothing tells how a model is reached."""

    code = "settings"
    wrong_usage = True


def configured_models(llm: LlmSettings) -> tuple[str, ...]:
    """The models the settings name, the first choice first."""
    if llm.provider is None:
        return ()
    return tuple(dict.fromkeys(filter(None, (llm.model, *llm.fallbacks))))


def asking(llm: LlmSettings, name: str) -> LlmSettings:
    """The settings with another model in front, or with none.

    A fallback that names another provider is asked there, with the key and the address that are
    meant for it; the other configured models stay fallbacks. What names such a provider, only the
    model library knows: it may be loaded, which takes seconds.

    Args:
        llm: the settings as they are configured.
        name: a configured model, any other that the provider serves, or ``none``.

    Raises:
        ModelError: nothing tells which provider serves it.
    """
    if name == NO_MODEL:
        return llm.model_copy(update={"provider": None, "model": None, "fallbacks": ()})
    if name == llm.model and llm.provider is not None:
        return llm
    named, slash, _ = name.partition("/")
    if llm.provider is None:
        if not slash:
            raise ModelError(
                f"nothing tells which provider serves the model {name!r}: set LLM_PROVIDER, "
                f"or write it before the name: ollama/{name}"
            )
        return llm.model_copy(update={"provider": named, "model": name})
    if name not in llm.fallbacks:
        return llm.model_copy(update={"model": name})
    known = known_providers() if slash and named != llm.provider else frozenset[str]()
    prefix = f"{llm.provider}/"

    def whole(one: str) -> str:
        """A fallback by a name that means the same whoever is asked first."""
        return one if one.startswith(prefix) else prefix + one

    first = () if llm.model is None else (whole(llm.model),)
    if named not in known:
        others = tuple(one for one in llm.fallbacks if one != name)
        return llm.model_copy(update={"model": name, "fallbacks": (*first, *others)})
    others = tuple(
        one if one.partition("/")[0] in known else whole(one)
        for one in llm.fallbacks
        if one != name
    )
    access = llm.providers.get(named, ProviderAccess())
    own = ProviderAccess(api_key=llm.api_key, base_url=llm.base_url)
    return llm.model_copy(
        update={
            "provider": named,
            "model": name,
            "fallbacks": (*first, *others),
            "providers": {**llm.providers, llm.provider: own},
            "api_key": access.api_key,
            "base_url": access.base_url,
        }
    )


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
