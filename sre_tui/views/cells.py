"""Cells that every view needs."""

from __future__ import annotations

from datetime import datetime

from sre_tui.views.human import MISSING, duration, moment, size
from widgets.blocks import fill_bar, percent
from widgets.cell import Cell, Display, Tone, marked

BAR = 8
"""Terminal cells of a fill bar in a table."""


def text_cell(value: str) -> Cell:
    """A text on one line, sorted by itself."""
    flat = " ".join(value.split())
    return Cell(flat, flat)


def state_cell(word: str, tone: Tone, rank: float) -> Cell:
    """A state by its word, with the tone's sign in front; sorted by rank, 0 the most pressing."""
    return Cell(marked(tone, word), rank, tone)


def bytes_cell(count: float | None) -> Cell:
    """Bytes in binary units."""
    return Cell(MISSING, None, Tone.MUTED) if count is None else Cell(size(count), float(count))


def time_cell(at: datetime | None, display: Display) -> Cell:
    """A time as the display wants it; empty where there is none."""
    return Cell("", None) if at is None else Cell(moment(at, display), at)


def duration_cell(seconds: float | None) -> Cell:
    """A span of time; empty where there is none."""
    return Cell("", None) if seconds is None else Cell(duration(seconds), seconds)


def fill_cell(ratio: float | None, warn_at: float = 0.8, fail_at: float = 0.9) -> Cell:
    """How full something is: a bar and the percentage, in the tone its thresholds give."""
    if ratio is None:
        return Cell(MISSING, None, Tone.MUTED)
    tone = Tone.NEUTRAL
    if ratio >= warn_at:
        tone = Tone.ERROR if ratio >= fail_at else Tone.WARNING
    sign = "" if tone is Tone.NEUTRAL else f" {tone.glyph}"
    return Cell(f"{fill_bar(ratio, BAR)} {percent(ratio):>4}{sign}", ratio, tone)
