"""Finds and rewrites the stream selectors in LogQL, leaving everything else as it was written."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from typing import NamedTuple

LABEL_NAME = re.compile(r"[A-Za-z_:][A-Za-z0-9_:]*")

_TOKEN = re.compile(r"\"(?:[^\"\\]|\\.)*\"|`[^`]*`|\{|\}|#[^\n]*", re.DOTALL)
_MATCHER = re.compile(
    r"\s*([A-Za-z_:][A-Za-z0-9_:]*)\s*(=~|!~|!=|=)\s*(\"(?:[^\"\\]|\\.)*\"|`[^`]*`)\s*,?", re.DOTALL
)


class LabelMatcher(NamedTuple):
    """One matcher of a selector, its value still in quotes."""

    name: str
    operator: str
    quoted: str

    def __str__(self) -> str:
        return f"{self.name}{self.operator}{self.quoted}"


class Selector(NamedTuple):
    """One ``{…}`` of a query: where it stands, and its matchers."""

    start: int
    end: int
    matchers: tuple[LabelMatcher, ...]


def selectors(query: str) -> Iterator[Selector]:
    """The well-formed stream selectors of a query, in order."""
    opened: int | None = None
    for token in _TOKEN.finditer(query):
        if token.group() == "{":
            opened = token.start()
        elif token.group() == "}" and opened is not None:
            matchers = _matchers(query[opened + 1 : token.start()])
            if matchers is not None:
                yield Selector(opened, token.end(), matchers)
            opened = None


def quote(value: str) -> str:
    """A value as a LogQL or PromQL string literal."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def unquote(quoted: str) -> str:
    """The text of a string literal."""
    inner = quoted[1:-1]
    if quoted.startswith("`"):
        return inner
    return re.sub(r"\\(.)", lambda found: _UNESCAPED.get(found.group(1), found.group(1)), inner)


_UNESCAPED = {"n": "\n", "t": "\t", "r": "\r"}


def move_to_pipe(query: str, names: Collection[str], fallback: str) -> str:
    """Turn matchers on labels that are not indexed into filters behind the selector.

    ``{job="x", detected_level="error"}`` becomes ``{job="x"} | detected_level="error"``.

    Args:
        query: LogQL.
        names: labels that no stream has.
        fallback: an indexed label, which keeps a selector from becoming empty.
    """

    def rewrite(found: Selector) -> str:
        moved = [matcher for matcher in found.matchers if matcher.name in names]
        if not moved:
            return query[found.start : found.end]
        kept = [str(matcher) for matcher in found.matchers if matcher.name not in names]
        filters = "".join(f" | {matcher}" for matcher in moved)
        inside = ", ".join(kept) or str(LabelMatcher(fallback, "=~", '".+"'))
        return f"{{{inside}}}{filters}"

    return _rewritten(query, rewrite)


def add_matcher(query: str, matcher: LabelMatcher) -> str:
    """Put one more matcher into every selector of a query."""

    def rewrite(found: Selector) -> str:
        return f"{{{', '.join(str(each) for each in (*found.matchers, matcher))}}}"

    return _rewritten(query, rewrite)


def add_filter(query: str, text: str) -> str:
    """Put a pipeline stage directly behind every selector of a query."""
    return _rewritten(query, lambda found: f"{query[found.start : found.end]} {text}")


def _rewritten(query: str, rewrite: Callable[[Selector], str]) -> str:
    parts: list[str] = []
    end = 0
    for found in selectors(query):
        parts += [query[end : found.start], rewrite(found)]
        end = found.end
    return "".join([*parts, query[end:]])


def _matchers(inside: str) -> tuple[LabelMatcher, ...] | None:
    matchers: list[LabelMatcher] = []
    position = 0
    while position < len(inside):
        found = _MATCHER.match(inside, position)
        if found is None:
            return tuple(matchers) if not inside[position:].strip() else None
        matchers.append(LabelMatcher(*found.groups()))
        position = found.end()
    return tuple(matchers)
