"""Which series move together with one, and how much before or after it.

Two sorts of evidence are looked at. Changes from step to step are compared by rank, at every shift
in time within bounds: that finds what keeps moving together. And levels that shifted at the same
moment are counted: that finds what broke together, of which rank correlation knows nothing. How
likely either is by chance takes into account that series resemble themselves from step to step,
that many shifts in time were tried, and that many series were asked (Benjamini and Hochberg).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import atanh, erfc, sqrt
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from sre_tui.diagnosis.signals.change_points import LevelShift, level_shifts
from sre_tui.diagnosis.signals.points import Points, binned, course_of

if TYPE_CHECKING:
    from datetime import datetime

    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[Any]

LEAST_PAIRS: Final = 24
"""Steps on which both series are known, without which nothing is said."""
FALSE_SHARE: Final = 0.1
"""Share of false ones that is put up with among those that are told."""
STILL: Final = 0.9
"""Share of steps without a change from which a series counts as constant."""
WEAKEST: Final = 0.3
"""Correlation below which it is not told, however sure it is."""
LEAST_WEIGHT: Final = 0.1
"""Weight that either sort of evidence keeps, however little of the reference speaks for it."""


@dataclass(frozen=True)
class Correlation:
    """How one series moves with the reference.

    Attributes:
        name: as it was given.
        strength: rank correlation of changes, -1..1, at the best shift in time.
        lag: seconds by which the series follows the reference; negative if it goes before.
        p: how likely so much is by chance in any of the series that were asked (adjusted).
        shift: the shift of its level that falls together with one of the reference, if one does.
        pairs: steps on which both were known.
    """

    name: str
    strength: float
    lag: float
    p: float
    shift: LevelShift | None = None
    pairs: int = 0


def correlate(
    reference: Points,
    candidates: Mapping[str, Points],
    *,
    start: datetime,
    end: datetime,
    step: float,
    furthest: int = 5,
) -> tuple[Correlation, ...]:
    """The candidates that move with the reference, the surest first.

    Args:
        reference: the series of the alert.
        candidates: series by name; constants and those with too few points are passed over.
        start: beginning of the window.
        end: its end.
        step: seconds both are brought to; what is missing stays missing.
        furthest: most steps by which one may go before the other.
    """
    bins = max(1, int((end - start).total_seconds() / step))
    base = _Prepared.of(reference, start.timestamp(), step, bins)
    by_rank: dict[str, tuple[float, int, float, int]] = {}
    by_shift: dict[str, tuple[LevelShift | None, float, float]] = {}
    for name, points in candidates.items():
        other = _Prepared.of(points, start.timestamp(), step, bins)
        best = _best(base, other, furthest)
        if best is not None:
            by_rank[name] = best
        if other.shifts and base.shifts:
            by_shift[name] = _together(base.shifts, other.shifts, step, furthest, bins)
    # Each sort of evidence has its own number of tries. Looking at both has its price, which is
    # shared by what the reference does: one that broke is sooner told by what broke with it.
    breaks = _broken(reference, base.shifts)
    ranked = _adjusted(
        {name: one[2] if abs(one[0]) >= WEAKEST else 1.0 for name, one in by_rank.items()}
    )
    shifted = _adjusted({name: one[2] for name, one in by_shift.items()})
    found = []
    for name in {**by_rank, **by_shift}:
        strength, steps, _, pairs = by_rank.get(name, (0.0, 0, 1.0, 0))
        shift, apart, _ = by_shift.get(name, (None, 0.0, 1.0))
        moves, broke = ranked.get(name, 1.0), shifted.get(name, 1.0)
        moves, broke = moves / (1.0 - breaks), broke / breaks
        lag = apart if broke < moves else steps * step
        sure = min(1.0, moves, broke)
        if sure <= FALSE_SHARE:
            found.append(Correlation(name, strength, lag, sure, shift, pairs))
    return tuple(sorted(found, key=lambda one: (one.p, -abs(one.strength), one.name)))


@dataclass(frozen=True)
class _Prepared:
    """Changes from step to step on the common grid (NaN where unknown), and shifts of level."""

    changes: Floats | None
    shifts: tuple[LevelShift, ...]

    @classmethod
    def of(cls, points: Points, start: float, step: float, bins: int) -> _Prepared:
        import numpy as np

        even = binned(course_of(points), start, step, bins)
        grid = np.full(bins, np.nan)
        grid[np.round((np.array(even.times) - start) / step - 0.5).astype(np.int64)] = even.values
        changes = np.diff(grid)
        known = changes[np.isfinite(changes)]
        still = len(known) < LEAST_PAIRS or np.mean(known == 0.0) > STILL
        return cls(None if still else changes, level_shifts(points))


def _broken(reference: Points, shifts: Sequence[LevelShift]) -> float:
    """Weight of shifts as evidence: the share of a series' variance that its own shifts make."""
    import numpy as np

    course = course_of(reference)
    if len(course) < 2 or not shifts:
        return LEAST_WEIGHT
    edges = np.searchsorted(course.times, [one.at.timestamp() for one in shifts])
    parts = [part for part in np.split(course.values, edges) if len(part)]
    total = float(np.var(course.values)) * len(course)
    left = sum(float(np.var(part)) * len(part) for part in parts)
    share = 1.0 - left / total if total > 0 else 0.0
    return min(1.0 - LEAST_WEIGHT, max(LEAST_WEIGHT, share))


def _best(base: _Prepared, other: _Prepared, furthest: int) -> tuple[float, int, float, int] | None:
    """Correlation, steps by which the other follows, chance of so much at any of them, pairs."""
    import numpy as np

    if base.changes is None or other.changes is None:
        return None
    count = len(base.changes)
    best: tuple[float, int, float, int] | None = None
    tried = 0
    for lag in range(-furthest, furthest + 1):
        one = base.changes[max(0, -lag) : count - max(0, lag)]
        two = other.changes[max(0, lag) : count - max(0, -lag)]
        both = np.isfinite(one) & np.isfinite(two)
        if both.sum() < LEAST_PAIRS:
            continue
        found = _ranked(one[both], two[both])
        if found is None:
            continue
        tried += 1
        strength, p = found
        if best is None or p < best[2]:
            best = strength, lag, p, int(both.sum())
    if best is None:
        return None
    # Chance had as many tries (Šidák).
    return best[0], best[1], 1.0 - (1.0 - best[2]) ** tried, best[3]


def _ranked(one: Floats, two: Floats) -> tuple[float, float] | None:
    """Spearman's correlation and its p-value; None if either is constant."""
    import numpy as np

    x, y = _ranks(one), _ranks(two)
    if x.std() == 0 or y.std() == 0:
        return None
    x, y = (x - x.mean()) / x.std(), (y - y.mean()) / y.std()
    strength = float(np.clip(np.mean(x * y), -0.9999999, 0.9999999))
    # Bartlett: what resembles itself from step to step tells less than its length.
    count = len(x)
    alike = sum(
        float(x[lag:] @ x[:-lag]) * float(y[lag:] @ y[:-lag]) / (count - lag) ** 2
        for lag in range(1, min(12, count // 4) + 1)
    )
    independent = count / max(1.0, 1.0 + 2.0 * alike)
    if independent < 8:
        return strength, 1.0
    score = abs(atanh(strength)) * sqrt((independent - 3) / 1.06)
    return strength, erfc(score / sqrt(2.0))


def _ranks(values: Floats) -> Floats:
    """Ranks with ties shared."""
    import numpy as np

    _, place, amounts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(amounts)
    return (ends - (amounts - 1) / 2.0)[place]


def _together(
    ours: Sequence[LevelShift], theirs: Sequence[LevelShift], step: float, furthest: int, bins: int
) -> tuple[LevelShift | None, float, float]:
    """Their shift that is nearest to one of ours, seconds it follows, and the chance of it."""
    apart = [
        ((their.at - our.at).total_seconds(), their.score, their)
        for our in ours
        for their in theirs
    ]
    reach = furthest * step
    near = [one for one in apart if abs(one[0]) <= reach]
    if not near:
        return None, 0.0, 1.0
    lag, _, shift = min(near, key=lambda one: (abs(one[0]), -one[1]))
    tolerance = (2.0 * abs(lag) + step) / (bins * step)
    return shift, lag, min(1.0, 1.0 - (1.0 - tolerance) ** (len(ours) * len(theirs)))


def _adjusted(chances: Mapping[str, float]) -> dict[str, float]:
    """How likely each is by chance, given how many were tried (Benjamini and Hochberg)."""
    ranked = sorted(chances, key=lambda name: chances[name])
    adjusted: dict[str, float] = {}
    least = 1.0
    for place in range(len(ranked), 0, -1):
        name = ranked[place - 1]
        least = min(least, chances[name] * len(ranked) / place)
        adjusted[name] = least
    return adjusted
