"""Numbers as block characters: fill bars and sparklines for cells, without any front."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeGuard

_LEVELS = "▁▂▃▄▅▆▇█"
# Differences of greater numbers leave the range of a float.
_GREATEST = 1e300
GAP = "·"


def is_number(value: float | None) -> TypeGuard[float]:
    """Whether a value can be drawn; None, NaN and infinities are gaps."""
    return value is not None and abs(value) < _GREATEST


def fill_bar(ratio: float | None, width: int) -> str:
    """A bar `width` cells wide, filled by `ratio` (0..1); all gap where it is not known.

    Anything above nothing shows at least one block, and only a full ratio fills the bar, so that
    0.4% and 99.6% are not told as empty and full.
    """
    if width <= 0:
        return ""
    if not is_number(ratio):
        return GAP * width
    ratio = min(1.0, max(0.0, ratio))
    filled = round(ratio * width)
    if ratio > 0:
        filled = max(1, filled)
    if 0 < ratio < 1 < width:
        filled = min(filled, width - 1)
    return "█" * filled + "░" * (width - filled)


def percent(ratio: float) -> str:
    """A ratio as whole percent; ``<1%`` and ``>99%`` where rounding would say empty or full."""
    if 0 < ratio < 0.005:
        return "<1%"
    if 0.995 <= ratio < 1:
        return ">99%"
    return f"{ratio:.0%}"


def sparkline(
    values: Sequence[float | None],
    width: int | None = None,
    low: float | None = None,
    high: float | None = None,
) -> str:
    """One block character for each value, the newest at the right.

    Args:
        values: Numbers in any unit; None and NaN are gaps and stay visible as ``·``.
        width: Number of characters; more values than that are merged by their greatest one,
            fewer are not stretched. None takes one character for each value.
        low: Value of the lowest block; None takes the least value.
        high: Value of the highest block; None takes the greatest value.
    """
    cells = _merge(values, width) if width is not None else list(values)
    known = [value for value in cells if is_number(value)]
    if not known:
        return GAP * len(cells)
    bottom = min(known) if low is None else low
    top = max(known) if high is None else high
    return "".join(_level(value, bottom, top) for value in cells)


def _level(value: float | None, bottom: float, top: float) -> str:
    if not is_number(value):
        return GAP
    if top <= bottom:
        return _LEVELS[0]
    place = (value - bottom) / (top - bottom)
    return _LEVELS[min(len(_LEVELS) - 1, max(0, int(place * len(_LEVELS))))]


def _merge(values: Sequence[float | None], width: int) -> list[float | None]:
    if width <= 0:
        return []
    if len(values) <= width:
        return list(values)
    merged: list[float | None] = []
    for place in range(width):
        start, end = place * len(values) // width, (place + 1) * len(values) // width
        known = [value for value in values[start:end] if is_number(value)]
        merged.append(max(known) if known else None)
    return merged
