"""Changes as rows: in order of time, what belongs to one thing together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from rich.text import Text

from providers.text import one_line
from sre_tui.diagnosis.timeline.event import Event
from sre_tui.screens.about.tab import DetailTab
from sre_tui.screens.page_text import headline, pairs, section
from sre_tui.screens.rows.findings import host_of, on_what
from sre_tui.screens.rows.kind import Known, Origin, RowKind
from sre_tui.screens.rows.sayings import add_sayings, instant
from sre_tui.views.changes import CHANGES
from sre_tui.views.human import count, duration
from widgets.cell import Cell, Column, Display, Tone, unmarked
from widgets.text import plain_lines

FEED: Final = "what_changed"
_VIEW: Final = {column.key: column for column in CHANGES.columns}


def _rows(known: Known) -> Sequence[Event]:
    data = known.get(FEED)
    return () if data is None else by_subject(data.items)


def by_subject(events: Sequence[Event]) -> list[Event]:
    """Events in order of time, those of one subject together where its first one stands."""
    ordered = sorted(events, key=lambda one: (one.at, one.key))
    first: dict[str, int] = {}
    for place, one in enumerate(ordered):
        first.setdefault(one.subject.key, place)
    return sorted(ordered, key=lambda one: first[one.subject.key])


def _at(row: Event, display: Display) -> Cell:
    at = row.at.astimezone(UTC)
    clock = f"{at:%H:%M:%S}" if row.within < 1 else f"{at:%H:%M}"
    same_day = at.date() == display.now.astimezone(UTC).date()
    return Cell(clock if same_day else f"{at:%m-%d} {clock}", row.at)


def _kind(row: Event, _: Display) -> Cell:
    words = row.kind.replace("_", " ")
    return Cell(words, words, Tone.MUTED)


def _lasted(row: Event, display: Display) -> Cell:
    cell = _VIEW["until"].cell(row, display)
    return cell if row.until is not None else replace(cell, text="")


def _explain(row: Event) -> str:
    return (
        f"explain what happened at {_minute(row.at)}: {one_line(row.text, 200)} "
        f"({on_what(row.subject)})"
    )


def _changes(row: Event, now: datetime) -> str:
    return f"what changed on {host_of(row.subject)} around {_minute(row.at)}?"


def _minute(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _summary(rows: Sequence[Event]) -> str:
    critical = sum(row.severity.rank == 0 for row in rows)
    told = [f"{critical} critical"] if critical else []
    told.append(f"with {count(len({row.subject.key for row in rows}), 'thing')}")
    return ", ".join(told)


def _page(row: Event, display: Display) -> Text:
    severity = _VIEW["severity"].cell(row, display)
    page = headline(severity.tone, unmarked(severity), on_what(row.subject))
    page.append(f"{plain_lines(row.text)}\n\n")
    lasted = duration((row.until - row.at).total_seconds()) if row.until is not None else ""
    told = {
        "at": instant(row.at, display),
        "exact to": duration(row.within) if row.within >= 1 else "",
        "lasted": lasted,
        "kind": row.kind.replace("_", " "),
        "joined": f"{row.count} events" if row.count > 1 else "",
        "sources": ", ".join(row.sources),
    }
    pairs(page, {name: each for name, each in told.items() if each})
    section(page, "The same with", "\n  ".join(str(one) for one in row.others))
    add_sayings(page, row.evidence, display)
    return page


def _copied(row: Event, now: datetime) -> str:
    return plain_lines(_page(row, Display(now=now, utc=True, wide=True)).plain.strip())


def _columns() -> tuple[Column[Event], ...]:
    return (
        Column("at", "UTC", _at, 14),
        replace(_VIEW["severity"], width=10),
        replace(_VIEW["subject"], width=14, flexible=True),
        replace(_VIEW["text"], width=24),
        replace(_VIEW["sources"], width=12, priority=2),
        replace(_VIEW["until"], cell=_lasted),
        Column("kind", "Kind", _kind, 14, 4),
        _VIEW["evidence"],
    )


KIND: Final = RowKind(
    noun="change",
    columns=_columns(),
    rows=_rows,
    key=lambda row: row.key,
    name=lambda row: f"{_minute(row.at)} {on_what(row.subject)}",
    summary=_summary,
    explain=_explain,
    changes=_changes,
    origin=lambda row: Origin(on_what(row.subject), host_of(row.subject), row.at),
    page=_page,
    copied=_copied,
    tabs=lambda row: (DetailTab("change", "Change"),),
    gone="no longer in this window",
)
