"""Parses a LogQL query into its syntax tree; every error says what and where, as Loki does."""

from __future__ import annotations

from typing import Literal, cast

from sre_tui.demo.logql.cursor import Cursor
from sre_tui.demo.logql.errors import ParseError
from sre_tui.demo.logql.lexer import (
    END,
    IDENTIFIER,
    NUMBER,
    RANGE_FUNCTIONS,
    STRING,
    VECTOR_FUNCTIONS,
)
from sre_tui.demo.logql.parse_labels import parse_selector
from sre_tui.demo.logql.parse_pipeline import parse_log_query
from sre_tui.demo.logql.parse_range import parse_grouping, parse_range_aggregation
from sre_tui.demo.logql.regex import RegexError, compile_re2
from sre_tui.demo.logql.syntax import (
    BinaryOperation,
    LabelReplace,
    LogQuery,
    MetricQuery,
    NumberLiteral,
    Query,
    VectorAggregation,
    VectorLiteral,
    VectorMatching,
)
from sre_tui.demo.promql.formatting import format_value
from sre_tui.demo.telemetry import Matcher

SET_OPS = ("and", "or", "unless")
_PRECEDENCE = {
    "or": 1, "and": 2, "unless": 2,
    "==": 3, "!=": 3, ">": 3, ">=": 3, "<": 3, "<=": 3,
    "+": 4, "-": 4, "*": 5, "/": 5, "%": 5, "^": 6,
}  # fmt: skip
_NEED_PARAMETER = ("topk", "bottomk")
_REFUSED = ("variants", "approx_topk")


def parse(query: str) -> Query:
    """The syntax tree of a log or metric query; raises ``ParseError``."""
    cursor = Cursor(query)
    if cursor.kind == END:
        raise ParseError("syntax error: unexpected $end")
    parsed = _expression(cursor, 1)
    if cursor.kind != END:
        raise cursor.unexpected()
    return parsed


def parse_matchers(selector: str) -> tuple[Matcher, ...]:
    """The matchers of a stream selector alone, as label endpoints take it."""
    cursor = Cursor(selector)
    matchers = parse_selector(cursor)
    if cursor.kind != END:
        raise cursor.unexpected()
    return matchers


def _expression(cursor: Cursor, lowest: int) -> Query:
    with cursor.nested():
        left = _operand(cursor)
        while (precedence := _PRECEDENCE.get(cursor.kind, 0)) >= lowest:
            op = cursor.take().kind
            returns_bool, matching = _modifiers(cursor)
            # The power operator alone binds to the right.
            right = _expression(cursor, precedence if op == "^" else precedence + 1)
            left = _binary(op, left, right, returns_bool, matching)
        return left


def _operand(cursor: Cursor) -> Query:
    token = cursor.token
    if token.kind in _REFUSED:
        raise cursor.error(f"{token.kind} is not supported by this server")
    if token.kind == "{":
        return parse_log_query(cursor)
    if token.kind in RANGE_FUNCTIONS:
        return parse_range_aggregation(cursor)
    if token.kind in VECTOR_FUNCTIONS:
        return _vector_aggregation(cursor)
    match token.kind:
        case "(":
            cursor.take()
            inner = _expression(cursor, 1)
            cursor.expect(")")
            return inner
        case "NUMBER" | "+" | "-":
            return NumberLiteral(_signed_number(cursor))
        case "vector":
            cursor.take()
            cursor.expect("(")
            number = cursor.expect(NUMBER)
            cursor.expect(")")
            return VectorLiteral(number.number)
        case "label_replace":
            return _label_replace(cursor)
        case _:
            raise cursor.unexpected()


def _signed_number(cursor: Cursor) -> float:
    sign = cursor.accept("+", "-")
    number = cursor.expect(NUMBER).number
    return -number if sign and sign.kind == "-" else number


def _metric(cursor: Cursor) -> MetricQuery:
    parsed = _expression(cursor, 1)
    if isinstance(parsed, LogQuery):
        raise cursor.unexpected()
    return parsed


def _vector_aggregation(cursor: Cursor) -> VectorAggregation:
    function = cursor.take().kind
    grouping = parse_grouping(cursor)
    cursor.expect("(")
    parameter = 0
    if cursor.kind == NUMBER and cursor.following == ",":
        number = cursor.take()
        if function not in _NEED_PARAMETER:
            raise ParseError(f"unsupported parameter for operation {function}({number.text},")
        parameter = int(number.number)
        if not number.text.isdigit():
            raise ParseError(f"invalid parameter {function}({number.text},")
        if parameter <= 0:
            raise ParseError(f"invalid parameter (must be greater than 0) {function}({number.text}")
        cursor.take()
    elif function in _NEED_PARAMETER:
        if cursor.kind == IDENTIFIER:
            raise cursor.unexpected()
        raise ParseError(f"parameter required for operation {function}")
    operand = _metric(cursor)
    cursor.expect(")")
    grouping = grouping or parse_grouping(cursor)
    if grouping is not None and function in ("sort", "sort_desc"):
        raise ParseError(f"grouping not allowed for {function} aggregation")
    return VectorAggregation(function, operand, grouping, parameter)


def _label_replace(cursor: Cursor) -> LabelReplace:
    cursor.take()
    cursor.expect("(")
    operand = _metric(cursor)
    texts: list[str] = []
    for _ in range(4):
        cursor.expect(",")
        token = cursor.expect(STRING)
        texts.append(token.text)
    cursor.expect(")")
    target, replacement, source, expression = texts
    try:
        compile_re2(expression)
    except RegexError as error:
        raise ParseError(f"invalid regex in label_replace: {error}") from error
    return LabelReplace(operand, target, replacement, source, expression)


def _modifiers(cursor: Cursor) -> tuple[bool, VectorMatching]:
    returns_bool = cursor.accept("bool") is not None
    keyword = cursor.accept("on", "ignoring")
    if keyword is None:
        return returns_bool, VectorMatching()
    labels = _label_list(cursor)
    many: Literal["", "left", "right"] = ""
    include: tuple[str, ...] = ()
    if group := cursor.accept("group_left", "group_right"):
        many = cast(Literal["left", "right"], group.kind.removeprefix("group_"))
        # A parenthesis after the word may also begin the right operand, when no name follows it.
        if cursor.kind == "(" and cursor.following in (IDENTIFIER, ")"):
            include = _label_list(cursor)
    return returns_bool, VectorMatching(keyword.kind == "on", labels, many, include)


def _label_list(cursor: Cursor) -> tuple[str, ...]:
    cursor.expect("(")
    labels: list[str] = []
    while not cursor.accept(")"):
        if labels:
            cursor.expect(",")
        labels.append(cursor.expect(IDENTIFIER).text)
        if cursor.kind not in (",", ")"):
            raise cursor.unexpected(",", ")")
    return tuple(labels)


def _binary(
    op: str, left: Query, right: Query, returns_bool: bool, matching: VectorMatching
) -> BinaryOperation:
    for side, operand in (("left", left), ("right", right)):
        if isinstance(operand, LogQuery):
            kind = "PipelineExpr" if operand.stages else "MatchersExpr"
            raise ParseError(
                f"unexpected type for {side} leg of binary operation ({op}): *syntax.{kind}"
            )
        if op in SET_OPS and isinstance(operand, NumberLiteral):
            raise ParseError(
                f"unexpected literal for {side} leg of logical/set binary operation "
                f"({op}): {format_value(operand.value)}"
            )
    return BinaryOperation(
        op, cast(MetricQuery, left), cast(MetricQuery, right), returns_bool, matching
    )
