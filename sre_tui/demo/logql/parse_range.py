"""Parses functions over a range of log lines, ``unwrap`` and groupings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, cast

from sre_tui.demo.logql.cursor import Cursor
from sre_tui.demo.logql.errors import ParseError
from sre_tui.demo.logql.lexer import DURATION, IDENTIFIER, NUMBER, RANGE, Token
from sre_tui.demo.logql.parse_labels import (
    parse_label_filter,
    parse_selector,
    require_selective,
)
from sre_tui.demo.logql.parse_pipeline import parse_stages
from sre_tui.demo.logql.syntax import (
    Grouping,
    LabelFilter,
    LogQuery,
    RangeAggregation,
    Stage,
    Unwrap,
)
from sre_tui.demo.telemetry import Matcher

_ONLY_UNWRAPPED = frozenset(
    [
        "rate_counter",
        "avg_over_time",
        "sum_over_time",
        "min_over_time",
        "max_over_time",
        "stddev_over_time",
        "stdvar_over_time",
        "quantile_over_time",
        "first_over_time",
        "last_over_time",
    ]
)
_NEVER_UNWRAPPED = frozenset(
    {
        "count_over_time",
        "bytes_rate",
        "bytes_over_time",
        "absent_over_time",
    }
)
_GROUPED = frozenset(
    [
        "avg_over_time",
        "min_over_time",
        "max_over_time",
        "stddev_over_time",
        "stdvar_over_time",
        "quantile_over_time",
        "first_over_time",
        "last_over_time",
    ]
)


@dataclass
class _LogRange:
    matchers: tuple[Matcher, ...] = ()
    stages: tuple[Stage, ...] = ()
    unwrap: Unwrap | None = None
    range: Token | None = None
    offset: float = 0.0


def parse_range_aggregation(cursor: Cursor) -> RangeAggregation:
    """``rate({…} | json [5m])`` and its relatives, with what Loki demands of each."""
    function = cursor.take().kind
    cursor.expect("(")
    parameter: float | None = None
    if cursor.kind in (NUMBER, "-"):
        sign = -1.0 if cursor.accept("-") else 1.0
        parameter = sign * cursor.expect(NUMBER).number
        cursor.expect(",")
    log_range = _log_range(cursor)
    cursor.expect(")")
    grouping = parse_grouping(cursor)
    if log_range.range is None:
        raise cursor.unexpected(RANGE)
    _validate(function, log_range.unwrap, grouping, parameter)
    return RangeAggregation(
        function=function,
        query=LogQuery(log_range.matchers, log_range.stages),
        range=log_range.range.number,
        offset=log_range.offset,
        unwrap=log_range.unwrap,
        grouping=grouping,
        parameter=parameter,
    )


def parse_grouping(cursor: Cursor) -> Grouping | None:
    """``by (…)`` or ``without (…)`` if one follows."""
    keyword = cursor.accept("by", "without")
    if keyword is None:
        return None
    cursor.expect("(")
    labels: list[str] = []
    if not cursor.accept(")"):
        labels.append(cursor.expect(IDENTIFIER).text)
        while cursor.expect(",", ")").kind == ",":
            labels.append(cursor.expect(IDENTIFIER).text)
    return Grouping(tuple(labels), without=keyword.kind == "without")


def _log_range(cursor: Cursor) -> _LogRange:
    with cursor.nested():
        if cursor.accept("("):
            found = _log_range_or_query(cursor)
            cursor.expect(")")
        else:
            found = _bare(cursor)
        _range_and_offset(cursor, found)
        if found.range is None:
            raise cursor.unexpected()
        return found


def _log_range_or_query(cursor: Cursor) -> _LogRange:
    with cursor.nested():
        if not cursor.accept("("):
            return _bare(cursor)
        found = _log_range_or_query(cursor)
        cursor.expect(")")
        _range_and_offset(cursor, found)
        return found


def _bare(cursor: Cursor) -> _LogRange:
    found = _LogRange(parse_selector(cursor))
    require_selective(found.matchers)
    _range_and_offset(cursor, found)
    found.stages = parse_stages(cursor)
    if cursor.kind == "|":
        found.unwrap = _unwrap(cursor)
    _range_and_offset(cursor, found)
    return found


def _range_and_offset(cursor: Cursor, found: _LogRange) -> None:
    if found.range is None and (token := cursor.accept(RANGE)):
        found.range = token
        if cursor.accept("offset"):
            found.offset = cursor.expect(DURATION).number


def _unwrap(cursor: Cursor) -> Unwrap:
    cursor.take()
    cursor.expect("unwrap")
    conversion: Literal["", "bytes", "duration", "duration_seconds"] = ""
    if token := cursor.accept("bytes", "duration", "duration_seconds"):
        conversion = cast(Literal["bytes", "duration", "duration_seconds"], token.kind)
        cursor.expect("(")
    label = cursor.expect(IDENTIFIER).text
    if conversion:
        cursor.expect(")")
    filters: list[LabelFilter] = []
    while cursor.accept("|"):
        filters.append(parse_label_filter(cursor))
    return Unwrap(label, conversion, tuple(filters))


def _validate(
    function: str, unwrap: Unwrap | None, grouping: Grouping | None, parameter: float | None
) -> None:
    if function == "quantile_over_time":
        if parameter is None:
            raise ParseError(f"parameter required for operation {function}")
    elif parameter is not None:
        raise ParseError(f"parameter {parameter:g} not supported for operation {function}")
    if grouping is not None and function not in _GROUPED:
        raise ParseError(f"grouping not allowed for {function} aggregation")
    if unwrap is None and function in _ONLY_UNWRAPPED:
        raise ParseError(f"invalid aggregation {function} without unwrap")
    if unwrap is not None and function in _NEVER_UNWRAPPED:
        raise ParseError(f"invalid aggregation {function} with unwrap")
