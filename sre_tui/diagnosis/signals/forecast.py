"""When something is full.

The pace is a robust line through four weeks, unless the last hours or days clearly go another way
and keep to it; a daily rhythm is taken out first. After a cleanup only what came since counts;
where cleanups are a habit, the peaks between them do. "Not growing", "full", "erratic" (also where
the interval spans hours and years alike) and "too little data" are answers too.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from math import ceil, inf
from typing import TYPE_CHECKING, Final

from sre_tui.diagnosis.signals.falls import SAW_TOOTH, Fall, falls_of
from sre_tui.diagnosis.signals.pace import LEAST, Pace, pace_of
from sre_tui.diagnosis.signals.points import Course, Points, course_of, moment_of
from sre_tui.diagnosis.signals.robust import DAY, daily_rhythm, median, rhythm_at, slope, spread

if TYPE_CHECKING:
    from collections.abc import Sequence

HOUR: Final = 3600.0
RECENT: Final = (2, 4, 8, 16, 24, 2 * 24, 4 * 24, 7 * 24)
"""Stretches at the end that may have a pace of their own, in hours, all of them even."""
PRECEDENTS: Final = 366 * 24
"""Hours before the end whose rises a stretch is compared with at most."""
FULL: Final = 0.995
"""Share in use from which it is full."""
LEAST_SPAN: Final = 12 * HOUR
"""Seconds of history without which no pace is told."""
LEAST_POINTS: Final = 12
CENTURY: Final = 100 * 365 * DAY
"""Seconds beyond which something counts as not growing."""
NEAR: Final = 90 * DAY
"""Seconds within which something that may grow or not counts as erratic."""
STALE: Final = 6 * HOUR
"""Age of the last value from which it is said."""
WIDE: Final = 10.0
"""How many times as far as its beginning (or an hour) the best guess of an interval is, and its end
that many times further, where it says nothing."""
NEW_PACE_DOUBT: Final = 0.1
"""Least relative error of a pace that is only hours old: nobody knows how long it keeps on."""


class Outlook(StrEnum):
    """What is to be expected."""

    FULL = "full"
    GROWING = "growing"
    ERRATIC = "erratic"
    """It may be full soon, or never: the past does not tell."""
    SAW_TOOTH = "saw-tooth"
    """It grows and is cleaned up, time and again."""
    NOT_GROWING = "not growing"
    UNKNOWN = "too little data"


@dataclass(frozen=True)
class Forecast:
    """When something is full, and what that rests on. Sizes in bytes, or whatever went in.

    Attributes:
        outlook: what is to be expected.
        used: the last value.
        size: the last capacity.
        growth: per day, at the pace that was chosen.
        full_at: best guess; None where it is not foreseen.
        earliest: beginning of the 80 % interval; also of what is erratic.
        latest: its end; None if it may never be full.
        basis: seconds of history the pace was taken from.
        points: values that history has.
        peak: the highest of the saw-tooth's peaks.
        full_since: beginning of the stretch in which it was as full as it is, if it is full.
        always_full: whether it was so on the first value already.
        notes: what was found on the way, each in a clause.
    """

    outlook: Outlook
    used: float | None = None
    size: float | None = None
    growth: float | None = None
    full_at: datetime | None = None
    earliest: datetime | None = None
    latest: datetime | None = None
    basis: float = 0.0
    points: int = 0
    peak: float | None = None
    full_since: datetime | None = None
    always_full: bool = False
    notes: tuple[str, ...] = ()

    @property
    def ratio(self) -> float | None:
        """Used share, 0..1."""
        return self.used / self.size if self.used is not None and self.size else None


def forecast(
    points: Points, size: float | Points, *, now: datetime, full: bool = False
) -> Forecast:
    """When what is in use reaches the size.

    Args:
        points: in use over time, whatever the distance of the points and the gaps between them.
        size: how much fits, or how much did over time; the last value counts.
        now: when; values of a later moment are not believed.
        full: whether whoever keeps it says that it is, although some room is left.
    """
    notes: list[str] = []
    capacity = _capacity(size, notes)
    course = course_of([point for point in points if point[0] <= now])
    if course.left_out:
        notes.append(f"{course.left_out} points were no numbers")
    if not len(course) or capacity is None:
        return Forecast(Outlook.UNKNOWN, size=capacity, notes=tuple(notes))
    used, last = course.values[-1], course.times[-1]
    if now.timestamp() - last > STALE:
        age = (now.timestamp() - last) / HOUR
        notes.append(f"the last value is {age:.0f} h old")
    known = Forecast(
        Outlook.UNKNOWN, used, capacity, basis=course.span, points=len(course), notes=tuple(notes)
    )
    if full or used >= FULL * capacity:
        return _full(known, course)
    if len(course) < LEAST_POINTS or course.span < LEAST_SPAN:
        return known
    profile = daily_rhythm(course, _SLOTS)
    if profile is not None:
        rhythm = rhythm_at(profile, course.times)
        smooth = [value - usual for value, usual in zip(course.values, rhythm, strict=True)]
        course = Course(course.times, smooth, course.left_out)
    falls = falls_of(course, capacity)
    if len(falls) >= SAW_TOOTH and not _overdue(course, falls):
        return _saw_tooth(course, falls, known)
    pace, said = _pace(course, falls, capacity)
    if pace is None:
        return known
    return _told(replace(known, notes=(*known.notes, *said)), pace, last)


def _full(known: Forecast, course: Course) -> Forecast:
    """The answer for what is full: since it has been about as full as it is."""
    level = (known.used or 0.0) - (1 - FULL) * (known.size or 0.0)
    below = [place for place, value in enumerate(course.values) if value < level]
    since = course.times[below[-1] + 1 if below else 0]
    return replace(
        known,
        outlook=Outlook.FULL,
        full_since=moment_of(since),
        always_full=not below,
    )


_SLOTS: Final = 6
"""Parts of a day with a level of their own: weeks of history come with a point every few hours."""


def _capacity(size: float | Points, notes: list[str]) -> float | None:
    if isinstance(size, int | float):
        return float(size) if 0 < size < inf else None
    sizes = course_of(size)
    if not len(sizes) or sizes.values[-1] <= 0:
        return None
    last = sizes.values[-1]
    others = [
        (at, value)
        for at, value in zip(sizes.times, sizes.values, strict=True)
        if abs(value - last) > 0.01 * last
    ]
    if others:
        at, before = others[-1]
        how = "grew" if last > before else "shrank"
        notes.append(
            f"the size {how} by {abs(last / before - 1):.0%} after {moment_of(at):%Y-%m-%d}"
            if before > 0
            else f"the size is known since {moment_of(at):%Y-%m-%d}"
        )
    return last


def _told(known: Forecast, pace: Pace, last: float) -> Forecast:
    """The answer of a pace from the last value on."""
    room = (known.size or 0.0) - (known.used or 0.0)
    soonest, best, latest = pace.reaches(room)
    known = replace(known, growth=pace.slope * DAY, basis=pace.span, points=pace.points)
    if best > CENTURY or pace.slope <= pace.doubt:
        if soonest < NEAR:
            return replace(known, outlook=Outlook.ERRATIC, earliest=_after(last, soonest))
        return replace(known, outlook=Outlook.NOT_GROWING)
    near = max(soonest, HOUR)
    if soonest < NEAR and (best > WIDE * near or inf > latest > WIDE**2 * near):
        return replace(known, outlook=Outlook.ERRATIC, earliest=_after(last, soonest))
    return replace(
        known,
        outlook=Outlook.GROWING,
        full_at=_after(last, best),
        earliest=_after(last, soonest),
        latest=_after(last, latest),
    )


def _after(last: float, seconds: float) -> datetime | None:
    return moment_of(last) + timedelta(seconds=seconds) if seconds < CENTURY else None


def _pace(course: Course, falls: Sequence[Fall], size: float) -> tuple[Pace | None, list[str]]:
    """The pace that holds, and what is to be said about it."""
    said: list[str] = []
    counted = course
    if falls:
        last = falls[-1]
        top, bottom = course.times[last.top], course.times[last.bottom]
        freed = (course.values[last.top] - course.values[last.bottom]) / size
        fell = f"{freed:.0%} of the size was freed at {moment_of(bottom):%Y-%m-%d %H:%M}"
        since = course.since(bottom)
        start = course.times[falls[-2].bottom] if len(falls) > 1 else course.times[0]
        before = course.since(start).before(top)
        if len(since) >= LEAST_POINTS and since.span >= LEAST_SPAN:
            counted = since
            said.append(f"{fell}; judged from then on")
        elif len(before) >= LEAST_POINTS:
            said.append(f"{fell}; judged by the pace before")
            return pace_of(before), said
    whole = pace_of(counted)
    if whole is None:
        return None, said
    recent = _recent(counted, whole, size)
    if recent is not None:
        how = "faster" if recent.slope > whole.slope else "slower"
        said.append(f"{how} than in the {whole.span / DAY:.0f} days before")
    return recent or whole, said


def _recent(course: Course, whole: Pace, size: float) -> Pace | None:
    """The pace of a stretch at the end that has no precedent and keeps on; None without one."""
    end = course.times[-1]
    # All stretches begin and end at full hours before the end.
    known = min(ceil(course.span / HOUR), PRECEDENTS)
    levels = [_level(course, end - hour * HOUR) for hour in range(known)]
    for hours in RECENT:
        span = hours * HOUR
        part = course.since(end - span)
        starts = range(2 * hours, len(levels), hours // 2)
        if len(part) < LEAST or part.span < 0.7 * span or len(starts) < 4:
            continue
        rises = [levels[start - hours] - levels[start] for start in starts]
        rise = course.values[-1] - levels[hours]
        usual, off = median(rises), 4.0 * spread(rises)
        faster = (
            rise > max(1.3 * max(rises), usual + off, 2.0 * whole.slope * span)
            and rise > 0.005 * size
        )
        slower = hours >= 48 and rise < min(usual - off, 0.5 * usual, min(rises))
        found = pace_of(part) if faster or slower else None
        if found is not None and (slower or _steady(part, found)):
            doubt = max(found.doubt, NEW_PACE_DOUBT * abs(found.slope))
            return replace(found, doubt=doubt)
    return None


def _level(course: Course, moment: float) -> float:
    """The value at a moment within a course, on a straight line between the points beside it."""
    after = bisect_right(course.times, moment, 1, len(course) - 1)
    begin, end = course.times[after - 1], course.times[after]
    old, new = course.values[after - 1], course.values[after]
    return old + (new - old) * (moment - begin) / (end - begin)


def _steady(part: Course, pace: Pace) -> bool:
    """Whether a rise goes on through the whole stretch, and still does."""
    third = part.span / 3
    cuts = [_level(part, part.times[0] + place * third) for place in range(4)]
    return all(new - old >= 0.4 * pace.slope * third for old, new in pairwise(cuts))


def _overdue(course: Course, falls: Sequence[Fall]) -> bool:
    """Whether it is now well above every peak: the next cleanup did not come."""
    peaks = [course.values[fall.top] for fall in falls]
    depths = [course.values[fall.top] - course.values[fall.bottom] for fall in falls]
    return course.values[-1] > max(peaks) + 0.5 * median(depths)


def _saw_tooth(course: Course, falls: Sequence[Fall], known: Forecast) -> Forecast:
    """The answer for what is cleaned up time and again: its peaks decide."""
    times = [course.times[fall.top] for fall in falls]
    peaks = [course.values[fall.top] for fall in falls]
    rate = slope(times, peaks)
    highest = max(peaks)
    size = known.size or 0.0
    said = f"cleaned up {len(falls)} times, peaks at {highest / size:.0%}"
    room = size - peaks[-1]
    seconds = room / rate if rate > 0 else inf
    known = replace(
        known, outlook=Outlook.SAW_TOOTH, growth=rate * DAY, peak=highest,
        notes=(*known.notes, said),
    )  # fmt: skip
    off = spread([peak - rate * at for at, peak in zip(times, peaks, strict=True)])
    if 0 < seconds < CENTURY / 100 and rate * (times[-1] - times[0]) > 2 * off:
        return replace(known, full_at=_after(times[-1], seconds))
    return known
