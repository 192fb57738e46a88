"""Expand the templates of alert labels and annotations: the part of Go's that alert rules use."""

from __future__ import annotations

import math
import re
import shlex
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from sre_tui.demo.promql.formatting import format_scientific, format_value

_ACTION = re.compile(r"\{\{-?\s*(.*?)\s*-?\}\}", re.DOTALL)
_LABEL = re.compile(r"(?:\$labels|\.Labels)\.(\w+)")
_INDEXED = re.compile(r'index \$labels "([^"]*)"')
_VALUE = re.compile(r"\$value|\.Value|\$values\.\w+(?:\.Value)?")
_LARGE = ("", "k", "M", "G", "T", "P", "E", "Z", "Y")
_BINARY = ("", "ki", "Mi", "Gi", "Ti", "Pi", "Ei", "Zi", "Yi")
_SMALL = ("", "m", "u", "n", "p", "f", "a", "z", "y")

Operand = str | float


def expand(template: str, labels: Mapping[str, str], value: float) -> str:
    """Fill in a template; an action that is not understood is named in its place.

    Args:
        template: text with actions such as ``{{ $labels.host }}`` or ``{{ $value | humanize }}``.
        labels: the labels of the alert's series.
        value: what the rule's expression gave for it.
    """
    return _ACTION.sub(lambda found: _action(found.group(1), labels, value), template)


def _action(text: str, labels: Mapping[str, str], value: float) -> str:
    try:
        return _show(_pipeline(text, labels, value))
    except (ValueError, TypeError, KeyError) as error:
        return f"<error expanding template: {text}: {error}>"


def _pipeline(text: str, labels: Mapping[str, str], value: float) -> Operand:
    first, *filters = [
        part.strip() for part in re.split(r"\|(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)", text)
    ]
    result = _call(first, None, labels, value)
    for part in filters:
        result = _call(part, result, labels, value)
    return result


def _call(text: str, piped: Operand | None, labels: Mapping[str, str], value: float) -> Operand:
    indexed = _INDEXED.fullmatch(text)
    if indexed is not None:
        return labels.get(indexed.group(1), "")
    name, *rest = shlex.split(text, posix=False)
    if not rest and piped is None:
        return _operand(name, labels, value)
    operands = [_operand(word, labels, value) for word in rest]
    if piped is not None:
        operands.append(piped)
    if name == "printf":
        return _printf(str(operands[0]), operands[1:])
    if name not in _FUNCTIONS:
        raise ValueError(f'function "{name}" not defined')
    (operand,) = operands
    return _FUNCTIONS[name](operand)


def _operand(word: str, labels: Mapping[str, str], value: float) -> Operand:
    label = _LABEL.fullmatch(word)
    if label is not None:
        return labels.get(label.group(1), "")
    if _VALUE.fullmatch(word):
        return value
    if word.startswith('"'):
        return word[1:-1]
    return float(word)


def _printf(pattern: str, operands: list[Operand]) -> str:
    pattern = re.sub(r"%v", "%s", pattern)
    shown = [_show(one) if isinstance(one, float) and "%s" in pattern else one for one in operands]
    return pattern % tuple(shown)


def _show(operand: Operand) -> str:
    if isinstance(operand, str):
        return operand
    magnitude = abs(operand)
    if math.isfinite(operand) and magnitude and (magnitude < 1e-4 or magnitude >= 1e21):
        return format_scientific(operand)
    return format_value(operand)


def _scaled(number: float, base: float, prefixes: tuple[str, ...]) -> str:
    if number == 0 or not math.isfinite(number):
        return f"{number:.4g}"
    index = 0
    while abs(number) >= base and index < len(prefixes) - 1:
        number /= base
        index += 1
    return f"{number:.4g}{prefixes[index]}"


def _humanize(operand: Operand) -> str:
    number = float(operand)
    return _scaled(number, 1000, _LARGE) if abs(number) >= 1 else _tiny(number)


def _tiny(number: float) -> str:
    if number == 0 or not math.isfinite(number):
        return f"{number:.4g}"
    index = 0
    while abs(number) < 1 and index < len(_SMALL) - 1:
        number *= 1000
        index += 1
    return f"{number:.4g}{_SMALL[index]}"


def _humanize_duration(operand: Operand) -> str:
    number = float(operand)
    if not math.isfinite(number):
        return f"{number:.4g}"
    if abs(number) < 1:
        return f"{_tiny(number)}s"
    sign = "-" if number < 0 else ""
    minutes, seconds = divmod(int(abs(number)), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{sign}{days}d {hours}h {minutes}m {seconds}s"
    if hours:
        return f"{sign}{hours}h {minutes}m {seconds}s"
    if minutes:
        return f"{sign}{minutes}m {seconds}s"
    return f"{sign}{abs(number):.4g}s"


def _humanize_timestamp(operand: Operand) -> str:
    moment = datetime.fromtimestamp(float(operand), UTC)
    return moment.strftime("%Y-%m-%d %H:%M:%S +0000 UTC")


_FUNCTIONS: Mapping[str, Callable[[Operand], str]] = {
    "humanize": _humanize,
    "humanize1024": lambda operand: _scaled(float(operand), 1024, _BINARY),
    "humanizeDuration": _humanize_duration,
    "humanizePercentage": lambda operand: f"{float(operand) * 100:.4g}%",
    "humanizeTimestamp": _humanize_timestamp,
    "title": lambda operand: _show(operand).title(),
    "toLower": lambda operand: _show(operand).lower(),
    "toUpper": lambda operand: _show(operand).upper(),
    "print": _show,
}
