"""Reads a value as people write it: ``85%``, ``0.85``, ``1.5GiB``, ``20 ms``, ``100Mbit/s``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from math import isfinite
from types import MappingProxyType
from typing import Final

_VALUE: Final = re.compile(r"([-+]?[\d.,]+(?:e[-+]?\d+)?)\s*(.*)", re.IGNORECASE)
_STEPS: Final = "kmgtpe"
_BYTES: Final = re.compile(r"([kmgtpe]?)(i?)(b|bytes?|o)?")
_BITS: Final = re.compile(r"([kmgtpe]?)(?:bit|b)(?:/s|ps)")
_SECONDS: Final[Mapping[str, float]] = MappingProxyType(
    {
        "ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1.0, "sec": 1.0,
        "seconds": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86400.0,
    }
)  # fmt: skip
_PERCENT: Final = ("%", "percent", "per cent", "prozent")
_EXAMPLES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "ratio": "85% or 0.85", "s/s": "1.5 or 150%", "%": "85%", "B": "1.5GiB",
        "B/s": "20MiB/s or 100Mbit/s", "s": "20ms or 1.5", "°C": "45 or 45C",
    }
)  # fmt: skip


def value_of(text: str, unit: str) -> float:
    """The value in the base unit.

    Args:
        text: as it was written; a share of more than 1 without a sign is taken for per cent.
        unit: as :func:`sre_tui.views.units.with_unit` takes it; empty where there is none.

    Raises:
        ValueError: in one line, with what would do.
    """
    match = _VALUE.fullmatch(text.strip())
    amount = _number(match[1]) if match else None
    if match is None or amount is None or not isfinite(amount):
        raise ValueError(f"{text!r} is no value: {_wanted(unit)}")
    sign = match[2].strip()
    found = _scaled(amount, sign, unit)
    if found is None:
        raise ValueError(f"{text!r} does not fit: {_wanted(unit)}")
    return found


def _wanted(unit: str) -> str:
    if unit in _EXAMPLES:
        return f"write it as {_EXAMPLES[unit]}"
    return f"write it as 3.5 or 3.5{unit}" if unit else "it has no unit, so write it as 3.5"


def _number(text: str) -> float | None:
    plain = text
    if re.fullmatch(r"[-+]?\d{1,3}(,\d{3})+(\.\d+)?", text):
        plain = text.replace(",", "")
    elif text.count(",") == 1 and "." not in text:
        plain = text.replace(",", ".")
    try:
        return float(plain)
    except ValueError:
        return None


def _scaled(amount: float, sign: str, unit: str) -> float | None:
    folded = sign.casefold()
    match unit:
        case "ratio" | "s/s":
            if folded in _PERCENT or (not sign and unit == "ratio" and abs(amount) > 1):
                return amount / 100
            return amount if not sign else None
        case "%":
            return amount if not sign or folded in _PERCENT else None
        case "s":
            factor = _SECONDS.get(folded or "s")
            return None if factor is None else amount * factor
        case "°C":
            if folded in ("f", "°f"):
                return (amount - 32) / 1.8
            return amount if folded in ("", "c", "°c", "°") else None
        case "B":
            return _bytes(amount, folded)
        case "B/s":
            bits = _BITS.fullmatch(folded)
            # A small b before /s is a bit; who means bytes writes a large one.
            if bits and not sign.endswith(("B/s", "Bps")):
                return amount * 1000.0 ** (_STEPS.find(bits[1]) + 1 if bits[1] else 0) / 8
            return _bytes(amount, re.sub(r"(/s|ps)$", "", folded))
        case _:
            return amount if folded in ("", unit.casefold()) else None


def _bytes(amount: float, sign: str) -> float | None:
    match = _BYTES.fullmatch(sign)
    if match is None or (match[2] and not match[1]):
        return None
    power = _STEPS.find(match[1]) + 1 if match[1] else 0
    # 1.5G is what df and htop write, and those count in binary steps.
    decimal = bool(match[3]) and not match[2]
    return amount * float((1000 if decimal else 1024) ** power)
