"""How old a guest's newest good backup is, in a few cells."""

from __future__ import annotations

from sre_tui.views.backup_coverage import Coverage, verdict_cell
from widgets.cell import Cell, Display, Tone, marked
from widgets.text import duration

_WORDS = {"never": "none", "not_covered": "no job", "excluded": "left out", "template": ""}


def newest_good(coverage: Coverage, display: Display) -> Cell:
    """Age of the newest good backup with the sign of the verdict; a word where there is none."""
    tone = verdict_cell(coverage).tone
    if coverage.newest is None:
        word = _WORDS.get(coverage.verdict, coverage.verdict)
        return Cell(marked(tone, word) if word else "", None, tone if word else Tone.NEUTRAL)
    age = max(0.0, (display.now - coverage.newest.at).total_seconds())
    return Cell(marked(tone, duration(age)), age, tone)
