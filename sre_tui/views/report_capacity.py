"""What fills up or runs out, and when: as it was foreseen when the report was made."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sre_tui.memory.report_sections import Capacities, ReportedCapacity
from sre_tui.views.cells import fill_cell, size_cell, text_cell
from sre_tui.views.forecasts import SOON, YEAR, growth_cell, outlook_text
from sre_tui.views.human import count
from sre_tui.views.investigation_words import some
from sre_tui.views.report_chapter import chapter, rest
from sre_tui.views.report_parts import Chapter, Curve, Curves, Part, Table, Times, column
from widgets.blocks import percent
from widgets.cell import Cell, Tone, marked

MOST: Final = 12
FEW: Final = 4
"""Rows of a table that is short, so that some of what fills up in years has room in it."""
CURVES: Final = 4
"""Things whose growth is drawn; more lines are told apart by nobody."""
_UNTOLD: Final = "too little data"
LIMIT: Final = 0.9
"""Share that is drawn as a line: from there on most file systems suffer."""


def pressing_of(section: Capacities) -> tuple[ReportedCapacity, ...]:
    """What presses, each space once: what a datastore that is told fills is that datastore."""
    told = {row.name for row in section.rows if row.presses and row.kind == "datastore"}
    return tuple(row for row in section.rows if row.presses and row.space_of not in told)


def capacities(section: Capacities, times: Times) -> Chapter:
    """What presses first, with its growth."""
    pressing = pressing_of(section)
    if not section.rows:
        seen = f"{count(section.left_out, 'thing')} looked at" if section.left_out else ""
        if not seen:
            return chapter("capacity", section, Tone.MUTED, "nothing", "Nothing that could fill up "
                           "was found.")  # fmt: skip
        return chapter("capacity", section, Tone.OK, "nothing presses",
                       f"Nothing is full or growing, {seen}.")  # fmt: skip
    if pressing:
        told = some([f"{row.name} ({outlook_text(row, times.made)})" for row in pressing], 3)
        verb = "wants" if len(pressing) == 1 else "want"
        sentence = f"{len(pressing)} {verb} room or renewal soon: {told}."
        grave = any(_tone(row, times) is Tone.ERROR for row in pressing)
        tone, word = (Tone.ERROR if grave else Tone.WARNING), f"{len(pressing)} soon"
    else:
        sentence = "Nothing fills up or runs out soon."
        tone, word = Tone.OK, "nothing soon"
    return chapter("capacity", section, tone, word, sentence, _parts(section, times))


def _parts(section: Capacities, times: Times) -> Iterator[Part]:
    rows = _told(section, times)
    yield Table(
        "",
        (
            column("name", "What", lambda row: text_cell(row.name), 16),
            column("kind", "Kind", lambda row: text_cell(row.kind), 11, 2),
            column("used", "Used", _fill, 15),
            column("size", "Of", lambda row: size_cell(row.size) if row.size else Cell("", None),
                   9, 3, right=True),
            column("growth", "Growth", growth_cell, 13, 1, right=True),
            column("outlook", "Outlook", lambda row: _outlook(row, times), 22, flexible=True),
            column("full", "On", lambda row: Cell(times.on(row.full_at), row.full_at), 10, 2),
        ),
        rows[:MOST],
        bars=("used",),
        folded=("outlook",),
        more=_more(section, rows),
    )  # fmt: skip
    drawn = [row for row in section.rows if len(row.points) > 1][:CURVES]
    if drawn:
        yield _growth(drawn, times)


def _told(section: Capacities, times: Times) -> tuple[ReportedCapacity, ...]:
    """What somebody should know of; a few of what fills up in years, where that is little."""
    near = [row for row in section.rows if not _is_far(row, times)]
    far = [row for row in section.rows if _is_far(row, times)]
    told = (*near, *far[: max(0, FEW - len(near))])
    # Of a disk in a drawer there is nothing to tell; it stands below what there is.
    return tuple(sorted(told, key=lambda row: row.outlook == _UNTOLD and row.used is None))


def _is_far(row: ReportedCapacity, times: Times) -> bool:
    if row.presses or row.out_of_reach or row.first is None:
        return False
    return (row.first - times.made).total_seconds() > YEAR


def _more(section: Capacities, rows: tuple[ReportedCapacity, ...]) -> str:
    far = len(section.rows) - len(rows)
    told = (
        rest(len(rows) - MOST, "row"),
        f"{count(far, 'more fills', 'more fill')} up in a year at the earliest." if far else "",
        f"{count(section.left_out, 'thing is', 'things are')} neither full nor growing."
        if section.left_out else "",
    )  # fmt: skip
    return " ".join(each for each in told if each)


def _fill(row: ReportedCapacity) -> Cell:
    return Cell("", None) if row.ratio is None else fill_cell(row.ratio)


def _tone(row: ReportedCapacity, times: Times) -> Tone:
    if not row.presses:
        return Tone.NEUTRAL
    if row.outlook in ("full", "expired"):
        return Tone.ERROR
    left = (row.first - times.made).total_seconds() if row.first is not None else None
    return Tone.ERROR if left is not None and left < SOON else Tone.WARNING


def _outlook(row: ReportedCapacity, times: Times) -> Cell:
    told = outlook_text(row, times.made)
    if row.presses and row.space_of:
        told = f"{told}, the space of {row.space_of}"
    if row.out_of_reach:
        return Cell(marked(Tone.STALE, f"{told}, as last seen"), row.first, Tone.STALE)
    tone = _tone(row, times)
    return Cell(f"{told} {tone.glyph}".rstrip(), row.first, tone)


def _growth(rows: list[ReportedCapacity], times: Times) -> Curves:
    told = "; ".join(
        f"{row.name} {percent(row.points[0].value)} to {percent(row.points[-1].value)}, "
        f"{outlook_text(row, times.made)}"
        for row in rows
    )
    return Curves(
        "pool-growth",
        "Share in use, % (dashed: forecast)",
        tuple(
            Curve(
                row.name,
                tuple((point.at, point.value) for point in row.points),
                tuple((point.at, point.value) for point in row.foreseen),
                row.presses,
            )
            for row in rows
        ),
        LIMIT,
        times.until,
        times.zone,
        f"Share in use since {times.on(rows[0].points[0].at)}: {told}.",
    )
