"""Durations and byte sizes as LogQL and Loki write them."""

from __future__ import annotations

import math
import re

_SECONDS = {
    "ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3,
    "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0, "y": 31536000.0,
}  # fmt: skip
_DURATION_PART = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h|d|w|y)")
_DURATION = re.compile(rf"[+-]?(?:{_DURATION_PART.pattern})+")

_BYTES = re.compile(r"(\d+(?:\.\d*)?|\.\d+)\s*([a-zA-Z]*)")
_POWERS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4, "p": 5}
_NUMBER = re.compile(
    r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[+-]?(?:inf|infinity|nan)", re.IGNORECASE
)


def parse_number(text: str) -> float:
    """A decimal number; raises ``ValueError`` on anything else, digit separators included."""
    if not _NUMBER.fullmatch(text):
        raise ValueError(f'parsing "{text}": invalid syntax')
    return float(text)


def parse_duration(text: str) -> float:
    """Seconds of a duration such as ``1h30m``, ``1.5s`` or ``-5m``; raises ``ValueError``."""
    if text in {"0", "+0", "-0"}:
        return 0.0
    if not _DURATION.fullmatch(text):
        raise ValueError(f'not a valid duration string: "{text}"')
    seconds = sum(float(part[1]) * _SECONDS[part[2]] for part in _DURATION_PART.finditer(text))
    return -seconds if text.startswith("-") else seconds


def parse_bytes(text: str) -> float:
    """Bytes of a size such as ``20MB`` or ``1.5KiB``; raises ``ValueError``."""
    match = _BYTES.fullmatch(text.strip())
    if match is None:
        raise ValueError(f'strconv.ParseFloat: parsing "{text}": invalid syntax')
    unit = match[2].lower()
    binary = unit.endswith(("ib", "i"))
    prefix = unit.removesuffix("b").removesuffix("i")
    if prefix not in _POWERS or (binary and not prefix):
        raise ValueError(f"unhandled size name: {match[2]}")
    scale: int = (1024 if binary else 1000) ** _POWERS[prefix]
    return math.floor(float(match[1]) * scale)


def format_go_duration(seconds: float) -> str:
    """A duration as Go prints it: ``1440h0m0s``, ``5m0s``, ``1.5s``."""
    sign = "-" if seconds < 0 else ""
    whole_minutes, rest = divmod(abs(seconds), 60)
    second_text = f"{rest:.9f}".rstrip("0").rstrip(".")
    if whole_minutes < 1:
        return f"{sign}{second_text}s"
    hours, minutes = divmod(int(whole_minutes), 60)
    return f"{sign}{hours}h{minutes}m{second_text}s" if hours else f"{sign}{minutes}m{second_text}s"


def format_prometheus_duration(seconds: float) -> str:
    """A duration in Prometheus' notation: ``30d1h``."""
    rest = round(seconds)
    parts: list[str] = []
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"
