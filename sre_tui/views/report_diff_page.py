"""How two reports are told apart: a page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sre_tui.memory.report import zone_named
from sre_tui.views.human import left_out, number
from sre_tui.views.page import Block, Line, line, piece
from sre_tui.views.report_chapter import TITLES
from sre_tui.views.report_diff_model import Compared, Difference, FigureChange, ReportDiff, Way
from sre_tui.views.report_page import table_lines
from sre_tui.views.report_parts import Table, Times, column
from widgets.cell import Cell, Display, Tone, marked

MOST: Final = 20
"""Differences of a kind that are told."""
_TITLES: Final[dict[Way, str]] = {"new": "New", "over": "Over", "changed": "Changed"}
_TONES: Final[dict[Way, Tone]] = {"new": Tone.WARNING, "over": Tone.OK, "changed": Tone.INFO}


def diff_page(diff: ReportDiff, display: Display, width: int | None = None) -> list[Block]:
    """The figures that changed, what is new, what is over, what changed.

    Args:
        diff: what is told.
        display: how cells are made human.
        width: cells a line may have; None for any number, as in a pipe.
    """
    blocks = [
        Block("What differs between two reports", tuple(_top(diff, display)), "diff"),
        Block("Figures", tuple(_figures(diff, display, width)), "figures"),
        *(Block(title, tuple(_differences(diff, way)), way) for way, title in _TITLES.items()),
        Block("Not compared", tuple(line(one, mark="◌") for one in diff.not_compared), "lacking"),
    ]
    return [block for block in blocks if block.lines]


def _top(diff: ReportDiff, display: Display) -> Iterator[Line]:
    for word, one in (("older", diff.old), ("newer", diff.new)):
        yield line(piece(f"{word}: {one.id}, {_window(one, display)}", Tone.MUTED))
    told = [f"{len(diff.of(way))} {way}" for way in _TITLES if diff.of(way)]
    if told:
        yield line(f"{', '.join(told)}.")
    elif any(one.before != one.now for one in diff.figures):
        yield line("Nothing is new or over; some figures changed.")
    elif diff.not_compared:
        yield line(piece(marked(Tone.STALE, "Nothing differs in what both know."), Tone.STALE))
    else:
        yield line("Nothing differs.")


def _window(one: Compared, display: Display) -> str:
    zone = zone_named("UTC" if display.utc else one.timezone)
    times = Times(one.since, one.until, one.made, zone)
    return f"{times.on(one.since)} to {times.on(one.until)} ({times.length})"


def _figures(diff: ReportDiff, display: Display, width: int | None) -> Iterator[Line]:
    changed = tuple(one for one in diff.figures if one.before != one.now)
    if not changed:
        return
    table = Table(
        "",
        (
            column("name", "What", lambda row: Cell(row.name, row.name), 22),
            column("before", "Before", lambda row: _value(row.before), 10, right=True),
            column("now", "Now", lambda row: _value(row.now), 10, right=True),
            column("change", "Change", _change, 14, right=True),
        ),
        changed,
    )
    yield from table_lines(table, display, width)


def _value(value: float | None) -> Cell:
    return Cell("not known", None, Tone.MUTED) if value is None else Cell(number(value), value)


def _change(row: FigureChange) -> Cell:
    if row.before is None or row.now is None:
        return Cell("", None)
    more = row.now - row.before
    told = f"{'+' if more > 0 else '-'}{number(abs(more))}"
    if not row.good:
        return Cell(told, more)
    if (more > 0) == (row.good == "more"):
        return Cell(f"{told} better", more, Tone.OK)
    return Cell(f"{told} worse", more, Tone.WARNING)


def _differences(diff: ReportDiff, way: Way) -> Iterator[Line]:
    found = diff.of(way)
    for one in found[:MOST]:
        yield _line(one, way)
    if len(found) > MOST:
        more = left_out(len(found) - MOST, "difference", "--json has all")
        yield line(piece(more, Tone.MUTED))


def _line(one: Difference, way: Way) -> Line:
    about = "" if not one.subject or one.subject in one.text else f"{one.subject}: "
    section = piece(f"{TITLES[one.section]}  ", Tone.MUTED)
    return line(section, piece(about, _TONES[way]), one.text, mark=_TONES[way].glyph)
