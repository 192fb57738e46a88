"""The functions that templates may call; arguments come in Go's order, the piped value last."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final, TypeAlias
from urllib.parse import quote, unquote

from sre_tui.demo.logql.regex import compile_re2
from sre_tui.demo.logql.units import parse_bytes, parse_duration
from sre_tui.demo.promql.formatting import format_value

Value: TypeAlias = str | int | float | bool

_GO_LAYOUT = (
    ("2006", "%Y"), ("January", "%B"), ("Jan", "%b"), ("01", "%m"), ("02", "%d"), ("15", "%H"),
    ("03", "%I"), ("04", "%M"), ("05", "%S"), ("PM", "%p"), ("Monday", "%A"), ("Mon", "%a"),
    ("Z07:00", "Z"), ("MST", "UTC"),
)  # fmt: skip
_VERB = re.compile(r"%(%|[-+0 ]*\d*(?:\.\d+)?[sdvfqtx])")
_GO_GROUP = re.compile(r"\$(?:\{(\w+)\}|(\w+))")
_MAX_TEXT = 100_000


def to_text(value: Value) -> str:
    """A value as a template prints it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return format_value(value) if isinstance(value, float) else str(value)


def is_true(value: Value) -> bool:
    """Whether ``if`` takes a value as true: neither empty nor zero."""
    return bool(value)


def _number(value: Value) -> float:
    return float(value)


def _integer(value: Value) -> int:
    return int(float(value))


def _text(function: Callable[[str], str]) -> Callable[..., Value]:
    def call(value: Value) -> Value:
        return function(to_text(value))

    return call


def _arithmetic(function: Callable[[float, float], float], *, whole: bool) -> Callable[..., Value]:
    def call(first: Value, *others: Value) -> Value:
        result = _number(first)
        for other in others:
            result = function(result, _number(other))
        return math.trunc(result) if whole else result

    return call


def _replace(old: Value, new: Value, text: Value) -> Value:
    return to_text(text).replace(to_text(old), to_text(new))


def _replace_count(text: Value, old: Value, new: Value, count: Value) -> Value:
    return to_text(text).replace(to_text(old), to_text(new), _integer(count))


def _regex_replace(expression: Value, text: Value, replacement: Value) -> Value:
    template = to_text(replacement).replace("\\", r"\\")
    template = _GO_GROUP.sub(lambda found: rf"\g<{found[1] or found[2]}>", template)
    return compile_re2(to_text(expression)).sub(template, to_text(text))


def _truncate(length: Value, text: Value) -> Value:
    count = _integer(length)
    return to_text(text)[:count] if count >= 0 else to_text(text)[count:]


def _substring(start: Value, end: Value, text: Value) -> Value:
    first, last = _integer(start), _integer(end)
    return to_text(text)[max(first, 0) : last if last >= 0 else None]


def _sprintf(layout: Value, *values: Value) -> Value:
    rest = list(values)

    def filled(found: re.Match[str]) -> str:
        verb = found[1]
        if verb == "%":
            return "%"
        if not rest:
            return f"%!{verb[-1]}(MISSING)"
        value, kind = rest.pop(0), verb[-1]
        if len(verb) > 6:
            raise ValueError(f"width too large: %{verb}")
        if kind in "svqt":
            text = to_text(value)
            return f"%{verb[:-1]}s" % (f'"{text}"' if kind == "q" else text)
        return f"%{verb}" % (_integer(value) if kind in "dx" else _number(value))

    return _VERB.sub(filled, to_text(layout))


def _date(layout: Value, time_ns: Value) -> Value:
    text = to_text(layout)
    for go, python in _GO_LAYOUT:
        text = text.replace(go, python)
    return datetime.fromtimestamp(_integer(time_ns) / 1e9, UTC).strftime(text)


def _repeat(count: Value, text: Value) -> Value:
    if len(to_text(text)) * _integer(count) > _MAX_TEXT:
        raise ValueError("the result is too long")
    return to_text(text) * _integer(count)


def _and(*values: Value) -> Value:
    return next((value for value in values if not is_true(value)), values[-1])


def _or(*values: Value) -> Value:
    return next((value for value in values if is_true(value)), values[-1])


def _round(value: Value, digits: Value) -> Value:
    return round(_number(value), _integer(digits))


def _bytes(text: Value) -> Value:
    return parse_bytes(to_text(text))


def _seconds(text: Value) -> Value:
    return parse_duration(to_text(text))


FUNCTIONS: Final[dict[str, Callable[..., Value]]] = {
    "__line__": lambda: "",
    "__timestamp__": lambda: 0,
    "ToLower": _text(str.lower),
    "ToUpper": _text(str.upper),
    "lower": _text(str.lower),
    "upper": _text(str.upper),
    "title": _text(str.title),
    "trim": _text(str.strip),
    "TrimSpace": _text(str.strip),
    "urlencode": _text(quote),
    "urldecode": _text(unquote),
    "Trim": lambda text, cut: to_text(text).strip(to_text(cut)),
    "TrimLeft": lambda text, cut: to_text(text).lstrip(to_text(cut)),
    "TrimRight": lambda text, cut: to_text(text).rstrip(to_text(cut)),
    "TrimPrefix": lambda text, prefix: to_text(text).removeprefix(to_text(prefix)),
    "TrimSuffix": lambda text, suffix: to_text(text).removesuffix(to_text(suffix)),
    "trimAll": lambda cut, text: to_text(text).strip(to_text(cut)),
    "trimPrefix": lambda prefix, text: to_text(text).removeprefix(to_text(prefix)),
    "trimSuffix": lambda suffix, text: to_text(text).removesuffix(to_text(suffix)),
    "Replace": _replace_count,
    "replace": _replace,
    "regexReplaceAll": _regex_replace,
    "trunc": _truncate,
    "substr": _substring,
    "repeat": _repeat,
    "indent": lambda count, text: str(_repeat(count, " ")) + to_text(text),
    "alignLeft": lambda count, text: to_text(text)[: _integer(count)].ljust(_integer(count)),
    "alignRight": lambda count, text: to_text(text)[-_integer(count) :].rjust(_integer(count)),
    "default": lambda fallback, value="": value if is_true(value) else fallback,
    "contains": lambda part, text: to_text(part) in to_text(text),
    "hasPrefix": lambda part, text: to_text(text).startswith(to_text(part)),
    "hasSuffix": lambda part, text: to_text(text).endswith(to_text(part)),
    "eq": lambda left, *others: any(to_text(left) == to_text(other) for other in others),
    "ne": lambda left, right: to_text(left) != to_text(right),
    "lt": lambda left, right: _number(left) < _number(right),
    "le": lambda left, right: _number(left) <= _number(right),
    "gt": lambda left, right: _number(left) > _number(right),
    "ge": lambda left, right: _number(left) >= _number(right),
    "and": _and,
    "or": _or,
    "not": lambda value: not is_true(value),
    "len": lambda text: len(to_text(text)),
    "int": _integer,
    "float64": _number,
    "add": _arithmetic(lambda a, b: a + b, whole=True),
    "sub": _arithmetic(lambda a, b: a - b, whole=True),
    "mul": _arithmetic(lambda a, b: a * b, whole=True),
    "div": _arithmetic(lambda a, b: a / b, whole=True),
    "mod": _arithmetic(math.fmod, whole=True),
    "addf": _arithmetic(lambda a, b: a + b, whole=False),
    "subf": _arithmetic(lambda a, b: a - b, whole=False),
    "mulf": _arithmetic(lambda a, b: a * b, whole=False),
    "divf": _arithmetic(lambda a, b: a / b, whole=False),
    "round": _round,
    "ceil": lambda value: math.ceil(_number(value)),
    "floor": lambda value: math.floor(_number(value)),
    "max": lambda *values: max(_integer(value) for value in values),
    "min": lambda *values: min(_integer(value) for value in values),
    "printf": _sprintf,
    "bytes": _bytes,
    "duration": _seconds,
    "duration_seconds": _seconds,
    "date": _date,
    "unixEpoch": lambda time_ns: str(_integer(time_ns) // 1_000_000_000),
}
