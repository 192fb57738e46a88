"""When spinning disks have nothing to do: no reads or writes, and after a while standby."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sre_tui.demo.world import dice
from sre_tui.demo.world.shapes import Floats

STANDBY_AFTER: Final = 1200.0
"""Seconds without any work after which a disk spins down."""
_DAY: Final = 86400.0
_PAST, _COMING = 200, 60
"""Days around the anchor in which disks rest."""
_UNSURE: Final = 600.0
"""Seconds by which a rest begins and ends earlier or later from day to day."""


@dataclass(frozen=True, eq=False)
class Spans:
    """Stretches of time, ascending and apart: ``starts[i] <= t < ends[i]`` (Unix seconds)."""

    starts: Floats
    ends: Floats

    def index(self, t: Floats) -> NDArray[np.intp]:
        """The last stretch that began by each time; -1 before the first."""
        return np.searchsorted(self.starts, t, side="right") - 1

    def without(self, start: float, end: float) -> Spans:
        """What is left of them outside ``start <= t < end``."""
        before = np.minimum(self.ends, start)
        after = np.maximum(self.starts, end)
        starts = np.concatenate([self.starts, after])
        ends = np.concatenate([before, self.ends])
        some = ends > starts
        order = np.argsort(starts[some], kind="stable")
        return Spans(starts[some][order], ends[some][order])


class Rest:
    """The rests of one disk; work that comes in between wakes it."""

    def __init__(self, spans: Spans) -> None:
        self.spans = spans

    def wake(self, start: float, end: float) -> None:
        """Keep the disk at work for a while."""
        self.spans = self.spans.without(start, end)

    def quiet(self, t: Floats) -> NDArray[np.bool_]:
        """When nothing is read or written."""
        at = self.spans.index(t)
        found: NDArray[np.bool_] = (at >= 0) & (t < self._ends(at))
        return found

    def asleep(self, t: Floats) -> NDArray[np.bool_]:
        """When the disk is in standby."""
        at = self.spans.index(t)
        rested = t - self._starts(at)
        found: NDArray[np.bool_] = (at >= 0) & (t < self._ends(at)) & (rested >= STANDBY_AFTER)
        return found

    def _starts(self, at: NDArray[np.intp]) -> Floats:
        # One more, so that a disk that never rests has something to be looked up.
        return np.append(self.spans.starts, np.inf)[at]

    def _ends(self, at: NDArray[np.intp]) -> Floats:
        return np.append(self.spans.ends, -np.inf)[at]


# The disks of a pool rest together.
@lru_cache(maxsize=16)
def daily(seed: int, name: str, anchor: float, begin: float, end: float) -> Spans:
    """A rest every day, around the anchor.

    Args:
        seed: of the world.
        name: who rests; part of the randomness.
        anchor: Unix seconds.
        begin: seconds after midnight UTC.
        end: likewise.
    """
    midnight = anchor // _DAY * _DAY
    days = midnight + _DAY * np.arange(-_PAST, _COMING)

    def moments(what: str, usual: float) -> Floats:
        shifts = np.array([dice.unit(seed, what, name, int(day)) for day in days.tolist()])
        return np.round(days + usual + _UNSURE * (2 * shifts - 1))

    return Spans(moments("rest", begin), moments("work", end))
