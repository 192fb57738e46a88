"""Environment variable names and the setting each stands for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from sre_tui.settings.model import BACKENDS, Backend

RECIPIENTS: Final = ("report", "recipients")
"""Who gets a report, by the server that is set up for mail."""

LIST_SETTINGS: Final[Mapping[tuple[str, ...], str]] = {
    ("llm", "fallbacks"): ",",
    ("docs", "extra_dirs"): "[:,]",
    RECIPIENTS: "[,;]",
}
"""Settings whose variable holds several values, and what separates them (a regular expression)."""


_EVERY_ENDPOINT: Final = ("url", "verify_ssl", "ca_cert", "fingerprint", "timeout")
_LOGIN: Final = {
    field.upper(): field for field in ("token", "username", "password", "tenant", "org_id")
}
_OWN: Final[Mapping[Backend, Mapping[str, str]]] = {
    "prometheus": _LOGIN,
    "grafana": {**_LOGIN, "SERVICE_ACCOUNT_TOKEN": "token"},
    "loki": _LOGIN,
    "proxmox": {"API_TOKEN": "token", "NODE": "node"},
    "pbs": {"API_TOKEN": "token", "NODE": "node", "DEFAULT_DATASTORE": "default_datastore"},
    "truenas": {"API_KEY": "token", "USERNAME": "username", "REST": "rest"},
}


def _endpoint_variables() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for backend in BACKENDS:
        names = {**{field.upper(): field for field in _EVERY_ENDPOINT}, **_OWN[backend]}
        for suffix, field in names.items():
            found[f"{backend.upper()}_{suffix}"] = (backend, field)
    return found


VARIABLES: Final[Mapping[str, tuple[str, ...]]] = {
    **_endpoint_variables(),
    "HOMELAB_NAME": ("homelab_name",),
    "LLM_PROVIDER": ("llm", "provider"),
    "LLM_MODEL": ("llm", "model"),
    "LLM_FALLBACKS": ("llm", "fallbacks"),
    "LLM_API_KEY": ("llm", "api_key"),
    "LLM_BASE_URL": ("llm", "base_url"),
    "LLM_CONTEXT_TOKENS": ("llm", "context_tokens"),
    "LLM_TIMEOUT": ("llm", "timeout"),
    "LLM_MAX_TURNS": ("llm", "max_turns"),
    "LLM_MAX_SECONDS": ("llm", "max_seconds"),
    "LLM_MAX_COST_PER_QUESTION": ("llm", "max_cost_per_question"),
    "LLM_MAX_COST_PER_DAY": ("llm", "max_cost_per_day"),
    "LLM_ANONYMIZE": ("llm", "anonymize"),
    "LLM_STREAM": ("llm", "stream"),
    "SRE_THEME": ("app", "theme"),
    "EXTRA_DOCS_DIRS": ("docs", "extra_dirs"),
    "CONVERSATION_HISTORY_DIR": ("conversation_dir",),
    "MEMORY_DB_PATH": ("memory", "path"),
    "MEMORY_DB_URL": ("memory", "url"),
    "MEMORY_USAGE": ("memory", "usage"),
    "SMTP_HOST": ("mail", "host"),
    "SMTP_PORT": ("mail", "port"),
    "SMTP_USERNAME": ("mail", "username"),
    "SMTP_PASSWORD": ("mail", "password"),
    "SMTP_SECURITY": ("mail", "security"),
    "SMTP_FROM": ("mail", "sender"),
    "SMTP_VERIFY_SSL": ("mail", "verify_ssl"),
    "SMTP_CA_CERT": ("mail", "ca_cert"),
    "SMTP_TIMEOUT": ("mail", "timeout"),
    "REPORT_RECIPIENT_EMAIL": RECIPIENTS,
    "REPORT_LOOKBACK_DAYS": ("report", "days"),
    "REPORT_SCHEDULE_CRON": ("report", "schedule"),
    "REPORT_TIMEZONE": ("report", "timezone"),
    "REPORT_AVAILABILITY": ("report", "availability"),
    "REPORT_LLM": ("report", "llm"),
    "REPORT_KEEP": ("report", "keep"),
}
"""Variable name to the path of its setting; each may also be given as ``NAME_FILE``."""

PROVIDER_VARIABLES: Final[Mapping[str, Mapping[str, str]]] = {
    "openai": {
        "OPENAI_API_KEY": "api_key",
        "OPENAI_MODEL": "model",
        "OPENAI_BASE_URL": "base_url",
    },
    "anthropic": {"ANTHROPIC_API_KEY": "api_key", "ANTHROPIC_MODEL": "model"},
    "ollama": {
        "OLLAMA_API_KEY": "api_key",
        "OLLAMA_HOST": "base_url",
        "OLLAMA_API_BASE": "base_url",
        "OLLAMA_MODEL": "model",
    },
}
"""Names that count only for their provider."""


def provider_variables(provider: str) -> dict[str, str]:
    """Names of variables to settings; any provider of language models has ``NAME_API_KEY``."""
    # LiteLLM tells two ways to talk to Ollama apart; its users set one kind of variable.
    known = "ollama" if provider == "ollama_chat" else provider
    key = f"{re.sub(r'[^A-Z0-9]', '_', known.upper())}_API_KEY"
    return {key: "api_key", **PROVIDER_VARIABLES.get(known, {})}


KEY_ALONE: Final = frozenset(
    {
        *PROVIDER_VARIABLES,
        "deepseek",
        "groq",
        "hosted_vllm",
        "mistral",
        "ollama_chat",
        "openrouter",
    }
)
"""Providers that LiteLLM gives nothing but the key it is told.

For others it finds credentials by itself, such as those of a cloud account.
"""

ADDRESSES: Final = frozenset({"url", "base_url", "host"})
"""Settings that say where requests go."""

CREDENTIALS: Final = frozenset(
    {"token", "username", "password", "headers", "tenant", "org_id", "api_key"}
)
"""Settings that are sent to the address beside them and are nobody else's business."""

TLS: Final = frozenset({"verify_ssl", "ca_cert", "fingerprint", "security"})
"""Settings that say which server is believed to be the one at that address, and who may listen."""

TIED: Final = frozenset({"port", "recipients"})
"""Settings that say no less than the address where something goes."""
