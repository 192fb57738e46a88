"""Reads figures with their units out of text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

Dimension = Literal["plain", "bytes", "ratio", "seconds"]

_BINARY = {"k": 1024.0, "m": 1024.0**2, "g": 1024.0**3, "t": 1024.0**4, "p": 1024.0**5}
_DECIMAL = {"k": 1e3, "m": 1e6, "g": 1e9, "t": 1e12, "p": 1e15}
_SECONDS: Final[Mapping[str, float]] = {
    **dict.fromkeys(("ns", "nanoseconds"), 1e-9),
    **dict.fromkeys(("µs", "us", "μs", "microseconds"), 1e-6),
    **dict.fromkeys(("ms", "millisecond", "milliseconds", "millisekunden"), 1e-3),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds", "sekunde", "sekunden"), 1.0),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes", "minuten"), 60.0),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours", "stunde", "stunden", "std"), 3600.0),
    **dict.fromkeys(("d", "day", "days", "tag", "tage", "tagen"), 86400.0),
    **dict.fromkeys(("w", "week", "weeks", "woche", "wochen"), 604800.0),
    **dict.fromkeys(("month", "months", "monat", "monate", "monaten"), 2629800.0),
    **dict.fromkeys(("y", "year", "years", "jahr", "jahre", "jahren"), 31557600.0),
}
_PERCENT = ("%", "percent", "prozent", "pct")
_NUMBER = r"(?:\d{1,3}(?:[,\u202f']\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3})?)"
_WORDS = "|".join(sorted((re.escape(unit) for unit in _SECONDS), key=len, reverse=True))
_DURATION_PART = re.compile(rf"({_NUMBER})[\s\u00a0-]?({_WORDS})(?![A-Za-zµ])", re.IGNORECASE)
_FIGURE = re.compile(
    rf"(?<![\w.,:/@#$\\=-])(?<![\d][-–])(?P<sign>[-+−]?)(?P<number>{_NUMBER})"
    r"(?:[\s\u00a0\u202f]?(?P<unit>%|°\s?[CF]|(?:[KMGTP]i?)?(?:B|bytes?|bit|bits|bps)(?:/s|ps)?"
    r"|[KMGTP]i?(?![a-z])|percent\b|prozent\b|pct\b|" + _WORDS + r"))?"
    r"(?![A-Za-z_µ]|\d|[.,:/-]\d|/\w)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Quantity:
    """A figure as it stands in a text.

    Attributes:
        value: in base units: bytes, seconds, a ratio, or just the number.
        shown: the number as it is written.
        step: one unit of the last digit that is written, in base units.
        sizes: the value under each reading of its unit (GB as 10^9 and as 2^30).
    """

    dimension: Dimension
    value: float
    shown: float
    step: float
    start: int
    end: int
    sizes: tuple[float, ...] = ()
    unit: str = ""

    @property
    def is_rate(self) -> bool:
        """Whether it is so much in a second."""
        return self.unit.endswith(("/s", "ps"))


def quantities(text: str) -> Iterator[Quantity]:
    """The figures in a text, in order; ``2 h 5 min`` is one."""
    position = 0
    for match in _FIGURE.finditer(text):
        if match.start() < position:
            continue
        made = _compound(text, match) or _simple(match)
        position = made.end
        yield made


def _simple(match: re.Match[str]) -> Quantity:
    raw = re.sub(r"[,\u202f']", "", match.group("number"))
    shown = float(raw)
    step = _step(raw)
    unit = (match.group("unit") or "").strip().lower()
    # The sign is not told apart: prose says "fell by 3".
    span = (match.start("number"), match.end())
    if unit in _PERCENT:
        return Quantity("ratio", shown / 100, shown, step / 100, *span, unit=unit)
    if unit in _SECONDS and not (unit == "m" and match.group("unit") == "M"):
        factor = _SECONDS[unit]
        return Quantity("seconds", shown * factor, shown, step * factor, *span, unit=unit)
    factors = _byte_factors(match.group("unit") or "")
    if factors:
        sizes = tuple(shown * factor for factor in factors)
        return Quantity("bytes", sizes[0], shown, step * factors[0], *span, sizes, unit)
    return Quantity("plain", shown, shown, step, *span, unit=unit)


def _compound(text: str, first: re.Match[str]) -> Quantity | None:
    """``2 h 5 min``, ``1h30m``, ``3 days and 4 hours``."""
    total, smallest, position = 0.0, 0.0, first.start("number")
    start = position
    count = 0
    while True:
        part = _DURATION_PART.match(text, position)
        if part is None:
            break
        factor = _SECONDS[part.group(2).lower()]
        if count and factor >= smallest:
            break
        raw = re.sub(r"[,\u202f']", "", part.group(1))
        total += float(raw) * factor
        smallest = factor
        count += 1
        end = part.end()
        gap = re.match(r"(?:[\s\u00a0]*(?:,|and|und)?[\s\u00a0]*)", text[end:])
        position = end + (gap.end() if gap else 0)
    if count < 2:
        return None
    return Quantity("seconds", total, total, smallest, start, end, unit="duration")


def _byte_factors(unit: str) -> tuple[float, ...]:
    match = re.fullmatch(r"([KMGTP])?(i)?(B|bytes?|bit|bits|bps)?(/s|ps)?", unit, re.IGNORECASE)
    if not unit or match is None:
        return ()
    prefix, binary, base, _ = match.groups()
    if base is None and not binary and unit.lower() in ("k", "p"):
        return ()
    is_bits = (base or "").lower() in ("bit", "bits", "bps")
    scale = 1 / 8 if is_bits else 1.0
    if prefix is None:
        return (scale,)
    letter = prefix.lower()
    sizes = (_BINARY[letter],) if binary else (_DECIMAL[letter], _BINARY[letter])
    # People write GB and mean GiB, and the other way round.
    other = () if not binary else (_DECIMAL[letter],)
    return tuple(size * scale for size in (*sizes, *other))


def _step(raw: str) -> float:
    mantissa, _, exponent = raw.lower().partition("e")
    _, _, decimals = mantissa.partition(".")
    return float(10.0 ** (int(exponent or 0) - len(decimals)))
