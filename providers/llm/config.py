"""What a language model needs to be asked."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

DEFAULT_CONTEXT_TOKENS: Final = 8192

_OWN_OLLAMA: Final = ("ollama", "ollama_chat")


@dataclass(frozen=True)
class Access:
    """How to get to a provider: its key, and its address if it is not the provider's own."""

    api_key: str | None = field(default=None, repr=False)
    base_url: str | None = None


@dataclass(frozen=True)
class LlmConfig:
    """One model with its fallbacks.

    Attributes:
        provider: LiteLLM's name of the provider.
        model: with or without the provider in front.
        fallbacks: models asked in this order when the first one fails; one that names another
            provider gets neither ``api_key`` nor ``base_url``, so that no key reaches a stranger.
        others: access to the providers of such fallbacks, by the name they have there.
        context_tokens: size of the context; looked up, or 8192, if None.
        stall_timeout: seconds a call may go without a byte.
        retries: further attempts after a failure of the server.
        longest_wait: seconds a rate limit is waited for at most.
        stream: ask for the answer piece by piece; some servers cannot stream tool calls.
    """

    provider: str
    model: str
    fallbacks: tuple[str, ...] = ()
    api_key: str | None = field(default=None, repr=False)
    base_url: str | None = None
    others: Mapping[str, Access] = field(default_factory=dict, hash=False)
    context_tokens: int | None = None
    stall_timeout: float = 120.0
    connect_timeout: float = 10.0
    retries: int = 2
    longest_wait: float = 60.0
    stream: bool = True

    def route(self, model: str, providers: Collection[str]) -> str:
        """The model as LiteLLM wants it: ``provider/name``.

        Args:
            model: the configured model or one of the fallbacks.
            providers: the names of the providers LiteLLM knows.
        """
        first, slash, rest = model.partition("/")
        is_own = first == self.provider
        names_other = model != self.model and first in providers
        provider, name = (
            (first, rest) if slash and (is_own or names_other) else (self.provider, model)
        )
        return f"{'ollama_chat' if provider in _OWN_OLLAMA else provider}/{name}"

    def access(self, route: str) -> Access:
        """Key and address that are meant for that route."""
        provider = route.partition("/")[0]
        names = _OWN_OLLAMA if is_ollama(route) else (provider,)
        if self.provider in names:
            return Access(self.api_key, self.base_url)
        return next((self.others[name] for name in names if name in self.others), Access())

    @property
    def secrets(self) -> tuple[str, ...]:
        """The keys in it, for taking them out of messages."""
        keys = (self.api_key, *(access.api_key for access in self.others.values()))
        return tuple(key for key in keys if key)


def is_ollama(route: str) -> bool:
    """Whether a route leads to Ollama, which wants to be told how much context to keep."""
    return route.partition("/")[0] in _OWN_OLLAMA
