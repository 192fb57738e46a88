"""A time series drawn with braille dots and axes, as plain lines of text for any front."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import pairwise
from statistics import median
from typing import Literal

from rich.cells import cell_len

from widgets.blocks import is_number
from widgets.text import fit, plain_line, truncate

THRESHOLD_DASH = "╌"
_BRAILLE_BASE = 0x2800
_DOTS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
# A hole of more than this many usual steps is a gap, not a line between two far points.
_GAP_STEPS = 3
_LEAST_WIDTH, _LEAST_HEIGHT = 20, 5
_WIDENED = 40
"""Times that the value axis is doubled at most."""


@dataclass(frozen=True, slots=True)
class Series:
    """One time series to draw.

    Attributes:
        title: What is measured.
        points: Aware times and values in base units, oldest first; None and NaN are gaps.
        unit: Unit named in the heading, empty if `show` already says it.
        show: Makes a value human.
        threshold: Value of the limit line, None for none.
        bad: On which side of the limit values are bad; empty if on neither.
        low: Lowest value of the axis, None to fit the data.
        high: Highest value of the axis, None to fit the data.
        utc: Whether the time axis is in UTC or local time.
        zone: Another zone for it, which nothing on the axis names.
        foreseen: How it will go on: points after the last one, drawn as a dotted line.
    """

    title: str
    points: tuple[tuple[datetime, float | None], ...]
    unit: str = ""
    show: Callable[[float], str] = "{:.4g}".format
    threshold: float | None = None
    low: float | None = None
    high: float | None = None
    utc: bool = False
    bad: Literal["above", "below", ""] = "above"
    zone: tzinfo | None = None
    foreseen: tuple[tuple[datetime, float], ...] = ()

    @property
    def ends(self) -> tuple[datetime, datetime]:
        """The first and the last moment that is drawn."""
        return self.points[0][0], (self.foreseen or self.points)[-1][0]

    @property
    def known(self) -> list[float]:
        """Values that are numbers."""
        return [value for _, value in self.points if is_number(value)]


def heading(series: Series) -> str:
    """Title, current value, range, unit, length of time and limit in one line.

    Without a title it begins with the value.
    """
    title = plain_line(series.title)
    known = series.known
    if not known:
        return " · ".join(part for part in (title, "no data") if part)
    unit = f" {plain_line(series.unit)}" if series.unit else ""
    last = series.points[-1][1]
    now = f"now {series.show(last)}" if is_number(last) else "now not reported"
    span = f"{series.show(min(known))} to {series.show(max(known))}{unit}"
    length = _length(series.points[-1][0] - series.points[0][0])
    parts = [title, now, span, length]
    if is_number(series.threshold):
        parts.append(f"{THRESHOLD_DASH} limit {series.show(series.threshold)}")
    return " · ".join(part for part in parts if part)


def plot_lines(series: Series, width: int, height: int) -> list[str]:
    """The chart with its axes in at most `width` x `height` terminal cells.

    The value axis is at the left, the time axis is the last line; the limit is a dashed line.
    With too little room, or nothing to draw, there is one line that says so.
    """
    known = series.known
    if not known:
        return [truncate("no data in this time", width)]
    if width < _LEAST_WIDTH or height < _LEAST_HEIGHT:
        return [truncate("too little room for a chart", width)]
    low, high = _axis(series, [*known, *(value for _, value in series.foreseen)])
    marks = {0: high, (height - 2) // 2: (low + high) / 2, height - 2: low}
    labels = {row: truncate(series.show(value), width // 3) for row, value in marks.items()}
    margin = max(cell_len(label) for label in labels.values())
    across, down = width - margin - 2, height - 1
    rows = _draw(series, low, high, across, down)
    if is_number(series.threshold) and low <= series.threshold <= high:
        row = min(down - 1, int((high - series.threshold) / (high - low) * down))
        rows[row] = "".join(THRESHOLD_DASH if char == " " else char for char in rows[row])
    lines = [
        f"{fit(labels.get(index, ''), margin, 'right')} {'┤' if index in labels else '│'}{row}"
        for index, row in enumerate(rows)
    ]
    return [*lines, " " * (margin + 1) + "└" + _time_axis(series, across)]


def _axis(series: Series, known: Sequence[float]) -> tuple[float, float]:
    limit = [series.threshold] if is_number(series.threshold) else []
    low = min([*known, *limit]) if series.low is None else series.low
    high = max([*known, *limit]) if series.high is None else series.high
    if high <= low:
        pad = abs(low) * 0.1 or 1.0
        low, high = (low if series.low is not None else low - pad), high + pad
    for _ in range(_WIDENED):
        middle, half = (low + high) / 2, high - low
        if series.show(low) != series.show(middle) != series.show(high):
            break
        # What reads the same must not look like ups and downs.
        wider = (
            low if series.low is not None else middle - half,
            high if series.high is not None else middle + half,
        )
        if wider == (low, high) or not all(is_number(each) for each in wider):
            break
        low, high = wider
    return low, high


def _draw(series: Series, low: float, high: float, across: int, down: int) -> list[str]:
    cells = [[0] * across for _ in range(down)]
    wide, tall = across * 2 - 1, down * 4 - 1
    start, end = series.ends
    length = (end - start).total_seconds() or 1.0
    for run, is_dotted in [*((run, False) for run in _runs(series)), (series.foreseen, True)]:
        dots = [
            (
                round((when - start).total_seconds() / length * wide),
                min(tall, max(0, round((high - value) / (high - low) * tall))),
            )
            for when, value in run
        ]
        for one, two in zip(dots, [*dots[1:], *dots[-1:]], strict=True):
            for x, y in _line(one, two):
                if not is_dotted or x % 4 == 0:
                    cells[y // 4][x // 2] |= _DOTS[x % 2][y % 4]
    return ["".join(chr(_BRAILLE_BASE + dots) if dots else " " for dots in row) for row in cells]


def _runs(series: Series) -> Iterator[list[tuple[datetime, float]]]:
    """Stretches of points without a gap between them."""
    times = [when for when, _ in series.points]
    steps = [(two - one).total_seconds() for one, two in pairwise(times)]
    longest = median(steps) * _GAP_STEPS if steps else 0.0
    run: list[tuple[datetime, float]] = []
    for when, value in series.points:
        missing = not is_number(value)
        if run and (missing or (when - run[-1][0]).total_seconds() > longest > 0):
            yield run
            run = []
        if is_number(value):
            run.append((when, value))
    if run:
        yield run


def _line(one: tuple[int, int], two: tuple[int, int]) -> Iterator[tuple[int, int]]:
    steps = max(abs(two[0] - one[0]), abs(two[1] - one[1]), 1)
    for step in range(steps + 1):
        yield (
            round(one[0] + (two[0] - one[0]) * step / steps),
            round(one[1] + (two[1] - one[1]) * step / steps),
        )


def _time_axis(series: Series, across: int) -> str:
    first, last = series.ends
    pattern = "%H:%M" if last - first < timedelta(hours=36) else "%d %b"
    start, middle, end = (
        when.astimezone(UTC if series.utc else series.zone).strftime(pattern)
        for when in (first, first + (last - first) / 2, last)
    )
    zone = " UTC" if series.utc else ""
    inner = across - len(start) - len(end) - len(zone)
    if inner < len(middle) + 2:
        return fit(f"{start} to {end}{zone}", across)
    return f"{start}{middle.center(inner, '─')}{end}{zone}"


def _length(span: timedelta) -> str:
    minutes = span.total_seconds() / 60
    if minutes < 90:
        return f"{minutes:.0f} min"
    return f"{minutes / 60:.0f} h" if minutes <= 48 * 60 else f"{minutes / 1440:.0f} d"
