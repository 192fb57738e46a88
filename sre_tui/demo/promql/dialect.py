"""What differs between the Prometheus versions that the demo can imitate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Version = Literal["2.42.0", "3.x"]

_COMMON = frozenset({
    "abs", "absent", "absent_over_time", "acos", "acosh", "asin", "asinh", "atan", "atanh",
    "avg_over_time", "ceil", "changes", "clamp", "clamp_max", "clamp_min", "cos", "cosh",
    "count_over_time", "day_of_month", "day_of_week", "day_of_year", "days_in_month", "deg",
    "delta", "deriv", "exp", "floor", "histogram_count", "histogram_fraction",
    "histogram_quantile", "histogram_sum", "hour", "idelta", "increase", "irate", "label_join",
    "label_replace", "last_over_time", "ln", "log10", "log2", "max_over_time", "min_over_time",
    "minute", "month", "pi", "predict_linear", "present_over_time", "quantile_over_time", "rad",
    "rate", "resets", "round", "scalar", "sgn", "sin", "sinh", "sort", "sort_desc", "sqrt",
    "stddev_over_time", "stdvar_over_time", "sum_over_time", "tan", "tanh", "time", "timestamp",
    "vector", "year",
})  # fmt: skip


@dataclass(frozen=True)
class Dialect:
    """One version's rules.

    ``functions`` lists the known function names, or is None where the parser decides;
    ``left_open`` says that windows and lookback leave out a sample exactly at their start;
    ``lenient`` says that numbers pass as durations and label names may be quoted.
    """

    version: Version
    left_open: bool
    functions: frozenset[str] | None
    unknown: frozenset[str]
    lenient: bool


PROMETHEUS_2 = Dialect("2.42.0", False, _COMMON | {"holt_winters"}, frozenset(), False)
PROMETHEUS_3 = Dialect("3.x", True, None, frozenset({"holt_winters"}), True)


def dialect_of(version: Version) -> Dialect:
    """The rules of a version."""
    return PROMETHEUS_2 if version == "2.42.0" else PROMETHEUS_3
