"""What the parser stages read out of a line: JSON, logfmt, patterns and regular expressions."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from sre_tui.demo.logql.regex import compile_re2

Path: TypeAlias = tuple[str | int, ...]

_UNSAFE_NAME = re.compile(r"[^a-zA-Z0-9_]")
_PATH_PART = re.compile(r"""\.?([A-Za-z_][\w-]*)|\[(\d+)\]|\[["']((?:[^"'\\]|\\.)+)["']\]""")
_LOGFMT_PAIR = re.compile(r'([^\s="]+)(?:=("(?:[^"\\]|\\.)*"|[^\s"]*))?')
_CAPTURE = re.compile(r"<([a-zA-Z_][a-zA-Z0-9_]*)>")


class JsonNumber(str):
    """A number of a JSON document, as it is written there."""

    __slots__ = ()


def safe_name(name: str) -> str:
    """A key as Loki makes a label name of it."""
    cleaned = _UNSAFE_NAME.sub("_", name.strip())
    return f"_{cleaned}" if cleaned[:1].isdigit() else cleaned


def load_json_object(line: str) -> dict[str, object]:
    """The object of a line with numbers as they are written; raises ``ValueError``."""
    value = json.loads(line, parse_float=JsonNumber, parse_int=JsonNumber)
    if not isinstance(value, dict):
        raise ValueError("expecting json object(6), but it is not")  # noqa: TRY004
    return value


def flatten_json(value: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Label and text of every scalar in the object; nested keys joined by ``_``, arrays skipped."""
    for key, item in value.items():
        name = safe_name(f"{prefix}_{key}" if prefix else key)
        if isinstance(item, dict):
            yield from flatten_json(item, name)
        elif isinstance(item, str | bool):
            yield name, json_text(item)


def json_text(value: object) -> str:
    """A JSON value as the text of a label."""
    if isinstance(value, str):
        return str(value)
    return "" if value is None else _compact(value)


def _compact(value: object) -> str:
    match value:
        case JsonNumber():
            return str(value)
        case dict():
            pairs = (f"{json.dumps(key)}:{_compact(item)}" for key, item in value.items())
            return "{" + ",".join(pairs) + "}"
        case list():
            return "[" + ",".join(map(_compact, value)) + "]"
        case _:
            return json.dumps(value, ensure_ascii=False)


def parse_path(expression: str) -> Path:
    """The steps of ``a.b[0]["c d"]``; raises ``ValueError``."""
    steps: list[str | int] = []
    position = 0
    while position < len(expression):
        match = _PATH_PART.match(expression, position)
        if match is None or (position == 0 and expression[0] == "."):
            raise ValueError(f"syntax error: unexpected {expression[position:] or '$end'}")
        steps.append(int(match[2]) if match[2] is not None else match[1] or match[3])
        position = match.end()
    if not steps:
        raise ValueError("syntax error: unexpected $end")
    return tuple(steps)


def walk_json(value: object, path: Path) -> object:
    """The value at a path, None when it is not there."""
    for step in path:
        if isinstance(value, dict) and isinstance(step, str):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return None
    return value


def parse_logfmt(line: str, *, strict: bool) -> Iterator[tuple[str, str]]:
    """Key and value of every pair; a key alone has an empty value.

    Raises ``ValueError`` on what is no pair when strict, else passes over it.
    """
    position = 0
    while position < len(line):
        if line[position].isspace():
            position += 1
            continue
        match = _LOGFMT_PAIR.match(line, position)
        if match is None or (match.end() < len(line) and not line[match.end()].isspace()):
            if strict:
                at = (match.end() if match else position) + 1
                unexpected = line[at - 1] if at <= len(line) else ""
                raise ValueError(f"logfmt syntax error at pos {at} : unexpected '{unexpected}'")
            end = re.compile(r"\s|$").search(line, match.end() if match else position)
            position = max(end.start() if end else len(line), position + 1)
            continue
        value = match[2] or ""
        if value.startswith('"'):
            value = _unescape(value[1:-1])
        yield match[1], value
        position = match.end()


def _unescape(text: str) -> str:
    simple = {"n": "\n", "t": "\t", "r": "\r"}
    return re.sub(r"\\(.)", lambda found: simple.get(found[1], found[1]), text, flags=re.DOTALL)


@functools.lru_cache(maxsize=256)
def compile_pattern(pattern: str) -> Sequence[tuple[str, bool]]:
    """Literals (False) and captures (True) of a pattern; raises ``ValueError`` on a bad one."""
    parts: list[tuple[str, bool]] = []
    position = 0
    for found in _CAPTURE.finditer(pattern):
        if found.start() > position:
            parts.append((pattern[position : found.start()], False))
        if parts and parts[-1][1]:
            raise ValueError(f"found consecutive capture '<{parts[-1][0]}><{found[1]}>'")
        parts.append((found[1], True))
        position = found.end()
    if position < len(pattern):
        parts.append((pattern[position:], False))
    names = [name for name, is_capture in parts if is_capture and name != "_"]
    if not names:
        raise ValueError("at least one capture is required")
    if len(set(names)) < len(names):
        raise ValueError(f"duplicate capture name ({next(n for n in names if names.count(n) > 1)})")
    return tuple(parts)


def match_pattern(pattern: str, line: str) -> Iterator[tuple[str, str]]:
    """Name and text of the captures; a literal that is missing ends with the rest as capture."""
    parts = compile_pattern(pattern)
    rest = line
    if not parts[0][1]:
        if not rest.startswith(parts[0][0]):
            return
        rest = rest[len(parts[0][0]) :]
    for index, (name, is_capture) in enumerate(parts):
        if not is_capture:
            continue
        literal = parts[index + 1][0] if index + 1 < len(parts) else ""
        at = rest.find(literal) if literal else -1
        value, rest = (rest, "") if at < 0 else (rest[:at], rest[at + len(literal) :])
        if name != "_":
            yield name, value
        if at < 0:
            return


@functools.lru_cache(maxsize=256)
def compile_line_pattern(pattern: str) -> re.Pattern[str]:
    """The expression of a ``|>`` filter, in which ``<_>`` stands for anything."""
    literals = pattern.split("<_>")
    return re.compile(".*?".join(re.escape(literal) for literal in literals), re.DOTALL)


def match_regexp(expression: str, line: str) -> Iterator[tuple[str, str]]:
    """Name and text of the named groups of the first match."""
    match = compile_re2(expression).search(line)
    if match is not None:
        for name, value in match.groupdict().items():
            if value is not None:
                yield name, value
