"""Takes secrets out of text before a model reads it and before anything is saved.

Two nets: the values of the secrets that are in the settings, and the shapes secrets have (private
keys, bearer headers, tokens of known issuers, ``password=…``, credentials in addresses).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, TypeVar, cast
from urllib.parse import quote

from pydantic import SecretStr

from sre_tui.settings import BACKENDS, Settings

J = TypeVar("J")

REDACTED: Final = "[redacted]"
SHORTEST_SECRET: Final = 6
"""Values shorter than this are not searched for: they would hit ordinary words."""

_SHAPES: Final = (
    r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z0-9 ]*KEY-----|\Z)",
    r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*",
    r"\b(?:gh[pousr]|github_pat|glsa|glc|hf|npm|dckr_pat|pypi|tskey)[-_][A-Za-z0-9_-]{16,}",
    r"\b(?:sk|pk|rk|gsk|xai|glpat|xox[abeoprs])-[A-Za-z0-9_-]{16,}",
    r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    r"\bAIza[\w-]{35}",
    r"\b\d{8,10}:[A-Za-z0-9_-]{35}\b",
    r"\b\d{1,6}-[A-Za-z0-9]{64}\b",
    r"\$(?:1|2[aby]|5|6|y|7|argon2id?)\$[^\s:'\"]{16,}",
)
_BEHIND: Final = (
    r"(\bP[VB][ES]APIToken=[^\s=:]+[=:])[0-9A-Fa-f-]{16,}",
    r"(\bhooks\.slack\.com/services/)[\w/-]{8,}",
    r"(\bdiscord(?:app)?\.com/api/webhooks/\d+/)[\w-]{8,}",
    r"(\b(?:bearer|basic)\s+)[A-Za-z0-9._~+/-]{8,}=*",
    r"(\b[a-z][a-z0-9+.-]*://[^\s/:@'\"]*:)[^\s/@'\"]+(?=@)",
)
_WHOLE = re.compile("|".join(_SHAPES))
_AFTER = re.compile("|".join(_BEHIND), re.IGNORECASE)
_KEY = (
    r"(?:pass(?:word|wd|phrase)|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key"
    r"|pre[_-]?shared[_-]?key|psk|credentials?)"
)
_ASSIGNED = re.compile(
    r"(?P<key>(?<![A-Za-z0-9])[\w.-]{0,40}?" + _KEY + r"[\"']?\s*(?:=>|[:=])\s*)"
    r"(?:\"(?P<double>[^\"\n]+)\"|'(?P<single>[^'\n]+)'|[\"']?(?P<bare>[^\s\"'&,;<>(){}\[\]]+))",
    re.IGNORECASE,
)
_FLAG = re.compile(r"(?P<key>--[\w-]*" + _KEY + r"\s+)(?P<bare>[^\s-]\S*)", re.IGNORECASE)
_HARMLESS = re.compile(
    r"(?:\d{1,5}(?:\.\d+)?|true|false|null|none|yes|no|on|off|\*+|\.{3}|…|x+)", re.IGNORECASE
)
_AUTH_SCHEME = re.compile(r"(?:bearer|basic|digest)", re.IGNORECASE)


class Redactor:
    """Replaces secrets by ``[redacted]``; doing it twice changes nothing more."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        values = {secret for secret in secrets if len(secret) >= SHORTEST_SECRET}
        spellings = {spelling for value in values for spelling in (value, quote(value, safe=""))}
        longest_first = sorted(spellings, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, longest_first))) if spellings else None

    @classmethod
    def of(cls, settings: Settings) -> Redactor:
        """Knows every secret value that is in the settings."""
        return cls(_secrets(settings))

    def text(self, text: str) -> str:
        """The text without secrets."""
        if self._known is not None:
            text = self._known.sub(REDACTED, text)
        text = _WHOLE.sub(REDACTED, text)
        text = _AFTER.sub(_keep_before, text)
        text = _FLAG.sub(_keep_key, text)
        return _ASSIGNED.sub(_keep_key, text)

    def value(self, value: J) -> J:
        """A JSON value with every string in it redacted, and every string under a telling key."""
        return cast(J, self._value(value))

    def _value(self, value: object) -> object:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list | tuple):
            return [self._value(item) for item in value]
        if isinstance(value, dict):
            return {key: self._member(key, item) for key, item in value.items()}
        return value

    def _member(self, key: object, item: object) -> object:
        telling = isinstance(item, str) and re.search(_KEY + r"$", str(key), re.IGNORECASE)
        if telling and item and not _HARMLESS.fullmatch(str(item)):
            return REDACTED
        return self._value(item)


def _keep_before(match: re.Match[str]) -> str:
    return next(group for group in match.groups() if group is not None) + REDACTED


def _keep_key(match: re.Match[str]) -> str:
    groups = match.groupdict()
    value = groups["bare"] or groups.get("double") or groups.get("single") or ""
    if _HARMLESS.fullmatch(value) or _AUTH_SCHEME.fullmatch(value) or REDACTED in match.group():
        return match.group()
    if match.string[match.end() - len(value) : match.end() + 1] == REDACTED:
        return match.group()
    quote_mark = '"' if groups.get("double") else "'" if groups.get("single") else ""
    return f"{groups['key']}{quote_mark}{REDACTED}{quote_mark}"


def _secrets(settings: Settings) -> Iterable[str]:
    found: list[SecretStr | None] = [settings.llm.api_key]
    for backend in BACKENDS:
        for endpoint in settings.endpoints(backend):
            found += [endpoint.token, endpoint.password, *endpoint.headers.values()]
    return [secret.get_secret_value() for secret in found if secret is not None]
