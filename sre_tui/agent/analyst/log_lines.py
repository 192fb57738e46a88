"""Log lines that tell of trouble: how they look, what they mean, and what they are about."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from providers.text import one_line
from sre_tui.agent.analyst.data import table

MAX_LINES: Final = 20_000
MAX_LINE: Final = 2000


@dataclass(frozen=True)
class LineKind:
    """One kind of telling line.

    Attributes:
        kind: id in :mod:`sre_tui.agent.analyst.kinds`.
        title: what such lines are called.
        pattern: RE2-compatible expression, matched without regard to case.
        severity: 1 to 3 as for signals.
        subject: expression with a group ``name`` that finds what the line is about.
        searched: whether it is worth a search over all logs; expressions that would match much
            that is harmless are only applied to lines that were found otherwise.
    """

    kind: str
    title: str
    pattern: str
    severity: int = 2
    subject: str = ""
    searched: bool = True

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """The pattern, compiled."""
        return re.compile(self.pattern, re.IGNORECASE)

    @cached_property
    def subject_regex(self) -> re.Pattern[str] | None:
        """The subject's expression, compiled."""
        return re.compile(self.subject, re.IGNORECASE) if self.subject else None


LINE_KINDS: Final = tuple(LineKind(**entry) for entry in table("log_lines"))


@dataclass
class LineGroup:
    """Lines of one kind about one thing, found in a text."""

    line_kind: LineKind
    subject: str
    count: int = 0
    examples: list[str] = field(default_factory=list)

    @property
    def example(self) -> str:
        """The first such line."""
        return self.examples[0] if self.examples else ""


def classify(line: str) -> tuple[LineKind, str] | None:
    """What a line tells, and about what; None if it tells of no trouble."""
    text = line[:MAX_LINE]
    for kind in LINE_KINDS:
        if kind.regex.search(text):
            return kind, subject_of(kind, text)
    return None


def subject_of(kind: LineKind, line: str) -> str:
    """What a line of that kind is about; empty if it does not say."""
    match = kind.subject_regex.search(line[:MAX_LINE]) if kind.subject_regex else None
    if match is None:
        return ""
    return next((value for value in match.groupdict().values() if value), "")


def group_lines(lines: Iterable[str]) -> list[LineGroup]:
    """Telling lines by kind and subject, the worst and most frequent first."""
    found: dict[tuple[str, str, str], LineGroup] = {}
    for number, line in enumerate(lines):
        if number >= MAX_LINES:
            break
        told = classify(line)
        if told is None:
            continue
        kind, subject = told
        group = found.setdefault((kind.kind, kind.title, subject), LineGroup(kind, subject))
        group.count += 1
        if len(group.examples) < 3:
            group.examples.append(one_line(line, 200))
    return sorted(found.values(), key=lambda group: (-group.line_kind.severity, -group.count))


def search_pattern(kinds: Sequence[LineKind] = LINE_KINDS) -> str:
    """One RE2 expression for all lines worth searching for, for ``|~`` in LogQL."""
    return "(?i)" + "|".join(f"(?:{kind.pattern})" for kind in kinds if kind.searched)
