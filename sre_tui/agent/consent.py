"""Asks the user before a tool writes anything; a front that can ask brings the way to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, TypeAlias

from pydantic import BaseModel

from sre_tui.tools.tool import Tool

Consent: TypeAlias = Callable[[Mapping[str, str]], Awaitable[Mapping[str, str] | None]]
"""Shows a person every value that would be recorded; gives what was agreed to, None if refused."""

REFUSED: Final = "The user was asked and refused: nothing was recorded. Do not ask for it again."
REFUSED_SUMMARY: Final = "the user refused, nothing was recorded"


def values_of(tool: Tool[Any], parsed: BaseModel, session: str) -> dict[str, str]:
    """The arguments of a call as a person reads them, with the conversation it belongs to."""
    given = parsed.model_dump(mode="json", exclude_unset=True)
    if "session" in tool.arguments.model_fields:
        given["session"] = session
    shown = {
        name: ",".join(map(str, value)) if isinstance(value, list) else str(value)
        for name, value in given.items()
        if value is not None
    }
    return {name: value for name, value in shown.items() if value}
