"""Windows of samples, one row per series and step, that the range functions work on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sre_tui.demo.promql.samples import Samples
from sre_tui.demo.promql.values import Flags, Floats, Times

# Samples gathered at once: 16 MB per array.
_CHUNK = 1 << 21


@dataclass
class Windows:
    """Windows ``first:behind`` into ``samples``, none empty; all arrays have one item per row.

    ``start`` and ``end`` are the window's ends, ``now`` the evaluation time, in milliseconds.
    """

    samples: Samples
    first: NDArray[np.int64]
    behind: NDArray[np.int64]
    start: Times
    end: Times
    now: Times

    @cached_property
    def count(self) -> NDArray[np.int64]:
        """Samples in each window."""
        return self.behind - self.first

    def value(self, index: NDArray[np.int64]) -> Floats:
        """Values at these indices."""
        return self.samples.values[index]

    def time(self, index: NDArray[np.int64]) -> Times:
        """Times at these indices."""
        return self.samples.times[index]

    def reduce(self, operation: np.ufunc) -> Floats:
        """Fold each window's values with an operation such as addition."""
        return _fold(operation, self.samples.values, self.first, self.behind)

    def pair_sum(self, quantity: Floats) -> Floats:
        """Sum over each window of a quantity of a sample and its predecessor.

        ``quantity[i]`` belongs to the pair (i - 1, i); the pair before the window does not count.
        """
        if not quantity.any():
            return np.zeros(len(self.first))
        total = _fold(np.add, quantity, self.first + 1, self.behind)
        return np.where(self.count > 1, total, 0.0)

    @cached_property
    def previous(self) -> Floats:
        """The value before each sample; the first of a series has none that counts."""
        return np.concatenate([[np.nan], self.samples.values[:-1]])

    def select(self, rows: Any) -> Windows:
        """Some of the rows."""
        return Windows(
            self.samples,
            self.first[rows],
            self.behind[rows],
            self.start[rows],
            self.end[rows],
            self.now[rows],
        )

    def chunks(self) -> Iterator[tuple[slice, Windows]]:
        """The rows in pieces whose gathered samples fit in memory."""
        longest = int(self.count.max(initial=1))
        size = max(1, _CHUNK // longest)
        for begin in range(0, len(self.first), size):
            rows = slice(begin, begin + size)
            yield rows, self.select(rows)

    def gather(self) -> tuple[Times, Floats, Flags]:
        """Times, values and validity, shape (rows, longest window); the last sample fills up."""
        columns = np.arange(int(self.count.max(initial=1)))
        valid = columns[None, :] < self.count[:, None]
        index = np.minimum(self.first[:, None] + columns[None, :], (self.behind - 1)[:, None])
        return self.samples.times[index], self.samples.values[index], valid


def _fold(
    operation: np.ufunc, values: Floats, first: NDArray[np.int64], behind: NDArray[np.int64]
) -> Floats:
    # One value more, because an index behind the last one is not allowed.
    edges = np.stack([first, behind], axis=1).ravel()
    folded: Floats = operation.reduceat(np.append(values, 0.0), edges)[::2]
    return folded


Gathered = Callable[[Windows, tuple[Floats, ...]], Floats]


def in_chunks(windows: Windows, args: tuple[Floats, ...], function: Gathered) -> Floats:
    """Apply a function that gathers samples, piece by piece; ``args`` have one item per row."""
    result = np.empty(len(windows.first))
    for rows, part in windows.chunks():
        result[rows] = function(part, tuple(arg[rows] for arg in args))
    return result
