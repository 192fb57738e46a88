"""Physical quantities over time: what the homelab does, before any exporter tells of it.

A quantity holds one parameter row per subject and is evaluated for many subjects and times at
once. Its undisturbed course is ``base * (1 + daily rhythm + roughness) + trend``; every part is a
periodic table with straight lines between entries, so that value and integral are exact, depend on
nothing but the time asked for, and a counter made of the integral never runs backwards.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from sre_tui.demo.world import dice
from sre_tui.demo.world.rest import Rest, Spans
from sre_tui.demo.world.shapes import FOREVER, Floats, Shape

Rows = NDArray[np.intp]

ORIGIN = 1.7e9
"""Where integrals start (November 2023), for precision; differences are all that is used."""
_ENTRIES = 96
_TABLES = 61

RHYTHMS: Mapping[str, Sequence[float]] = {
    "flat": [0.0] * 24,
    "home": [-4, -6, -8, -9, -9, -8, -5, -2, 0, 1, 1, 2, 3, 2, 1, 1, 3, 5, 8, 10, 9, 7, 2, -1],
    "work": [-6, -7, -7, -7, -7, -6, -3, 2, 6, 8, 8, 7, 5, 7, 8, 7, 5, 2, 0, -1, -2, -3, -4, -5],
    "night": [2, 8, 10, 6, 2, -1, -2, -2, -2, -2, -2, -2, -2, -2, -2, -2, -2, -2, -2, -2, -2, -1,
              0, 1],
}  # fmt: skip


@dataclass(frozen=True)
class _Tables:
    """Periodic piecewise-linear tables with their running integrals, one per row."""

    values: Floats
    areas: Floats

    @classmethod
    def of(cls, values: Floats) -> _Tables:
        centred = values - values.mean(axis=1, keepdims=True)
        closed = np.concatenate([centred, centred[:, :1]], axis=1)
        areas = np.cumsum((closed[:, 1:] + closed[:, :-1]) / 2, axis=1)
        return cls(closed, np.concatenate([np.zeros((len(values), 1)), areas], axis=1))

    def value(self, row: Rows | np.intp, x: Floats) -> Floats:
        """Table entries at positions ``x`` (one per table step), rows broadcast against ``x``."""
        part, _turns, index = self._split(row, x)
        left: Floats = self.values.ravel().take(index)
        right: Floats = self.values.ravel()[1:].take(index)
        level: Floats = left + part * (right - left)
        return level

    def integral(self, row: Rows | np.intp, x: Floats) -> Floats:
        """The area from position 0 to ``x``, in table steps."""
        part, turns, index = self._split(row, x)
        left: Floats = self.values.ravel().take(index)
        right: Floats = self.values.ravel()[1:].take(index)
        bend = (right - left) * (part / 2)
        before: Floats = self.areas.ravel().take(index)
        area: Floats = turns * self.areas[row, -1] + before + part * (left + bend)
        return area

    def _split(self, row: Rows | np.intp, x: Floats) -> tuple[Floats, Rows, Rows]:
        """Part of a table step, whole turns, and the entry's index into the flat tables."""
        length = self.values.shape[1] - 1
        whole = np.floor(x)
        position = whole.astype(np.intp)
        # numpy divides integers by one number far faster than it takes remainders.
        turns = position // length
        return x - whole, turns, position - turns * length + row * (length + 1)


@lru_cache(maxsize=8)
def _roughness(seed: int) -> _Tables:
    noise = np.random.Generator(np.random.PCG64(dice.key("roughness", seed)))
    return _Tables.of(np.clip(noise.normal(0.0, 0.45, (_TABLES, _ENTRIES)), -1.0, 1.0))


_DAYS = _Tables.of(np.array([RHYTHMS[name] for name in RHYTHMS], dtype=np.float64) / 10)
_DAY_ROW = {name: row for row, name in enumerate(RHYTHMS)}


@dataclass
class _Disturbance:
    """What faults do to one subject of a quantity."""

    added: list[Shape] = field(default_factory=list)
    steps: list[tuple[float, float, float]] = field(default_factory=list)
    """(start, end, factor) on the undisturbed course."""
    held: list[tuple[float, float, float]] = field(default_factory=list)
    """(start, end, value) instead of everything; for levels only."""
    events: list[NDArray[np.float64]] = field(default_factory=list)
    """Moments at which the integral jumps by one."""


class Quantity:
    """One quantity over its subjects.

    Args:
        name: such as ``cpu.user``; part of the randomness.
        subjects: their names; the position is the row.
        base: typical value per subject, shape (n,).
        seed: of the world.
        rhythm: name of a daily rhythm, ``swing`` its relative size.
        rough: relative size of the irregular part (two octaves, minutes and tens of minutes).
        trend: change per second relative to ``anchor``, shape (n,) or a scalar.
        low, high: bounds of levels; integrals are not bounded.
    """

    def __init__(
        self,
        name: str,
        subjects: Sequence[str],
        base: Floats | float,
        *,
        seed: int,
        rhythm: str = "flat",
        swing: float = 0.0,
        rough: float = 0.0,
        trend: Floats | float = 0.0,
        anchor: float = ORIGIN,
        low: float = 0.0,
        high: float = np.inf,
    ) -> None:
        count = len(subjects)
        self.name = name
        self.row = {subject: row for row, subject in enumerate(subjects)}
        self.base = np.broadcast_to(np.asarray(base, dtype=np.float64), (count,)).copy()
        self._trend = np.broadcast_to(np.asarray(trend, dtype=np.float64), (count,)).copy()
        self._anchor = anchor
        self._day = _DAY_ROW[rhythm]
        self._swing = swing
        self._rough = rough
        self._low, self._high = low, high
        self._noise = _roughness(seed)
        self._subjects = tuple(subjects)
        self._seed = seed
        self._disturbed: dict[int, _Disturbance] = {}
        self._rests: dict[int, Rest] = {}
        self._spared: dict[int, tuple[Spans, Floats, Floats]] = {}

    # -- drawing, which waits until the quantity is looked at: most are not, in most homelabs --
    def _draw(self, what: str) -> Floats:
        return dice.units(dice.keys(self._subjects), self._seed, self.name, what)

    @cached_property
    def _lag(self) -> Floats:
        return (self._draw("lag") - 0.5) * 3.0

    @cached_property
    def _slow_row(self) -> NDArray[np.intp]:
        return (self._draw("slow") * _TABLES).astype(np.intp)

    @cached_property
    def _slow_step(self) -> Floats:
        return 1100.0 + 900.0 * self._draw("slow step")

    @cached_property
    def _slow_at(self) -> Floats:
        return self._draw("slow at") * _ENTRIES

    @cached_property
    def _fast_row(self) -> NDArray[np.intp]:
        return (self._draw("fast") * _TABLES).astype(np.intp)

    @cached_property
    def _fast_step(self) -> Floats:
        return 70.0 + 90.0 * self._draw("fast step")

    @cached_property
    def _fast_at(self) -> Floats:
        return self._draw("fast at") * _ENTRIES

    # -- disturbing ---------------------------------------------------------------------------
    def rest(self, subject: str, rest: Rest) -> None:
        """Let one subject be zero whenever a disk rests."""
        self._rests[self.row[subject]] = rest

    def _of(self, subject: str) -> _Disturbance:
        row = self.row[subject]
        self._spared.pop(row, None)
        return self._disturbed.setdefault(row, _Disturbance())

    def add(self, subject: str, shape: Shape) -> None:
        """Add a shape to the course of one subject."""
        self._of(subject).added.append(shape)

    def scale(self, subject: str, start: float, end: float, factor: float) -> None:
        """Multiply the undisturbed course of one subject while ``start <= t < end``."""
        self._of(subject).steps.append((start, end, factor))

    def hold(self, subject: str, start: float, end: float, value: float) -> None:
        """Pin the level of one subject while ``start <= t < end``; the last one given wins."""
        self._of(subject).held.append((start, end, value))

    def happen(self, subject: str, moments: Floats) -> None:
        """Let the integral of one subject jump by one at each moment (ascending)."""
        self._of(subject).events.append(moments)

    def added(self, subject: str) -> list[Shape]:
        """The shapes added to one subject so far; the list may be changed."""
        return self._of(subject).added

    def holds(self, row: int) -> list[tuple[float, float, float]]:
        """The (start, end, value) at which one row is pinned."""
        return self._disturbed[row].held if row in self._disturbed else []

    # -- evaluating ---------------------------------------------------------------------------
    def value(self, rows: Rows, t: Floats) -> Floats:
        """Levels of subjects ``rows`` (n,) at times ``t`` (n, m), as (n, m)."""
        level = self._course(rows, t)
        for position, row in self._touched(rows):
            change = self._disturbed[row]
            times, course = t[position], level[position]
            for start, end, factor in change.steps:
                course = np.where((times >= start) & (times < end), course * factor, course)
            for shape in change.added:
                course = course + shape.value(times)
            for start, end, value in change.held:
                course = np.where((times >= start) & (times < end), value, course)
            level[position] = course
        for position, rest in self._resting(rows):
            level[position] = np.where(rest.quiet(t[position]), 0.0, level[position])
        return np.clip(level, self._low, self._high)

    def integral(self, rows: Rows, t: Floats) -> Floats:
        """The area under the course since ``ORIGIN``, for counters; same shapes as ``value``."""
        area = self._whole(rows, t)
        for position, rest in self._resting(rows):
            one = rows[position : position + 1]
            area[position] -= self._not_done(one, rest, t[position], area[position])
        return area

    def _not_done(self, one: Rows, rest: Rest, times: Floats, area: Floats) -> Floats:
        """What a subject would have summed up while it rested."""
        row = int(one[0])
        known = self._spared.get(row)
        if known is None or known[0] is not rest.spans:
            spans = rest.spans
            before = self._whole(one, spans.starts[None])[0]
            during = self._whole(one, spans.ends[None])[0] - before
            known = (spans, before, np.concatenate([[0.0], np.cumsum(during)]))
            self._spared[row] = known
        spans, before, total = known
        if not len(before):
            return np.zeros_like(times)
        last = spans.index(times)
        here = np.maximum(last, 0)
        inside = (last >= 0) & (times < spans.ends[here])
        # What a rest took away is whole once it is over, and grows while it lasts.
        partly: Floats = total[here] + area - before[here]
        return np.where(inside, partly, total[last + 1])

    def _resting(self, rows: Rows) -> list[tuple[int, Rest]]:
        if not self._rests:
            return []
        known = self._rests
        return [(at, known[row]) for at, row in enumerate(rows.tolist()) if row in known]

    def _whole(self, rows: Rows, t: Floats) -> Floats:
        area = self._area(rows, t)
        for position, row in self._touched(rows):
            change = self._disturbed[row]
            times, total = t[position], area[position]
            one = rows[position : position + 1]
            for start, end, factor in change.steps:
                inside = self._area(one, np.clip(times, start, end)[None])[0]
                before = self._area(one, np.full((1, 1), start))[0]
                total = total + (factor - 1.0) * (inside - before)
            for shape in change.added:
                total = total + np.where(times < shape.points[0][0], 0.0, shape.integral(times))
            for moments in change.events:
                total = total + np.searchsorted(moments, times, side="right")
            area[position] = total
        return area

    def _touched(self, rows: Rows) -> list[tuple[int, int]]:
        if not self._disturbed:
            return []
        return [(at, row) for at, row in enumerate(rows.tolist()) if row in self._disturbed]

    def _course(self, rows: Rows, t: Floats) -> Floats:
        relative = np.ones_like(t)
        if self._swing:
            hours = t / 3600.0 + self._lag[rows, None]
            relative += self._swing * _DAYS.value(np.intp(self._day), hours)
        if self._rough:
            slow = t / self._slow_step[rows, None] + self._slow_at[rows, None]
            fast = t / self._fast_step[rows, None] + self._fast_at[rows, None]
            relative += 0.6 * self._rough * self._noise.value(self._slow_row[rows, None], slow)
            relative += 0.4 * self._rough * self._noise.value(self._fast_row[rows, None], fast)
        course = self.base[rows, None] * relative
        if self._trend.any():
            course += self._trend[rows, None] * (t - self._anchor)
        return course

    def _area(self, rows: Rows, t: Floats) -> Floats:
        since = t - ORIGIN
        area = since.copy()
        if self._swing:
            hours = since / 3600.0 + (self._lag[rows, None] + ORIGIN % 86400 / 3600.0)
            area += (self._swing * 3600.0) * _DAYS.integral(np.intp(self._day), hours)
        if self._rough:
            step = self._slow_step[rows, None]
            slow = since / step + (ORIGIN / step + self._slow_at[rows, None])
            area += (
                (0.6 * self._rough) * step * self._noise.integral(self._slow_row[rows, None], slow)
            )
            step = self._fast_step[rows, None]
            fast = since / step + (ORIGIN / step + self._fast_at[rows, None])
            area += (
                (0.4 * self._rough) * step * self._noise.integral(self._fast_row[rows, None], fast)
            )
        area *= self.base[rows, None]
        return area


class Lives:
    """When each subject last started: counters begin at zero there.

    Args:
        subjects: their names; the position is the row.
        born: Unix time of the oldest start that matters, shape (n,).
    """

    def __init__(self, subjects: Sequence[str], born: Floats) -> None:
        self.row = {subject: row for row, subject in enumerate(subjects)}
        self.born = born
        self._starts: dict[int, Floats] = {}

    def restart(self, subject: str, moments: Floats) -> None:
        """Let a subject start anew at each moment."""
        row = self.row[subject]
        known = self._starts.get(row, self.born[row : row + 1])
        self._starts[row] = np.sort(np.concatenate([known, moments[moments < FOREVER]]))

    def since(self, rows: Rows, t: Floats) -> Floats:
        """The last start at or before each time, (n, m)."""
        last = np.broadcast_to(self.born[rows, None], t.shape)
        touched = [at for at, row in enumerate(rows.tolist()) if row in self._starts]
        if touched:
            last = last.copy()
            for at in touched:
                starts = self._starts[int(rows[at])]
                index = np.searchsorted(starts, t[at], side="right") - 1
                last[at] = starts[np.maximum(index, 0)]
        return last

    def grown(self, quantity: Quantity, amounts: Rows, rows: Rows, t: Floats) -> Floats:
        """What ``quantity`` (its rows ``amounts``) summed up since the last start, (n, m)."""
        total = quantity.integral(amounts, t)
        total -= quantity.integral(amounts, self.born[rows, None])
        for at, row in enumerate(rows.tolist()):
            if row in self._starts:
                one = slice(at, at + 1)
                start = self.since(rows[one], t[one])
                total[at] = (
                    quantity.integral(amounts[one], t[one])[0]
                    - quantity.integral(amounts[one], start)[0]
                )
        return np.maximum(total, 0.0)
