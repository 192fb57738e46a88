"""How a log line is drawn, copied and asked about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from providers.loki import LogEntry
from providers.loki.models import Level
from providers.text import one_line
from sre_tui.views.human import count
from sre_tui.views.logs import subject_text
from sre_tui.views.severity import level_tone
from widgets.cell import Tone, marked
from widgets.text import ELLIPSIS, fit, plain_line, plain_lines, truncate

_LEVEL: Final = 10
_NARROW: Final = 100
"""Columns below which less room is given to who wrote a line."""
_PER_CELL: Final = 4
"""Characters of a line that are looked at for each cell it may take."""


@dataclass(frozen=True, slots=True)
class LineLook:
    """What all lines on the screen have in common.

    Attributes:
        dates: whether times come with their date.
        host: whether lines of several machines are shown, so that each has to be named.
    """

    dates: bool = False
    host: bool = True


def pieces(entry: LogEntry, look: LineLook, width: int) -> Iterator[tuple[str, Tone]]:
    """Time, level, who wrote it and what it says, in `width` cells."""
    local = entry.at.astimezone()
    when = f"{local:%d %b %H:%M:%S} " if look.dates else f"{local:%H:%M:%S} "
    yield when, Tone.MUTED
    tone = level_tone(entry.level)
    level = "" if entry.level == "unknown" else marked(tone, entry.level)
    yield fit(level, _LEVEL) + " ", tone
    room = (12 if width < _NARROW else 18) + (6 if look.host else 0)
    who = subject_text(entry) if look.host else entry.service or entry.host or ""
    yield fit(who[: room * _PER_CELL], room) + " ", Tone.NEUTRAL
    left = max(0, width - len(when) - _LEVEL - room - 2)
    # A line may have 10,000 characters, and is drawn with every key.
    head = entry.line[: left * _PER_CELL]
    said = truncate(head, left)
    if len(head) < len(entry.line) and not said.endswith(ELLIPSIS):
        said = truncate(said, max(0, left - 1)) + ELLIPSIS
    yield said, tone if tone in (Tone.CRITICAL, Tone.ERROR, Tone.WARNING) else Tone.NEUTRAL


def haystack(entry: LogEntry) -> str:
    """What a filter is looked for in, in lower case."""
    return f"{entry.level} {subject_text(entry)} {entry.line}".casefold()


def nothing_shown(known: int, level: Level | None, text: str) -> str:
    """Why no line of those that are known is shown; nothing where none is known."""
    if not known:
        return ""
    said = f"None of {count(known, 'line')}"
    if level is not None:
        said += f" is of level {level} or worse"
    if text.startswith("!"):
        return f"{said}{' and' if level else ' is'} without {text[1:]}"
    return f"{said}{' and' if level else ''} contains {text}" if text else said


def copied(entry: LogEntry) -> str:
    """A line for the clipboard."""
    level = "" if entry.level == "unknown" else f" {entry.level}"
    return plain_lines(f"{_stamp(entry.at)}{level} {subject_text(entry)}: {entry.line}")


def question(entry: LogEntry) -> tuple[str, str]:
    """What is asked about a line, and the line as the text it is asked about."""
    who = one_line(subject_text(entry), 120)
    asked = f"what does this log line of {who} from {entry.at:%Y-%m-%d %H:%M:%S} UTC mean?"
    return asked, copied(entry)


def facts(entry: LogEntry) -> dict[str, str]:
    """What is known of a line beside its text."""
    known = {
        "time": f"{entry.at.astimezone():%Y-%m-%d %H:%M:%S %Z} ({_stamp(entry.at)})",
        "nanoseconds": str(entry.time_ns),
        "level": entry.level,
        "service": entry.service or "",
        "host": entry.host or "",
        "source": entry.source,
    }
    return {name: plain_line(value) for name, value in known.items() if value}


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
