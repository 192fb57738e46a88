"""Piecewise-linear functions of time with exact integrals: how faults change a quantity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
FOREVER = 4e9
"""A Unix time (year 2096) that stands for "until further notice"."""


def whole(values: Floats) -> Floats:
    """Each value rounded down."""
    rounded: Floats = np.floor(values)
    return rounded


@dataclass(frozen=True)
class Shape:
    """Straight lines between points, flat before the first and after the last.

    ``points`` are (Unix seconds, value), strictly ascending in time.
    """

    points: tuple[tuple[float, float], ...]

    @cached_property
    def _x(self) -> Floats:
        return np.array([x for x, _ in self.points])

    @cached_property
    def _y(self) -> Floats:
        return np.array([y for _, y in self.points])

    @cached_property
    def _slopes(self) -> Floats:
        slopes = np.diff(self._y) / np.diff(self._x)
        return np.concatenate([[0.0], slopes, [0.0]])

    @cached_property
    def _areas(self) -> Floats:
        pieces = np.diff(self._x) * (self._y[1:] + self._y[:-1]) / 2
        return np.concatenate([[0.0], np.cumsum(pieces)])

    def value(self, t: Floats) -> Floats:
        """The value at each time."""
        piece = np.searchsorted(self._x, t, side="right")
        left = np.maximum(piece - 1, 0)
        return self._y[left] + (t - self._x[left]) * self._slopes[piece]

    def integral(self, t: Floats) -> Floats:
        """The area from the first point to each time (negative before it)."""
        piece = np.searchsorted(self._x, t, side="right")
        left = np.maximum(piece - 1, 0)
        since = t - self._x[left]
        height = self._y[left] + since * self._slopes[piece] / 2
        return self._areas[left] + since * height

    def scaled(self, factor: float) -> Shape:
        """The same shape, higher or lower."""
        return Shape(tuple((x, y * factor) for x, y in self.points))

    @property
    def peak(self) -> float:
        """The highest value."""
        return max(y for _, y in self.points)


def plateau(start: float, end: float, height: float, rise: float = 60, fall: float = 60) -> Shape:
    """Nothing, then a climb of ``rise`` seconds to ``height``, until ``end`` and a fall."""
    top = min(start + max(rise, 1.0), end - 1.0) if end < FOREVER else start + max(rise, 1.0)
    points = [(start, 0.0), (top, height)]
    if end < FOREVER:
        points += [(end, height), (end + max(fall, 1.0), 0.0)]
    return Shape(tuple(points))


def line(points: Sequence[tuple[float, float]]) -> Shape:
    """A shape through points, in order of time; a later point at the same time wins."""
    return Shape(tuple(sorted(dict(points).items())))
