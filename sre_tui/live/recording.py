"""Records what a person agreed to, for the app."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, Protocol, TypeAlias, cast

from sre_tui.memory.incident import Incident
from sre_tui.tools.context import ToolContext

Recorder: TypeAlias = Callable[[Mapping[str, str]], Awaitable[Incident]]
"""Keeps an incident in the journal, and gives it back."""
_RECORD: Final = "memory_record_incident"
_ANY_TITLE: Final = "its own"
"""Stands for the title where only other values are looked at."""
_EMPTIED: Final[Mapping[str, object]] = {"services": (), "started": None, "ended": None}
"""What an incident has where nothing is said any more; any other value is an empty text."""


class Changer(Protocol):
    """Changes an incident of the journal, and gives it back."""

    async def __call__(
        self, incident: str, changes: Mapping[str, str], *, closing: bool
    ) -> Incident:
        """As :func:`change_incident` does."""
        ...


async def record_incident(context: ToolContext, values: Mapping[str, str]) -> Incident:
    """Keep an incident in the journal.

    Returns:
        It, with its id.

    Raises:
        BackendError: if the memory cannot be used.
        Complaint: if it cannot be written, or the values make no sense.
    """
    from sre_tui.tools.registry import get_tool

    answer = await get_tool(_RECORD).run(context, values)
    return cast("Incident", answer.data)


def check_changes(changes: Mapping[str, str]) -> Any:
    """The values that an incident is to have, as the tool that records reads them.

    Raises:
        ArgumentError: with a line for each that does not fit.
    """
    from sre_tui.tools.registry import get_tool

    said = {name: value for name, value in changes.items() if value}
    return get_tool(_RECORD).parse({"title": _ANY_TITLE, **said})


async def change_incident(
    context: ToolContext, incident: str, changes: Mapping[str, str], *, closing: bool
) -> Incident:
    """Give an incident of the journal other values.

    Args:
        context: settings, folders and clock.
        incident: its id.
        changes: by the names of the tool that records; an empty text takes away what it has.
        closing: whether it is over: now, unless the changes name its end or it has one.

    Raises:
        BackendError: if the memory cannot be used.
        Complaint: if it is not there, cannot be written, or the values make no sense.
    """
    from sre_tui.tools.arguments import Moment
    from sre_tui.tools.memory_data import with_incidents

    parsed, now = check_changes(changes), context.clock()
    values: dict[str, Any] = {}
    for name, said in changes.items():
        value = getattr(parsed, name) if said else _EMPTIED.get(name, "")
        values[name] = value.resolve(now) if isinstance(value, Moment) else value
    if closing:
        closed, _ = await with_incidents(
            context, lambda each: each.close(incident, values, context.clock)
        )
        return closed.incident
    changed, _ = await with_incidents(
        context, lambda each: each.change(incident, values, context.clock)
    )
    return changed
