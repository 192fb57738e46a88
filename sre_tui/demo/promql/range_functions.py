"""Functions of range vectors: ``rate`` and its kin, ``*_over_time``, regressions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from sre_tui.demo.promql.errors import ExecutionError
from sre_tui.demo.promql.quantiles import row_quantiles
from sre_tui.demo.promql.values import Flags, Floats
from sre_tui.demo.promql.windows import Windows, in_chunks

Args = tuple[Floats, ...]


@dataclass(frozen=True)
class RangeFunction:
    """A function of windows that hold at least ``least`` samples.

    ``run`` gets the windows and the scalar arguments, one item per window, and gives one value per
    window; ``window_first`` says where the range vector stands among the arguments.
    """

    run: Callable[[Windows, Args], Floats]
    least: int = 1
    window_first: bool = True
    keeps_name: bool = False


def _counter_resets(windows: Windows) -> Flags:
    return windows.samples.values < windows.previous


def _counter_correction(windows: Windows) -> Floats:
    return windows.pair_sum(np.where(_counter_resets(windows), windows.previous, 0.0))


def _extrapolated(windows: Windows, _args: Args, *, counter: bool, per_second: bool) -> Floats:
    last = windows.behind - 1
    first_value = windows.value(windows.first)
    change = windows.value(last) - first_value
    if counter:
        change = change + _counter_correction(windows)
    first_time, last_time = windows.time(windows.first), windows.time(last)
    sampled = (last_time - first_time) / 1000
    to_start = (first_time - windows.start) / 1000
    to_end = (windows.end - last_time) / 1000
    between = sampled / (windows.count - 1)
    if counter:
        # A counter cannot have been below zero, so the window is not extended past that point.
        to_zero = sampled * (first_value / change)
        limited = (change > 0) & (first_value >= 0) & (to_zero < to_start)
        to_start = np.where(limited, to_zero, to_start)
    threshold = between * 1.1
    covered = sampled + np.where(to_start < threshold, to_start, between / 2)
    covered = covered + np.where(to_end < threshold, to_end, between / 2)
    factor = covered / sampled
    if per_second:
        factor = factor / ((windows.end - windows.start) / 1000)
    result: Floats = change * factor
    return result


def _instant_change(windows: Windows, _args: Args, *, rate: bool) -> Floats:
    last = windows.behind - 1
    newest, older = windows.value(last), windows.value(last - 1)
    if not rate:
        return newest - older
    change = np.where(newest < older, newest, newest - older)
    result: Floats = change / ((windows.time(last) - windows.time(last - 1)) / 1000)
    return result


def _changes(windows: Windows, _args: Args) -> Floats:
    values, previous = windows.samples.values, windows.previous
    changed = (values != previous) & ~(np.isnan(values) & np.isnan(previous))
    return windows.pair_sum(changed.astype(np.float64))


def _resets(windows: Windows, _args: Args) -> Floats:
    return windows.pair_sum(_counter_resets(windows).astype(np.float64))


def _average(windows: Windows, _args: Args) -> Floats:
    result: Floats = windows.reduce(np.add) / windows.count
    return result


def _variance(windows: Windows, _args: Args) -> Floats:
    _times, values, valid = windows.gather()
    # Shifting by the first value keeps the variance of a constant exactly zero.
    shifted = np.where(valid, values - values[:, :1], 0.0)
    mean = shifted.sum(axis=1) / windows.count
    deviations = np.where(valid, shifted - mean[:, None], 0.0)
    result: Floats = (deviations**2).sum(axis=1) / windows.count
    return result


def _quantile(windows: Windows, args: Args) -> Floats:
    _times, values, valid = windows.gather()
    return row_quantiles(args[0], values, valid)


def _regression(windows: Windows, origin: Floats) -> tuple[Floats, Floats]:
    """Slope per second, and the intercept at ``origin`` (milliseconds)."""
    times, values, valid = windows.gather()
    count = windows.count
    x = np.where(valid, (times - times[:, :1]) / 1000, 0.0)
    base = values[:, :1]
    # Counted from the first value, a constant has a slope of exactly zero.
    y = np.where(valid, values - base, 0.0)
    mean_x, mean_y = x.sum(axis=1) / count, y.sum(axis=1) / count
    dx = np.where(valid, x - mean_x[:, None], 0.0)
    dy = np.where(valid, y - mean_y[:, None], 0.0)
    slope = (dx * dy).sum(axis=1) / (dx * dx).sum(axis=1)
    intercept = mean_y + base[:, 0] + slope * ((origin - times[:, 0]) / 1000 - mean_x)
    return slope, intercept


def _deriv(windows: Windows, _args: Args) -> Floats:
    return _regression(windows, windows.time(windows.first).astype(np.float64))[0]


def _predict_linear(windows: Windows, args: Args) -> Floats:
    slope, intercept = _regression(windows, windows.now.astype(np.float64))
    result: Floats = slope * args[0] + intercept
    return result


def _holt_winters(windows: Windows, args: Args) -> Floats:
    smoothing, trend = args
    for name, factor in (("smoothing", smoothing), ("trend", trend)):
        wrong = factor[(factor <= 0) | (factor >= 1)]
        if len(wrong):
            raise ExecutionError(
                f"invalid {name} factor. Expected: 0 < {name[0]}f < 1, got: {wrong[0]:f}"
            )
    _times, values, valid = windows.gather()
    older = np.zeros(len(values))
    level, slope = values[:, 0], values[:, 1] - values[:, 0]
    for column in range(1, values.shape[1]):
        if column > 1:
            slope_now = trend * (level - older) + (1 - trend) * slope
            slope = np.where(valid[:, column], slope_now, slope)
        smoothed = smoothing * values[:, column] + (1 - smoothing) * (level + slope)
        older = np.where(valid[:, column], level, older)
        level = np.where(valid[:, column], smoothed, level)
    return level


_HOLT_WINTERS = RangeFunction(partial(in_chunks, function=_holt_winters), least=2)

RANGE_FUNCTIONS: Mapping[str, RangeFunction] = {
    "rate": RangeFunction(partial(_extrapolated, counter=True, per_second=True), least=2),
    "increase": RangeFunction(partial(_extrapolated, counter=True, per_second=False), least=2),
    "delta": RangeFunction(partial(_extrapolated, counter=False, per_second=False), least=2),
    "irate": RangeFunction(partial(_instant_change, rate=True), least=2),
    "idelta": RangeFunction(partial(_instant_change, rate=False), least=2),
    "deriv": RangeFunction(partial(in_chunks, function=_deriv), least=2),
    "predict_linear": RangeFunction(partial(in_chunks, function=_predict_linear), least=2),
    "resets": RangeFunction(_resets),
    "changes": RangeFunction(_changes),
    "avg_over_time": RangeFunction(_average),
    "min_over_time": RangeFunction(lambda windows, _args: windows.reduce(np.fmin)),
    "max_over_time": RangeFunction(lambda windows, _args: windows.reduce(np.fmax)),
    "sum_over_time": RangeFunction(lambda windows, _args: windows.reduce(np.add)),
    "count_over_time": RangeFunction(lambda windows, _args: windows.count.astype(np.float64)),
    "last_over_time": RangeFunction(
        lambda windows, _args: windows.value(windows.behind - 1), keeps_name=True
    ),
    "present_over_time": RangeFunction(lambda windows, _args: np.ones(len(windows.first))),
    "stdvar_over_time": RangeFunction(partial(in_chunks, function=_variance)),
    "stddev_over_time": RangeFunction(
        lambda windows, args: np.sqrt(in_chunks(windows, args, _variance))
    ),
    "quantile_over_time": RangeFunction(partial(in_chunks, function=_quantile), window_first=False),
    "holt_winters": _HOLT_WINTERS,
    "double_exponential_smoothing": _HOLT_WINTERS,
}
