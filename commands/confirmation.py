"""Shows what would be recorded, and takes a person's yes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from commands.diagnostics import Narrator

_YES: Final = frozenset({"y", "yes", "j", "ja"})


def show_values(narrator: Narrator, values: Mapping[str, Any]) -> None:
    """One line for each value that would be recorded."""
    from sre_tui.memory.draft import named_values

    for label, value in named_values(values):
        narrator.say(f"  {label}: {value}")


def ask_to_record(narrator: Narrator) -> None:
    """The question, on a line that the answer ends."""
    narrator.raw("Record this incident? [y/N] ")


def is_confirmed(narrator: Narrator, line: str) -> bool:
    """Whether what a person typed means yes; ends the line where nothing was entered."""
    if not line.endswith("\n"):
        narrator.say("")
    return line.strip().casefold() in _YES
