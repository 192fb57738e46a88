"""Statistics that a few wild values do not move."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sre_tui.diagnosis.signals.points import Course, Floats

DAY: Final = 86400.0
NORMAL: Final = 1.4826
"""What makes the median absolute deviation of normal noise its standard deviation."""
_OF_MEAN: Final = 1.2533
"""The same for the mean absolute deviation."""
RHYTHM_DAYS: Final = 4
"""Days from which a daily rhythm can be told from chance."""


def median(values: Floats) -> float:
    """The middle of at least one number, none of them NaN.

    NumPy's own looks for NaN and for axes, which costs more than the few points of a series.
    """
    import numpy as np

    ordered = np.sort(values)
    half = len(ordered) // 2
    return float(ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2)


def spread(values: Floats) -> float:
    """Standard deviation by the median absolute deviation.

    Where more than half of the values are the same, which makes that 0, by the mean deviation.
    """
    import numpy as np

    if len(values) < 2:
        return 0.0
    away = np.abs(values - median(values))
    middle = median(away)
    return NORMAL * middle if middle > 0 else _OF_MEAN * float(away.mean())


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
    """The :func:`spread` of each row; NaN is no value."""
    import numpy as np

    away = np.abs(rows - quantiles(rows, 0.5)[:, np.newaxis])
    middle = quantiles(away, 0.5)
    found: Floats = np.where(middle > 0, NORMAL * middle, _OF_MEAN * np.nanmean(away, axis=1))
    return found


def slope(times: Floats, values: Floats) -> float:
    """Theil–Sen: the median of the slopes between all pairs of points; 0 for fewer than two."""
    import numpy as np

    if len(times) < 2:
        return 0.0
    one, other = np.triu_indices(len(times), k=1)
    return float(np.median((values[other] - values[one]) / (times[other] - times[one])))


def daily_rhythm(course: Course, slots: int) -> Floats | None:
    """How far each part of the day usually is off that day's middle; None if there is no rhythm.

    Args:
        course: over at least four days.
        slots: parts of a day.

    Returns:
        One value per slot, with median 0.
    """
    import numpy as np

    if course.span < RHYTHM_DAYS * DAY:
        return None
    slot = slot_of(course.times, slots)
    day = np.floor(course.times / DAY).astype(np.int64)
    # A steady trend is no rhythm, though every day ends higher than it begins.
    level = course.values - slope_of_days(course, day) * (course.times - course.times[0])
    known, place = np.unique(day, return_inverse=True)
    whole = np.bincount(place) >= slots / 2
    middles = np.array([median(level[place == one]) for one in range(len(known))])
    off = level - middles[place]
    used = whole[place]
    profile = np.zeros(slots)
    for one in range(slots):
        mine = off[(slot == one) & used]
        if len(mine) < RHYTHM_DAYS - 1:
            return None
        profile[one] = median(mine)
    # The mean, not the median: a job of two hours a day moves few points.
    before, after = np.abs(off[used]).mean(), np.abs((off - profile[slot])[used]).mean()
    return profile - np.median(profile) if after < 0.8 * before else None


def slot_of(times: Floats, slots: int) -> Floats:
    """Which part of its day each time is in, from 0."""
    import numpy as np

    found: Floats = np.minimum(np.floor(times % DAY / DAY * slots).astype(np.int64), slots - 1)
    return found


def slope_of_days(course: Course, day: Floats) -> float:
    """Theil–Sen over the medians of days."""
    import numpy as np

    known = np.unique(day)
    times = np.array([median(course.times[day == one]) for one in known])
    values = np.array([median(course.values[day == one]) for one in known])
    return slope(times, values)


def rhythm_at(profile: Floats, times: Floats) -> Floats:
    """What a daily rhythm adds at each time, between the middles of its slots on straight lines."""
    import numpy as np

    slots = len(profile)
    position = times % DAY / DAY * slots - 0.5
    found: Floats = np.interp(position, np.arange(slots), profile, period=slots)
    return found
