"""Where one backend instance is, and how to be let in."""

from __future__ import annotations

import json
import re
import unicodedata
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints, field_validator

_FINGERPRINT = re.compile(r"[0-9a-f]{64}")
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})*\.?|[0-9a-f:.]*:[0-9a-f:.]*(?:%25[a-z0-9._-]+)?")
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*\.?")
_LONGEST_HOST = 253
_PLAIN_PATH = re.compile(r"[A-Za-z0-9/._~-]*")
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_NOT_SENDABLE = "contains a line break or another character that cannot be sent"

AMBIGUOUS_PATH = re.compile(r"%2f|%5c|%2e|%00|\\|//|/\.{1,2}(?:/|$)", re.IGNORECASE)
"""Paths that a proxy and the server behind it may read differently."""


def checked_url(value: str) -> str:
    """The base address of a server in its normal form, without a slash at the end.

    Scheme and host are in lower case, an international host name is in its ASCII form and the
    scheme's own port is left out, so that comparing addresses means comparing texts.

    Raises:
        ValueError: if it is no plain ``http(s)://host[:port][/prefix]``; one line that says why.
    """
    if "://" not in value:
        raise ValueError("write the address with http:// or https://, as in http://host:port")
    if not value.isprintable() or any(char.isspace() for char in value):
        raise ValueError("the address contains a blank or a control character")
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise ValueError("not a valid address: host or port cannot be read") from None
    if parts.scheme not in ("http", "https") or not host:
        raise ValueError("the address must look like http://host:port or https://host/prefix")
    if "@" in parts.netloc:
        raise ValueError("put user and password into their own settings, not into the address")
    if "?" in value or "#" in value:
        raise ValueError("the address must not contain ? or #")
    path = parts.path.rstrip("/")
    if not path.isascii():
        raise ValueError("the path of the address has characters that must be written as %XX")
    if AMBIGUOUS_PATH.search(path):
        raise ValueError("the path of the address must not contain //, \\ or the segments . and ..")
    if _is_plain(host) and _PLAIN_PATH.fullmatch(path):
        return f"{parts.scheme}://{host}{_port(parts.scheme, parts.port)}{path}"
    return _normal_form(value)


def checked_host(value: str) -> str:
    """A host name or address in its normal form: lower case, ASCII, no brackets, no dot at the end.

    Raises:
        ValueError: if it is none, or more than that; one line that says why.
    """
    plain = value.strip().lower().removesuffix(".")
    if plain.startswith("[") and plain.endswith("]"):
        plain = plain[1:-1]
    if "/" in plain or plain.count(":") == 1:
        raise ValueError("write the host alone: neither a scheme nor a port belongs to it")
    if ":" in plain:
        try:
            return str(IPv6Address(plain))
        except ValueError:
            raise ValueError("not a valid IPv6 address") from None
    if plain and not plain.isascii():
        plain = urlsplit(_normal_form(f"http://{plain}")).hostname or ""
    if len(plain) > _LONGEST_HOST or not (_is_plain(plain) or _is_encoded(plain)):
        raise ValueError("not a valid host name")
    return plain


def is_loopback(host: str) -> bool:
    """Whether a name or an address means this machine and cannot mean another one."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _is_encoded(host: str) -> bool:
    return "xn--" in host and _NAME.fullmatch(host) is not None


def _is_plain(host: str) -> bool:
    if not host.replace(".", "").isdecimal():
        return _NAME.fullmatch(host) is not None and "xn--" not in host
    try:
        return bool(IPv4Address(host))
    except ValueError:
        return False


def _normal_form(value: str) -> str:
    # Imported for addresses with other than plain ASCII names only: it costs a third of a start.
    import httpx

    try:
        url = httpx.URL(value)
        plain = url.raw_host.decode("ascii").lower()
        known = url.host and _HOST.fullmatch(plain)
    except (httpx.InvalidURL, ValueError):
        known = None
    if not known:
        raise ValueError("the address has no valid host name")
    normal = f"{url.scheme}://{url.netloc.decode('ascii').lower()}{url.raw_path.decode('ascii')}"
    return normal.rstrip("/")


def _port(scheme: str, port: int | None) -> str:
    return "" if port in (None, {"http": 80, "https": 443}[scheme]) else f":{port}"


class Endpoint(BaseModel):
    """Address, credentials and TLS options of one instance of one backend."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    name: str = Field(default="main", pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    """Tells several instances of one backend apart; part of every reading's ``source``."""
    url: Annotated[str, StringConstraints(strip_whitespace=True)]
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
        return checked_url(value)

    @field_validator("token", "tenant")
    @classmethod
    def _sendable(cls, value: SecretStr | str | None) -> SecretStr | str | None:
        if value is not None:
            _check_header(value.get_secret_value() if isinstance(value, SecretStr) else value)
        return value

    @field_validator("headers")
    @classmethod
    def _sendable_headers(cls, value: dict[str, SecretStr]) -> dict[str, SecretStr]:
        for name, secret in value.items():
            if not _HEADER_NAME.fullmatch(name):
                raise ValueError("a header's name contains a character that cannot be sent")
            _check_header(secret.get_secret_value())
        return value

    @field_validator("username", "password")
    @classmethod
    def _without_controls(cls, value: SecretStr | str | None) -> SecretStr | str | None:
        # HTTP Basic encodes both, so that letters beyond ASCII and blanks arrive as they are.
        plain = value.get_secret_value() if isinstance(value, SecretStr) else value or ""
        if any(unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") for char in plain):
            raise ValueError(_NOT_SENDABLE)
        return value

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
    def scheme(self) -> str:
        """``http`` or ``https``, however the address is written."""
        return urlsplit(self.url).scheme

    @property
    def host(self) -> str:
        """Host name or address, without port."""
        return urlsplit(self.url).hostname or ""

    @property
    def credential(self) -> str:
        """Tells credentials apart without giving them away: 16 hexadecimal digits.

        A hash of all that lets its holder in, keyed with the address, so that one secret looks
        different at every backend.
        """
        # Imported where it is needed: it loads OpenSSL, which no help text has use for.
        from hashlib import blake2b

        secrets = {name: value.get_secret_value() for name, value in self.headers.items()}
        token, password = (one and one.get_secret_value() for one in (self.token, self.password))
        parts = [self.username, token, password, sorted(secrets.items())]
        key = blake2b(self.url.encode()).digest()
        return blake2b(json.dumps(parts).encode(), key=key, digest_size=8).hexdigest()


class ProxmoxEndpoint(Endpoint):
    """A Proxmox VE host or cluster; ``token`` is ``USER@REALM!TOKENID=SECRET``."""

    node: str | None = None
    """Only this node of the cluster is looked at."""


class PbsEndpoint(Endpoint):
    """A Proxmox Backup Server; ``token`` is ``USER@REALM!TOKENID:SECRET``."""

    node: str = "localhost"
    """Its own name; ``localhost`` always works."""
    default_datastore: str | None = None
    """The datastore meant where a question names none."""


class TrueNasEndpoint(Endpoint):
    """A TrueNAS; ``token`` is the API key ``ID-SECRET``, ``username`` the account it belongs to."""

    rest: bool = False
    """Ask the REST API, which 25.10 and older have: it needs the key of a full administrator and
    raises a daily alert on the NAS."""

    @field_validator("url", mode="before")
    @classmethod
    def _web_address(cls, value: object) -> object:
        # Operators copy the WebSocket's address from TrueNAS' own documentation.
        if not isinstance(value, str):
            return value
        plain = re.sub(r"^ws(s?)://", r"http\1://", value.strip(), flags=re.IGNORECASE)
        return re.sub(r"/(?:api/(?:current|v[\d.]+)|websocket)/?$", "", plain)


def _check_header(value: str) -> None:
    if not (value.isascii() and value.isprintable()):
        raise ValueError(_NOT_SENDABLE)
    if value != value.strip():
        raise ValueError("begins or ends with a blank, which cannot be sent")
