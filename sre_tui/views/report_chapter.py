"""What all chapters of a report have in common: how what is missing bears on what is said."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sre_tui.memory.report_sections import Heading, Section
from sre_tui.views.human import left_out
from sre_tui.views.report_parts import Chapter, Part
from widgets.cell import Tone

TITLES: Final[dict[Heading, str]] = {
    "health": "Now",
    "alerts": "Alerts",
    "objectives": "Objectives",
    "capacity": "Capacity",
    "backups": "Backups",
    "logs": "Errors in the logs",
    "changes": "What changed",
    "incidents": "Incidents",
    "usage": "Use of sre",
}
_CALM: Final = (Tone.OK, Tone.MUTED, Tone.NEUTRAL)
ALL_OF_IT: Final = "sre report show --json has all"


def chapter(
    key: Heading, section: Section, tone: Tone, word: str, sentence: str, parts: Iterable[Part] = ()
) -> Chapter:
    """A section as it is told; what is not known is never told as if it were well.

    Args:
        key: which section.
        section: its state and what is missing.
        tone: how grave what is known of it is.
        word: the same in a few words.
        sentence: what it comes to.
        parts: what bears that out.
    """
    title = TITLES[key]
    if section.state == "not_configured":
        why = "; ".join(section.reasons) or "nothing is set up that would tell"
        return Chapter(key, title, Tone.MUTED, "not set up", f"not set up: {why}", quiet=True)
    if section.state == "missing":
        why = "; ".join(section.reasons) or "it is not known why"
        return Chapter(key, title, Tone.STALE, "not known", f"Not known: {why}")
    told = tuple(parts)
    if section.state == "ok":
        quiet = not told and tone in _CALM
        return Chapter(key, title, tone, word, sentence, told, quiet=quiet)
    lacking = section.reasons or ("a part of it is missing, it is not known which",)
    if tone in _CALM:
        tone, word = Tone.STALE, "not all known"
    careful = f"As far as is known, {sentence[:1].lower()}{sentence[1:]}"
    return Chapter(key, title, tone, word, careful, told, lacking)


def rest(amount: int, noun: str) -> str:
    """What is said of rows that are not shown; empty if there are none."""
    return left_out(amount, noun, ALL_OF_IT) if amount > 0 else ""
