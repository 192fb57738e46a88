"""How a log line is told where there is no table: when, how grave, by whom, what."""

from __future__ import annotations

from typing import Final

from providers.loki import LogEntry
from providers.text import clean
from sre_tui.views.severity import level_tone
from widgets.cell import Display, Tone, marked

_LONGEST: Final = 600
"""Characters of one line; its own screen has all of it."""
_QUIET: Final = frozenset({Tone.INFO, Tone.MUTED})


def log_pieces(entry: LogEntry, display: Display) -> tuple[str, Tone, str]:
    """Time of day, tone, and what was said with the sign of its level in front."""
    at = entry.at if display.utc else entry.at.astimezone()
    tone = level_tone(entry.level)
    shown = Tone.NEUTRAL if tone in _QUIET else tone
    line = clean(entry.line)
    said = line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"
    who = f"{entry.service}: " if entry.service else ""
    return f"{at:%H:%M:%S}", shown, marked(shown, f"{who}{said}")
