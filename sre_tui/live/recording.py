"""Records what a person agreed to, for the app."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias, cast

from sre_tui.memory.incident import Incident
from sre_tui.tools.context import ToolContext

Recorder: TypeAlias = Callable[[Mapping[str, str]], Awaitable[Incident]]
"""Keeps an incident in the journal, and gives it back."""


async def record_incident(context: ToolContext, values: Mapping[str, str]) -> Incident:
    """Keep an incident in the journal.

    Returns:
        It, with its id.

    Raises:
        BackendError: if the memory cannot be used.
        Complaint: if it cannot be written, or the values make no sense.
    """
    from sre_tui.tools.registry import get_tool

    answer = await get_tool("memory_record_incident").run(context, values)
    return cast("Incident", answer.data)
