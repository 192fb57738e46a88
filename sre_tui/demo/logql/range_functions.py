"""Functions over the samples of a window."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

import numpy as np

from sre_tui.demo.logql.matrix import Floats

# Times in seconds and values of the window's samples, the window's length, the parameter.
WindowFunction: TypeAlias = Callable[[Floats, Floats, float, float], float]


def quantile(q: float, values: Floats) -> float:
    """The q-quantile with linear interpolation; infinite outside 0..1, as in Prometheus."""
    if q < 0:
        return float("-inf")
    if q > 1:
        return float("inf")
    return float(np.quantile(values, q))


def _rate_counter(times: Floats, values: Floats, window: float, _: float) -> float:
    if len(values) < 2 or times[-1] == times[0]:
        return 0.0
    steps = np.diff(values)
    # After a reset the counter has grown by its whole new value.
    increase = float(np.where(steps < 0, values[1:], steps).sum())
    covered = float(times[-1] - times[0])
    return increase * min(window / covered, len(values) / (len(values) - 1)) / window


WINDOW_FUNCTIONS: Final[dict[str, WindowFunction]] = {
    "rate": lambda times, values, window, q: float(values.sum()) / window,
    "rate_counter": _rate_counter,
    "count_over_time": lambda times, values, window, q: float(len(values)),
    "bytes_over_time": lambda times, values, window, q: float(values.sum()),
    "bytes_rate": lambda times, values, window, q: float(values.sum()) / window,
    "avg_over_time": lambda times, values, window, q: float(values.mean()),
    "sum_over_time": lambda times, values, window, q: float(values.sum()),
    "min_over_time": lambda times, values, window, q: float(values.min()),
    "max_over_time": lambda times, values, window, q: float(values.max()),
    "stddev_over_time": lambda times, values, window, q: float(values.std()),
    "stdvar_over_time": lambda times, values, window, q: float(values.var()),
    "quantile_over_time": lambda times, values, window, q: quantile(q, values),
    "first_over_time": lambda times, values, window, q: float(values[0]),
    "last_over_time": lambda times, values, window, q: float(values[-1]),
}
# What is a plain difference of running sums, so that long ranges stay fast.
ADDITIVE: Final = frozenset(
    {"rate", "count_over_time", "bytes_over_time", "bytes_rate", "sum_over_time"}
)
PER_SECOND: Final = frozenset({"rate", "bytes_rate"})
