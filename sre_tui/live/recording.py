"""Records what a person agreed to, for the app."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias

from sre_tui.tools.context import ToolContext

Recorder: TypeAlias = Callable[[Mapping[str, str]], Awaitable[str]]
"""Keeps an incident in the journal, and gives its id."""


async def record_incident(context: ToolContext, values: Mapping[str, str]) -> str:
    """Keep an incident in the journal.

    Returns:
        Its id.

    Raises:
        BackendError: if the memory cannot be used.
        Complaint: if it cannot be written, or the values make no sense.
    """
    from sre_tui.tools.registry import get_tool

    answer = await get_tool("memory_record_incident").run(context, values)
    return str(answer.data.id)
