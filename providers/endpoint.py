"""Where one backend instance is, and how to be let in."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

_FINGERPRINT = re.compile(r"[0-9a-f]{64}")


class Endpoint(BaseModel):
    """Address, credentials and TLS options of one instance of one backend."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    name: str = Field(default="main", pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    """Tells several instances of one backend apart; part of every reading's ``source``."""
    url: str
    """Base address; a path in it is kept as prefix (``https://nas/prometheus``)."""
    token: SecretStr | None = None
    """Bearer token, service-account token or API token, as the backend expects it."""
    username: str | None = None
    password: SecretStr | None = None
    """User and password for HTTP Basic at a proxy in front of the backend."""
    headers: dict[str, SecretStr] = Field(default_factory=dict)
    """Further request headers, such as the ones a proxy asks for."""
    tenant: str | None = None
    """``X-Scope-OrgID`` of Loki, Mimir and Cortex."""
    org_id: int | None = None
    """``X-Grafana-Org-Id``."""
    verify_ssl: bool = True
    ca_cert: Path | None = None
    fingerprint: str | None = None
    """SHA-256 of the server's certificate; if set, exactly that certificate is accepted."""
    timeout: float = Field(default=10.0, gt=0, le=120)
    """Seconds to wait for an answer."""

    @field_validator("url")
    @classmethod
    def _http_url(cls, value: str) -> str:
        if "://" not in value:
            raise ValueError(f"write the address with http:// or https://, as in http://{value}")
        try:
            parts = urlsplit(value)
            host, _ = parts.hostname, parts.port
        except ValueError as error:
            raise ValueError(f"not a valid address: {error}") from error
        if parts.scheme not in ("http", "https") or not host:
            raise ValueError("the address must look like http://host:port or https://host/prefix")
        if parts.username or parts.password:
            raise ValueError("put user and password into their own settings, not into the address")
        if parts.query or parts.fragment:
            raise ValueError("the address must not contain ? or #")
        return value.rstrip("/")

    @field_validator("fingerprint")
    @classmethod
    def _sha256(cls, value: str | None) -> str | None:
        if value is None:
            return None
        plain = value.replace(":", "").replace(" ", "").lower()
        if not _FINGERPRINT.fullmatch(plain):
            raise ValueError("a SHA-256 fingerprint has 64 hexadecimal digits")
        return plain

    @property
    def host(self) -> str:
        """Host name or address, without port."""
        return urlsplit(self.url).hostname or ""
