"""Cuts a LogQL query into tokens that know their line and column."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sre_tui.demo.logql.errors import ParseError
from sre_tui.demo.logql.units import parse_bytes, parse_duration

END: Final = "$end"
IDENTIFIER: Final = "IDENTIFIER"
STRING: Final = "STRING"
NUMBER: Final = "NUMBER"
DURATION: Final = "DURATION"
BYTES: Final = "BYTES"
RANGE: Final = "RANGE"
FLAG: Final = "PARSER_FLAG"

RANGE_FUNCTIONS: Final = frozenset(
    [
        "rate",
        "rate_counter",
        "count_over_time",
        "bytes_rate",
        "bytes_over_time",
        "avg_over_time",
        "sum_over_time",
        "min_over_time",
        "max_over_time",
        "stdvar_over_time",
        "stddev_over_time",
        "quantile_over_time",
        "first_over_time",
        "last_over_time",
        "absent_over_time",
    ]
)
VECTOR_FUNCTIONS: Final = frozenset(
    [
        "sum",
        "avg",
        "max",
        "min",
        "count",
        "stddev",
        "stdvar",
        "bottomk",
        "topk",
        "sort",
        "sort_desc",
        "approx_topk",
    ]
)
# Only an opening parenthesis (or a grouping before it) makes these words functions.
_FUNCTIONS = RANGE_FUNCTIONS | VECTOR_FUNCTIONS | {
    "vector", "label_replace", "bytes", "duration", "duration_seconds", "ip", "variants",
}  # fmt: skip
_KEYWORDS = frozenset(
    [
        "by",
        "without",
        "bool",
        "offset",
        "on",
        "ignoring",
        "group_left",
        "group_right",
        "or",
        "and",
        "unless",
        "json",
        "xml",
        "regexp",
        "logfmt",
        "unpack",
        "pattern",
        "unwrap",
        "label_format",
        "line_format",
        "decolorize",
        "drop",
        "keep",
    ]
)
_SYMBOLS = (
    "!=", "=~", "!~", "!>", "|=", "|~", "|>", "==", ">=", "<=",
    ",", ".", "{", "}", "=", "|", "(", ")", "+", "-", "*", "/", "%", "^", ">", "<", "]",
)  # fmt: skip

_SPACE = re.compile(r"(?:\s+|#[^\n]*)+")
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NUMBER = re.compile(r"(?:0[xX][0-9a-fA-F]+|\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)")
_DURATION_TAIL = re.compile(r"-?[0-9.]+[nuµmshdwy][0-9.nuµmshdwy]*")
_BYTES_TAIL = re.compile(r"[0-9.]+[BikKMGTP]+")
_STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"|`[^`]*`', re.DOTALL)
_FLAG = re.compile(r"--(?:strict|keep-empty)\b")
_CALL = re.compile(r"\s*(?:\(|(?:by|without)\s*\()", re.IGNORECASE)
_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{3}|.)", re.DOTALL)
_SIMPLE_ESCAPES = {
    "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v",
    "\\": "\\", '"': '"', "'": "'",
}  # fmt: skip


@dataclass(frozen=True)
class Token:
    """One token; ``kind`` is how Loki names it in errors, symbols and keywords name themselves."""

    kind: str
    text: str
    line: int
    column: int
    number: float = 0.0


def tokenize(query: str) -> list[Token]:
    """All tokens and a last one of kind ``$end``; raises ``ParseError``."""
    tokens: list[Token] = []
    position = 0
    while True:
        space = _SPACE.match(query, position)
        position = space.end() if space else position
        line, column = _place(query, position)
        if position >= len(query):
            tokens.append(Token(END, "", line, column))
            return tokens
        token, position = _next_token(query, position, line, column)
        tokens.append(token)


def _place(query: str, position: int) -> tuple[int, int]:
    line_start = query.rfind("\n", 0, position) + 1
    return query.count("\n", 0, position) + 1, position - line_start + 1


def _next_token(query: str, start: int, line: int, column: int) -> tuple[Token, int]:
    char = query[start]
    if char in '"`':
        match = _STRING.match(query, start)
        if match is None:
            raise ParseError("literal not terminated", line, column)
        return Token(STRING, _unquote(match[0], line, column), line, column), match.end()
    if char == "[":
        return _range(query, start, line, column)
    if flag := _FLAG.match(query, start):
        return Token(FLAG, flag[0], line, column), flag.end()
    for pattern, kind, parse in _QUANTITIES:
        match = pattern.match(query, start)
        if match is not None:
            try:
                return Token(kind, match[0], line, column, parse(match[0])), match.end()
            except ValueError:
                continue
    if match := _NUMBER.match(query, start):
        return Token(NUMBER, match[0], line, column, _number(match[0])), match.end()
    if match := _WORD.match(query, start):
        return Token(_word_kind(match[0], query, match.end()), match[0], line, column), match.end()
    for symbol in _SYMBOLS:
        if query.startswith(symbol, start):
            return Token(symbol, symbol, line, column), start + len(symbol)
    # Loki's scanner hands any other character to the grammar as an identifier.
    return Token(IDENTIFIER, char, line, column), start + 1


def _number(text: str) -> float:
    return float(int(text, 16)) if text[:2].lower() == "0x" else float(text)


def _word_kind(word: str, query: str, end: int) -> str:
    lowered = word.lower()
    if lowered in _FUNCTIONS:
        return lowered if _CALL.match(query, end) else IDENTIFIER
    return lowered if lowered in _KEYWORDS else IDENTIFIER


def _range(query: str, start: int, line: int, column: int) -> tuple[Token, int]:
    end = query.find("]", start)
    if end < 0:
        raise ParseError("missing closing ']' in duration", line, column)
    text = query[start + 1 : end]
    try:
        seconds = parse_duration(text)
    except ValueError:
        reason = f'not a valid duration string: "{text}"' if text else "empty duration string"
        raise ParseError(reason, line, column) from None
    if seconds <= 0:
        raise ParseError(f'not a valid duration string: "{text}"', line, column)
    return Token(RANGE, query[start : end + 1], line, column, seconds), end + 1


def _unquote(literal: str, line: int, column: int) -> str:
    if literal[0] == "`":
        return literal[1:-1]

    def replaced(found: re.Match[str]) -> str:
        code = found[1]
        if code in _SIMPLE_ESCAPES and code != "'":
            return _SIMPLE_ESCAPES[code]
        try:
            if code[0] in "xuU" and len(code) > 1:
                return chr(int(code[1:], 16))
            if len(code) == 3:
                return chr(int(code, 8))
        except (ValueError, OverflowError):
            pass
        raise ParseError("invalid char escape", line, column)

    return _ESCAPE.sub(replaced, literal[1:-1])


_QUANTITIES: tuple[tuple[re.Pattern[str], str, Callable[[str], float]], ...] = (
    (_DURATION_TAIL, DURATION, parse_duration),
    (_BYTES_TAIL, BYTES, parse_bytes),
)
