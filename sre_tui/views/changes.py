"""How a timeline is shown: what changed, in order of time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sre_tui.diagnosis.finding import Severity
from sre_tui.diagnosis.timeline.event import Event
from sre_tui.views.cells import span_cell, state_cell, text_cell, time_cell
from sre_tui.views.human import count
from sre_tui.views.table import TableView
from widgets.cell import Cell, Column, Display, Tone

_TONES: Final[Mapping[Severity, Tone]] = {
    Severity.CRITICAL: Tone.CRITICAL,
    Severity.WARNING: Tone.WARNING,
    Severity.NOTE: Tone.INFO,
}


def _severity(row: Event, _: Display) -> Cell:
    if row.routine:
        return state_cell("routine", Tone.MUTED, len(Severity))
    return state_cell(row.severity.value, _TONES[row.severity], row.severity.rank)


def _subject(row: Event, _: Display) -> Cell:
    more = f" +{len(row.others)}" if row.others else ""
    return text_cell(f"{row.subject}{more}")


def _lasted(row: Event, _: Display) -> Cell:
    if row.until is None:
        return Cell("", None)
    return span_cell((row.until - row.at).total_seconds())


def _sources(row: Event, _: Display) -> Cell:
    backends = dict.fromkeys(source.partition(":")[0] for source in row.sources)
    return text_cell(", ".join(backends))


def _command(row: Event, _: Display) -> Cell:
    told = next((one.command for one in row.evidence if one.command), "")
    return text_cell(f"sre {told}" if told else "")


def _title(data: Any) -> str:
    about = f" of {', '.join(data.about)}" if data.about else ""
    return f"What changed{about} from {_stamp(data.start)} to {_stamp(data.end)} UTC"


def _stamp(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"


def _notes(data: Any) -> tuple[str, ...]:
    return (*data.hints, *_left_out(data))


def _left_out(data: Any) -> Iterator[str]:
    if data.routine:
        yield f"{count(data.routine, 'routine event')} not shown; --all shows them"


def _of_few(data: Any) -> TableView[Event] | None:
    """The same with what it means that there is nothing, given who told and what is left out."""
    return None if data.items else replace(CHANGES, nothing=data.nothing())


CHANGES: TableView[Event] = TableView(
    columns=(
        Column("severity", "Severity", _severity, 10),
        Column("at", "Time", lambda row, d: time_cell(row.at, d), 14),
        Column("subject", "Subject", _subject, 13),
        Column("text", "What", lambda row, _: text_cell(row.text), 34, 0, "left", True),
        Column("until", "Lasted", _lasted, 8, 2),
        Column("sources", "Sources", _sources, 12, 3, "left", True),
        Column("evidence", "See", _command, 40, 8),
    ),
    rows=lambda data: data.items,
    key=lambda row: row.key,
    nothing="Nothing changed.",
    folded=("subject", "text", "sources"),
    title=_title,
    made_from={"sources": "evidence"},
    notes=_notes,
    instead=_of_few,
)
