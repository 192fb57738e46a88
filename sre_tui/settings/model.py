"""What can be set, with defaults and meanings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from providers.endpoint import (
    Endpoint,
    PbsEndpoint,
    ProxmoxEndpoint,
    TrueNasEndpoint,
    checked_url,
)
from providers.smtp.server import MailServer
from sre_tui.settings.reporting import ReportSettings

Backend = Literal["prometheus", "grafana", "loki", "proxmox", "pbs", "truenas"]
BACKENDS: tuple[Backend, ...] = get_args(Backend)
TITLES: Mapping[Backend, str] = {
    "prometheus": "Prometheus",
    "grafana": "Grafana",
    "loki": "Loki",
    "proxmox": "Proxmox VE",
    "pbs": "Proxmox Backup Server",
    "truenas": "TrueNAS",
}
"""What the backends call themselves."""

EndpointT = TypeVar("EndpointT", bound=Endpoint)


class ProviderAccess(BaseModel):
    """How to get to a provider whose models are fallbacks only."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    api_key: SecretStr | None = None
    base_url: str | None = None
    """The provider's own address if not set."""

    @field_validator("base_url")
    @classmethod
    def _http_url(cls, value: str | None) -> str | None:
        return None if value is None else checked_url(value)


class LlmSettings(BaseModel):
    """Which model answers, and within what limits. No provider means the built-in analyst."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    provider: str | None = None
    """``openai``, ``anthropic``, ``ollama`` or any other provider LiteLLM knows."""
    model: str | None = None
    """Model name, with or without the provider in front (``ollama/qwen3:8b``)."""
    fallbacks: tuple[str, ...] = ()
    """Models tried in this order when the first one fails."""
    providers: dict[str, ProviderAccess] = Field(default_factory=dict)
    """Key and address by provider, for fallbacks that name another provider than ``provider``."""
    api_key: SecretStr | None = None
    base_url: str | None = None
    """Address of an OpenAI-compatible server or of Ollama."""
    context_tokens: int | None = Field(default=None, ge=2048)
    """Size of the model's context; asked from LiteLLM, or 8192, if not set. Ollama's num_ctx."""
    timeout: float = Field(default=120.0, gt=0)
    """Seconds a model call may go without sending anything."""
    stream: bool = True
    """Ask for the answer piece by piece; some servers cannot stream tool calls."""
    max_turns: int = Field(default=8, ge=1, le=50)
    """Model calls per question."""
    max_seconds: float = Field(default=180.0, gt=0)
    """Time per question."""
    max_cost_per_question: float | None = Field(default=None, gt=0)
    """US dollars."""
    max_cost_per_day: float | None = Field(default=None, gt=0)
    """US dollars."""
    anonymize: bool = False
    """Replace host names, guest names, addresses and user names before anything is sent."""

    @field_validator("base_url")
    @classmethod
    def _http_url(cls, value: str | None) -> str | None:
        return None if value is None else checked_url(value)


class DocsSettings(BaseModel):
    """Documents beside the bundled runbooks."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    extra_dirs: tuple[Path, ...] = ()
    """Folders with Markdown and Ansible YAML."""


class CheckLimits(BaseModel):
    """What an operator says of a check, or of a check for one subject."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    enabled: bool | None = None
    trigger: float | None = Field(default=None, allow_inf_nan=False)
    """The value beyond which it is wrong, in the check's own unit."""
    clear: float | None = Field(default=None, allow_inf_nan=False)
    """The value at which it is right again."""
    delay: float | None = Field(default=None, ge=0, le=86400)
    """Seconds it must have been wrong before it counts."""


class CheckSettings(CheckLimits):
    """What an operator says of a check."""

    subjects: dict[str, CheckLimits] = Field(default_factory=dict)
    """The same for single subjects, by name, such as ``nas1/tank``."""


class AppSettings(BaseModel):
    """How the full-screen app looks and is operated, and how often it asks.

    Intervals are seconds from the end of one round to the next.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    theme: str | None = None
    """``dark``, ``light``, ``ansi``, ``high-contrast`` or another theme the app lists."""
    keys: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Keys by the id of an action, such as ``rows.explain``, in place of its own."""
    alerts_every: float = Field(default=15.0, ge=1, le=86400)
    guests_every: float = Field(default=15.0, ge=1, le=86400)
    pools_every: float = Field(default=30.0, ge=1, le=86400)
    backups_every: float = Field(default=120.0, ge=1, le=86400)
    """Backup coverage and datastores."""
    health_every: float = Field(default=60.0, ge=1, le=86400)
    """The checks behind the sentence in the header."""
    trends_every: float = Field(default=300.0, ge=1, le=86400)
    """Growth of pools, their snapshots, and the load of guests over the last hour."""

    @field_validator("keys", mode="before")
    @classmethod
    def _keys_by_id(cls, value: object) -> object:
        # Anything else is not a table, which pydantic says by itself.
        return dict(_flat(value)) if isinstance(value, dict) else value


def _flat(table: Mapping[object, object], before: str = "") -> Iterator[tuple[str, object]]:
    """Lines of a table by their whole names: without quotes a dot makes a table of its own."""
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{name}.")
        elif isinstance(value, str):
            # The comma itself is a key.
            several = "," in value and value.strip() != ","
            parts = value.split(",") if several else [value]
            yield f"{before}{name}", tuple(part.strip() or part for part in parts if part)
        else:
            yield f"{before}{name}", value


class MemorySettings(BaseModel):
    """Where the journal of incidents is kept, and what else.

    Neither place is looked at before the memory is opened: a mistake in it costs nothing else.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: Path | None = None
    """The SQLite file, instead of the one in the data folder."""
    url: SecretStr | None = None
    """``postgresql://USER:PASSWORD@HOST/DATABASE``, or ``sqlite:///PATH``; before ``path``."""
    usage: bool = True
    """Whether it is counted how much the program is used, and the last questions are kept."""


class Settings(BaseModel):
    """All settings, validated."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    homelab_name: str = "homelab"
    """Shown in the header of the app."""
    prometheus: tuple[Endpoint, ...] = ()
    grafana: tuple[Endpoint, ...] = ()
    loki: tuple[Endpoint, ...] = ()
    proxmox: tuple[ProxmoxEndpoint, ...] = ()
    pbs: tuple[PbsEndpoint, ...] = ()
    truenas: tuple[TrueNasEndpoint, ...] = ()
    llm: LlmSettings = LlmSettings()
    docs: DocsSettings = DocsSettings()
    memory: MemorySettings = MemorySettings()
    mail: MailServer | None = None
    """Where mail goes; None if no host is set. Asking a section with mistakes for anything tells
    them: see :mod:`sre_tui.settings.aside`."""
    report: ReportSettings = ReportSettings()
    """As ``mail`` if it has mistakes."""
    app: AppSettings = AppSettings()
    checks: dict[str, CheckSettings] = Field(default_factory=dict)
    """By id of the check."""
    conversation_dir: Path | None = None
    """Where conversations are saved instead of the state folder."""

    @field_validator(*BACKENDS, mode="before")
    @classmethod
    def _one_or_many(cls, value: object) -> object:
        return [value] if isinstance(value, dict) else value

    @field_validator(*BACKENDS)
    @classmethod
    def _distinct_names(cls, value: tuple[EndpointT, ...]) -> tuple[EndpointT, ...]:
        names = [endpoint.name for endpoint in value]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise ValueError(f"two instances are called {twice!r}: give each its own name")
        return value

    def endpoints(self, backend: Backend) -> tuple[Endpoint, ...]:
        """The configured instances of one backend."""
        match backend:
            case "prometheus":
                return self.prometheus
            case "grafana":
                return self.grafana
            case "loki":
                return self.loki
            case "proxmox":
                return self.proxmox
            case "pbs":
                return self.pbs
            case "truenas":
                return self.truenas

    @property
    def configured(self) -> frozenset[Backend]:
        """The backends with at least one instance."""
        return frozenset(backend for backend in BACKENDS if self.endpoints(backend))
