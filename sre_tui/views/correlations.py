"""How series that move together are shown."""

from __future__ import annotations

from typing import Any, Final

from sre_tui.diagnosis.signals.companion import Companion
from sre_tui.views.cells import source_column, text_cell
from sre_tui.views.human import MISSING, duration
from sre_tui.views.table import TableView
from sre_tui.views.units import with_unit
from widgets.cell import Cell, Column, Display, Tone

_AT_ONCE: Final = 1.0
_STRONG: Final = 0.7
_LEAST: Final = 0.001


def lag_text(seconds: float) -> str:
    """When it moves: ``at the same time``, ``3 min before it``, ``3 min after it``."""
    if abs(seconds) < _AT_ONCE:
        return "at the same time"
    return f"{duration(abs(seconds))} {'after' if seconds > 0 else 'before'} it"


def course_text(row: Companion) -> str:
    """How its level changed with the other's; empty if it did not."""
    shift = row.shift
    if shift is None:
        return ""
    went = "rose" if shift.after > shift.before else "fell"
    before, after = with_unit(shift.before, row.unit), with_unit(shift.after, row.unit)
    return f"{went} from {before} to {after} at {shift.at:%H:%M} UTC"


def chance_text(chance: float) -> str:
    """How likely it is by chance."""
    return f"< {_LEAST}" if chance < _LEAST else f"{chance:.3f}"


def _strength(row: Companion, _: Display) -> Cell:
    if not row.pairs:
        return Cell(MISSING, None, Tone.MUTED)
    tone = Tone.MUTED if row.shift is not None and abs(row.strength) < _STRONG else Tone.NEUTRAL
    return Cell(f"{row.strength:+.2f}", abs(row.strength), tone)


def _title(data: Any) -> str:
    about = f"alert {data.alert}" if data.alert else data.query
    window = f"from {data.start:%Y-%m-%d %H:%M} to {data.end:%Y-%m-%d %H:%M} UTC"
    if not data.labels and not data.compared:
        return f"There is no series of {about} {window}"
    return f"What moves with {about} {window}, of {data.compared} series compared"


COMPANIONS: TableView[Companion] = TableView(
    columns=(
        Column("what", "What", lambda row, _: text_cell(row.what), 22),
        Column("subject", "Of", lambda row, _: text_cell(str(row.subject)), 20),
        Column("lag", "Moves", lambda row, _: Cell(lag_text(row.lag), row.lag), 18),
        Column("strength", "Correlation", _strength, 11, 1, "right"),
        Column("shift", "Level", lambda row, _: text_cell(course_text(row)), 30, 0, "left", True),
        Column(
            "chance", "By chance",
            lambda row, _: Cell(chance_text(row.chance), row.chance), 9, 2, "right",
        ),
        Column("query", "PromQL", lambda row, _: text_cell(row.query), 40, 8),
        source_column(lambda row: row.source),
    ),
    rows=lambda data: data.items,
    key=lambda row: row.key,
    nothing="Nothing moves with it more than by chance.",
    headline=_title,
)  # fmt: skip
