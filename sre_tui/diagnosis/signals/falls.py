"""Falls of a fill level: something was cleaned up, or old things are thrown away time and again."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from sre_tui.diagnosis.signals.robust import spread

if TYPE_CHECKING:
    from sre_tui.diagnosis.signals.points import Course

LEAST_SHARE: Final = 0.03
"""Share of the size that a fall must free."""
BEYOND_NOISE: Final = 8.0
"""Usual differences between neighbouring points that it must exceed."""
QUICKER: Final = 4.0
"""How much quicker than the rise before it a fall is: what wanders falls as slowly as it rises."""
LASTING: Final = 12 * 3600.0
"""Seconds within which what was freed must not be used again: else it was only put aside."""
REGAINED: Final = 0.8
"""Share of it that counts as used again."""
SAW_TOOTH: Final = 3
"""Falls from which they are a habit."""


@dataclass(frozen=True)
class Fall:
    """A fall between two places of a course."""

    top: int
    bottom: int


def falls_of(course: Course, size: float) -> tuple[Fall, ...]:
    """Quick falls that stand out from the noise, in order of time.

    Args:
        course: bytes in use.
        size: bytes there are.
    """
    values, times = course.values, course.times
    if len(values) < 3:
        return ()
    least = max(
        LEAST_SHARE * size,
        BEYOND_NOISE * spread([later - earlier for earlier, later in pairwise(values)]),
    )
    found = []
    # Turning points: a course has turned once it is so far off its last extreme.
    low = high = begin = 0
    rising = True
    for at in range(1, len(values)):
        if rising:
            if values[at] >= values[high]:
                high = at
            elif values[high] - values[at] >= least:
                low, rising = at, False
        else:
            low = at if values[at] <= values[low] else low
            if values[at] - values[low] >= least or at == len(values) - 1:
                found.append((begin, high, low))
                begin, high, rising = low, at, True
    if not rising and (not found or found[-1][1] != high):
        found.append((begin, high, low))
    falls = []
    for start, top, bottom in found:
        fallen = (values[top] - values[bottom]) / (times[bottom] - times[top])
        gone = times[top] - times[start]
        risen = (values[top] - values[start]) / gone if gone > 0 else 0.0
        depth = values[top] - values[bottom]
        soon = values[bottom : bisect_right(times, times[bottom] + LASTING)]
        lasting = max(soon) < values[bottom] + REGAINED * depth
        if fallen >= QUICKER * max(risen, 0.0) and lasting:
            falls.append(Fall(top, bottom))
    return tuple(falls)
