"""What single log lines tell of a change: a start, a stop, an update, a kill."""

from __future__ import annotations

import re
from typing import Final, Literal

from providers.loki.patterns import message_of

LineKind = Literal["restart", "update", "deploy", "oom"]

LIFECYCLE_PATTERN: Final = (
    r"(?i)(\b(re)?start(ed|ing)\b|\bstopp(ed|ing)\b|shutting down|\bexited\b|\bkilled\b|"
    r"out of memory|oom|\bupgrad|\bupdated?\b|\bdeploy|new version|pulled|\bbooted\b|"
    r"\breboot)"
)
"""RE2 and Python: lines that may tell of a change; sorted out more finely by kind below."""

_KINDS: Final[tuple[tuple[LineKind, re.Pattern[str]], ...]] = (
    (
        "oom",
        re.compile(r"out of memory|oom[-_ ]?(kill|reaper)|\boom\b|killed process", re.IGNORECASE),
    ),
    ("deploy", re.compile(r"\bdeploy(ed|ing|ment)?\b", re.IGNORECASE)),
    (
        "update",
        re.compile(
            r"\bupgrad(e|ed|ing)\b|\bupdated? (to|from|package)|new version|pulled", re.IGNORECASE
        ),
    ),
    (
        "restart",
        re.compile(
            r"\b(re)?start(ed|ing)\b|\bstopp(ed|ing)\b|shutting down|"
            r"\bexited\b|\bbooted\b|\breboot",
            re.IGNORECASE,
        ),
    ),
)
_ABOUT_JOBS: Final = re.compile(
    r"\b(backup|scrub|job|task|scan|sync|transcod|playback|session|timer|query|request|checkpoint|"
    r"daily|weekly|hourly|rotat|clean|regenerat|discard|worker|thread)|^(starting|finished) \S+\.",
    re.IGNORECASE,
)
"""Words that make a start or stop one of ordinary work, not of a service."""


def kind_of(line: str) -> LineKind | None:
    """What a line tells of; None if it tells of no change."""
    message = message_of(line)
    for kind, pattern in _KINDS:
        if pattern.search(message):
            if kind == "restart" and _ABOUT_JOBS.search(message):
                return None
            return kind
    return None
