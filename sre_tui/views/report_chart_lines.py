"""Charts of a report as lines of block characters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from rich.cells import cell_len

from sre_tui.views.human import number
from sre_tui.views.page import Line, line, piece
from sre_tui.views.report_parts import Bars, Chart, Curves
from widgets.blocks import percent, sparkline
from widgets.cell import Cell, Tone
from widgets.plot import Series, plot_lines
from widgets.text import fit, truncate

_WIDEST: Final = 100
_BAR: Final = 40
_NAME: Final = 24
_PART: Final = 14
"""Cells for the amount of the gravest part: ``, 12 critical``."""
_MOST_DAYS: Final = 14
"""Days beyond which one line tells more than one line for each."""
_HEIGHT: Final = 9
_DRAWN: Final = 2
"""Curves that are drawn, of those that press; each takes the height of a table."""
_FILLS: Final = "█▓▒░"
_INDENT: Final = 2


def chart_lines(chart: Chart, width: int | None) -> Iterator[Line]:
    """A chart with its title."""
    room = min(_WIDEST, width or _WIDEST) - _INDENT
    if isinstance(chart, Curves):
        yield from _curves(chart, room)
    elif chart.beside:
        yield from _beside(chart, room)
    elif len(chart.labels) > _MOST_DAYS:
        yield from _many(chart, room)
    else:
        yield from _stacked(chart, room)


def _stacked(chart: Bars, room: int) -> Iterator[Line]:
    legend = [
        (_FILLS[place], stack) for place, stack in enumerate(chart.stacks) if any(stack.values)
    ]
    several = [piece(f"  {fill} {stack.name}", stack.tone) for fill, stack in legend]
    yield line(chart.title, *(several if len(legend) > 1 else ()), indent=_INDENT)
    names = max(cell_len(label) for label in chart.labels)
    top = max(chart.totals) or 1.0
    wide = min(_BAR, max(4, room - names - 8 - (_PART if len(legend) > 1 else 0)))
    for place, (label, total) in enumerate(zip(chart.labels, chart.totals, strict=True)):
        pieces = [piece(f"{fit(label, names)} ", Tone.MUTED)]
        so_far = 0.0
        drawn = 0
        for fill, stack in legend:
            so_far += stack.values[place]
            cells = max(0, round(so_far / top * wide) - drawn)
            if stack.values[place] and not cells:
                cells = 1
            drawn += cells
            pieces.append(piece(fill * cells, stack.tone))
        pieces.append(piece(f"{' ' if total else ''}{number(total)}"))
        gravest = legend[0][1] if legend else None
        if gravest is not None and len(legend) > 1 and gravest.values[place]:
            amount = f", {number(gravest.values[place])}" if gravest.values[place] < total else ""
            told = f"{amount} {gravest.name}"
            pieces.append(piece(told, gravest.tone))
        yield Line(tuple(pieces), _INDENT, whole=True)


def _many(chart: Bars, room: int) -> Iterator[Line]:
    totals = chart.totals
    top = max(range(len(totals)), key=totals.__getitem__)
    yield line(chart.title, indent=_INDENT)
    yield Line((piece(sparkline(totals, room, low=0.0), Tone.INFO),), _INDENT, whole=True)
    span = f"{chart.labels[0]} to {chart.labels[-1]}"
    most = f"most on {chart.labels[top]}: {number(totals[top])}"
    yield line(piece(f"{span}, {most}", Tone.MUTED), indent=_INDENT)


def _beside(chart: Bars, room: int) -> Iterator[Line]:
    """Only the first part as bars: the others stand in the table above."""
    first = chart.stacks[0]
    yield line(chart.title, indent=_INDENT)
    names = min(_NAME, max(cell_len(label) for label in chart.labels))
    wide = min(_BAR, max(4, room - names - 10))
    top = max(max(stack.values, default=0.0) for stack in chart.stacks) or 1.0
    before = chart.stacks[1] if len(chart.stacks) > 1 else None
    for place, label in enumerate(chart.labels):
        value = first.values[place]
        cells = max(1 if value else 0, round(value / top * wide))
        marks: list[Cell] = [
            piece(f"{fit(truncate(label, names), names)} ", Tone.MUTED),
            piece("█" * cells, first.tone),
        ]
        if before is not None:
            at = min(wide, round(before.values[place] / top * wide))
            marks.append(piece("░" * max(0, at - cells), Tone.MUTED))
        marks.append(piece(f" {number(value)}"))
        yield Line(tuple(marks), _INDENT, whole=True)
    if before is not None:
        yield line(piece(f"█ {first.name}  ░ more than that in {before.name}", Tone.MUTED),
                   indent=_INDENT)  # fmt: skip


def _curves(chart: Curves, room: int) -> Iterator[Line]:
    for place, curve in enumerate([each for each in chart.curves if each.presses][:_DRAWN]):
        if place:
            yield Line((), whole=True)
        told = f"{curve.name}: {percent(curve.points[0][1])} to {percent(curve.points[-1][1])}"
        ahead = f", foreseen {percent(curve.foreseen[-1][1])}" if curve.foreseen else ""
        dashed = " (dotted: forecast)" if curve.foreseen else ""
        yield line(f"{told}{ahead}{dashed}", indent=_INDENT)
        series = Series(
            curve.name,
            curve.points,
            show=percent,
            threshold=chart.limit,
            zone=chart.zone,
            foreseen=curve.foreseen,
        )
        for row in plot_lines(series, room, _HEIGHT):
            yield Line((piece(row),), _INDENT, whole=True)
