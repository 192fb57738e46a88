"""Check-up of the memory: where it is, whether it opens, what is in it."""

from __future__ import annotations

from providers.errors import BackendError
from providers.reading import State
from sre_tui.complaint import Complaint
from sre_tui.doctor.finding import Finding, broken, doubtful, good
from sre_tui.environment import Folders
from sre_tui.settings import Settings

_UNTIL_THEN = "Until then no incident is found or recorded; everything else works. docs/memory.md"


def memory(settings: Settings, places: Folders) -> list[Finding]:
    """Whether the journal can be read and written; nothing is created or changed."""
    from sre_tui.memory.condition import condition_of
    from sre_tui.memory.place import place_of

    try:
        condition = condition_of(place_of(settings, places))
    except BackendError as error:
        return [broken("memory", "usable", error.detail, _UNTIL_THEN, error.state)]
    except Complaint as error:
        return [broken("memory", "usable", str(error), _UNTIL_THEN, State.BAD_RESPONSE)]
    return [
        good("memory", "usable", str(condition)),
        *(doubtful("memory", "writable", each, _UNTIL_THEN) for each in condition.troubles),
    ]
