"""The tool that investigates: what is wrong with something, since when, and why."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import AfterValidator, Field

from sre_tui.diagnosis.causes.model import Investigation
from sre_tui.settings import BACKENDS
from sre_tui.tools.arguments import NOW, Completes, Positional, Short, When, Window, Words
from sre_tui.tools.context import ToolContext
from sre_tui.tools.investigate_text import render
from sre_tui.tools.journal import with_journal
from sre_tui.tools.knowledge import knowledge_of
from sre_tui.tools.result import ToolResult, result
from sre_tui.tools.subject_names import no_such_subject
from sre_tui.tools.tool import ArgumentError, tool

if TYPE_CHECKING:
    from sre_tui.diagnosis.investigate import Insight, Knowledge

AFTER: Final = timedelta(hours=1)
"""How far beyond a moment in the past it is looked: effects come later than causes."""
SHORTEST: Final = timedelta(minutes=10)
LONGEST: Final = timedelta(days=7)
SHORTEST_MISTYPED: Final = 5
"""Letters from which on one wrong letter leaves no doubt which word of a question is meant."""


def _bounded(value: timedelta) -> timedelta:
    if not SHORTEST <= value <= LONGEST:
        raise ValueError("the window must be between 10m and 7d")
    return value


@tool(
    "investigate",
    render=render,
    needs=BACKENDS,
    breadth="anything",
    examples=(
        "investigate jellyfin",
        "investigate why is jellyfin buffering",
        "investigate HighDiskLatency --at -2h --json",
    ),
)
async def investigate(
    context: ToolContext,
    about: Annotated[
        Words,
        Field(
            description="Alert, guest, pool or other name, or the user's own words; all if empty."
        ),
        Positional("ALERT|GUEST|POOL|TEXT", words=True),
        Completes("alert|guest|node|pool|datastore"),
    ] = "",
    at: Annotated[When, Field(description="Moment it is about.")] = NOW,
    window: Annotated[
        Window, Field(description="How far to look back."), AfterValidator(_bounded), Short("w")
    ] = timedelta(hours=6),
) -> ToolResult[Investigation]:
    """Find out what is wrong and why: causes with evidence, effects, timeline, next steps."""
    from sre_tui.diagnosis.investigate import investigate as conclude
    from sre_tui.diagnosis.investigate import look
    from sre_tui.diagnosis.signs.alerts import active_alerts

    now = context.clock()
    moment = None if at == NOW else min(at.resolve(now), now)
    end = now if moment is None else min(moment + AFTER, now)
    knowledge = knowledge_of(context)
    insight = await look(context, end, window=window, knowledge=knowledge)
    text = " ".join(about.split())
    _check_named(text, insight, knowledge)
    found = conclude(insight, text, knowledge, moment, now)
    alerts = {alert.name for alert in active_alerts(insight.picture)}
    found = await with_journal(context, found, alerts)
    return result(found, insight.picture.sources(), now=now)


def _check_named(text: str, insight: Insight, knowledge: Knowledge) -> None:
    """Refuse a single word that names nothing, where everybody who knows names answered.

    Raises:
        ArgumentError: suggesting the nearest names.
    """
    from sre_tui.diagnosis.asked import find_asked
    from sre_tui.diagnosis.language.vocabulary import STOP_WORDS, key_words, put_right
    from sre_tui.diagnosis.signs.alerts import active_alerts

    if not text or not re.fullmatch(r"[^\s?!]+", text):
        return
    word = text.casefold()
    meant = put_right(word) if len(word) >= SHORTEST_MISTYPED else word
    if word in STOP_WORDS or meant in key_words():
        return
    picture, topology = insight.picture, insight.topology
    alerts = active_alerts(picture)
    asked = find_asked(text, topology, alerts, knowledge.patterns)
    naming = (picture.inventory, picture.pools, picture.alerts, picture.identity)
    unsure = any(part.configured and not part.complete for part in naming)
    if asked.subjects or asked.alerts or unsure:
        return
    what = "alert, guest, node, pool or other thing"
    names = {alert.name for alert in alerts} | ({put_right(word)} & key_words())
    raise ArgumentError(no_such_subject(text, topology, sure=True, what=what, also=names))
