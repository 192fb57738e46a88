"""Names: those in arguments must be there, and of several NAS the rows say which."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from providers.reading import Reading, State
from sre_tui.nearest import no_such
from sre_tui.tools.result import ToolResult
from sre_tui.tools.tool import ArgumentError


def check_known(
    what: str, asked: str, known: Iterable[str], readings: Sequence[Reading[Any]]
) -> None:
    """Let a name pass that is known, or may be there where nobody answered.

    Raises:
        ArgumentError: if every NAS answered and none has it; suggests the nearest.
    """
    names = sorted(set(known))
    if not asked or asked in names or any(reading.state is not State.OK for reading in readings):
        return
    # Of names that come with and without their place, the sort that was asked for is listed.
    listed = [name for name in names if name.count("/") <= asked.count("/")] or names
    raise ArgumentError(no_such(what, asked, names, listed))


def place(answer: ToolResult[Any], source: str) -> str:
    """`` on truenas:attic`` where several were asked, which may have the same names; else empty."""
    return f" on {source}" if len(answer.sources) > 1 else ""
