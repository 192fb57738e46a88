"""Log lines as templates, so that a program's lines read like its log.

``<3..90>`` is a whole number, ``<0.5..4:.2f>`` a formatted one, ``<hex:12>`` hexadecimal digits,
``<a|b|c>`` one of some words; any other angle brackets stand for themselves.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from random import Random

Phrase = Callable[[Random], str]

_SLOT = re.compile(
    r"<(?:(?P<low>-?[\d.]+?)\.\.(?P<high>-?[\d.]+)(?::(?P<format>[^>]+))?"
    r"|hex:(?P<digits>\d+)|(?P<words>[^<>|]*(?:\|[^<>|]*)+))>"
)


def phrase(*templates: str) -> Phrase:
    """A function that writes one of the lines, its slots filled."""
    compiled = [_compile(template) for template in templates]
    if len(compiled) == 1:
        return compiled[0]

    def write(rng: Random) -> str:
        return compiled[int(rng.random() * len(compiled))](rng)

    return write


@lru_cache(maxsize=4096)
def _compile(template: str) -> Phrase:
    slots = [_slot(match) for match in _SLOT.finditer(template)]
    if not slots:
        return lambda _: template
    pieces = _SLOT.sub("\0", template).split("\0")

    def write(rng: Random) -> str:
        line = [pieces[0]]
        for slot, piece in zip(slots, pieces[1:], strict=True):
            line += (slot(rng), piece)
        return "".join(line)

    return write


def _slot(match: re.Match[str]) -> Phrase:
    if match["digits"]:
        digits = int(match["digits"])
        return lambda rng: f"{rng.getrandbits(4 * digits):0{digits}x}"
    if match["words"] is not None:
        words = match["words"].split("|")
        return lambda rng: words[int(rng.random() * len(words))]
    if match["format"]:
        low, high, spec = float(match["low"]), float(match["high"]), match["format"]
        return lambda rng: format(low + (high - low) * rng.random(), spec)
    first, span = int(match["low"]), int(match["high"]) - int(match["low"]) + 1
    return lambda rng: str(first + int(rng.random() * span))
