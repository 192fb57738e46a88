"""Finds log lines that tell of trouble in a text, by the failure patterns' own signs."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from providers.text import one_line
from sre_tui.diagnosis.patterns.load import bundled
from sre_tui.diagnosis.patterns.pattern import LineSign, Pattern

MAX_LINES: Final = 20_000
MAX_LINE: Final = 2000
MOST_EXAMPLES: Final = 3
_SETTINGS: Final = re.compile(r"\b(?:kernel )?command line: ", re.IGNORECASE)
"""Begins what the kernel was started with, whose words are settings and no events."""
_NO_TROUBLE: Final = re.compile(
    r"\b(?:\w*err(?:or)?s?|fail(?:ed|ures?|s)?|dropped|lost|retries)\s*[=:]\s*0+\b(?![.:\w-])"
    r"|\b(?:0|no|without) (?:\w+ )?(?:errors?|fail(?:ed|ures?)|dropped)\b"
    r"|\bfull[- ]duplex\b",
    re.IGNORECASE,
)
"""Words of trouble that say that there is none."""


@dataclass
class LineGroup:
    """Lines of one kind about one thing, found in a text.

    Attributes:
        pattern: what they speak of.
        sign: how they were recognised.
        subject: what they are about; empty if they do not say.
    """

    pattern: Pattern
    sign: LineSign
    subject: str
    count: int = 0
    examples: list[str] = field(default_factory=list)

    @property
    def example(self) -> str:
        """The first such line."""
        return self.examples[0] if self.examples else ""


def classify(line: str) -> tuple[Pattern, LineSign] | None:
    """What a line tells; None if it tells of no trouble."""
    text = _telling(line)
    return next(
        ((pattern, sign) for pattern, sign in bundled().line_signs() if sign.regex.search(text)),
        None,
    )


def _telling(line: str) -> str:
    """The part of a line that can tell of trouble."""
    text = line[:MAX_LINE]
    settings = _SETTINGS.search(text)
    return _NO_TROUBLE.sub("", text[: settings.start()] if settings else text)


def group_lines(lines: Iterable[str]) -> list[LineGroup]:
    """Telling lines by kind and subject, the worst and most frequent first."""
    signs = list(bundled().line_signs())
    found: dict[tuple[str, str, str], LineGroup] = {}
    for number, line in enumerate(lines):
        if number >= MAX_LINES:
            break
        text = _telling(line)
        told = next(((one, sign) for one, sign in signs if sign.regex.search(text)), None)
        if told is None:
            continue
        pattern, sign = told
        subject = sign.subject_in(text).strip()
        key = (pattern.id, sign.title, subject)
        group = found.setdefault(key, LineGroup(pattern, sign, subject))
        group.count += 1
        if len(group.examples) < MOST_EXAMPLES:
            group.examples.append(one_line(line, 200))
    return sorted(found.values(), key=lambda group: (group.sign.severity.rank, -group.count))


__all__ = ["LineGroup", "classify", "group_lines"]
