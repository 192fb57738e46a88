"""Numbers, times and durations as Prometheus writes them."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal

import numpy as np

_DURATION = re.compile(
    r"(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?"
)
_UNIT_SECONDS = (365 * 86400, 7 * 86400, 86400, 3600, 60, 1, 0.001)


def format_value(value: float) -> str:
    """The shortest text that reads back as this number, without an exponent: ``+Inf``, ``0.25``."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    text = repr(value)
    if "e" in text:
        text = format(Decimal(text), "f")
    return text.removesuffix(".0")


def format_sample(value: float) -> str:
    """A sample value in an API answer: as ``format_value``, with an exponent when very long."""
    magnitude = abs(value)
    if magnitude != 0 and (magnitude < 1e-6 or magnitude >= 1e21) and math.isfinite(value):
        return format_scientific(value)
    return format_value(value)


def format_samples(values: Sequence[float]) -> list[str]:
    """As ``format_sample``, of many values."""
    return [
        # Only what has no exponent and is a number is told by its digits alone.
        format_sample(value) if "e" in text or "n" in text else text.removesuffix(".0")
        for value, text in zip(values, map(repr, values), strict=True)
    ]


def format_scientific(value: float) -> str:
    """The value of an alert: ``1e+00``."""
    if not math.isfinite(value):
        return format_value(value)
    return np.format_float_scientific(value, unique=True, trim="-", exp_digits=2)


def format_time(seconds: float) -> str:
    """RFC 3339 in UTC with milliseconds: ``2026-11-22T14:44:46.151Z``."""
    moment = datetime.fromtimestamp(round(seconds, 3), UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_duration(text: str) -> float | None:
    """Seconds of a duration such as ``1h30m``, or None if it is not one."""
    found = _DURATION.fullmatch(text)
    if found is None or not text:
        return None
    return sum(
        int(amount) * unit
        for amount, unit in zip(found.groups(), _UNIT_SECONDS, strict=True)
        if amount
    )


def format_duration(seconds: float) -> str:
    """A duration as Prometheus prints it: ``1h30m``, ``0s``."""
    rest = round(seconds * 1000)
    if rest == 0:
        return "0s"
    parts = []
    for unit, size in (("d", 86400000), ("h", 3600000), ("m", 60000), ("s", 1000), ("ms", 1)):
        amount, rest = divmod(rest, size)
        if amount:
            parts.append(f"{amount}{unit}")
    return "".join(parts)
