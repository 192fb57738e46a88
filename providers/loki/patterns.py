"""Finds the templates of log lines: what is alike once numbers, ids and times are left out.

Lines are masked (times, addresses, ids, numbers), split into words, and joined with a template of
the same length when enough words agree; the words that differ become ``<*>``. This is the idea of
the Drain algorithm with a flat index, enough for some thousand lines at a time.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from providers.loki.levels import ORDER
from providers.loki.models import LogEntry, LogPattern

WILD: Final = "<*>"
SIMILAR: Final = 0.6
"""Share of words that must agree for a line to join a template."""
MAX_WORDS: Final = 60
MAX_SUBJECTS: Final = 5
_MESSAGE_FIELDS: Final = ("message", "msg", "MESSAGE", "log", "event", "error")

_MASKS: Final = tuple(
    re.compile(pattern)
    for pattern in (
        r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?",
        r"\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [ \d]\d \d\d:\d\d:\d\d\b",
        r"\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b",
        r"\b(?:[0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}\b",
        r"\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+|/\d+)?\b",
        r"\b0x[0-9a-fA-F]+\b",
        r"\b(?=[0-9a-fA-F]*\d)[0-9a-fA-F]{8,}\b",
        r"(?<![A-Za-z0-9_])[+-]?\d+(?:[.:,]\d+)*(?:%|[a-zA-Zµ]{1,3})?(?![A-Za-z0-9_])",
    )
)
_LOGFMT_MESSAGE: Final = re.compile(r"\bmsg=(?:\"((?:[^\"\\]|\\.)*)\"|(\S+))")


def message_of(line: str) -> str:
    """What a line says, without the wrapping of JSON or logfmt."""
    text = line.strip()
    if text.startswith("{"):
        try:
            body = json.loads(text)
        except ValueError:
            return text
        if isinstance(body, dict):
            said = (body.get(name) for name in _MESSAGE_FIELDS)
            return next((value for value in said if isinstance(value, str) and value), text)
        return text
    found = _LOGFMT_MESSAGE.search(text)
    if found:
        return found.group(1) or found.group(2) or text
    return text


def masked(message: str) -> tuple[str, ...]:
    """The words of a message with everything variable that shows by its form masked."""
    for mask in _MASKS:
        message = mask.sub(WILD, message)
    return tuple(message.split()[:MAX_WORDS]) or ("",)


@dataclass
class _Template:
    words: list[str]
    entries: list[LogEntry] = field(default_factory=list)

    def agreement(self, words: Sequence[str]) -> float:
        same = sum(1 for mine, other in zip(self.words, words, strict=True) if mine == other)
        return same / len(words)

    def join(self, words: Sequence[str]) -> None:
        self.words = [
            mine if mine == other else WILD for mine, other in zip(self.words, words, strict=True)
        ]


def mine(entries: Iterable[LogEntry]) -> tuple[LogPattern, ...]:
    """The templates of the entries, the most frequent first; every entry counts in exactly one."""
    return tuple(pattern for pattern, _ in grouped(entries))


def grouped(entries: Iterable[LogEntry]) -> tuple[tuple[LogPattern, tuple[LogEntry, ...]], ...]:
    """As :func:`mine`, each template with its entries."""
    seen: dict[tuple[str, ...], _Template] = {}
    by_shape: dict[tuple[int, str], list[_Template]] = {}
    total = 0
    for entry in entries:
        total += 1
        words = masked(message_of(entry.line))
        template = seen.get(words)
        if template is None:
            template = _home(by_shape, words)
            seen[words] = template
        template.entries.append(entry)
    found: dict[str, _Template] = {}
    for templates in by_shape.values():
        for template in templates:
            text = " ".join(template.words)
            if text in found:
                found[text].entries.extend(template.entries)
            else:
                found[text] = template
    groups = [
        (_pattern(text, template.entries, total), tuple(template.entries))
        for text, template in found.items()
    ]
    groups.sort(key=lambda group: (-group[0].count, group[0].pattern))
    return tuple(groups)


def _home(by_shape: dict[tuple[int, str], list[_Template]], words: tuple[str, ...]) -> _Template:
    first = words[0] if words[0] != WILD else ""
    templates = by_shape.setdefault((len(words), first), [])
    best = max(templates, key=lambda each: each.agreement(words), default=None)
    if best is not None and best.agreement(words) >= SIMILAR:
        best.join(words)
        return best
    made = _Template(list(words))
    templates.append(made)
    return made


def _pattern(text: str, entries: Sequence[LogEntry], total: int) -> LogPattern:
    newest = max(entries, key=lambda entry: entry.time_ns)
    oldest = min(entries, key=lambda entry: entry.time_ns)
    services = sorted({entry.service for entry in entries if entry.service})
    hosts = sorted({entry.host for entry in entries if entry.host})
    return LogPattern(
        pattern=text,
        count=len(entries),
        share=len(entries) / total,
        first=oldest.at,
        last=newest.at,
        level=min((entry.level for entry in entries), key=ORDER.index),
        services=tuple(services[:MAX_SUBJECTS]),
        hosts=tuple(hosts[:MAX_SUBJECTS]),
        example=newest.line,
    )
