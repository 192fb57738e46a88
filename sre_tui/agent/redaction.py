"""Takes secrets out of text before a model reads it and before anything is saved.

Two nets: the values of the secrets that are in the settings, however they are encoded, and the
shapes secrets have (private keys, bearer headers, tokens of known issuers, ``password=…``,
credentials in addresses), also within Base64.
"""

from __future__ import annotations

import html
import json
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeVar, cast
from urllib.parse import quote, unquote, urlsplit

from pydantic import SecretStr

from providers.smtp.server import MailServer
from sre_tui.settings import BACKENDS, Settings

J = TypeVar("J")

REDACTED: Final = "[redacted]"
SHORTEST_SECRET: Final = 6
"""Values shorter than this are not searched for: they would hit ordinary words."""

# No pattern may start anew within text it has just run over: hostile logs would take hours.
PRIVATE_KEY: Final = re.compile(
    r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z0-9 ]{0,40}KEY-----|\Z)"
)
_ISSUERS: Final = (
    *("ghp", "gho", "ghu", "ghs", "ghr", "github_pat", "glsa", "glc", "hf", "npm", "dckr_pat"),
    *("pypi", "tskey"),
)
_PREFIXES: Final = (
    *("sk", "pk", "rk", "gsk", "xai", "glpat", "xoxa", "xoxb", "xoxe", "xoxo", "xoxp", "xoxr"),
    "xoxs",
)
KEY: Final = (
    r"(?:pass(?:word|wd|phrase)|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key"
    r"|pre[_-]?shared[_-]?key|psk|credentials?)"
)
"""Names of what is secret."""
SHORT_KEY: Final = r"(?<![A-Za-z])pass"
# "PASS: test_disk" tells how a test went, so that a bare "pass" needs an equals sign or a quote.
_SHORT_ASSIGNED = SHORT_KEY + r"(?:(?<=_pass)|(?=\\{0,7}[\"']|\s{0,8}=))"
_VALUE = (
    r"(?:\\{1,7}\"(?P<escaped>[^\"\n]*[^\"\n\\])|\"(?P<double>[^\"\n]+)\"|'(?P<single>[^'\n]+)'"
    r"|`(?P<code>[^`\n]+)`|[\"']?(?P<bare>%s))"
)
_ASSIGNED = re.compile(
    r"(?P<key>(?:" + KEY + "|" + _SHORT_ASSIGNED + r")"
    r"(?:\\{0,7}[\"']|%22)?\s{0,64}+(?:=>|[:=]|%3[ad](?:%20|%22)*+)\s{0,64}+)"
    + _VALUE
    # A mark of code that ends with the value belongs to the text around it.
    % r"(?:[^\s\"'&,;<>(){}\[\]`]|`(?![\s`]|\Z))+",
    re.IGNORECASE,
)
_FLAG = re.compile(
    r"(?P<key>(?:(?<![\w-])--[\w-]*(?:" + KEY + "|" + SHORT_KEY + r")\s{1,64}+"
    r"|\bsshpass\s{1,64}+-p\s{0,64}+))" + _VALUE % r"[^\s\"'\[-]\S*",
    re.IGNORECASE,
)
_LOGIN = re.compile(
    r"(?P<key>(?<!\S)(?:-u|--(?:proxy-)?user)[\s=]{0,8}+[\"']?[^\s:'\"]{1,200}+:)"
    r"(?P<bare>[^\s'\"]++)"
)
_NUMBERED = re.compile(r"\b\d{8,10}:[A-Za-z0-9_-]{35}\b|\b\d{1,6}-[A-Za-z0-9]{64}\b")
_LONG_RUN = re.compile(r"[:-][A-Za-z0-9_-]{35}")
_CURL_BEFORE: Final = 400
"""Characters before a login in which the name of the command that takes it is looked for."""
_HARMLESS = re.compile(
    r"(?:\d{1,5}(?:\.\d+)?|true|false|null|none|yes|no|on|off|ok|\*+|\.{3}|…|x+)", re.IGNORECASE
)
_QUOTED_PIN = re.compile(r"\d{4,5}")
_TELLING = re.compile(rf"(?:{KEY}|{SHORT_KEY})\Z", re.IGNORECASE)
_ENCODED = re.compile(r"(?<![\w+/-])[A-Za-z0-9+/_-]{16,}+={0,2}")
"""What may be Base64 of either alphabet."""
_NESTED: Final = 2
"""How often Base64 within Base64 is looked into."""
_TOKEN_SECRET = re.compile(r"[^\s!]+![^\s=:]+[=:](?P<pve>\S+)|\d{1,6}-(?P<nas>\S+)")
"""Tokens of Proxmox VE, PBS and TrueNAS, in which a name stands before the secret."""
_SHORTEST_PART: Final = 10
"""Characters of a secret's Base64 that are known whatever stands around it; fewer are chance."""
_PIECE: Final = 32_768
"""Characters searched in one go; while that lasts nothing else in the process runs."""
GOES_ON: Final = re.compile(
    rf"(?:{KEY}|pass|bearer|basic|--?u|user|-p|[=:>\"'\\]|%3[ad](?:%20|%22)*)\s{{0,64}}\Z",
    re.IGNORECASE,
)
"""Ends of lines after which a secret may follow on the next line."""
_AUTH_SCHEME = re.compile(r"(?:bearer|basic|digest)", re.IGNORECASE)
_NAMES: Final = ("pass", "pwd", "secret", "token", "key", "psk", "credential")
"""What every key that tells of a secret contains."""


@dataclass(frozen=True)
class Shape:
    """A pattern of secrets, and how each match is replaced.

    Attributes:
        hints: texts in lower case, one of which stands in whatever the pattern matches: looking for
            them takes a fraction of the time.
        pattern: finds the secrets.
        replace: the replacement of a match.
    """

    hints: tuple[str, ...]
    pattern: re.Pattern[str]
    replace: Callable[[re.Match[str]], str]

    def without(self, text: str, folded: str) -> str:
        """The text with every match replaced; ``folded`` is the text case-folded."""
        if not any(hint in folded for hint in self.hints):
            return text
        return self.pattern.sub(self.replace, text)


class Redactor:
    """Replaces secrets by ``[redacted]``; doing it twice changes nothing more."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        values = {secret for secret in secrets if len(secret) >= SHORTEST_SECRET}
        spellings = {spelling for value in values for spelling in _spellings(value)}
        longest_first = sorted(spellings, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, longest_first))) if spellings else None
        self.of_words = tuple(one for one in longest_first if any(map(str.isspace, one)))
        """Spellings of known secrets that have spaces in them."""

    @classmethod
    def of(cls, settings: Settings) -> Redactor:
        """Knows every secret value that is in the settings."""
        return cls(_secrets(settings))

    def text(self, text: str) -> str:
        """The text without secrets."""
        if self._known is not None:
            text = self._known.sub(REDACTED, text)
        text = PRIVATE_KEY.sub(REDACTED, text)
        return "".join(map(_without_shapes, _pieces(text, _PIECE)))

    def value(self, value: J) -> J:
        """A JSON value with every string in it redacted, and every string under a telling key."""
        # The same names and states come again and again, but no secret outlives the call.
        return cast(J, self._value(value, {}))

    def _value(self, value: object, known: dict[str, str]) -> object:
        if isinstance(value, str):
            text = known.get(value)
            if text is None:
                text = known[value] = self.text(value)
            return text
        if isinstance(value, list | tuple):
            return [self._value(item, known) for item in value]
        if isinstance(value, dict):
            return {
                self._value(key, known): self._member(key, item, known)
                for key, item in value.items()
            }
        return value

    def _member(self, key: object, item: object, known: dict[str, str]) -> object:
        if isinstance(item, str) and item and _is_telling(str(key)) and not _harmless(item):
            return REDACTED
        return self._value(item, known)


@lru_cache(maxsize=4096)
def _is_telling(key: str) -> bool:
    return _TELLING.search(key) is not None


def _pieces(text: str, size: int) -> Iterator[str]:
    """The text in pieces of whole lines, cut only where no secret can lie across the cut."""
    start = 0
    while len(text) - start > size:
        cut = text.find("\n", start + size) + 1
        while cut and GOES_ON.search(text, max(start, cut - 200), cut):
            cut = text.find("\n", cut) + 1
        if not cut:
            break
        yield text[start:cut]
        start = cut
    yield text[start:]


def _without_shapes(text: str, depth: int = 0) -> str:
    if depth < _NESTED:
        text = _ENCODED.sub(lambda match: _without_encoded(match.group(), depth), text)
    if _LONG_RUN.search(text):
        text = _NUMBERED.sub(REDACTED, text)
    folded = text.casefold()
    for shape in SHAPES:
        text = shape.without(text, folded)
    return text


def _without_encoded(text: str, depth: int) -> str:
    """The text, unless it is Base64 of something that holds a secret."""
    plain = text.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        # Names and paths look like Base64, too, but what comes out of them is hardly ever text.
        if not b64decode(plain[:8]).isascii():
            return text
        inner = b64decode(plain[: len(plain) - (len(plain) % 4 == 1)] + "==").decode("utf-8")
    except ValueError:
        return text
    if PRIVATE_KEY.search(inner) or _without_shapes(inner, depth + 1) != inner:
        return REDACTED
    return text


def _keep_nothing(_: re.Match[str]) -> str:
    return REDACTED


def _keep_before(match: re.Match[str]) -> str:
    return match[1] + REDACTED


def _keep_login(match: re.Match[str]) -> str:
    before = match.string[max(0, match.start() - _CURL_BEFORE) : match.start()]
    return _keep_key(match) if "curl" in before.rpartition("\n")[2] else match.group()


def _keep_key(match: re.Match[str]) -> str:
    kind = match.lastgroup or "bare"
    value = match[kind]
    harmless = _HARMLESS.fullmatch(value) is not None if kind == "bare" else _harmless(value)
    if harmless or _AUTH_SCHEME.fullmatch(value) or REDACTED in match.group():
        return match.group()
    if kind == "bare" and match.string.startswith(REDACTED, match.start(kind)):
        return match.group()
    start, end = match.span(kind)
    whole = match.string
    before = match["key"] if kind == "bare" else whole[match.start() : start]
    return f"{before}{REDACTED}{whole[end : match.end()]}"


def _harmless(quoted: str) -> bool:
    """Whether a value in quotes is no secret; a number in quotes may be a PIN."""
    return _HARMLESS.fullmatch(quoted) is not None and not _QUOTED_PIN.fullmatch(quoted)


def _whole(hints: Iterable[str], pattern: str) -> Shape:
    return Shape(tuple(hints), re.compile(pattern), _keep_nothing)


def _behind(hints: Iterable[str], pattern: str) -> Shape:
    return Shape(tuple(hints), re.compile(pattern, re.IGNORECASE), _keep_before)


SHAPES: Final = (
    _whole(["eyj"], r"(?<![\w-])eyJ[\w-]{8,}+\.[\w-]{8,}+\.[\w-]*+"),
    _whole(
        [f"{issuer}{mark}" for issuer in _ISSUERS for mark in "-_"],
        rf"\b(?:{'|'.join(_ISSUERS)})[-_][A-Za-z0-9_-]{{16,}}+",
    ),
    _whole(
        [f"{prefix}-" for prefix in _PREFIXES],
        rf"\b(?:{'|'.join(_PREFIXES)})-[A-Za-z0-9_-]{{16,}}+",
    ),
    _whole(["akia", "asia"], r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    _whole(["aiza"], r"\bAIza[\w-]{35}"),
    _whole(["$"], r"\$(?:1|2[aby]|5|6|y|7|argon2id?)\$[^\s:'\"]{16,}+"),
    _behind(["apitoken="], r"(\bP[VB][ES]APIToken=[^\s=:]{1,200}+[=:])[0-9A-Fa-f-]{16,}+"),
    _behind(["hooks.slack.com"], r"(\bhooks\.slack\.com/services/)[\w/-]{8,}+"),
    _behind(["discord"], r"(\bdiscord(?:app)?\.com/api/webhooks/\d{1,30}+/)[\w-]{8,}+"),
    _behind(["bearer", "basic"], r"(\b(?:bearer|basic)\s{1,64}+)[A-Za-z0-9._~+/-]{8,}+=*+"),
    _behind(["://"], r"(://[^\s/:@'\"]*+:)[^\s/@'\"]++(?:@[^\s/@'\"?#&,;]++)*(?=@)"),
    Shape(("-u",), _LOGIN, _keep_login),
    Shape(("--", "sshpass"), _FLAG, _keep_key),
    Shape(_NAMES, _ASSIGNED, _keep_key),
)
"""The shapes secrets have, in the order in which they are looked for."""


def _spellings(value: str) -> Iterator[str]:
    """Ways in which programs write a secret down."""
    data = value.encode()
    yield from (value, value.upper(), value.lower(), quote(value, safe=""))
    yield from (json.dumps(value)[1:-1], html.escape(value), data.hex(), data.hex().upper())
    yield from ("".join(f"%{byte:02{case}}" for byte in data) for case in "xX")
    for shift in range(3):
        # The first and the last character also depend on what stands before and behind.
        whole = b64encode(b"\0" * shift + data).decode().rstrip("=")
        known = whole[(0, 2, 3)[shift] : (8 * (shift + len(data))) // 6]
        if len(known) >= _SHORTEST_PART:
            yield from (known, known.replace("+", "-").replace("/", "_"))


def _of_address(url: SecretStr | None) -> list[SecretStr]:
    """The password in an address, as it is written there and as it is.

    One that is the user's name as well keeps nothing secret, but stands in many a line.
    """
    try:
        parts = urlsplit(url.get_secret_value() if url is not None else "")
    except ValueError:
        return []
    if not parts.password or parts.password == parts.username:
        return []
    return [SecretStr(each) for each in dict.fromkeys((parts.password, unquote(parts.password)))]


def _secrets(settings: Settings) -> Iterable[str]:
    others = settings.llm.providers.values()
    found: list[SecretStr | None] = [settings.llm.api_key, *(one.api_key for one in others)]
    for backend in BACKENDS:
        for endpoint in settings.endpoints(backend):
            found += [endpoint.token, endpoint.password, *endpoint.headers.values()]
    # Not the stand-in of a section with mistakes.
    if isinstance(settings.mail, MailServer):
        found.append(settings.mail.password)
    found += _of_address(settings.memory.url)
    values = [secret.get_secret_value() for secret in found if secret is not None]
    # A log or a note may hold the secret alone, without the name that belongs to it.
    found_halves = (_TOKEN_SECRET.fullmatch(value) for value in values)
    halves = (half["pve"] or half["nas"] for half in found_halves if half is not None)
    return [*values, *halves]
