"""Asks the user before a tool writes anything; a front that can ask brings the way to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any, Final, TypeAlias

from pydantic import BaseModel

from sre_tui.tools.arguments import Moment
from sre_tui.tools.tool import Tool

Consent: TypeAlias = Callable[[Mapping[str, str]], Awaitable[Mapping[str, str] | None]]
"""Shows a person every value that would be recorded; gives what was agreed to, None if refused.

Raises ``NobodyAsked`` where there turned out to be nobody.
"""

REFUSED: Final = "The user was asked and refused: nothing was recorded. Do not ask for it again."
REFUSED_SUMMARY: Final = "the user refused, nothing was recorded"
NOBODY_HERE: Final = "no terminal, or its answers are read by a program"
NOBODY_SUMMARY: Final = "nobody could be asked, nothing was recorded"
LONGEST_WRITE: Final = 60.0
"""Seconds in which the journal itself has said what became of it, by its own limits."""
UNSURE: Final = (
    f"It is not known whether it was recorded: the journal gave no answer within "
    f"{LONGEST_WRITE:.0f} s. Do not record it again; the user sees it with `sre incidents list`."
)
UNSURE_SUMMARY: Final = "it is not known whether it was recorded: `sre incidents list` tells"


class NobodyAsked(Exception):
    """A person should have agreed, and none was there; ``str(error)`` says why in a few words."""


def nobody_asked(why: str = NOBODY_HERE) -> str:
    """What a model is told that wanted to record something where nobody could agree to it."""
    return (
        f"Nobody could be asked ({why}): nothing was recorded. Do not ask for it again; the user "
        "can do it with `sre incidents record`."
    )


def values_of(tool: Tool[Any], parsed: BaseModel, session: str, now: datetime) -> dict[str, str]:
    """All that a call would write, as a person reads it, with the conversation it belongs to.

    Moments are resolved: what is agreed to is not another one once somebody has thought about it,
    and one that was left out is written as well.
    """
    given = parsed.model_dump(mode="json", exclude_unset=True)
    for name in tool.arguments.model_fields:
        if isinstance(moment := getattr(parsed, name), Moment):
            given[name] = f"{moment.resolve(now):%FT%H:%M:%SZ}"
    if "session" in tool.arguments.model_fields:
        given["session"] = session
    shown = {
        name: ",".join(map(str, value)) if isinstance(value, list) else str(value)
        for name, value in given.items()
        if value is not None
    }
    return {name: value for name, value in shown.items() if value}
