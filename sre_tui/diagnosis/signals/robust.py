"""Statistics that a few wild values do not move.

In plain Python: they are asked of a few hundred values at a time, and the app that asks them while
it runs need not load NumPy for that.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, groupby
from math import floor
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sre_tui.diagnosis.signals.points import Course

DAY: Final = 86400.0
NORMAL: Final = 1.4826
"""What makes the median absolute deviation of normal noise its standard deviation."""
OF_MEAN: Final = 1.2533
"""The same for the mean absolute deviation."""
RHYTHM_DAYS: Final = 4
"""Days from which a daily rhythm can be told from chance."""


def median(values: Sequence[float]) -> float:
    """The middle of at least one number, none of them NaN."""
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def mean(values: Sequence[float]) -> float:
    """The mean of at least one number."""
    return sum(values) / len(values)


def spread(values: Sequence[float]) -> float:
    """Standard deviation by the median absolute deviation.

    Where more than half of the values are the same, which makes that 0, by the mean deviation.
    """
    if len(values) < 2:
        return 0.0
    centre = median(values)
    away = [abs(value - centre) for value in values]
    middle = median(away)
    return NORMAL * middle if middle > 0 else OF_MEAN * mean(away)


def slope(times: Sequence[float], values: Sequence[float]) -> float:
    """Theil–Sen: the median of the slopes between all pairs of points; 0 for fewer than two.

    Args:
        times: ascending, no two the same.
        values: as many as times.
    """
    if len(times) < 2:
        return 0.0
    return median(
        [
            (value - earlier) / (at - before)
            for place, (at, value) in enumerate(zip(times, values, strict=True))
            for before, earlier in zip(times[:place], values[:place], strict=True)
        ]
    )


def daily_rhythm(course: Course, slots: int) -> list[float] | None:
    """How far each part of the day usually is off that day's middle; None if there is no rhythm.

    Args:
        course: over at least four days.
        slots: parts of a day.

    Returns:
        One value per slot, with median 0.
    """
    if course.span < RHYTHM_DAYS * DAY:
        return None
    days = _days(course)
    # A steady trend is no rhythm, though every day ends higher than it begins.
    trend = slope(
        [median(course.times[day]) for day in days], [median(course.values[day]) for day in days]
    )
    begin = course.times[0]
    off_by_slot: list[list[float]] = [[] for _ in range(slots)]
    for day in days:
        times, values = course.times[day], course.values[day]
        if len(times) < slots / 2:
            continue
        level = [value - trend * (at - begin) for at, value in zip(times, values, strict=True)]
        middle = median(level)
        for slot, value in zip(slots_of(times, slots), level, strict=True):
            off_by_slot[slot].append(value - middle)
    if min(map(len, off_by_slot)) < RHYTHM_DAYS - 1:
        return None
    profile = [median(mine) for mine in off_by_slot]
    # The sum, not the median: a job of two hours a day moves few points.
    before = sum(abs(off) for mine in off_by_slot for off in mine)
    after = sum(
        abs(off - usual) for mine, usual in zip(off_by_slot, profile, strict=True) for off in mine
    )
    centre = median(profile)
    return [usual - centre for usual in profile] if after < 0.8 * before else None


def _days(course: Course) -> list[slice]:
    """Which places of a course are on the same day in UTC."""
    lengths = [len(list(day)) for _, day in groupby(floor(at / DAY) for at in course.times)]
    ends = list(accumulate(lengths))
    return [slice(end - length, end) for end, length in zip(ends, lengths, strict=True)]


def slots_of(times: Sequence[float], slots: int) -> list[int]:
    """Which part of its day each time is in, from 0."""
    return [min(floor(at % DAY / DAY * slots), slots - 1) for at in times]


def rhythm_at(profile: Sequence[float], times: Sequence[float]) -> list[float]:
    """What a daily rhythm adds at each time, between the middles of its slots on straight lines."""
    slots = len(profile)
    found = []
    for at in times:
        position = at % DAY / DAY * slots - 0.5
        slot = floor(position)
        here, following = profile[slot % slots], profile[(slot + 1) % slots]
        found.append(here + (following - here) * (position - slot))
    return found
