"""Lets the diagnosis look: one picture of the homelab for one question."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from sre_tui.agent.analyst.calls import Call, Found
from sre_tui.agent.analyst.look import Look
from sre_tui.diagnosis.causes.model import Investigation
from sre_tui.tools.arguments import format_window

INVESTIGATE: Final = "investigate"
LEAST: Final = timedelta(hours=6)
LONGEST: Final = timedelta(days=7)
BEFORE: Final = timedelta(hours=1)
"""How long before the span that is asked about is looked: trouble is older than what it does."""
PAST: Final = timedelta(hours=1)
"""From so long ago on a span is looked at as it was then, not as it is now."""


async def diagnose(look: Look, about: str = "") -> Found:
    """What is wrong with what the question is about; asked twice it is looked at once.

    Args:
        look: the question.
        about: what to look into, if that is not the question itself.
    """
    arguments: dict[str, object] = {"about": _words(look, about), **_window(look)}
    return (await look.ask(investigation=Call(INVESTIGATE, arguments)))["investigation"]


def concluded(found: Found) -> Investigation | None:
    """What an investigation brought; None if it brought nothing."""
    return found.data(Investigation)


def _words(look: Look, about: str) -> str:
    text = about or look.question.about or look.question.text
    here = look.here if look.question.here else ""
    text = f"{text} {here}".strip()
    # A single word is taken for a name, and refused if it is none.
    return text if " " in text or not text else f"{text}?"


def _window(look: Look) -> dict[str, object]:
    scope = look.question.scope
    if not scope.said:
        return {}
    if scope.moment is not None:
        return {"at": scope.moment.isoformat()}
    over = look.now - scope.end > PAST
    end = scope.end if over else look.now
    length = min(max(end - scope.start + BEFORE, LEAST), LONGEST)
    window: dict[str, object] = {"window": format_window(length)}
    return {**window, "at": scope.end.isoformat()} if over else window


__all__ = ["INVESTIGATE", "concluded", "diagnose"]
