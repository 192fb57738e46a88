"""Figures for people: bytes, ratios, durations, rates, times."""

from __future__ import annotations

from datetime import UTC, datetime
from math import floor, isfinite, isnan, log10

from providers.clock import age_in_words
from widgets.cell import Display

_BINARY = ("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB")
MISSING = "not reported"


def number(value: float) -> str:
    """A figure with about four significant digits: ``0.4213``, ``12.5``, ``1,234,567``."""
    if isnan(value):
        return "NaN"
    if not isfinite(value):
        return "+Inf" if value > 0 else "-Inf"
    if value == 0:
        return "0"
    size = floor(log10(abs(value)))
    if size < -4 or size >= 15:
        return f"{value:.3g}"
    if value == int(value):
        return f"{int(value):,}"
    shown = f"{value:,.{min(6, max(0, 3 - size))}f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def size(count: float) -> str:
    """Bytes in binary units: ``1.9 TiB``."""
    if not isfinite(count):
        return number(count)
    step = 0
    while abs(count) >= 1024 and step < len(_BINARY) - 1:
        count /= 1024
        step += 1
    digits = 0 if step == 0 and count == int(count) else (1 if abs(count) < 1000 else 0)
    return f"{count:,.{digits}f} {_BINARY[step]}"


def percent(ratio: float) -> str:
    """A ratio 0..1 as per cent: ``42.1 %``."""
    if not isfinite(ratio):
        return number(ratio)
    return f"{number(float(f'{ratio * 100:.3g}'))} %"


def duration(seconds: float) -> str:
    """A span of time: ``12 ms``, ``1.5 s``, ``2 h 5 min``."""
    if not isfinite(seconds):
        return number(seconds)
    sign, span = ("-", -seconds) if seconds < 0 else ("", seconds)
    if span == 0:
        return "0 s"
    if span < 0.001:
        return f"{sign}{number(float(f'{span * 1e6:.3g}'))} µs"
    if span < 1:
        return f"{sign}{number(float(f'{span * 1000:.3g}'))} ms"
    if span < 60:
        return f"{sign}{number(float(f'{span:.3g}'))} s"
    return f"{sign}{age_in_words(span)}"


def ago(at: datetime, now: datetime) -> str:
    """A time relative to now: ``6 min ago``, ``in 2 h``, ``now``."""
    seconds = (now - at).total_seconds()
    if abs(seconds) < 1:
        return "now"
    return f"{age_in_words(seconds)} ago" if seconds > 0 else f"in {age_in_words(-seconds)}"


def moment(at: datetime, display: Display) -> str:
    """A time as the display wants it: relative, absolute UTC, or absolute local."""
    if display.utc is None:
        return ago(at, display.now)
    if display.utc:
        return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%SZ}"
    return f"{at.astimezone():%Y-%m-%d %H:%M:%S}"


def short_time(at: datetime, start: datetime, end: datetime) -> str:
    """A time inside a window, with its date only where the window spans several days (UTC)."""
    utc = at.astimezone(UTC)
    same_day = start.astimezone(UTC).date() == end.astimezone(UTC).date()
    form = "%H:%M" if same_day else "%m-%d %H:%M"
    if (end - start).total_seconds() < 900:
        form += ":%S"
    return utc.strftime(form)


def count(amount: int, noun: str, plural: str | None = None) -> str:
    """An amount with its noun: ``1 alert``, ``3 alerts``."""
    return f"{amount:,} {noun if amount == 1 else plural or noun + 's'}"


def left_out(amount: int | None, noun: str, how: str) -> str:
    """What is said of things that are not shown: ``… 40 more rows: -n 43 shows all``.

    Args:
        amount: how many; None if that is not known.
        noun: for one of them.
        how: what shows them.
    """
    return f"… {'more ' + noun + 's' if amount is None else count(amount, f'more {noun}')}: {how}"
