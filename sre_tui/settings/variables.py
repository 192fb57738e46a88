"""Environment variable names and the setting each stands for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sre_tui.settings.model import BACKENDS

LIST_SETTINGS: Final[Mapping[tuple[str, ...], str]] = {
    ("llm", "fallbacks"): ",",
    ("docs", "extra_dirs"): "[:,]",
}
"""Settings whose variable holds several values, and what separates them (a regular expression)."""


def _endpoint_variables() -> dict[str, tuple[str, ...]]:
    fields = {
        "URL": "url",
        "TOKEN": "token",
        "USERNAME": "username",
        "PASSWORD": "password",
        "TENANT": "tenant",
        "ORG_ID": "org_id",
        "VERIFY_SSL": "verify_ssl",
        "CA_CERT": "ca_cert",
        "FINGERPRINT": "fingerprint",
        "TIMEOUT": "timeout",
    }
    return {
        f"{backend.upper()}_{suffix}": (backend, field)
        for backend in BACKENDS
        for suffix, field in fields.items()
    }


VARIABLES: Final[Mapping[str, tuple[str, ...]]] = {
    **_endpoint_variables(),
    "GRAFANA_SERVICE_ACCOUNT_TOKEN": ("grafana", "token"),
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
    "EXTRA_DOCS_DIRS": ("docs", "extra_dirs"),
    "CONVERSATION_HISTORY_DIR": ("conversation_dir",),
}
"""Variable name to the path of its setting; each may also be given as ``NAME_FILE``."""

PROVIDER_VARIABLES: Final[Mapping[str, Mapping[str, str]]] = {
    "openai": {
        "OPENAI_API_KEY": "api_key",
        "OPENAI_MODEL": "model",
        "OPENAI_BASE_URL": "base_url",
    },
    "anthropic": {"ANTHROPIC_API_KEY": "api_key", "ANTHROPIC_MODEL": "model"},
    "ollama": {"OLLAMA_HOST": "base_url", "OLLAMA_API_BASE": "base_url", "OLLAMA_MODEL": "model"},
}
"""Names that count only when ``LLM_PROVIDER`` (or ``llm.provider``) names their provider."""

ADDRESS: Final[Mapping[str, str]] = {**dict.fromkeys(BACKENDS, "url"), "llm": "base_url"}
"""The setting of each table that says where requests go."""

CREDENTIALS: Final = frozenset(
    {"token", "username", "password", "headers", "tenant", "org_id", "api_key"}
)
"""Settings that are sent to that address and are nobody else's business."""
