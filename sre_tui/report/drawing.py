"""The charts of a report as pictures: PNG, twice as fine as they are shown.

Matplotlib is used by its objects alone, so that nothing is shared between two drawings. It takes a
second to import, which is done when the first chart is drawn.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from functools import cache
from io import BytesIO
from math import ceil, floor
from typing import TYPE_CHECKING, Any, Final

from sre_tui.views.human import number
from sre_tui.views.report_parts import Bars, Chart, Curve, Curves
from widgets.cell import Tone
from widgets.text import truncate

log = logging.getLogger(__name__)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH: Final = 600
"""Pixels of a page that a picture is wide; it has twice as many."""
_FINE: Final = 2
_DPI: Final = 100
"""Pixels of a page for one of Matplotlib's inches."""
_HEIGHT: Final = 210
_ROW: Final = 34
"""Pixels for one name of a chart of names."""
_NAME: Final = 22
_FAMILY: Final = "DejaVu Sans"
"""It comes with Matplotlib, so that a picture looks the same everywhere."""
_SIZE: Final = 9.5
_INK: Final = "#1f2933"
_PALE: Final = "#6b7785"
_GRID: Final = "#e3e7eb"
_PAPER: Final = "#ffffff"
# Okabe and Ito's colours, told apart by people who are colour-blind.
_TONES: Final = {
    Tone.CRITICAL: "#b2182b", Tone.ERROR: "#d55e00", Tone.WARNING: "#e69f00",
    Tone.INFO: "#56b4e9", Tone.OK: "#009e73", Tone.MUTED: "#c3cad1",
}  # fmt: skip
_LINES: Final = ("#0072b2", "#d55e00", "#009e73", "#cc79a7")
_MOST_LABELS: Final = 10
_FEWEST: Final = 5
"""Bars that there is room for at least, so that one alone is no wall."""
_LEGEND: Final = 74
"""Characters that have room above a chart."""
_COLORS: Final = 64
"""Colours of a picture: a handful with their edges, in a third of the size that all would take."""


@dataclass(frozen=True)
class Drawing:
    """A chart as a picture: its PNG, and the pixels of a page that it takes."""

    png: bytes
    width: int
    height: int


def drawn(charts: Sequence[Chart]) -> dict[str, Drawing]:
    """The pictures of charts by their keys; one with nothing to show, or that fails, is left out.

    Matplotlib wants a folder to write to, and fonts.
    """
    found: dict[str, Drawing] = {}
    for chart in charts:
        try:
            if has_something(chart):
                found[chart.key] = _drawn(chart)
        except Exception:
            # Matplotlib raises what its fonts, caches and formats raise; words tell the same.
            log.exception("the chart %s of a report could not be drawn", chart.key)
    return found


def has_something(chart: Chart) -> bool:
    """Whether there is anything to draw."""
    if isinstance(chart, Bars):
        return any(chart.totals)
    return any(len(curve.points) > 1 for curve in chart.curves)


def _drawn(chart: Chart) -> Drawing:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from PIL import Image

    by_name = isinstance(chart, Bars) and not chart.days
    height = 96 + _ROW * len(chart.labels) if isinstance(chart, Bars) and by_name else _HEIGHT
    figure = Figure(
        figsize=(WIDTH / _DPI, height / _DPI),
        dpi=_DPI * _FINE,
        facecolor=_PAPER,
        layout="constrained",
    )
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    _plain(axes)
    if isinstance(chart, Curves):
        _curves(axes, chart)
    elif by_name:
        _names(axes, chart)
    else:
        _days(axes, chart)
    _titled(figure, axes, chart)
    dots = BytesIO()
    figure.savefig(dots, format="rgba", dpi=_DPI * _FINE)
    whole = Image.frombytes("RGBA", (WIDTH * _FINE, height * _FINE), dots.getvalue())
    file = BytesIO()
    whole.convert("RGB").quantize(_COLORS).save(file, format="PNG", optimize=True)
    return Drawing(file.getvalue(), WIDTH, height)


def _plain(axes: Axes) -> None:
    axes.set_facecolor(_PAPER)
    axes.set_axisbelow(True)
    for side, spine in axes.spines.items():
        spine.set_visible(side == "bottom")
        spine.set_color(_PALE)
        spine.set_linewidth(0.8)
    axes.tick_params(length=0, colors=_PALE, labelsize=_SIZE, labelfontfamily=_FAMILY)


def _titled(figure: Figure, axes: Axes, chart: Chart) -> None:
    axes.set_title(
        _safe(chart.title), loc="left", parse_math=False, color=_INK, fontfamily=_FAMILY,
        fontsize=_SIZE + 1, fontweight="bold", pad=24 if axes.get_legend_handles_labels()[1] else 8,
    )  # fmt: skip
    handles, names = axes.get_legend_handles_labels()
    if not names:
        return
    legend = axes.legend(
        handles, names, loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=len(names),
        frameon=False, borderaxespad=0.0, borderpad=0.2, handlelength=1.4, handleheight=0.8,
        columnspacing=1.6, handletextpad=0.5,
    )  # fmt: skip
    for text in legend.get_texts():
        text.set(parse_math=False, color=_INK, fontfamily=_FAMILY, fontsize=_SIZE)


def _days(axes: Axes, chart: Bars) -> None:
    """One bar a day, its parts on top of each other, its sum above."""
    places = list(range(len(chart.labels)))
    base = [0.0 for _ in places]
    for stack in chart.stacks:
        axes.bar(
            places, stack.values, bottom=base, width=0.68, color=_TONES.get(stack.tone, _INK),
            label=_safe(stack.name), edgecolor=_PAPER, linewidth=0.8,
        )  # fmt: skip
        base = [low + value for low, value in zip(base, stack.values, strict=True)]
    top = max(base)
    has_two_lines = any(stack.tone is Tone.ERROR and any(stack.values) for stack in chart.stacks)
    axes.set_ylim(0, top * (1.3 if has_two_lines else 1.16))
    axes.set_xlim(-0.6, max(len(places), _FEWEST) - 0.4)
    axes.set_yticks([])
    few = len(places) <= _MOST_LABELS
    step = 1 if few else ceil(len(places) / _MOST_LABELS)
    shown = places[::step]
    labels = [_safe(chart.labels[place]) for place in shown]
    if few:
        labels = [label.replace(" ", "\n", 1) for label in labels]
    else:
        labels = [" ".join(label.split()[1:]) for label in labels]
    axes.set_xticks(shown, labels, parse_math=False)
    if len(places) <= 2 * _MOST_LABELS:
        for place, total in zip(places, base, strict=True):
            above = total + top * 0.025
            told, color = number(total), _PALE
            for stack in chart.stacks:
                if stack.tone is Tone.ERROR and stack.values[place]:
                    whole = "" if stack.values[place] == total else f"{told}\n"
                    told = f"{whole}{number(stack.values[place])} {stack.name}"
                    color = _TONES[Tone.ERROR]
            _note(axes, place, above, told, "center", "bottom", color)


def _names(axes: Axes, chart: Bars) -> None:
    """A row for each name, its parts beside each other, the first at the top."""
    rows = list(range(len(chart.labels)))
    thick = 0.76 / max(1, len(chart.stacks))
    top = max(max(stack.values, default=0.0) for stack in chart.stacks)
    for place, stack in enumerate(chart.stacks):
        at = [row - 0.38 + thick * (place + 0.5) for row in rows]
        axes.barh(
            at, stack.values, height=thick * 0.92, color=_TONES.get(stack.tone, _INK),
            label=_safe(stack.name),
        )  # fmt: skip
        for height, value in zip(at, stack.values, strict=True):
            _note(axes, value + top * 0.008, height, number(value), "left", "center_baseline")
    axes.spines["bottom"].set_visible(False)
    axes.set_xlim(0, top * 1.12)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_xticks([])
    axes.set_yticks(rows, [_safe(truncate(each, _NAME)) for each in chart.labels],
                    parse_math=False, color=_INK)  # fmt: skip


def _curves(axes: Axes, chart: Curves) -> None:
    """A line for each thing, dashed from when on it is foreseen, and the limit."""
    drawn = [curve for curve in chart.curves if len(curve.points) > 1][: len(_LINES)]
    room = _LEGEND // max(1, len(drawn)) - 5
    for curve, color in zip(drawn, _LINES, strict=False):
        name = _safe(truncate(curve.name, room))
        axes.plot(*_xy(curve.points), color=color, linewidth=1.8, label=name)
        if curve.foreseen:
            ahead = (curve.points[-1], *curve.foreseen)
            axes.plot(*_xy(ahead), color=color, linewidth=1.6, linestyle=(0, (3, 2.2)))
    first = min(curve.points[0][0] for curve in drawn)
    last = max(_end(curve) for curve in drawn)
    values = [value for curve in drawn for _, value in (*curve.points, *curve.foreseen)]
    low = max(0.0, floor(min([*values, chart.limit]) * 10) / 10)
    high = max(1.0, ceil(max(values) * 10) / 10)
    axes.set_ylim(low, high + (high - low) * 0.03)
    axes.set_xlim(first.timestamp(), last.timestamp())
    axes.axhline(chart.limit, color=_TONES[Tone.CRITICAL], linewidth=1.0, linestyle=(0, (1, 1.6)))
    _note(axes, first.timestamp(), chart.limit, f" limit {chart.limit:.0%}", "left", "bottom",
          _TONES[Tone.CRITICAL])  # fmt: skip
    if last > chart.until:
        axes.axvline(chart.until.timestamp(), color=_PALE, linewidth=0.8)
        _note(axes, chart.until.timestamp(), low, " now", "left", "bottom")
    steps = max(1, round((high - low) / 0.1))
    step = ceil(steps / 5) / 10
    ticks = [low + step * each for each in range(int((high - low) / step + 1.001))]
    axes.set_yticks(ticks, [f"{tick:.0%}" for tick in ticks], parse_math=False)
    axes.tick_params(axis="x", pad=6)
    axes.grid(axis="y", color=_GRID, linewidth=0.8)
    marks = _midnights(first, last, chart.zone)
    axes.set_xticks(
        [mark.timestamp() for mark in marks], [f"{mark.day} {mark:%b}" for mark in marks],
        parse_math=False,
    )  # fmt: skip


def _xy(points: Sequence[tuple[datetime, float]]) -> tuple[list[float], list[float]]:
    return [at.timestamp() for at, _ in points], [value for _, value in points]


def _end(curve: Curve) -> datetime:
    return (curve.foreseen or curve.points)[-1][0]


def _midnights(first: datetime, last: datetime, zone: tzinfo) -> list[datetime]:
    """Beginnings of days in the zone, at most as many as have room."""
    begin = first.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    days = ceil((last - first) / timedelta(days=1)) + 1
    step = max(1, ceil(days / _MOST_LABELS))
    found = (begin + timedelta(days=each) for each in range(1, days + 1, step))
    return [each for each in found if first <= each <= last]


def _note(
    axes: Axes, x: float, y: float, text: str, across: Any, down: Any, color: str = _PALE
) -> None:
    axes.text(
        x, y, _safe(text), ha=across, va=down, color=color, fontfamily=_FAMILY, fontsize=_SIZE - 1,
        parse_math=False,
    )  # fmt: skip


def _safe(text: str) -> str:
    """The text with a box for each character that the font lacks, of which it would warn."""
    known = _characters()
    return "".join(each if ord(each) in known or each == "\n" else "□" for each in text)


@cache
def _characters() -> frozenset[int]:
    from matplotlib.font_manager import findfont, get_font

    return frozenset(get_font(findfont(_FAMILY)).get_charmap())
