"""Parses a log query: selector, line filters and pipeline stages."""

from __future__ import annotations

import re
from typing import Literal, cast

from sre_tui.demo.logql.cursor import Cursor
from sre_tui.demo.logql.extraction import compile_pattern, parse_path
from sre_tui.demo.logql.lexer import FLAG, IDENTIFIER, STRING
from sre_tui.demo.logql.parse_labels import (
    parse_ip_argument,
    parse_label_filter,
    parse_named_matcher,
    parse_selector,
    require_selective,
)
from sre_tui.demo.logql.regex import RegexError, compile_re2
from sre_tui.demo.logql.syntax import (
    Decolorize,
    LabelAssignment,
    LabelFormat,
    LabelSelection,
    LineFilter,
    LineFormat,
    LineOp,
    LogQuery,
    Parser,
    Stage,
)
from sre_tui.demo.logql.templates import Template, TemplateError

LINE_OPS = ("|=", "!=", "|~", "!~", "|>", "!>")
_REFUSED = {"xml", "distinct"}


def parse_log_query(cursor: Cursor) -> LogQuery:
    """A selector with its pipeline; ``unwrap`` belongs to range functions and is left alone."""
    matchers = parse_selector(cursor)
    require_selective(matchers)
    stages = parse_stages(cursor)
    if cursor.kind == "|":
        cursor.take()
        raise cursor.unexpected()
    return LogQuery(matchers, stages)


def parse_stages(cursor: Cursor) -> tuple[Stage, ...]:
    """As many stages as follow, up to ``| unwrap``."""
    stages: list[Stage] = []
    while True:
        if cursor.kind in LINE_OPS:
            stages.append(_line_filter(cursor))
        elif cursor.kind == "|" and cursor.following != "unwrap":
            cursor.take()
            stages.append(_stage(cursor))
        else:
            return tuple(stages)


def _line_filter(cursor: Cursor) -> LineFilter:
    op = cast(LineOp, cursor.take().kind)
    if cursor.kind == "ip":
        if op not in ("|=", "!="):
            raise cursor.error(f"ip line filter does not support the operator {op}")
        cursor.take()
        return LineFilter(op, (parse_ip_argument(cursor),), is_ip=True)
    alternatives: list[str] = []
    while True:
        value = cursor.expect(STRING)
        if op in ("|~", "!~"):
            try:
                compile_re2(value.text)
            except RegexError as error:
                raise cursor.error(str(error), value) from error
        alternatives.append(value.text)
        if not cursor.accept("or"):
            return LineFilter(op, tuple(alternatives))


def _stage(cursor: Cursor) -> Stage:
    if cursor.token.text in _REFUSED:
        raise cursor.error(f"the stage {cursor.token.text} is not supported by this server")
    match cursor.kind:
        case "json" | "logfmt" | "regexp" | "pattern" | "unpack":
            return _parser(cursor)
        case "line_format":
            cursor.take()
            return LineFormat(_template(cursor, "line"))
        case "label_format":
            cursor.take()
            return _label_format(cursor)
        case "decolorize":
            cursor.take()
            return Decolorize()
        case "drop" | "keep":
            keep = cursor.take().kind == "keep"
            labels = [parse_named_matcher(cursor)]
            while cursor.accept(","):
                labels.append(parse_named_matcher(cursor))
            return LabelSelection(keep, tuple(labels))
        case "IDENTIFIER" | "(":
            return parse_label_filter(cursor)
        case _:
            raise cursor.unexpected()


def _parser(cursor: Cursor) -> Parser:
    keyword = cursor.take()
    match keyword.kind:
        case "regexp":
            expression = cursor.expect(STRING)
            try:
                groups = compile_re2(expression.text).groupindex
            except RegexError as error:
                raise cursor.error(str(error), expression) from error
            if not groups:
                raise cursor.error("at least one named capture must be supplied", expression)
            return Parser("regexp", expression.text)
        case "pattern":
            expression = cursor.expect(STRING)
            try:
                compile_pattern(expression.text)
            except ValueError as error:
                raise cursor.error(str(error), expression) from error
            return Parser("pattern", expression.text)
        case "unpack":
            return Parser("unpack")
    flags: set[str] = set()
    while keyword.kind == "logfmt" and (flag := cursor.accept(FLAG)):
        flags.add(flag.text)
    return Parser(
        cast(Literal["json", "logfmt"], keyword.kind),
        extract=_extractions(cursor) if cursor.kind == IDENTIFIER else (),
        strict="--strict" in flags,
        keep_empty="--keep-empty" in flags,
    )


def _extractions(cursor: Cursor) -> tuple[tuple[str, str], ...]:
    extractions: list[tuple[str, str]] = []
    while True:
        name = cursor.expect(IDENTIFIER)
        expression = name.text
        if cursor.accept("="):
            value = cursor.expect(STRING)
            expression = value.text
            try:
                parse_path(expression)
            except ValueError as error:
                raise cursor.error(
                    f"cannot parse expression [{expression}]: {error}", value
                ) from error
        extractions.append((name.text, expression))
        if not cursor.accept(","):
            return tuple(extractions)


def _label_format(cursor: Cursor) -> LabelFormat:
    assignments: list[LabelAssignment] = []
    while True:
        target = cursor.expect(IDENTIFIER)
        if any(assigned.target == target.text for assigned in assignments):
            raise cursor.error(
                f"multiple label '{target.text}' not allowed in a single format operation", target
            )
        cursor.expect("=")
        if cursor.kind == IDENTIFIER:
            assignments.append(LabelAssignment(target.text, cursor.take().text, False))
        elif cursor.kind == STRING:
            assignments.append(LabelAssignment(target.text, _template(cursor, "label"), True))
        else:
            raise cursor.unexpected(IDENTIFIER, STRING)
        if not cursor.accept(","):
            return LabelFormat(tuple(assignments))


def _template(cursor: Cursor, what: Literal["line", "label"]) -> str:
    token = cursor.expect(STRING)
    try:
        Template(token.text)
    except TemplateError as error:
        place = re.sub(r"^", f"template: {what}:1: ", str(error))
        raise cursor.error(f"invalid {what} template: {place}", token) from error
    return token.text
