"""What backends said, on the page of what was concluded from it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from rich.text import Text

from sre_tui.diagnosis.evidence import Evidence
from sre_tui.views.human import ago
from widgets.cell import Display, Tone
from widgets.page import toned
from widgets.text import plain_line, plain_lines


def instant(at: datetime, display: Display) -> str:
    """A moment with its age: ``2026-11-20 14:02:11 UTC, 3 h ago``."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC, {ago(at, display.now)}"


def add_sayings(page: Text, evidence: Sequence[Evidence], display: Display) -> None:
    """Add each thing that was said: by whom, when, in answer to what, and how to see it again."""
    if not evidence:
        return
    page.append("\nEvidence\n", "bold")
    for one in evidence:
        at = f", {instant(one.at, display)}" if one.at is not None else ""
        page.append(f"  {plain_line(one.source)}{at}\n", toned(Tone.MUTED))
        page.append(f"    {plain_lines(one.says)}\n")
        if one.asked:
            page.append(f"    asked: {plain_line(one.asked)}\n", toned(Tone.MUTED))
        if one.command:
            page.append(f"    sre {plain_line(one.command)}\n", toned(Tone.INFO))
