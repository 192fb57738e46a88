"""Hides who and where from the model: stable placeholders out, the real names back in.

What is hidden: addresses (IPv4, IPv6, MAC), e-mail addresses, names under local domains, and every
name it was told of (hosts, guests, users). A text that looks like a placeholder is hidden as well,
so that restoring is exact.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Mapping
from typing import Final, Literal

Kind = Literal["HOST", "GUEST", "USER", "ADDR", "MAC", "MAIL"]

_KINDS: Final = ("HOST", "GUEST", "USER", "ADDR", "MAC", "MAIL")
_PLACEHOLDER = re.compile(rf"(?<![A-Za-z0-9])(?:{'|'.join(_KINDS)})[-_]\d+(?!\d)", re.IGNORECASE)
_UNFINISHED = re.compile(r"(?<![A-Za-z0-9])([A-Za-z]{1,5})(?:([-_])\d*)?$")
# Lengths have bounds: a log line may be one word of a megabyte.
_PATTERNS: Final = (
    ("MAIL", re.compile(r"\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,9}\b")),
    (
        "MAC",
        re.compile(r"(?<![0-9A-Fa-f:-])(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}(?![0-9A-Fa-f:-])"),
    ),
    ("ADDR", re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.]*\d)")),
    (
        "ADDR",
        re.compile(r"(?<![0-9A-Fa-f:.\w])[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?![\w:])"),
    ),
    (
        "HOST",
        re.compile(
            r"\b[A-Za-z0-9](?:[\w-]{0,63}\.){1,9}(?:lan|local|home|internal|intranet|home\.arpa|localdomain)\b"
        ),
    ),
)
_USER_IN_TEXT = re.compile(
    r"(?:\b(?:for(?: invalid)? user|user(?:name)?[=:]|logname=|ruser=|sudo:\s+)\s*|/home/)"
    r"(?P<name>[A-Za-z_][\w.-]{1,31})"
)
_PLACE = re.compile(r"([\w.-]+):?/")
_TOO_COMMON: Final = frozenset(
    {
        "localhost", "root", "admin", "node", "main", "default", "unknown", "none", "user",
        "daemon", "backup", "sre", "pve", "pbs", "pam", "proxmox", "truenas", "prometheus",
        "grafana", "loki",
    }
)  # fmt: skip
"""Names that tell nothing of anybody, and words that tools and answers are full of."""
_KEYS: Final[Mapping[str, Kind]] = {
    "host": "HOST",
    "hostname": "HOST",
    "instance": "HOST",
    "nodename": "HOST",
    "node": "HOST",
    "server": "HOST",
    "client": "HOST",
    "guest": "GUEST",
    "vm": "GUEST",
    "user": "USER",
    "username": "USER",
    "owner": "USER",
    "created_by": "USER",
}
"""Label and field names whose values are names to hide."""
_LISTS: Final[Mapping[str, Kind]] = {
    "hosts": "HOST",
    "nodes": "HOST",
    "troubled": "HOST",
    "guests": "GUEST",
    "former_names": "GUEST",
}
"""Fields that hold several such names."""
_THINGS: Final[Mapping[str, Kind]] = {
    "guest": "GUEST",
    "lxc": "GUEST",
    "qemu": "GUEST",
    "vm": "GUEST",
    "ct": "GUEST",
    "node": "HOST",
    "nas": "HOST",
    "host": "HOST",
    "site": "HOST",
}
"""Kinds of things whose ``name`` is one to hide."""


class Anonymizer:
    """Keeps one table per conversation, so that a name has the same placeholder throughout."""

    def __init__(self, hosts: Iterable[str] = (), users: Iterable[str] = ()) -> None:
        self._names: dict[str, Kind] = {}
        self._placeholders: dict[str, str] = {}
        self._originals: dict[str, str] = {}
        self._counts: dict[str, int] = {}
        self._pattern: re.Pattern[str] | None = None
        for host in hosts:
            self.learn("HOST", host)
        for user in users:
            self.learn("USER", user)

    def learn(self, kind: Kind, name: str) -> None:
        """Hide this name from now on, without the port, the realm or the token behind it."""
        plain = re.sub(r":\d+$", "", name.strip())
        if kind == "USER":
            plain = re.split(r"[@!]", plain.rpartition("\\")[2])[0]
        known = plain.casefold()
        if len(plain) < 2 or known in _TOO_COMMON or plain.isdigit() or known in self._names:
            return
        if not re.fullmatch(r"[\w.-]+(?: [\w.-]+){0,3}" if kind == "USER" else r"[\w.-]+", plain):
            return
        self._names[known] = kind
        self._pattern = None

    def learn_from(self, value: object) -> None:
        """Learn the names in a JSON document, by what they stand under and what they are of."""
        if isinstance(value, dict):
            self._learn_thing(value)
            for key, item in value.items():
                word = str(key).lower()
                for kind, name in ((_KEYS.get(word), item), *_listed(_LISTS.get(word), item)):
                    found = name.get("name") if isinstance(name, dict) else name
                    if kind is not None and isinstance(found, str):
                        self.learn(kind, found)
                self.learn_from(item)
        elif isinstance(value, list | tuple):
            # Labels also come as pairs of name and value.
            if len(value) == 2 and isinstance(value[0], str) and isinstance(value[1], str):
                kind = _KEYS.get(value[0].lower())
                if kind is not None:
                    self.learn(kind, value[1])
            for item in value:
                self.learn_from(item)

    def _learn_thing(self, thing: Mapping[str, object]) -> None:
        """Learn what an object tells by several of its fields together."""
        name, sort = thing.get("name"), thing.get("kind") or thing.get("type")
        kind = _THINGS.get(sort) if isinstance(sort, str) else None
        if isinstance(name, str):
            if kind is not None or "vmid" in thing:
                self.learn(kind or "GUEST", name)
            elif sort is not None and "pool" not in thing and (parts := _PLACE.match(name)):
                # What is in or on a machine: ``media/jellyfin``, ``nas1/sdc``, ``media:/``.
                self.learn("HOST", parts[1])
        if kind is not None and isinstance(thing.get("id"), str):
            self.learn(kind, str(thing["id"]))
        label, value = thing.get("label"), thing.get("value")
        if isinstance(label, str) and isinstance(value, str) and label.lower() in _KEYS:
            self.learn(_KEYS[label.lower()], value)

    def hide(self, text: str) -> str:
        """The text with placeholders."""
        for match in _USER_IN_TEXT.finditer(text):
            self.learn("USER", match.group("name"))
        found: list[tuple[int, int, str]] = [
            (match.start(), -match.end(), "HOST") for match in _PLACEHOLDER.finditer(text)
        ]
        for kind, pattern in _PATTERNS:
            found.extend(
                (match.start(), -match.end(), kind)
                for match in pattern.finditer(text)
                if kind != "ADDR" or _is_address(match.group())
            )
        if self._names:
            for match in self._known_names().finditer(text):
                kind = self._names[match.group().casefold()]
                found.append((match.start(), -match.end(), kind))
        parts: list[str] = []
        position = 0
        for start, negative_end, kind in sorted(found):
            if start >= position:
                parts += [text[position:start], self._placeholder(text[start:-negative_end], kind)]
                position = -negative_end
        return "".join([*parts, text[position:]])

    def restore(self, text: str) -> str:
        """The text with the real names."""
        return _PLACEHOLDER.sub(lambda match: self._original(match.group()), text)

    def _known_names(self) -> re.Pattern[str]:
        if self._pattern is None:
            longest_first = sorted(self._names, key=len, reverse=True)
            names = "|".join(map(re.escape, longest_first))
            self._pattern = re.compile(rf"(?<![\w.-])(?:{names})(?![\w-]|\.\w)", re.IGNORECASE)
        return self._pattern

    def _placeholder(self, original: str, kind: str) -> str:
        made = self._placeholders.get(original)
        if made is None:
            self._counts[kind] = self._counts.get(kind, 0) + 1
            made = f"{kind}-{self._counts[kind]}"
            self._placeholders[original] = made
            self._originals[made] = original
        return made

    def _original(self, placeholder: str) -> str:
        return self._originals.get(placeholder.upper().replace("_", "-"), placeholder)


class StreamRestorer:
    """Restores names in a text that comes in pieces, also across their borders."""

    def __init__(self, anonymizer: Anonymizer) -> None:
        self._anonymizer = anonymizer
        self._held = ""

    def feed(self, piece: str) -> str:
        """What can be shown after a further piece."""
        text = self._held + piece
        unfinished = _UNFINISHED.search(text)
        cut = len(text)
        if unfinished is not None and _may_become_placeholder(unfinished):
            cut = unfinished.start()
        self._held = text[cut:]
        return self._anonymizer.restore(text[:cut])

    def end(self) -> str:
        """What was held back."""
        held, self._held = self._held, ""
        return self._anonymizer.restore(held)


def _listed(kind: Kind | None, item: object) -> list[tuple[Kind | None, object]]:
    return [(kind, each) for each in item] if kind and isinstance(item, list | tuple) else []


def _may_become_placeholder(match: re.Match[str]) -> bool:
    word = match.group(1).upper()
    if match.group(2):
        return word in _KINDS
    return any(kind.startswith(word) for kind in _KINDS)


def _is_address(text: str) -> bool:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    return not (address.is_loopback or address.is_unspecified)
