"""Samples of many series in flat arrays, so that every window of every step is found at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sre_tui.demo.promql.values import Flags, Floats, Labels, Times, Vector, label_key
from sre_tui.demo.telemetry import Series

# One series' keys never reach the next one's: milliseconds up to the year 2109 fit below it.
_STRIDE = 1 << 42


@dataclass
class Samples:
    """Samples one series after another; series ``i`` owns ``bounds[i]:bounds[i + 1]``.

    ``times`` are milliseconds, ascending within a series.
    """

    labels: Sequence[Labels]
    times: Times
    values: Floats
    bounds: NDArray[np.int64]

    @classmethod
    def from_series(cls, series: Sequence[Series]) -> Samples:
        """Flatten what a source returned, in the order of the label sets."""
        ordered = sorted(series, key=lambda one: label_key(one.labels))
        times = [one.times for one in ordered]
        values = [one.values for one in ordered]
        flat = np.concatenate(times) if times else np.empty(0)
        return cls(
            [one.labels for one in ordered],
            np.rint(flat * 1000).astype(np.int64),
            np.concatenate(values).astype(np.float64) if values else np.empty(0),
            np.cumsum([0, *(len(one) for one in times)], dtype=np.int64),
        )

    @classmethod
    def from_vector(cls, vector: Vector, times: Times) -> Samples:
        """The samples of a vector evaluated at ``times``, for a subquery."""
        counts = vector.present.sum(axis=1)
        rows, steps = np.nonzero(vector.present)
        return cls(
            vector.labels,
            times[steps],
            vector.values[rows, steps],
            np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        )

    @cached_property
    def _keys(self) -> Times:
        owner = np.repeat(np.arange(len(self.labels)), np.diff(self.bounds))
        return self.times + owner * _STRIDE

    def _search(self, times: Times, *, right: bool) -> NDArray[np.int64]:
        base = np.arange(len(self.labels), dtype=np.int64)[:, None] * _STRIDE
        wanted = base + np.clip(times, -1, _STRIDE - 2)[None, :]
        return np.searchsorted(self._keys, wanted, side="right" if right else "left")

    def windows(
        self, start: Times, end: Times, *, left_open: bool
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """First index and index behind the last sample of each window; shape (series, steps)."""
        return self._search(start, right=left_open), self._search(end, right=True)

    def latest(
        self, times: Times, lookback: int, *, left_open: bool
    ) -> tuple[NDArray[np.int64], Flags]:
        """Index of the newest sample within the lookback of each time, and whether there is one."""
        first, behind = self.windows(times - lookback, times, left_open=left_open)
        found = behind > first
        return np.where(found, behind - 1, 0), found

    def newest(self, times: Times, lookback: int, *, left_open: bool) -> Vector:
        """The instant vector of each time."""
        if not len(self.times):
            return Vector.empty(len(times))
        index, found = self.latest(times, lookback, left_open=left_open)
        return Vector(self.labels, self.values[index], found)
