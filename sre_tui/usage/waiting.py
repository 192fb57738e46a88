"""The questions that wait for the memory, told without what it takes to open that."""

from __future__ import annotations

from contextlib import suppress

from pydantic import ValidationError

from sre_tui.usage.records import AskedQuestion
from sre_tui.usage.spool import Spool


def waiting_questions(spool: Spool) -> list[AskedQuestion]:
    """Those that can be read; they go on waiting."""
    found: list[AskedQuestion] = []
    for line in spool.waiting():
        # Hundreds of calls may stand beside a question, and only it has this.
        if b'"asked":' in line:
            with suppress(ValidationError):
                found.append(AskedQuestion.model_validate_json(line))
    return found
