"""Cells that every view needs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from sre_tui.views.human import MISSING, duration, moment, size
from widgets.blocks import fill_bar, percent
from widgets.cell import Cell, Column, Display, Tone, marked

RowT = TypeVar("RowT")

BAR = 8
"""Width of the bars in cells."""


def text_cell(value: str) -> Cell:
    """A text on one line, sorted by itself."""
    flat = " ".join(value.split())
    return Cell(flat, flat)


def fill_cell(ratio: float | None, *, warn_at: float = 0.8, fail_at: float = 0.9) -> Cell:
    """How full something is: a bar, the percentage, and from the thresholds on a glyph."""
    if ratio is None:
        return Cell(MISSING, None, Tone.MUTED)
    tone = Tone.ERROR if ratio >= fail_at else Tone.WARNING if ratio >= warn_at else Tone.NEUTRAL
    mark = "" if tone is Tone.NEUTRAL else f" {tone.glyph}"
    return Cell(f"{fill_bar(ratio, BAR)} {percent(ratio):>4}{mark}", ratio, tone)


def share_cell(ratio: float | None, *, warn_at: float = 0.8, fail_at: float = 0.9) -> Cell:
    """The same without the bar, for narrow places: five cells, the glyph in the last one."""
    if ratio is None:
        return Cell("", None)
    tone = Tone.ERROR if ratio >= fail_at else Tone.WARNING if ratio >= warn_at else Tone.NEUTRAL
    return Cell(f"{percent(ratio)}{tone.glyph}", ratio, tone)


def size_cell(count: float | None) -> Cell:
    """Bytes in binary units."""
    return Cell(MISSING, None, Tone.MUTED) if count is None else Cell(size(count), count)


def span_cell(seconds: float | None) -> Cell:
    """A length of time."""
    return Cell("", None) if seconds is None else Cell(duration(seconds), seconds)


def time_cell(at: datetime | None, display: Display) -> Cell:
    """A point in time; empty if there is none."""
    return Cell("", None) if at is None else Cell(moment(at, display), at)


def state_cell(word: str, tone: Tone, rank: float) -> Cell:
    """A state by its word, with the tone's sign in front; sorted by rank, 0 the most pressing."""
    return Cell(marked(tone, word), rank, tone)


def source_column(
    source: Callable[[RowT], str], key: str = "source", title: str = "Source"
) -> Column[RowT]:
    """The column that tells the rows of several instances, or of several machines, apart."""

    def cell(row: RowT, _: Display) -> Cell:
        return text_cell(source(row))

    return Column(key, title, cell, 14, priority=6, tells_apart=True)
