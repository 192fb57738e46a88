"""Parses stream selectors, matchers and label filters."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import cast

from sre_tui.demo.logql.cursor import Cursor
from sre_tui.demo.logql.errors import ParseError
from sre_tui.demo.logql.lexer import BYTES, DURATION, IDENTIFIER, NUMBER, STRING, Token
from sre_tui.demo.logql.regex import RegexError, compile_re2
from sre_tui.demo.logql.syntax import (
    BothFilter,
    CompareOp,
    IPFilter,
    LabelFilter,
    QuantityFilter,
    StringFilter,
)
from sre_tui.demo.telemetry import Matcher, MatchOp

_MATCH_OPS = ("=", "=~", "!~", "!=")
_COMPARE_OPS = (">", ">=", "<", "<=", "!=", "=", "==")
_UNITS = {NUMBER: "number", DURATION: "duration", BYTES: "bytes"}


def parse_selector(cursor: Cursor) -> tuple[Matcher, ...]:
    """A stream selector ``{a="b", …}``; an empty one is left to the caller to judge."""
    cursor.expect("{")
    matchers: list[Matcher] = []
    if cursor.accept("}"):
        return ()
    if cursor.kind != IDENTIFIER:
        raise cursor.unexpected(IDENTIFIER, "}")
    while True:
        name = cursor.expect(IDENTIFIER)
        op = cursor.expect(*_MATCH_OPS)
        matchers.append(_matcher(cursor, name, op))
        if cursor.expect("}", ",").kind == "}":
            return tuple(matchers)


def require_selective(matchers: tuple[Matcher, ...]) -> None:
    """Refuses a selector that every stream would pass, as Loki does."""
    if not any(matcher.op in ("=", "=~") and not matcher.matches("") for matcher in matchers):
        raise ParseError(
            "queries require at least one regexp or equality matcher that does not have an "
            'empty-compatible value. For instance, app=~".*" does not meet this requirement, '
            'but app=~".+" will'
        )


def parse_named_matcher(cursor: Cursor) -> tuple[str, Matcher | None]:
    """A label name, alone or with a matcher, as ``drop`` and ``keep`` take them."""
    name = cursor.expect(IDENTIFIER)
    op = cursor.accept(*_MATCH_OPS)
    return name.text, _matcher(cursor, name, op) if op else None


def parse_label_filter(cursor: Cursor) -> LabelFilter:
    """A label filter with ``and``, ``or``, commas and parentheses."""
    with cursor.nested():
        left = _conjunction(cursor)
        while cursor.accept("or"):
            left = BothFilter("or", left, _conjunction(cursor))
        return left


def _conjunction(cursor: Cursor) -> LabelFilter:
    left = _single_filter(cursor)
    while cursor.accept("and", ",") or cursor.kind in (IDENTIFIER, "("):
        left = BothFilter("and", left, _single_filter(cursor))
    return left


def _single_filter(cursor: Cursor) -> LabelFilter:
    if cursor.accept("("):
        inner = parse_label_filter(cursor)
        cursor.expect(")")
        return inner
    name = cursor.expect(IDENTIFIER)
    if cursor.kind not in (*_COMPARE_OPS, *_MATCH_OPS):
        raise cursor.unexpected()
    op = cursor.take()
    if op.kind in ("=", "!=") and cursor.kind == "ip":
        cursor.take()
        return IPFilter(name.text, op.kind == "=", parse_ip_argument(cursor))
    if op.kind in _MATCH_OPS and cursor.kind == STRING:
        return StringFilter(_matcher(cursor, name, op))
    if op.kind not in _COMPARE_OPS:
        raise cursor.unexpected(STRING)
    sign = cursor.accept("+", "-")
    value = cursor.token
    if value.kind not in ((NUMBER,) if sign else tuple(_UNITS)):
        raise cursor.unexpected()
    cursor.take()
    number = -value.number if sign and sign.kind == "-" else value.number
    compare = cast(CompareOp, "==" if op.kind == "=" else op.kind)
    match value.kind:
        case "DURATION":
            return QuantityFilter(name.text, compare, number, "duration")
        case "BYTES":
            return QuantityFilter(name.text, compare, number, "bytes")
        case _:
            return QuantityFilter(name.text, compare, number, "number")


def parse_ip_argument(cursor: Cursor) -> str:
    """The text in ``ip("…")`` after the word itself: an address, a CIDR or ``from-to``."""
    cursor.expect("(")
    token = cursor.expect(STRING)
    cursor.expect(")")
    try:
        if "/" in token.text:
            ip_network(token.text, strict=False)
        else:
            for address in token.text.split("-", 1):
                ip_address(address.strip())
    except ValueError as error:
        raise cursor.error(f"ip: invalid pattern: {error}", token) from error
    return token.text


def _matcher(cursor: Cursor, name: Token, op: Token) -> Matcher:
    value = cursor.expect(STRING)
    if op.kind in ("=~", "!~"):
        try:
            return Matcher(name.text, cast(MatchOp, op.kind), compile_re2(value.text).pattern)
        except RegexError as error:
            raise cursor.error(str(error), value) from error
    return Matcher(name.text, cast(MatchOp, op.kind), value.text)
