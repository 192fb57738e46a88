"""What is usual for a series, as a whole and at each hour, in a few figures to keep.

Hours are those of the week where several weeks are known, else those of the day; the hours beside
one count too, as they do where a value is judged by its series
(:mod:`sre_tui.diagnosis.signals.baseline`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from sre_tui.diagnosis.signals.baseline import LEAST_DAYS, Verdict, normal_width
from sre_tui.diagnosis.signals.robust import DAY, NORMAL, OF_MEAN

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sre_tui.diagnosis.signals.points import Course

    Floats: TypeAlias = NDArray[Any]

WEEK: Final = 7 * DAY
HOUR: Final = 3600.0
HOURS: Final = 168
"""Of a week, the first on Monday at midnight UTC."""
HOURS_OF_DAY: Final = 24
LEAST_SAMPLES: Final = 24
"""Values without which nothing is kept of a series."""
LEAST_SPAN: Final = DAY
"""Seconds that they have to cover."""
LEAST_WEEKS: Final = 3
"""Weeks from which an hour of the week is compared with itself; one of the day before that."""
LEAST_OF_HOUR: Final = 9
"""Values of an hour and of those beside it, over all weeks or days."""
LEAST_TAIL: Final = 150
"""Values of all hours from which the highest of twenty says what is seen now and then."""
_MONDAY: Final = 3 * DAY
"""From the beginning of the week to the beginning of Unix time, a Thursday."""


@dataclass(frozen=True)
class Usual:
    """A series in figures, in its own unit.

    Attributes:
        hour: of the week or of the day; None for all of them.
        median: the middle value.
        spread: standard deviation, by the median absolute one.
        p95: what 95 of 100 values do not exceed.
        least: the lowest value.
        most: the highest one.
        samples: how many values there were.
    """

    hour: int | None
    median: float
    spread: float
    p95: float
    least: float
    most: float
    samples: int


@dataclass(frozen=True)
class Judgement:
    """A value against what is usual.

    Attributes:
        verdict: normal, high or low.
        score: deviations from the median; None where the values never differed.
        low: least value that is normal.
        high: greatest one.
    """

    verdict: Verdict
    score: float | None
    low: float
    high: float


def usual_of(course: Course) -> tuple[Usual, ...]:
    """The figures of a series: of all hours first, then of each hour that has enough values.

    Args:
        course: over weeks, with whatever gaps.

    Returns:
        Nothing for a series of less than a day or of too few values.
    """
    import numpy as np

    if len(course) < LEAST_SAMPLES or course.span < LEAST_SPAN:
        return ()
    whole = _figures(np.array([course.values]), [None])
    rows, hours = _by_hour(course)
    return (*whole, *_figures(rows, hours))


def judged(value: float, usual: Usual, span: float) -> Judgement:
    """Compare a value with what is usual.

    What one in twenty of all hours exceeds is no high value, however closely the others lie
    together. Of one hour, or of few days, it may be a single earlier incident.

    Args:
        value: finite.
        usual: what it is compared with.
        span: seconds that it was computed from.
    """
    unit = WEEK if usual.hour is not None and is_weekly(span) else DAY
    width = normal_width(usual.median, usual.spread, round(span / unit))
    low, high = usual.median - width, usual.median + width
    if usual.hour is None and usual.samples >= LEAST_TAIL:
        high = max(high, usual.p95)
    verdict = Verdict.HIGH if value > high else Verdict.LOW if value < low else Verdict.NORMAL
    score = (value - usual.median) / usual.spread if usual.spread > 0 else None
    return Judgement(verdict, score, low, high)


def is_weekly(span: float) -> bool:
    """Whether hours are those of the week, by the seconds that the values cover."""
    return span >= LEAST_WEEKS * WEEK


def hour_of(at: datetime) -> int:
    """Which hour of the week in UTC a moment is in."""
    return int((at.timestamp() + _MONDAY) % WEEK // HOUR)


def _by_hour(course: Course) -> tuple[Floats, list[int | None]]:
    """The values of each hour that has enough of them, NaN behind them, and which hours those are.

    Returns:
        Rows of values, and the hour of each row.
    """
    import numpy as np

    weekly = is_weekly(course.span)
    period, hours, least = (WEEK, HOURS, LEAST_WEEKS) if weekly else (DAY, HOURS_OF_DAY, LEAST_DAYS)
    times = np.array(course.times) + _MONDAY
    shifted = np.concatenate([times + beside * HOUR for beside in (-1, 0, 1)])
    values = np.tile(course.values, 3)
    hour = (shifted % period // HOUR).astype(np.int64)
    turn = np.floor(shifted / period).astype(np.int64)
    turns = np.bincount(np.unique(np.stack([hour, turn]), axis=1)[0], minlength=hours)
    counts = np.bincount(hour, minlength=hours)
    order = np.argsort(hour, kind="stable")
    hour, values = hour[order], values[order]
    within = np.arange(len(hour)) - np.concatenate([[0], np.cumsum(counts)])[hour]
    rows = np.full((hours, int(counts.max())), np.nan)
    rows[hour, within] = values
    kept = (turns >= least) & (counts >= LEAST_OF_HOUR)
    return rows[kept], [int(one) for one in np.flatnonzero(kept)]


def _figures(rows: Floats, hours: list[int | None]) -> tuple[Usual, ...]:
    import numpy as np

    if not len(rows):
        return ()
    middle, spread, p95 = quantiles(rows, 0.5), spreads(rows), quantiles(rows, 0.95)
    least, most = np.nanmin(rows, axis=1), np.nanmax(rows, axis=1)
    samples = np.isfinite(rows).sum(axis=1)
    return tuple(
        Usual(
            hour=hour,
            median=float(middle[at]),
            spread=float(spread[at]),
            p95=float(p95[at]),
            least=float(least[at]),
            most=float(most[at]),
            samples=int(samples[at]),
        )
        for at, hour in enumerate(hours)
    )


def quantiles(rows: Floats, share: float) -> Floats:
    """The value of each row that this share of its values does not exceed; NaN is no value.

    Args:
        rows: two-dimensional; every row has a value.
        share: 0..1; 0.5 gives the medians.
    """
    import numpy as np

    # NaN is sorted to the end.
    ordered = np.sort(rows, axis=1)
    place = (np.isfinite(rows).sum(axis=1) - 1) * share
    below = np.floor(place).astype(np.int64)
    above = np.ceil(place).astype(np.int64)
    each = np.arange(len(rows))
    least, most = ordered[each, below], ordered[each, above]
    found: Floats = least + (most - least) * (place - below)
    return found


def spreads(rows: Floats) -> Floats:
    """The :func:`~sre_tui.diagnosis.signals.robust.spread` of each row; NaN is no value."""
    import numpy as np

    away = np.abs(rows - quantiles(rows, 0.5)[:, np.newaxis])
    middle = quantiles(away, 0.5)
    found: Floats = np.where(middle > 0, NORMAL * middle, OF_MEAN * np.nanmean(away, axis=1))
    return found
