"""Is this value normal for this thing at this hour.

It is compared with the values of the same hour on earlier days; with too few of those, with the
values of all hours. Median and median absolute deviation make the comparison, so that an earlier
incident does not become the norm. Hours are those of UTC, and half an hour to either side counts
too, so that a change to summer time does not make everything unusual.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from math import floor, isfinite
from typing import Final

from sre_tui.diagnosis.signals.points import Course, Points, course_of, rates_of
from sre_tui.diagnosis.signals.robust import DAY, median, spread

UNUSUAL: Final = 3.5
"""Deviations from the median beyond which a value is unusual (Iglewicz and Hoaglin)."""
LEAST_DAYS: Final = 5
"""Earlier days from which the same hour is compared with itself."""
LEAST_VALUES: Final = 12
"""Values without which nothing is said."""
NEARBY: Final = 3600.0
"""Seconds to either side of the time of day that count as the same hour."""
LATELY: Final = 3600.0
"""Seconds before the moment whose values do not count as earlier ones."""
FINEST: Final = 0.001
"""Share of the median below which a difference from a constant means nothing."""


class Verdict(StrEnum):
    """How a value compares with earlier ones."""

    NORMAL = "normal"
    HIGH = "high"
    LOW = "low"
    UNKNOWN = "unknown"
    """There is too little data to tell, or no value."""


class Basis(StrEnum):
    """What a value was compared with."""

    SAME_HOUR = "the same hour of earlier days"
    ALL_HOURS = "all hours"
    NONE = "nothing"


@dataclass(frozen=True)
class Baseline:
    """A value against earlier ones, in the unit of the series (per second for a counter).

    Attributes:
        verdict: how it compares.
        value: what was judged; None without a finite value.
        score: deviations from the median; None where earlier values never differed.
        expected: the median.
        low: least value that is still normal.
        high: greatest one.
        basis: what it was compared with.
        values: how many earlier values that were.
        days: on how many days they were.
        left_out: points that were no numbers or repeated.
        resets: times a counter began anew.
    """

    verdict: Verdict
    value: float | None = None
    score: float | None = None
    expected: float | None = None
    low: float | None = None
    high: float | None = None
    basis: Basis = Basis.NONE
    values: int = 0
    days: int = 0
    left_out: int = 0
    resets: int = 0

    @property
    def rests_on(self) -> str:
        """What the verdict rests on, in words."""
        if self.basis is Basis.NONE:
            return f"too little data: {self.values} earlier values"
        said = f"{self.values} values of {self.days} days, {self.basis.value}"
        if self.resets:
            said += f"; the counter began anew {self.resets} times"
        if self.left_out:
            said += f"; {self.left_out} points were no numbers"
        return said


def judge(
    points: Points, *, value: float | None = None, at: datetime | None = None, counter: bool = False
) -> Baseline:
    """Compare a value with the earlier ones of its series.

    Args:
        points: the series, with whatever gaps; days of it are needed, weeks are better.
        value: what to judge; the median of the last hour before ``at`` if not given.
        at: when it was; the moment of the last point if not given.
        counter: whether the series only grows, so that its pace is what is judged.
    """
    course = course_of(points)
    if counter:
        course = rates_of(course)
    if not len(course):
        return Baseline(Verdict.UNKNOWN, left_out=course.left_out, resets=course.resets)
    moment = at.timestamp() if at is not None else course.times[-1]
    if value is None:
        pairs = zip(course.times, course.values, strict=True)
        recent = [one for seen, one in pairs if moment - LATELY < seen <= moment]
        value = median(recent) if recent else None
    earlier = course.before(moment - LATELY)
    chosen, basis = _comparable(earlier, moment)
    whole = round if basis is Basis.SAME_HOUR else floor
    days = len({whole((moment - one) / DAY) for one in chosen.times})
    if value is None or not isfinite(value) or basis is Basis.NONE:
        return Baseline(
            Verdict.UNKNOWN, value if value is not None and isfinite(value) else None,
            values=len(earlier), days=days, left_out=course.left_out, resets=course.resets,
        )  # fmt: skip
    middle, scale = median(chosen.values), spread(chosen.values)
    width = normal_width(middle, scale, days)
    away = value - middle
    side = Verdict.HIGH if away > 0 else Verdict.LOW
    return Baseline(
        Verdict.NORMAL if abs(away) <= width else side,
        value,
        score=away / scale if scale > 0 else None,
        expected=middle,
        low=middle - width,
        high=middle + width,
        basis=basis,
        values=len(chosen),
        days=days,
        left_out=course.left_out,
        resets=course.resets,
    )


def _comparable(earlier: Course, moment: float) -> tuple[Course, Basis]:
    same = [
        (at, value)
        for at, value in zip(earlier.times, earlier.values, strict=True)
        if abs((at - moment + DAY / 2) % DAY - DAY / 2) <= NEARBY
    ]
    days = len({round((moment - at) / DAY) for at, _ in same})
    if days >= LEAST_DAYS and len(same) >= LEAST_VALUES:
        return Course([at for at, _ in same], [value for _, value in same]), Basis.SAME_HOUR
    if len(earlier) >= LEAST_VALUES:
        return earlier, Basis.ALL_HOURS
    return earlier, Basis.NONE


def normal_width(middle: float, scale: float, days: int) -> float:
    """How far from the median a value is still normal.

    Args:
        middle: the median.
        scale: the deviation, as :func:`sre_tui.diagnosis.signals.robust.spread` gives it.
        days: on how many days, or weeks of the same hour, the values were.
    """
    # Values of one day resemble each other: with few days the deviation itself is uncertain.
    doubt = 1.0 + 2.0 / max(1, days)
    return max(UNUSUAL * scale * doubt, FINEST * abs(middle))
