"""Which unit a metric or a PromQL expression has, as far as names and arithmetic tell."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from math import isfinite
from typing import Any, Final

from sre_tui.views.human import duration, number, percent, size

TIMESTAMP: Final = "timestamp"
SHARES: Final = 2.0
"""Up to which a ratio is told in per cent: a larger one may be no share of anything."""
_SUFFIXES: Final = (
    ("timestamp_seconds", TIMESTAMP),
    ("boot_time_seconds", TIMESTAMP),
    ("start_time_seconds", TIMESTAMP),
    ("node_time_seconds", TIMESTAMP),
    ("timestamp", TIMESTAMP),
    ("expiry", TIMESTAMP),
    ("seconds", "s"),
    ("milliseconds", "ms"),
    ("bytes", "B"),
    ("ratio", "ratio"),
    ("percent", "%"),
    ("percentage", "%"),
    ("celsius", "°C"),
    ("temperature", "°C"),
    ("volts", "V"),
    ("amperes", "A"),
    ("watts", "W"),
    ("joules", "J"),
    ("hertz", "Hz"),
    ("rpm", "rpm"),
)
_SAME: Final = frozenset(
    {
        "abs", "avg_over_time", "ceil", "clamp", "clamp_max", "clamp_min", "delta", "floor",
        "idelta", "increase", "last_over_time", "max_over_time", "min_over_time",
        "quantile_over_time", "round", "sort", "sort_desc", "stddev_over_time", "sum_over_time",
        "label_replace", "label_join", "predict_linear", "first_over_time", "mad_over_time",
        "double_exponential_smoothing", "holt_winters",
    }
)  # fmt: skip
_RATES: Final = frozenset({"rate", "irate", "deriv"})
_AGGREGATIONS: Final = frozenset(
    {"sum", "avg", "min", "max", "topk", "bottomk", "quantile", "stddev", "limitk"}
)
_STEM: Final = re.compile(r"(?P<stem>\w+_)(?P<last>[a-z]+)")
_PARTS: Final = frozenset({"used", "usage", "free", "available", "avail"})
_WHOLES: Final = frozenset({"size", "total", "capacity", "limit", "max"})
_COMPARISONS: Final = frozenset({">", "<", ">=", "<=", "==", "!="})


def metric_unit(name: str) -> str | None:
    """The unit a metric's name ends in; None if it does not tell."""
    base = re.sub(r"_(total|sum|bucket|max|min|avg)$", "", name)
    if name.endswith(("_count", "_info")):
        return None
    for suffix, unit in _SUFFIXES:
        if base == suffix.strip("_") or base.endswith(f"_{suffix.strip('_')}"):
            return unit
    return None


def query_unit(query: str) -> str | None:
    """The unit of a PromQL expression's values; None if it has none or cannot be told."""
    import promql_parser

    try:
        return _unit(promql_parser.parse(query))
    except (ValueError, RecursionError):
        return None


NO_FIGURE: Final = "no figure"
"""What is told of a value that is none: its expression divides by zero."""


def value_of_query(value: float | None, query: str) -> str:
    """A value of an expression with its unit; a size that is foretold and below zero is what lacks.

    What ``predict_linear`` says of free space in a day is no amount of anything once it is used up.
    """
    unit = query_unit(query) if query else None
    if value is not None and not isfinite(value):
        return NO_FIGURE
    if value is not None and value < 0 and unit == "B" and "predict_linear" in query:
        return f"{size(-value)} short"
    return with_unit(value, unit)


def with_unit(value: float | None, unit: str | None) -> str:
    """A value with its unit, for reading."""
    if value is None:
        return "not reported"
    per_second = ""
    if unit is not None and unit.endswith("/s") and unit != "s/s":
        unit, per_second = unit[:-2], "/s"
    match unit:
        case "B":
            return size(value) + per_second
        case "s":
            return duration(value) + per_second
        case "ratio" | "s/s":
            if abs(value) <= SHARES:
                return percent(value)
            return f"{number(value)} s/s" if unit == "s/s" else number(value)
        case "timestamp":
            return _date(value)
        case None:
            return number(value) + per_second
        case _:
            return f"{number(value)} {unit}{per_second}"


def _date(value: float) -> str:
    try:
        return f"{datetime.fromtimestamp(value, UTC):%Y-%m-%d %H:%M:%S} UTC"
    except (ValueError, OverflowError, OSError):
        return number(value)


def _unit(node: Any) -> str | None:
    kind = type(node).__name__
    if kind == "VectorSelector":
        return metric_unit(node.name or "")
    if kind == "MatrixSelector":
        return _unit(node.vector_selector)
    if kind in ("ParenExpr", "SubqueryExpr", "UnaryExpr"):
        return _unit(node.expr)
    if kind == "AggregateExpr":
        return _unit(node.expr) if str(node.op) in _AGGREGATIONS else None
    if kind == "Call":
        return _call_unit(node)
    if kind == "BinaryExpr":
        # One that only says yes or no has no unit.
        if getattr(node.modifier, "return_bool", False):
            return None
        return _binary_unit(str(node.op), node.lhs, node.rhs)
    return None


def _call_unit(node: Any) -> str | None:
    name = node.func.name
    if name in ("time", "timestamp"):
        return TIMESTAMP
    measured = next(
        (arg for arg in node.args if type(arg).__name__ not in ("NumberLiteral", "StringLiteral")),
        None,
    )
    if measured is None:
        return None
    unit = _unit(measured)
    if name == "histogram_quantile":
        return unit.removesuffix("/s") or None if unit else None
    if name in _RATES:
        return f"{unit}/s" if unit else "/s"
    return unit if name in _SAME else None


def _binary_unit(sign: str, left: Any, right: Any) -> str | None:
    a, b = _unit(left), _unit(right)
    constant = _constant(right) if _constant(right) is not None else _constant(left)
    if sign in ("and", "unless"):
        return a
    if sign in _COMPARISONS:
        # What is compared keeps its value; of two series that is the left one.
        return b if _constant(left) is not None else a
    if sign == "or":
        return a if a is not None else b
    if sign == "-" and a == b == TIMESTAMP:
        return "s"
    if sign in ("+", "-"):
        known = a if a is not None else b
        return known if a == b or constant is not None else None
    if sign == "/":
        if a == b and (a is not None or _names(left) & _names(right) or _is_part(left, right)):
            return "ratio"
        if a is not None and len(a) > 2 and a.endswith("/s") and b == "/s":
            # So much a second for so many a second: what one of them took.
            return a.removesuffix("/s")
        if a is None or constant is None:
            return None
        return a if constant == 1 else _scaled(a, constant, up=False)
    if sign == "*" and constant is not None:
        known = a if a is not None else b
        return known if constant == 1 or known is None else _scaled(known, constant, up=True)
    return None


def _scaled(unit: str, factor: float, *, up: bool) -> str | None:
    """The unit after multiplying or dividing by a factor; None if it is no unit we write."""
    if up and factor == 100 and unit in ("ratio", "s/s"):
        return "%"
    if not up and unit == "B":
        return {1e3: "kB", 1e6: "MB", 1e9: "GB", 1024: "KiB", 1024**2: "MiB", 1024**3: "GiB"}.get(
            factor
        )
    if up and unit == "B/s" and factor == 8:
        return "bit/s"
    if not up and unit == "s" and factor in (60, 3600, 86400):
        return {60: "min", 3600: "h", 86400: "d"}[int(factor)]
    return None


def _constant(node: Any) -> float | None:
    kind = type(node).__name__
    if kind == "NumberLiteral":
        return float(node.val)
    if kind == "ParenExpr":
        return _constant(node.expr)
    if kind == "BinaryExpr" and (a := _constant(node.lhs)) is not None:
        b = _constant(node.rhs)
        if b is not None:
            match str(node.op):
                case "*":
                    return a * b
                case "^" if abs(b) < 10:
                    return float(a**b)
    return None


def _is_part(left: Any, right: Any) -> bool:
    """Whether two metrics go by one name but for ``used`` and ``size``, as of one exporter."""
    parts, wholes = ([_STEM.fullmatch(name) for name in _names(node)] for node in (left, right))
    if len(parts) != 1 or len(wholes) != 1 or parts[0] is None or wholes[0] is None:
        return False
    part, whole = parts[0], wholes[0]
    return part["stem"] == whole["stem"] and part["last"] in _PARTS and whole["last"] in _WHOLES


def _names(node: Any) -> frozenset[str]:
    return frozenset(re.findall(r"[A-Za-z_:][A-Za-z0-9_:]*(?=\{)", str(node)))
