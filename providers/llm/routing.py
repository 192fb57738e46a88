"""LiteLLM's Router set up from a configuration: who is asked, in which order, at what price."""

from __future__ import annotations

import os
from typing import Any

import httpx

from providers.llm.config import DEFAULT_CONTEXT_TOKENS, LlmConfig, is_ollama

_NO_KEY = "none"
"""Sent to servers of one's own that want no key; the OpenAI protocol demands some value."""

_ACCOUNT = {
    "OPENAI_ORG_ID": "OpenAI-Organization",
    "OPENAI_ORGANIZATION": "OpenAI-Organization",
    "OPENAI_PROJECT_ID": "OpenAI-Project",
}
"""Variables of an account at OpenAI, and the header each is sent in to any server."""


class Routes:
    """The Router with one deployment per model; needs LiteLLM loaded."""

    def __init__(self, litellm: Any, config: LlmConfig) -> None:
        self._litellm = litellm
        known = {str(getattr(provider, "value", provider)) for provider in litellm.provider_list}
        routes = dict.fromkeys(
            config.route(model, known) for model in (config.model, *config.fallbacks)
        )
        self.first, *others = routes
        self.options: dict[str, Any] = {
            "timeout": httpx.Timeout(config.stall_timeout, connect=config.connect_timeout),
            "_skip_mcp_handler": True,
        }
        """What every call carries; LiteLLM would load an MCP client for any call with tools."""
        self.router: Any = litellm.Router(
            model_list=[_deployment(route, config, bool(others)) for route in routes],
            fallbacks=[{self.first: others}] if others else [],
            num_retries=config.retries,
            retry_policy=_retry_policy(config.retries),
            cooldown_time=30.0,
            set_verbose=False,
        )

    def close(self) -> None:
        """Let go of the router: LiteLLM holds 100 at most, and rests no model of any further."""
        self.router.discard()

    def context_tokens(self, route: str) -> int | None:
        """Tokens the model reads at most, as far as LiteLLM's map knows."""
        known: Any = self._known(route)
        size = known.get("max_input_tokens") or known.get("max_tokens")
        return int(size) if isinstance(size, int | float) and size > 0 else None

    def served(self, response: Any) -> str:
        """The route that answered."""
        hidden: Any = getattr(response, "_hidden_params", None) or {}
        model = hidden.get("model_id")
        return str(model) if model else self.first

    def cost(self, route: str, prompt: int, completion: int, usage: Any) -> float | None:
        """US dollars, or None if the price is not known."""
        if "input_cost_per_token" not in self._known(route):
            return None
        try:
            parts = self._litellm.cost_per_token(
                model=route,
                prompt_tokens=prompt,
                completion_tokens=completion,
                usage_object=usage,
            )
        except Exception:  # noqa: BLE001 - an unknown price has no error type of its own
            return None
        return float(sum(parts))

    def _known(self, route: str) -> dict[str, Any]:
        # Looked up in the map, because LiteLLM's own function asks Ollama over the network.
        prices: dict[str, dict[str, Any]] = self._litellm.model_cost
        return prices.get(route) or prices.get(route.partition("/")[2]) or {}


def _deployment(route: str, config: LlmConfig, has_others: bool) -> dict[str, Any]:
    options: dict[str, Any] = {"model": route, "max_retries": 0}
    access = config.access(route)
    if access.base_url:
        options["api_base"] = access.base_url
        # Without a key LiteLLM takes one from the environment, whoever the address is from.
        options["api_key"] = _NO_KEY
        if account := {header: "" for name, header in _ACCOUNT.items() if os.environ.get(name)}:
            options["extra_headers"] = account
    if access.api_key:
        options["api_key"] = access.api_key
    if is_ollama(route):
        options["num_ctx"] = config.context_tokens or DEFAULT_CONTEXT_TOKENS
    info: dict[str, Any] = {"id": route}
    if has_others:
        # LiteLLM never rests the only deployment of a model unless it is told which failures count.
        info["allowed_fails_policy"] = {
            "AuthenticationErrorAllowedFails": 0,
            "NotFoundErrorAllowedFails": 0,
            "RateLimitErrorAllowedFails": 0,
            "TimeoutErrorAllowedFails": 0,
            "InternalServerErrorAllowedFails": config.retries,
        }
    return {"model_name": route, "litellm_params": options, "model_info": info}


def _retry_policy(retries: int) -> dict[str, int]:
    """Only failures of the server are tried again at once; rate limits are waited for visibly."""
    return {
        "BadRequestErrorRetries": 0,
        "AuthenticationErrorRetries": 0,
        "NotFoundErrorRetries": 0,
        "ContentPolicyViolationErrorRetries": 0,
        "RateLimitErrorRetries": 0,
        "TimeoutErrorRetries": 0,
        "InternalServerErrorRetries": retries,
        "ServiceUnavailableErrorRetries": retries,
        "DefaultRetries": retries,
    }
