"""Where the words of a query stand; only used to give parse errors their place."""

from __future__ import annotations

import re
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""(?P<space>\s+|\#[^\n]*)
    |(?P<string>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`[^`]*`)
    |(?P<duration>(?:\d+(?:ms|[smhdwy]))+(?![\w.]))
    |(?P<number>0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
    |(?P<identifier>[A-Za-z_][\w:]*)
    |(?P<operator>=~|!~|!=|==|>=|<=|.)""",
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True)
class Token:
    """One word: ``kind`` is string, duration, number, identifier or operator."""

    kind: str
    text: str
    offset: int

    @property
    def end(self) -> int:
        """The offset behind the last character."""
        return self.offset + len(self.text)


def tokenize(query: str) -> list[Token]:
    """The words of a query without white space and comments; never fails."""
    return [
        Token(str(found.lastgroup), found.group(), found.start())
        for found in _TOKEN.finditer(query)
        if found.lastgroup != "space"
    ]


def place(query: str, offset: int) -> tuple[int, int]:
    """Line and column, both from 1, of an offset; columns count UTF-8 bytes."""
    before = query[:offset]
    line_start = before.rfind("\n") + 1
    return before.count("\n") + 1, len(before[line_start:].encode()) + 1
