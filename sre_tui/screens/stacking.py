"""How panes one above the other share the lines there are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

FRAME: Final = 3
"""Lines of a pane that are no rows: its border and its heading."""
LEAST: Final = 5
"""Lines of a pane at least: two rows, or a message of two lines."""
STEP: Final = 3
"""Rows in which a pane grows, so that one row more or less moves nothing."""


def heights(rows: Sequence[int], front: int, room: int) -> list[int]:
    """Lines for each of several panes.

    Args:
        rows: how many rows each has to show.
        front: which of them is in front: what is left over is its, and it may take half of all.
        room: lines there are.

    Returns:
        As many heights, which add up to the room where there is enough for all.
    """
    wanted = [FRAME + -(-max(1, count) // STEP) * STEP for count in rows]
    given = [min(LEAST, want) for want in wanted]
    rest = room - sum(given)
    if rest <= 0:
        return given
    more = min(rest, max(0, min(wanted[front], room // 2) - given[front]))
    given[front] += more
    rest -= more
    while rest > 0 and (short := [at for at, want in enumerate(wanted) if given[at] < want]):
        at = min(short, key=lambda each: (given[each], each))
        given[at] += 1
        rest -= 1
    given[front] += rest
    return given
