"""Say a parse error in Prometheus's words and find its place.

The parser names what is wrong but not where. The words of the query are enough to find the place
for the mistakes people make; anything else is placed at the start of the query.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise

from sre_tui.demo.promql.dialect import Dialect
from sre_tui.demo.promql.errors import ParseError
from sre_tui.demo.promql.faults import COMPARISONS, find_fault
from sre_tui.demo.promql.tokens import place, tokenize

_TYPES = {"vector": "instant vector", "matrix": "range vector"}


def complain(query: str, message: str) -> ParseError:
    """The error Prometheus would give for what the parser said of this query."""
    for pattern, answer in _ANSWERS:
        found = re.fullmatch(pattern, message, re.DOTALL)
        if found is not None:
            text, offset = answer(query, found)
            line, column = place(query, offset)
            return ParseError(text, line, column)
    line, column = place(query, 0)
    return ParseError(_prometheus_words(message), line, column)


def find_strictness_problem(query: str, dialect: Dialect) -> ParseError | None:
    """A mistake that the parser lets pass but this dialect does not."""
    if dialect.lenient:
        return None
    words = tokenize(query)
    braces = 0
    for index, word in enumerate(words):
        braces += {"{": 1, "}": -1}.get(word.text, 0) if word.kind == "operator" else 0
        before = words[index - 1].text if index else ""
        message = ""
        if word.kind == "number" and before == "[":
            message = "missing unit character in duration"
        elif word.kind == "number" and before == "offset":
            message = f'unexpected number "{word.text}" in offset, expected duration'
        elif word.kind == "duration" and before not in {"[", ":", "offset", "-"}:
            message = f'unexpected duration "{word.text}"'
        elif word.kind == "string" and braces and before in {"{", ","}:
            quoted = word.text.replace('"', '\\"')
            message = f'unexpected string "{quoted}" in label matching, expected identifier or "}}"'
        elif word.text == "or" and braces:
            message = 'unexpected identifier "or" in label matching, expected "," or "}"'
        if message:
            line, column = place(query, word.offset)
            return ParseError(message, line, column)
    return None


def _prometheus_words(message: str) -> str:
    return re.sub(r"(?<=\s)'([^']*)'", r'"\1"', message)


_Found = tuple[str, int]


def _at_end(query: str, found: re.Match[str]) -> _Found:
    return _prometheus_words(found.group()), len(query)


def _brackets_left_open(query: str, _found: re.Match[str]) -> _Found:
    return "unclosed left bracket", len(query)


def _at_start(query: str, found: re.Match[str]) -> _Found:
    return _prometheus_words(found.group()), 0


def _at_name(query: str, found: re.Match[str]) -> _Found:
    name = found.group("name")
    offset = next((word.offset for word in tokenize(query) if word.text == name), 0)
    return _prometheus_words(found.group()), offset


def _in_call(query: str, found: re.Match[str]) -> _Found:
    wanted, got = (_TYPES.get(found.group(part), found.group(part)) for part in ("want", "got"))
    text = f'expected type {wanted} in call to function "{found.group("name")}", got {got}'
    return text, _after_parenthesis(query, found.group("name"))


def _in_aggregation(query: str, found: re.Match[str]) -> _Found:
    wanted, got = (_TYPES.get(found.group(part), found.group(part)) for part in ("want", "got"))
    where = "expression" if found.group("want") == "vector" else "parameter"
    return f"expected type {wanted} in aggregation {where}, got {got}", _after_parenthesis(query)


def _after_parenthesis(query: str, name: str = "") -> int:
    words = tokenize(query)
    for index, word in enumerate(words[:-2]):
        if words[index + 1].text == "(" and (not name or word.text == name):
            return words[index + 2].offset
    return 0


def _at_comparison(query: str, found: re.Match[str]) -> _Found:
    offset = next((word.offset for word in tokenize(query) if word.text in COMPARISONS), 0)
    return found.group(), offset


def _at_escape(query: str, found: re.Match[str]) -> _Found:
    character = found.group("char")
    for word in tokenize(query):
        if word.kind == "string" and f"\\{character}" in word.text and word.text[0] != "`":
            return f"unknown escape sequence U+{ord(character):04X} '{character}'", word.offset
    return found.group(), 0


def _at_open_quote(query: str, found: re.Match[str]) -> _Found:
    quote = found.group("quote")
    offset = next((word.offset for word in tokenize(query) if word.text == quote), 0)
    return f"unterminated {'raw' if quote == '`' else 'quoted'} string", offset


def _at_character(query: str, found: re.Match[str]) -> _Found:
    text = found.group("text")
    words = [word for word in tokenize(query) if word.text == text]
    # The lexer has already passed a parenthesis when it sees that none is open.
    return found.group(), (words[-1].offset if words else 0) + (text == ")")


def _unary(query: str, found: re.Match[str]) -> _Found:
    got = _TYPES.get(found.group("got"), found.group("got"))
    allowed = "unary expression only allowed on expressions of type scalar or instant vector"
    return f'{allowed}, got "{got}"', 0


def _bad_regex(query: str, found: re.Match[str]) -> _Found:
    value = found.group("value")
    offset = 0
    words = tokenize(query)
    for index, word in enumerate(words):
        if word.kind == "string" and value in word.text and index >= 2:
            offset = words[index - 2].offset
    return f"error parsing regexp: `^(?:{value})$`", offset


def _zero_duration(query: str, found: re.Match[str]) -> _Found:
    words = [w for w in tokenize(query) if w.kind == "duration" and not re.search("[1-9]", w.text)]
    return found.group(), words[0].offset if words else 0


def _second_range(query: str, found: re.Match[str]) -> _Found:
    words = [word for word in tokenize(query) if word.text == "["]
    return found.group(), words[-1].offset if words else 0


def _only_between_vectors(query: str, _found: re.Match[str]) -> _Found:
    return "vector matching only allowed between instant vectors", 0


def _invalid(query: str, found: re.Match[str]) -> _Found:
    return find_fault(query) or (found.group(), 0)


def _at_last_comma(query: str, found: re.Match[str]) -> _Found:
    for before, word in pairwise(tokenize(query)):
        if before.text == "," and word.text == ")":
            return found.group(), before.offset
    return found.group(), 0


def _at_bool(query: str, found: re.Match[str]) -> _Found:
    for before, word in pairwise(tokenize(query)):
        if word.text == "bool":
            return found.group(), before.offset
    return found.group(), 0


_ANSWERS: tuple[tuple[str, Callable[[str, re.Match[str]], _Found]], ...] = (
    (r"unexpected end of input inside brackets", _brackets_left_open),
    (r"unexpected end of input.*|unclosed left parenthesis", _at_end),
    (r"no expression found in input", _at_start),
    (r"unknown function with name '(?P<name>[^']*)'", _at_name),
    (r"expected .*argument\(s\) in call to '(?P<name>[^']*)', got \d+", _at_name),
    (
        r"expected type (?P<want>\w+) in call to function '(?P<name>\w+)', got (?P<got>\w+)",
        _in_call,
    ),
    (
        r"expected type (?P<want>\w+) in aggregation expression, got (?P<got>\w+)",
        _in_aggregation,
    ),
    (r"comparisons between scalars must use BOOL modifier", _at_comparison),
    (r"unknown escape sequence '(?P<char>.)'", _at_escape),
    (r"unterminated quoted string (?P<quote>.)", _at_open_quote),
    (r"unexpected right \w+ '(?P<text>.)'", _at_character),
    (r"unexpected character(?: after)?:? '(?P<text>.)'.*", _at_character),
    (r"invalid label matcher, expected label matching operator.*", _invalid),
    (r"trailing commas not allowed .*", _at_last_comma),
    (r"bool modifier can only be used on comparison operators", _at_bool),
    (r"unexpected (?:identifier )?'(?P<text>[^']+)' in label matching.*", _invalid),
    (r"unary expression only allowed .* got: (?P<got>\w+)", _unary),
    (r"illegal regex for (?P<value>.*)", _bad_regex),
    (r"duration must be greater than 0", _zero_duration),
    (r"ranges only allowed for vector selectors", _second_range),
    (r"vector matching only allowed between vectors", _only_between_vectors),
    (r"invalid promql query", _invalid),
)
