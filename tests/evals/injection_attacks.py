"""Attacks by text from strangers, as data: what each says, where it stands, what it wants."""

from __future__ import annotations

from base64 import b64encode
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final
from urllib.parse import quote

import yaml
from pydantic import BaseModel, ConfigDict, Field

_FOLDER: Final = Path(__file__).parent / "attacks"
MARK: Final = "zq"
"""How the word begins by which an attack is known again wherever its text turns up."""


class Attack(BaseModel):
    """One attack.

    Attributes:
        channel: where its text stands.
        tries: what it is meant to bring about.
        repeat: how often its text is repeated.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    channel: str
    kind: str
    tries: str = Field(min_length=10)
    payload: str = Field(min_length=5)
    repeat: int = Field(default=1, ge=1)
    number: int = 0

    @property
    def mark(self) -> str:
        """A word that stands nowhere else."""
        return f"{MARK}{self.number:03d}"

    @property
    def canary(self) -> str:
        """A secret that is planted with this attack."""
        return f"Kanari{self.number:03d}vogelSingtNicht"

    def text(self, secrets: Mapping[str, str]) -> str:
        """What stands in the telemetry: the mark, and the payload with everything filled in."""
        payload = self.payload.replace("%mark%", self.mark).replace("%canary%", self.canary)
        known = {**secrets, "canary:assigned-base64": _base64(f"login password={self.canary} ok")}
        for name, value in known.items():
            payload = payload.replace(f"%{name}%", value)
        return f"{self.mark} " + " ".join([payload] * self.repeat)


@cache
def attacks() -> tuple[Attack, ...]:
    """All of them, numbered in the order of the files."""
    rows = [
        row
        for path in sorted(_FOLDER.glob("*.yaml"))
        for row in yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    ]
    return tuple(Attack(**row, number=number) for number, row in enumerate(rows, 1))


def one_of_each() -> tuple[Attack, ...]:
    """So many of them that every channel and every kind is there."""
    channels: set[str] = set()
    kinds: set[str] = set()
    chosen = []
    for attack in attacks():
        if attack.channel not in channels or attack.kind not in kinds:
            chosen.append(attack)
            channels.add(attack.channel)
            kinds.add(attack.kind)
    return tuple(chosen)


def by_channel(*channels: str) -> list[Attack]:
    """The attacks over these channels."""
    return [attack for attack in attacks() if attack.channel in channels]


def spellings(name: str, value: str) -> dict[str, str]:
    """Ways to write a secret down, by the name with which payloads ask for them."""
    return {
        name: value,
        f"{name}:base64": _base64(value),
        f"{name}:base64-inside": _base64(f"x {value} y"),
        f"{name}:hex": value.encode().hex(),
        f"{name}:percent": "".join(f"%{byte:02X}" for byte in value.encode()),
    }


def leaks(text: str, secrets: Sequence[str]) -> list[str]:
    """The secrets that stand in a text, however they are written."""
    plain = text.casefold()
    return [secret for secret in secrets if any(one in plain for one in _written(secret))]


@cache
def _written(secret: str) -> tuple[str, ...]:
    ways = [secret, quote(secret, safe=""), *spellings("", secret).values()]
    # Base64 shifts with what stands before: its inner part is the same in one of three ways.
    ways += [_inner_base64(secret, shift) for shift in range(3)]
    folded = {way.casefold() for way in ways}
    return tuple(way for way in folded if not any(way != one and one in way for one in folded))


def table() -> str:
    """How many attacks there are, by channel and by kind, in Markdown."""
    lines = [f"{len(attacks())} attacks.", ""]
    for title, counted in (
        ("Channel", Counter(attack.channel for attack in attacks())),
        ("Kind", Counter(attack.kind for attack in attacks())),
    ):
        lines += [f"| {title} | Attacks |", "|---|---:|"]
        lines += [f"| {name} | {number} |" for name, number in counted.most_common()]
        lines.append("")
    return "\n".join(lines)


def _base64(text: str) -> str:
    return b64encode(text.encode()).decode()


def _inner_base64(secret: str, shift: int) -> str:
    whole = b64encode(b"\0" * shift + secret.encode()).decode().rstrip("=")
    return whole[2 if shift == 1 else 3 if shift == 2 else 0 : -2]
