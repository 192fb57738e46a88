"""When a level shifted: from what, to what, and how far beyond the usual.

A moving sum in its robust form (MOSUM): at every moment the median of the points after is compared
with the median of those before, over stretches of several lengths. How large such differences
usually are is taken from the series itself, so that a trend, a daily rhythm and noise that wanders
set their own measure. A lone spike moves no median.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from math import sqrt
from typing import TYPE_CHECKING, Final

from sre_tui.diagnosis.signals.points import Points, course_of, moment_of
from sre_tui.diagnosis.signals.robust import (
    DAY,
    NORMAL,
    daily_rhythm,
    mean,
    median,
    slots_of,
    spread,
)

if TYPE_CHECKING:
    from sre_tui.diagnosis.signals.points import Course

SHORTEST: Final = 6
"""Points on either side of a shift that are needed to see it."""
LEAST_POINTS: Final = 4 * SHORTEST
SIGNIFICANT: Final = 7.0
"""Usual differences that a shift must exceed."""
STEEP: Final = 0.6
"""Part of a shift that must happen at once; what takes longer is a trend."""
SMALLEST: Final = 0.02
"""Share of the level below which a shift is not worth a word."""
NEARBY: Final = 60
"""Points to each side whose noise a shift is compared with."""
MOST: Final = 8
"""Shifts that are told of one series."""
STEPS: Final = 1 / 30
"""Share of points at which a series changes up to which it is taken to be made of levels alone."""
FEWEST_SLOTS: Final = 24
MOST_SLOTS: Final = 288
"""Parts of a day whose levels are told apart at most."""


@dataclass(frozen=True)
class LevelShift:
    """The level of a series changed.

    Attributes:
        at: the first moment of the new level.
        before: median from the previous shift, or the start, to this one.
        after: median from this shift to the next, or the end.
        score: size in units of how much the series usually differs from itself so soon.
    """

    at: datetime
    before: float
    after: float
    score: float

    @property
    def change(self) -> float:
        """What was added to the level."""
        return self.after - self.before


def level_shifts(points: Points, *, least: float = 0.0) -> tuple[LevelShift, ...]:
    """The shifts of a series, in order of time.

    Args:
        points: the series; a gap counts as no time at all, points that are no numbers are left out.
        least: changes smaller than this, in the unit of the series, are not told.
    """
    course = course_of(points)
    if len(course) < LEAST_POINTS:
        return ()
    level = course.values
    if min(level) == max(level):
        return ()
    # Jobs begin and end at once: between slots as narrow as the points no line may be drawn.
    slots = max(FEWEST_SLOTS, min(MOST_SLOTS, round(DAY * len(course) / max(1.0, course.span))))
    profile = daily_rhythm(course, slots)
    if profile is not None:
        places = slots_of(course.times, slots)
        level = [value - profile[slot] for value, slot in zip(level, places, strict=True)]
    found = _candidates(level)
    while True:
        shifts = _between(course, level, found, least)
        if len(shifts) == len(found):
            break
        # Without one that does not hold, its neighbours have longer levels to be compared.
        found = {at: score for at, score in found.items() if at in shifts}
    ranked = sorted(shifts.values(), key=lambda one: -one.score)[:MOST]
    return tuple(sorted(ranked, key=lambda one: one.at))


def _candidates(level: Sequence[float]) -> dict[int, float]:
    """Places with a difference far beyond the usual, with how far, each the greatest nearby."""
    count = len(level)
    lengths = {SHORTEST, 2 * SHORTEST, count // 16, count // 8}
    found: dict[int, float] = {}
    for length in sorted(one for one in lengths if SHORTEST <= one <= count // 4):
        medians = _medians(level, length)
        differences = [new - old for old, new in zip(medians, medians[length:], strict=False)]
        usual = median(differences)
        # A level known only to its last digit is no measure of noise.
        finest = 1e-9 * max(1e-300, max(map(abs, level)))
        scale = max(_usual(differences, level), finest)
        scores = [abs(one - usual) / scale for one in differences]
        while (score := max(scores)) > SIGNIFICANT:
            top = scores.index(score)
            place = _edge(level, top + length, length)
            near = [one for one in found if abs(one - place) < max(SHORTEST, length // 2)]
            if not near:
                found[place] = score
            elif all(score > found[one] for one in near) and length == SHORTEST:
                for one in near:
                    del found[one]
                found[place] = score
            for one in range(max(0, top - length), min(top + length, len(scores))):
                scores[one] = 0.0
    return found


def _medians(values: Sequence[float], length: int) -> list[float]:
    """The medians of all stretches of some length, in order."""
    stretch = sorted(values[:length])
    half, even = length // 2, length % 2 == 0
    found = []
    for entering, leaving in zip([*values[length:], 0.0], values, strict=False):
        middle = stretch[half]
        found.append((stretch[half - 1] + middle) / 2 if even else middle)
        del stretch[bisect_left(stretch, leaving)]
        insort(stretch, entering)
    return found


def _usual(differences: Sequence[float], level: Sequence[float]) -> float:
    """How large differences are where nothing shifted; 0 where nothing else ever changes."""
    middle = median(differences)
    typical = NORMAL * median([abs(one - middle) for one in differences])
    steps = sum(old != new for old, new in pairwise(level))
    return typical if typical > 0 or steps <= STEPS * len(level) else spread(differences)


def _edge(level: Sequence[float], near: int, reach: int) -> int:
    """Where near a place the split into two levels fits best."""
    start, end = max(0, near - reach), min(len(level), near + reach)
    part = level[start:end]
    best, least = near, float("inf")
    first = max(2, near - start - reach // 2)
    for at in range(first, min(len(part) - 1, near - start + reach // 2 + 1)):
        cost = _scatter(part[:at]) + _scatter(part[at:])
        if cost < least:
            best, least = start + at, cost
    return best


def _scatter(values: Sequence[float]) -> float:
    """The sum of all distances from the median: that of the greater half less the smaller one's."""
    half = len(values) // 2
    ascending = sorted(values)
    return sum(ascending[len(values) - half :]) - sum(ascending[:half])


def _between(
    course: Course, level: Sequence[float], found: dict[int, float], least: float
) -> dict[int, LevelShift]:
    """The shifts among candidates that hold against the levels to their sides."""
    edges = [0, *sorted(found), len(level)]
    shifts: dict[int, LevelShift] = {}
    for before, at, after in zip(edges, edges[1:], edges[2:], strict=False):
        earlier, later = level[before:at], level[at:after]
        if min(len(earlier), len(later)) < SHORTEST // 2:
            continue
        old, new = median(earlier), median(later)
        change = new - old
        near, far = earlier[-SHORTEST:], later[: SHORTEST + 1]
        at_once = median(far) - median(near)
        size = max(abs(new), abs(old))
        own = max(_noise(earlier[-NEARBY:]), _noise(later[:NEARBY]))
        if (
            abs(change) < max(least, SMALLEST * size)
            or change * at_once <= 0
            or abs(at_once) < STEEP * abs(change)
            or abs(at_once) < 2.0 * own
        ):
            continue
        shifts[at] = LevelShift(
            moment_of(course.times[at]),
            median(course.values[before:at]),
            median(course.values[at:after]),
            min(found[at], 1e6),
        )
    return shifts


def _noise(values: Sequence[float]) -> float:
    """Standard deviation, of rare counts the plain one: most of them are the same number."""
    middle = median(values)
    typical = NORMAL * median([abs(value - middle) for value in values])
    if typical > 0:
        return typical
    usual = mean(values)
    return sqrt(mean([(value - usual) * (value - usual) for value in values]))
