"""Finds log lines that tell of trouble in a text, by the failure patterns' own signs."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from providers.text import one_line
from sre_tui.diagnosis.finding import Severity
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


_STAMP: Final = re.compile(r"^\W*(?P<seconds>\d+)\.\d{6}\] ")
_BEGINS: Final = re.compile(r"\bLinux version \d")
_STARTED: Final = re.compile(
    r"systemd\[1\]: (Startup finished|Reached target .*(multi-user|graphical))"
)
BOOT: Final = 60
"""Seconds after its start in which a kernel tells what it finds, and what it does without."""
_ABSENT: Final = re.compile(r"SATA link down \(SStatus 0 ", re.IGNORECASE)
"""Told of every empty port when a machine starts."""


@dataclass
class _Boot:
    """Follows a kernel through its start: what is missing then was never there."""

    running: bool = False

    def holds(self, line: str) -> bool:
        """Whether the kernel still starts at this line; to be asked of every line in turn."""
        stamp = _STAMP.match(line)
        if stamp is not None:
            self.running = int(stamp["seconds"]) < BOOT
        elif _BEGINS.search(line):
            self.running = True
        elif _STARTED.search(line):
            self.running = False
        return self.running and (stamp is not None or "kernel: " in line or line.startswith("["))


def _means(sign: LineSign, text: str, *, boot: bool) -> bool:
    """Whether a line shows a sign; in a start a loose one is only what the kernel does without."""
    if boot and ((sign.loose and sign.severity is Severity.NOTE) or _ABSENT.search(text)):
        return False
    return sign.regex.search(text) is not None


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
    boot = _Boot().holds(line)
    return next((pair for pair in bundled().line_signs() if _means(pair[1], text, boot=boot)), None)


def _telling(line: str) -> str:
    """The part of a line that can tell of trouble."""
    text = line[:MAX_LINE]
    settings = _SETTINGS.search(text)
    return _NO_TROUBLE.sub("", text[: settings.start()] if settings else text)


def group_lines(lines: Iterable[str]) -> list[LineGroup]:
    """Telling lines by kind and subject, the worst and most frequent first."""
    signs = list(bundled().line_signs())
    found: dict[tuple[str, str, str], LineGroup] = {}
    boot = _Boot()
    for number, line in enumerate(lines):
        if number >= MAX_LINES:
            break
        text = _telling(line)
        starts = boot.holds(line)
        told = next((pair for pair in signs if _means(pair[1], text, boot=starts)), None)
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
