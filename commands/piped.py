"""What was piped into a command: read whole if it is short, its end if it is long."""

from __future__ import annotations

import os
import re
import select
import stat
from dataclasses import dataclass
from typing import Final, TextIO

MAX_BYTES = 48_000
"""More than any model's patience, and enough for the end of a log."""
LONGEST_HALF_LINE = 2000
WAIT = 10.0
"""Seconds without a byte; a pipe that nobody writes to or closes must not hang a cron job."""
MAX_READ = 2 * 1024**3
"""Bytes looked through at most; a pipe may never end."""
_CHUNK = 65536
LONGEST_QUESTION = 300
"""Characters of a line that can still be a question."""
_LOGGED: Final = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d|^\W*[A-Z][a-z]{2} +\d+ \d\d:\d\d|^\W*\d\d:\d\d:\d\d"
    r"|\b(?:level|lvl|msg|ts|time|severity|logger|caller|err|error)=|\w\[\d+\]: |^\s*[{\[<]"
    r"|^\W*(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|ERR|CRITICAL|CRIT|FATAL|PANIC)\b|0x[0-9a-f]{2}"
)
_ASKS: Final = re.compile(
    r"^(?:why|what|which|who|whose|when|where|how|is|are|was|were|do|does|did|can|could|should|has"
    r"|have|had|will|would|any|anything|show|list|explain|tell|give|find|check|compare|please|help"
    r"|warum|wieso|weshalb|was|wer|wann|wo|wie|welche[rsn]?|ist|sind|war|hat|haben|gibt|kann|zeig"
    r"|zeige|erkläre?|läuft)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Piped:
    """Text from stdin, and what was not taken of it."""

    text: str
    cut: int = 0
    """Bytes left out at the beginning."""
    left_open: bool = False
    """Whether the writer went silent without closing the pipe, or never ended."""


def read_piped(stream: TextIO, *, must: bool = False) -> Piped | None:
    """The text piped into the process; None if nothing is piped.

    Args:
        stream: stdin.
        must: whether the caller asked for stdin (``-``), so that it is waited for without limit.
    """
    if stream.closed or stream.isatty():
        return None
    try:
        descriptor = stream.fileno()
    except (OSError, ValueError):
        return Piped(stream.read())
    mode = os.fstat(descriptor).st_mode
    if not must and not (stat.S_ISFIFO(mode) or stat.S_ISREG(mode) or stat.S_ISSOCK(mode)):
        return None
    return _tail(descriptor, None if must or stat.S_ISREG(mode) else WAIT)


def _tail(descriptor: int, wait: float | None) -> Piped:
    # Only the end is kept while reading, so that a gigabyte of log costs no memory.
    data = b""
    dropped = 0
    left_open = False
    while not left_open:
        ready, _, _ = select.select([descriptor], [], [], wait)
        chunk = os.read(descriptor, _CHUNK) if ready else b""
        if ready and not chunk:
            break
        data += chunk
        left_open = not ready or dropped + len(data) > MAX_READ
        if len(data) > 2 * MAX_BYTES:
            dropped += len(data) - MAX_BYTES
            data = data[-MAX_BYTES:]
    extra = max(0, len(data) - MAX_BYTES)
    dropped += extra
    text, cut = _from_line_start(data[extra:].decode("utf-8", "replace"), dropped)
    return Piped(text, cut, left_open)


def _from_line_start(text: str, cut: int) -> tuple[str, int]:
    if not cut:
        return text, 0
    first, newline, rest = text.partition("\n")
    if not newline or len(first) > LONGEST_HALF_LINE:
        return text, cut
    return rest, cut + len(first.encode()) + 1


def is_question(text: str) -> bool:
    """Whether piped text is the question itself: one short line that reads like a sentence."""
    line = text.strip()
    if not line or "\n" in line or len(line) > LONGEST_QUESTION or _LOGGED.search(line):
        return False
    if line.endswith("?") or _ASKS.match(line):
        return True
    from sre_tui.agent.analyst.telling_lines import group_lines

    words = re.findall(r"[^\W\d_]{2,}", line)
    return len(words) >= 2 and not re.match(r"\S+: ", line) and not group_lines([line])
