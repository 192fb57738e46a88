"""Series as curves on a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from commands.output import room_of
from widgets.plot import Series, heading, plot_lines

if TYPE_CHECKING:
    from commands.invocation import Invocation

MOST = 4
"""Charts of one answer; more would push the first one off the screen."""
HEIGHT = 12
WIDEST = 160


def write_charts(invocation: Invocation, charts: Sequence[Series], *, utc: bool | None) -> None:
    """Draw the first few series, each with its heading, and say how many are not drawn."""
    stdout = invocation.environment.stdout
    width = min(room_of(invocation) or WIDEST, WIDEST)
    for chart in charts[:MOST]:
        shown = replace(chart, utc=bool(utc))
        stdout.write(f"\n{heading(shown)[:width]}\n")
        for line in plot_lines(shown, width, HEIGHT):
            stdout.write(f"{line}\n")
    if len(charts) > MOST:
        invocation.narrator.trace(f"{len(charts) - MOST} more series are not drawn")
