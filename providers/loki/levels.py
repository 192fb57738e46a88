"""Log levels in one spelling, from labels or, where there are none, from the line itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from providers.loki.models import Level

LEVEL_LABELS: Final = ("level", "detected_level", "severity", "loglevel", "lvl")
"""Labels that may hold the level, the most deliberate first."""

SPELLINGS: Final[Mapping[Level, tuple[str, ...]]] = {
    "critical": ("critical", "crit", "fatal", "panic", "alert", "emerg", "emergency", "dpanic"),
    "error": ("error", "err", "eror"),
    "warning": ("warning", "warn", "wrn"),
    "info": ("info", "information", "inf", "notice", "informational"),
    "debug": ("debug", "dbg"),
    "trace": ("trace", "trc", "verbose"),
    "unknown": ("unknown",),
}
"""How programs write each level, in lower case."""

ORDER: Final[tuple[Level, ...]] = (
    "critical",
    "error",
    "warning",
    "info",
    "debug",
    "trace",
    "unknown",
)
"""From the most to the least pressing."""

_PATTERNS: Final[Mapping[Level, str]] = {
    "critical": "crit.*|fatal|panic|alert|emerg.*",
    "error": "err.*",
    "warning": "warn.*|wrn",
    "info": "info.*|notice",
    "debug": "debug|dbg",
    "trace": "trace|trc",
    "unknown": "unknown",
}

_LEVELS: Final[Mapping[str, Level]] = {
    spelling: level for level, spellings in SPELLINGS.items() for spelling in spellings
}
_IN_LINE = re.compile(
    r"(?:\b(?:level|lvl|severity|loglevel)\"?\s*[=:]\s*\"?([A-Za-z]+))"
    r"|(?:^.{0,48}?[\[\s|<](TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|ERR|CRITICAL|CRIT|FATAL)"
    r"[\]\s:|>])",
    re.IGNORECASE,
)
_SNIFFED = 400
"""Characters at the start of a line that are searched for a level."""


def normal_level(text: str) -> Level:
    """The level a word stands for; ``unknown`` for words that are none."""
    return _LEVELS.get(text.strip().lower(), "unknown")


def level_of(labels: Mapping[str, str], line: str) -> Level:
    """The level of an entry."""
    for name in LEVEL_LABELS:
        value = labels.get(name)
        if value and (level := normal_level(value)) != "unknown":
            return level
    found = _IN_LINE.search(line[:_SNIFFED])
    return normal_level(found.group(1) or found.group(2)) if found else "unknown"


def at_least(level: Level) -> tuple[Level, ...]:
    """The level and all that are more pressing."""
    return ORDER[: ORDER.index(level) + 1]


def spellings_pattern(levels: tuple[Level, ...]) -> str:
    """An RE2 pattern that matches the spellings of the levels, whatever their case."""
    return f"(?i)({'|'.join(_PATTERNS[level] for level in levels)})"
