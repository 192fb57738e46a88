"""Line filters and label filters, made into functions of a record."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from ipaddress import ip_address, ip_network
from typing import TypeAlias

from sre_tui.demo.logql.extraction import compile_line_pattern
from sre_tui.demo.logql.literals import searching
from sre_tui.demo.logql.record import ERROR, Record
from sre_tui.demo.logql.regex import compile_re2
from sre_tui.demo.logql.syntax import (
    BothFilter,
    IPFilter,
    LabelFilter,
    LineFilter,
    QuantityFilter,
    StringFilter,
)
from sre_tui.demo.logql.units import parse_bytes, parse_duration, parse_number

Step: TypeAlias = Callable[[Record], bool]

_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}
_PARSE = {"number": parse_number, "duration": parse_duration, "bytes": parse_bytes}
_ADDRESS = re.compile(r"(?:\d{1,3}\.){3}\d{1,3}|[0-9a-fA-F]*:[0-9a-fA-F:]+(?:\.\d+)*")


def line_test(stage: LineFilter) -> Callable[[str], bool]:
    """Whether a line has, or with a negative operator has not, any of the alternatives."""
    tests = [_alternative(stage, text) for text in stage.alternatives]
    wanted = not stage.op.startswith("!")
    if len(tests) == 1:
        test = tests[0]
        return test if wanted else lambda line: not test(line)
    return lambda line: any(test(line) for test in tests) is wanted


def _alternative(stage: LineFilter, text: str) -> Callable[[str], bool]:
    if stage.is_ip:
        contains = _network_test(text)
        return lambda line: any(contains(found) for found in _ADDRESS.findall(line))
    match stage.op:
        case "|=" | "!=":
            return lambda line: text in line
        case "|~" | "!~":
            return searching(compile_re2(text))
        case _:
            fullmatch = compile_line_pattern(text).fullmatch
            return lambda line: fullmatch(line) is not None


def label_filter(stage: LabelFilter) -> Step:
    """Whether a record's labels pass; a quantity that does not parse marks the line instead."""
    match stage:
        case StringFilter(matcher):
            return lambda record: matcher.matches(record.get(matcher.name))
        case QuantityFilter():
            return _quantity_filter(stage)
        case IPFilter(name, equal, network):
            contains = _network_test(network)
            return lambda record: contains(record.get(name)) is equal
        case BothFilter("and", left, right):
            first, second = label_filter(left), label_filter(right)
            return lambda record: first(record) and second(record)
        case BothFilter(_, left, right):
            first, second = label_filter(left), label_filter(right)
            return lambda record: first(record) or second(record)


def _quantity_filter(stage: QuantityFilter) -> Step:
    compare, parse = _COMPARE[stage.op], _PARSE[stage.unit]

    def passes(record: Record) -> bool:
        # A line that failed before is kept, so that a later filter on __error__ can judge it.
        if record.error and stage.name != ERROR:
            return True
        text = record.get(stage.name)
        if not text:
            return False
        try:
            return compare(parse(text), stage.value)
        except (ValueError, OverflowError) as error:
            record.fail("LabelFilterErr", str(error))
            return True

    return passes


def _network_test(pattern: str) -> Callable[[str], bool]:
    if "/" in pattern:
        network = ip_network(pattern, strict=False)

        def in_network(text: str) -> bool:
            try:
                return ip_address(text) in network
            except ValueError:
                return False

        return in_network
    first, _, last = (part.strip() for part in pattern.partition("-"))
    low, high = ip_address(first), ip_address(last or first)

    def in_range(text: str) -> bool:
        try:
            address = ip_address(text)
        except ValueError:
            return False
        return address.version == low.version and int(low) <= int(address) <= int(high)

    return in_range
