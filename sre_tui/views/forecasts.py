"""How forecasts are shown: what fills up, when, and how sure that is."""

from __future__ import annotations

from datetime import datetime
from typing import Final, Protocol

from sre_tui.diagnosis.signals.capacity_model import Capacity, is_pressing
from sre_tui.views.cells import fill_cell, size_cell, source_column, text_cell
from sre_tui.views.human import count, size
from sre_tui.views.table import TableView
from widgets.cell import Cell, Column, Display, Tone, marked

HOUR: Final = 3600.0
DAY: Final = 86400.0
YEAR: Final = 365 * DAY
FAR: Final = 10 * YEAR
"""Seconds beyond which nobody counts years."""
SOON: Final = 7 * DAY
"""Seconds within which a full disk is pressing."""
_TONES: Final = {"full": Tone.ERROR, "expired": Tone.ERROR, "erratic": Tone.WARNING}


class Foretold(Protocol):
    """When something fills up or runs out, now or in a report that was archived."""

    @property
    def outlook(self) -> str: ...
    @property
    def full_at(self) -> datetime | None: ...
    @property
    def earliest(self) -> datetime | None: ...
    @property
    def latest(self) -> datetime | None: ...
    @property
    def full_since(self) -> datetime | None: ...
    @property
    def always_full(self) -> bool: ...


def outlook_text(row: Foretold, now: datetime) -> str:
    """The answer in a few words: ``full in 12 d (8-20 d)``, ``not growing``."""
    match row.outlook:
        case "full":
            return f"full{_since(row, now)}"
        case "expired":
            return f"expired {span(now, row.full_at)} ago" if row.full_at else "expired"
        case "expires" if row.full_at is not None:
            return f"expires in {span(now, row.full_at)}"
        case "growing" if row.full_at is not None:
            return f"full in {span(now, row.full_at)}{_interval(row, now)}"
        case "erratic" if row.earliest is not None:
            return f"cannot be told yet: {span(now, row.earliest)} or more"
        case "saw-tooth" if row.full_at is not None:
            return f"saw-tooth, its peaks reach full in {span(now, row.full_at)}"
        case _:
            return row.outlook


def _since(row: Foretold, now: datetime) -> str:
    if row.full_since is None:
        return " already"
    return f" since {span(now, row.full_since)} ago{' or longer' if row.always_full else ''}"


def _interval(row: Foretold, now: datetime) -> str:
    if row.earliest is None:
        return ""
    soonest = span(now, row.earliest)
    if row.full_at is not None and (row.full_at - now).total_seconds() > FAR:
        return ""
    if row.latest is None:
        return f" ({soonest} at the earliest, maybe never)"
    latest = span(now, row.latest)
    amount, _, unit = soonest.partition(" ")
    if soonest == latest:
        return ""
    return f" ({amount if unit == latest.partition(' ')[2] else soonest}-{latest})"


def span(now: datetime, at: datetime | None) -> str:
    """A time ahead or past in one unit: ``50 min``, ``30 h``, ``12 d``, ``3 years``."""
    seconds = abs((at - now).total_seconds()) if at is not None else 0.0
    for unit, name, upto in ((60.0, "min", 2 * HOUR), (HOUR, "h", 2 * DAY), (DAY, "d", 2 * YEAR)):
        if seconds < upto:
            return f"{seconds / unit:.0f} {name}"
    return f"{seconds / YEAR:.0f} years" if seconds <= FAR else "more than 10 years"


def basis_text(row: Capacity) -> str:
    """How much history it rests on: ``349 values, 28 d``."""
    if not row.points:
        return ""
    length = row.basis / DAY
    shown = f"{length:.0f} d" if length >= 2 else f"{row.basis / HOUR:.0f} h"
    return f"{count(row.points, 'value')} of {shown}"


def _tone(row: Capacity, now: datetime) -> Tone:
    if row.outlook in _TONES:
        return _TONES[row.outlook]
    if row.first is None:
        return Tone.MUTED
    left = (row.first - now).total_seconds()
    return Tone.ERROR if left < SOON else Tone.WARNING if is_pressing(row, now) else Tone.NEUTRAL


def _outlook(row: Capacity, display: Display) -> Cell:
    tone = _tone(row, display.now)
    shown = outlook_text(row, display.now)
    if row.out_of_reach:
        return Cell(marked(Tone.STALE, shown), row.first, Tone.STALE)
    mark = "" if tone in (Tone.NEUTRAL, Tone.MUTED) else f" {tone.glyph}"
    return Cell(f"{shown}{mark}", row.first, tone)


class Growing(Protocol):
    """What grows by bytes a day."""

    @property
    def growth(self) -> float | None: ...


def growth_cell(row: Growing) -> Cell:
    """Growth a day; empty if it is not known."""
    if row.growth is None:
        return Cell("", None)
    return Cell(f"{'+' if row.growth >= 0 else '-'}{size(abs(row.growth))}/d", row.growth)


def _fill(row: Capacity) -> Cell:
    if row.kind == "certificate":
        return Cell("", None)
    return fill_cell(row.ratio)


def _remarks(row: Capacity) -> str:
    seen = ("as last seen, it is out of reach now",) if row.out_of_reach else ()
    return "; ".join([*seen, *row.notes])


FORECASTS: TableView[Capacity] = TableView(
    columns=(
        Column("kind", "Kind", lambda row, _: text_cell(row.kind), 11, 1),
        Column("subject", "What", lambda row, _: text_cell(str(row.subject)), 18, 0, "left", True),
        Column("outlook", "Outlook", _outlook, 36),
        Column("ratio", "Fill", lambda row, _: _fill(row), 16),
        Column("growth", "Growth", lambda row, _: growth_cell(row), 12, 2, "right"),
        Column(
            "size",
            "Size",
            lambda row, _: Cell("", None) if row.size is None else size_cell(row.size),
            10,
            3,
            "right",
        ),
        Column("basis", "From", lambda row, _: text_cell(basis_text(row)), 18, 4),
        Column("notes", "Remarks", lambda row, _: text_cell(_remarks(row)), 24, 5),
        source_column(lambda row: row.source),
    ),
    rows=lambda data: data.items,
    key=lambda row: row.key,
    nothing="Nothing is foreseen to be full.",
    made_from={"subject": "subject", "ratio": "used"},
)
