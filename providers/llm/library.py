"""Loads LiteLLM quietly: no telemetry, no downloads, nothing on the screen or in the log."""

from __future__ import annotations

import asyncio
import inspect
import logging
import os
import sys
import threading
import warnings
from typing import Any

_LOGGERS = ("LiteLLM", "LiteLLM Router", "LiteLLM Proxy")
_SHARED = "module_level_aclient"
_loading = threading.Lock()


def load() -> Any:
    """LiteLLM, imported and silenced; the first call costs seconds, so make it in a thread."""
    with _loading:
        os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
        # In any other mode LiteLLM puts the .env of the working folder into the environment.
        os.environ["LITELLM_MODE"] = "PRODUCTION"
        # Pauses before a retry, in seconds: somebody is waiting, and a server that is not running
        # will not be running a few seconds later either.
        os.environ.setdefault("INITIAL_RETRY_DELAY", "0.2")
        os.environ.setdefault("JITTER", "0.2")
        warnings.filterwarnings("ignore", module=r"litellm(\.|$)")
        warnings.filterwarnings("ignore", message="Pydantic serializer warnings")
        # Raised in pydantic when LiteLLM's types are built, which may be as late as the first call.
        warnings.filterwarnings("ignore", message=r"Item '\w+' on TypedDict class")
        for name in _LOGGERS:
            _silence(logging.getLogger(name))
        import litellm

        _settle(litellm)
        for name in _LOGGERS:
            _silence(logging.getLogger(name))
        return litellm


def known_providers() -> frozenset[str]:
    """The names of the providers LiteLLM knows; loads it, so call it in a thread."""
    return frozenset(str(getattr(one, "value", one)) for one in load().provider_list)


def warm_up() -> None:
    """Load LiteLLM ahead of the first question; blocks, so call it in a thread."""
    load()


async def close_connections() -> None:
    """Close the connections that LiteLLM keeps open for the running event loop."""
    litellm = sys.modules.get("litellm")
    if litellm is None:
        return
    clients: dict[str, Any] = litellm.in_memory_llm_clients_cache.cache_dict
    ours = f"-{id(asyncio.get_running_loop())}"
    for key in [key for key in clients if key.endswith(ours)]:
        client = clients.pop(key)
        # LiteLLM would open this one again for whoever is next, and never close it.
        if vars(litellm).get(_SHARED) is client:
            delattr(litellm, _SHARED)
        close = getattr(client, "close", None) or getattr(client, "aclose", None)
        closing = close() if callable(close) else None
        if inspect.isawaitable(closing):
            await closing


def _settle(litellm: Any) -> None:
    litellm.telemetry = False
    litellm.suppress_debug_info = True
    litellm.set_verbose = False
    litellm.drop_params = True
    litellm.turn_off_message_logging = True
    litellm.disable_streaming_logging = True
    litellm.disable_hf_tokenizer_download = True
    litellm.disable_aiohttp_transport = True


def _silence(logger: logging.Logger) -> None:
    # LiteLLM logs whole requests and error bodies, which may hold keys and prompts.
    logger.handlers = [logging.NullHandler()]
    logger.propagate = False
    logger.setLevel(logging.CRITICAL + 1)
