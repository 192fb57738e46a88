"""What was piped into a command: read whole if it is short, its end if it is long."""

from __future__ import annotations

import os
import select
import stat
from dataclasses import dataclass
from typing import TextIO

MAX_BYTES = 48_000
"""More than any model's patience, and enough for the end of a log."""
LONGEST_HALF_LINE = 2000
WAIT_FOR_FIRST_BYTE = 10.0
"""Seconds; a pipe that nobody writes to must not hang a cron job for ever."""
_CHUNK = 65536


@dataclass(frozen=True)
class Piped:
    """Text from stdin, and what was not taken of it."""

    text: str
    cut: int = 0
    """Bytes left out at the beginning."""
    timed_out: bool = False
    """Whether nothing came within the time allowed."""


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
    if not must and not stat.S_ISREG(mode):
        ready, _, _ = select.select([descriptor], [], [], WAIT_FOR_FIRST_BYTE)
        if not ready:
            return Piped("", timed_out=True)
    return _tail(descriptor)


def _tail(descriptor: int) -> Piped:
    # Only the end is kept while reading, so that a gigabyte of log costs no memory.
    data = b""
    dropped = 0
    while chunk := os.read(descriptor, _CHUNK):
        data += chunk
        if len(data) > 2 * MAX_BYTES:
            dropped += len(data) - MAX_BYTES
            data = data[-MAX_BYTES:]
    extra = max(0, len(data) - MAX_BYTES)
    dropped += extra
    return _from_line_start(data[extra:].decode("utf-8", "replace"), dropped)


def _from_line_start(text: str, cut: int) -> Piped:
    if not cut:
        return Piped(text)
    first, newline, rest = text.partition("\n")
    if not newline or len(first) > LONGEST_HALF_LINE:
        return Piped(text, cut)
    return Piped(rest, cut + len(first.encode()) + 1)
