"""Changes as rows: in order of time, what belongs to one thing together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from rich.text import Text

from providers.text import one_line
from sre_tui.diagnosis.finding import Severity
from sre_tui.diagnosis.timeline.event import Event
from sre_tui.screens.about.tab import DetailTab
from sre_tui.screens.page_text import headline, pairs, section
from sre_tui.screens.rows.findings import host_of, logs_of, on_what
from sre_tui.screens.rows.kind import Known, Origin, RowKind, of
from sre_tui.screens.rows.sayings import add_sayings, instant
from sre_tui.views.changes import CHANGES
from sre_tui.views.human import count, duration
from widgets.cell import Cell, Column, Display, Tone, unmarked
from widgets.text import plain_lines

FEED: Final = "what_changed"
_VIEW: Final = {column.key: column for column in CHANGES.columns}


@dataclass(frozen=True)
class ChangeRow:
    """An event, and whether it is the first one of its subject."""

    event: Event
    is_first: bool = True


def _rows(known: Known) -> Sequence[ChangeRow]:
    data = known.get(FEED)
    return () if data is None else by_subject(data.items)


def by_subject(events: Sequence[Event]) -> list[ChangeRow]:
    """Events in order of time, those of one subject together where its first one stands."""
    ordered = sorted(events, key=lambda one: (one.at, one.key))
    first: dict[str, int] = {}
    for place, one in enumerate(ordered):
        first.setdefault(one.subject.key, place)
    rows = [ChangeRow(one, first[one.subject.key] == place) for place, one in enumerate(ordered)]
    return sorted(rows, key=lambda row: first[row.event.subject.key])


def _event(row: ChangeRow) -> Event:
    return row.event


def _subject(row: ChangeRow, display: Display) -> Cell:
    cell = _VIEW["subject"].cell(row.event, display)
    # What is of the same thing as the row above is told, but does not catch the eye again.
    return cell if row.is_first else replace(cell, tone=Tone.MUTED)


def _at(row: Event, display: Display) -> Cell:
    at = row.at.astimezone(UTC)
    clock = f"{at:%H:%M:%S}" if row.within < 1 else f"{at:%H:%M}"
    same_day = at.date() == display.now.astimezone(UTC).date()
    return Cell(clock if same_day else f"{at:%m-%d %H:%M}", row.at)


def _kind(row: Event, _: Display) -> Cell:
    words = row.kind.replace("_", " ")
    return Cell(words, words, Tone.MUTED)


def _lasted(row: Event, display: Display) -> Cell:
    cell = _VIEW["until"].cell(row, display)
    return cell if row.until is not None else replace(cell, text="")


def _explain(row: ChangeRow) -> str:
    one = row.event
    text = one_line(one.text, 200)
    return f"explain what happened at {_minute(one.at)}: {text} ({on_what(one.subject)})"


def _changes(row: ChangeRow, now: datetime) -> str:
    return f"what changed on {host_of(row.event.subject)} around {_minute(row.event.at)}?"


def _minute(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _summary(rows: Sequence[ChangeRow]) -> str:
    critical = sum(row.event.severity is Severity.CRITICAL for row in rows)
    told = [f"{critical} critical"] if critical else []
    told.append(f"on {count(sum(row.is_first for row in rows), 'subject')}")
    return ", ".join(told)


def _page(row: ChangeRow, display: Display) -> Text:
    one = row.event
    severity = _VIEW["severity"].cell(one, display)
    page = headline(severity.tone, unmarked(severity), on_what(one.subject))
    page.append(f"{plain_lines(one.text)}\n\n")
    lasted = duration((one.until - one.at).total_seconds()) if one.until is not None else ""
    told = {
        "at": instant(one.at, display),
        "exact to": duration(one.within) if one.within >= 1 else "",
        "lasted": lasted,
        "kind": one.kind.replace("_", " "),
        "joined": f"{one.count} events" if one.count > 1 else "",
        "sources": ", ".join(one.sources),
    }
    pairs(page, {name: each for name, each in told.items() if each})
    section(page, "The same with", "\n  ".join(str(other) for other in one.others))
    add_sayings(page, one.evidence, display)
    return page


def _origin(row: ChangeRow) -> Origin:
    subject = row.event.subject
    return Origin(on_what(subject), host_of(subject), row.event.at)


def _copied(row: ChangeRow, now: datetime) -> str:
    return plain_lines(_page(row, Display(now=now, utc=True, wide=True)).plain.strip())


def _columns() -> tuple[Column[ChangeRow], ...]:
    return (
        of(Column("at", "UTC", _at, 11), _event),
        of(replace(_VIEW["severity"], width=10), _event),
        Column("subject", "Subject", _subject, 14, flexible=True),
        of(replace(_VIEW["text"], width=34), _event),
        of(replace(_VIEW["sources"], width=12, priority=2, flexible=False), _event),
        of(replace(_VIEW["until"], cell=_lasted), _event),
        of(Column("kind", "Kind", _kind, 16, 4), _event),
        of(_VIEW["evidence"], _event),
    )


KIND: Final = RowKind(
    noun="change",
    columns=_columns(),
    rows=_rows,
    key=lambda row: row.event.key,
    name=lambda row: f"{_minute(row.event.at)} {on_what(row.event.subject)}",
    summary=_summary,
    explain=_explain,
    changes=_changes,
    origin=_origin,
    page=_page,
    copied=_copied,
    tabs=lambda row: (DetailTab("change", "Change"),),
    logs=lambda row: logs_of(row.event.subject),
    gone="no longer in this window",
)
