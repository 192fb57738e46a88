"""Functions of instant vectors, sample by sample: arithmetic, rounding, calendar."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from sre_tui.demo.promql.values import Floats

Elementwise = Callable[..., Floats]


def _round(values: Floats, nearest: Floats | None = None) -> Floats:
    inverse = 1.0 / (np.ones(1) if nearest is None else nearest)
    result: Floats = np.floor(values * inverse + 0.5) / inverse
    return result


def _sign(values: Floats) -> Floats:
    return np.where(values < 0, -1.0, np.where(values > 0, 1.0, values))


ELEMENTWISE: Mapping[str, Elementwise] = {
    "abs": np.abs,
    "acos": np.arccos,
    "acosh": np.arccosh,
    "asin": np.arcsin,
    "asinh": np.arcsinh,
    "atan": np.arctan,
    "atanh": np.arctanh,
    "ceil": np.ceil,
    "clamp": lambda values, low, high: np.maximum(low, np.minimum(high, values)),
    "clamp_max": np.minimum,
    "clamp_min": np.maximum,
    "cos": np.cos,
    "cosh": np.cosh,
    "deg": lambda values: values * 180 / np.pi,
    "exp": np.exp,
    "floor": np.floor,
    "ln": np.log,
    "log10": np.log10,
    "log2": np.log2,
    "rad": lambda values: values * np.pi / 180,
    "round": _round,
    "sgn": _sign,
    "sin": np.sin,
    "sinh": np.sinh,
    "sqrt": np.sqrt,
    "tan": np.tan,
    "tanh": np.tanh,
}


def _seconds(values: Floats) -> np.ndarray[tuple[int, ...], np.dtype[np.datetime64]]:
    return values.astype(np.int64).astype("datetime64[s]")


def _since(values: Floats, unit: str, within: str) -> Floats:
    moment = _seconds(values)
    whole, part = moment.astype(f"datetime64[{within}]"), moment.astype(f"datetime64[{unit}]")
    result: Floats = (part - whole.astype(f"datetime64[{unit}]")).astype(np.float64)
    return result


def _days_in_month(values: Floats) -> Floats:
    month = _seconds(values).astype("datetime64[M]")
    days = (month + 1).astype("datetime64[D]") - month.astype("datetime64[D]")
    result: Floats = days.astype(np.float64)
    return result


def _day_of_week(values: Floats) -> Floats:
    # Day 0 of Unix time was a Thursday, and Prometheus counts from Sunday.
    days = _seconds(values).astype("datetime64[D]").astype(np.int64)
    return ((days + 4) % 7).astype(np.float64)


def calendar(name: str, values: Floats) -> Floats:
    """A part of the UTC date of Unix seconds; NaN where the number is no date."""
    # Prometheus converts such numbers in a way that differs from one processor to the next.
    dated = np.abs(values) < 1e15
    return np.where(dated, CALENDAR[name](np.where(dated, values, 0.0)), np.nan)


CALENDAR: Mapping[str, Callable[[Floats], Floats]] = {
    "day_of_month": lambda values: _since(values, "D", "M") + 1,
    "day_of_week": _day_of_week,
    "day_of_year": lambda values: _since(values, "D", "Y") + 1,
    "days_in_month": _days_in_month,
    "hour": lambda values: _since(values, "h", "D"),
    "minute": lambda values: _since(values, "m", "h"),
    "month": lambda values: _since(values, "M", "Y") + 1,
    "year": lambda values: _seconds(values).astype("datetime64[Y]").astype(np.float64) + 1970,
}
