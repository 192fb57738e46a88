"""A metric family: the label sets of one metric name and how to compute their samples."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sre_tui.demo.world.quantity import Rows
from sre_tui.demo.world.shapes import Floats

MetricType = Literal["counter", "gauge", "histogram"]
Compute = Callable[[Rows, Floats], Floats]
"""Values of rows (n,) at their sample times (n, m), as (n, m)."""

INTERVAL = 15.0


@dataclass
class Target:
    """One scrape target; samples are taken at ``offset + k * interval``."""

    job: str
    instance: str
    host: str
    url: str
    offset: float
    labels: Mapping[str, str] = field(default_factory=dict)
    interval: float = INTERVAL
    down: list[tuple[float, float, str]] = field(default_factory=list)
    """(start, end, error) of failed scrapes."""

    def error(self, t: float) -> str | None:
        """Why the scrape fails at a time, or None if it works."""
        for start, end, error in self.down:
            if start <= t < end:
                return error
        return None

    def seen(self, times: Floats) -> NDArray[np.bool_] | None:
        """Which of the ascending sample times were scraped; None for all of them."""
        mask = None
        for start, end, _ in self.down:
            if len(times) and start <= times[-1] and end > times[0]:
                outside = (times < start) | (times >= end)
                mask = outside if mask is None else mask & outside
        return mask


@dataclass(frozen=True)
class RowSet:
    """The series of one family: own labels and target of each, and one function for all.

    ``targets`` index into the world's targets. With ``always`` the samples exist also while the
    scrape fails, as ``up`` does. With ``gaps`` there is no sample where the value is NaN.
    """

    labels: Sequence[Mapping[str, str]]
    targets: Sequence[int]
    compute: Compute
    always: bool = False
    gaps: bool = False


@dataclass(frozen=True)
class Family:
    """A metric name, what ``/metadata`` tells of it, and how to build its rows when asked for.

    ``described`` names the metric that carries the metadata (histograms have one for three).
    """

    name: str
    type: MetricType
    help: str
    build: Callable[[], RowSet]
    described: str | None = ""


def constant(values: Sequence[float] | Floats) -> Compute:
    """Rows that never change."""
    fixed = np.asarray(values, dtype=np.float64)

    def compute(rows: Rows, t: Floats) -> Floats:
        return np.broadcast_to(fixed[rows, None], t.shape).copy()

    return compute
