"""Incidents of the journal as rows: those that go on first, then the latest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from rich.text import Text

from providers.text import one_line
from sre_tui.memory.incident import Incident
from sre_tui.screens.about.tab import DetailTab
from sre_tui.screens.page_text import headline, pairs, section
from sre_tui.screens.rows.kind import Known, Origin, RowKind
from sre_tui.screens.rows.sayings import instant
from sre_tui.views.incidents import INCIDENTS, incident_severity, incident_state
from widgets.cell import Cell, Column, Display, unmarked
from widgets.text import plain_lines

FEED: Final = "memory_search_incidents"
_VIEW: Final = {column.key: column for column in INCIDENTS.columns}


def _rows(known: Known) -> Sequence[Incident]:
    data = known.get(FEED)
    # Sorting keeps the order of those that are alike: the latest first.
    return () if data is None else sorted(data.items, key=lambda one: one.ended is not None)


def _summary(rows: Sequence[Incident]) -> str:
    going_on = sum(one.ended is None for one in rows)
    return f"{going_on} open" if going_on else "none open"


def _about(row: Incident) -> str:
    return one_line(row.subject or row.alert or row.title, 80)


def _explain(row: Incident) -> str:
    about = _about(row)
    title = one_line(row.title, 160)
    named = about if about == one_line(row.title, 80) else f"{about} ({title})"
    return f"what do recorded incidents say about {named}: what caused it, and what helped?"


def _changes(row: Incident, now: datetime) -> str:
    at = f"{row.started.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    on = f" on {one_line(row.subject, 80)}" if row.subject else ""
    return f"what changed{on} around {at}?"


def _page(row: Incident, display: Display) -> Text:
    state = incident_state(row, display)
    page = headline(state.tone, unmarked(state), row.title)
    page.append("\n")
    told: dict[str, str | Cell] = {
        "incident": row.id,
        "severity": incident_severity(row, display),
        "about": row.subject,
        "alert": row.alert,
        "services": ", ".join(row.services),
        "began": instant(row.started, display),
        "ended": "" if row.ended is None else instant(row.ended, display),
        "lasted": _VIEW["lasted"].cell(row, display),
        "recorded": instant(row.recorded, display),
        "changed": instant(row.updated, display) if row.updated != row.recorded else "",
        "conversation": row.session,
    }
    pairs(page, {name: each for name, each in told.items() if _text(each)})
    section(page, "What was seen", _indented(row.description))
    section(page, "Why it happened", _indented(row.cause))
    section(page, "What helped", _indented(row.helped))
    section(page, "What was tried", _indented(row.tried))
    page.append(f"\nsre incidents show {row.id}\n", "dim")
    return page


def _indented(text: str) -> str:
    return plain_lines(text).replace("\n", "\n  ")


def _text(value: str | Cell) -> str:
    return value.text if isinstance(value, Cell) else value


def _copied(row: Incident, now: datetime) -> str:
    return plain_lines(_page(row, Display(now=now, utc=True, wide=True)).plain.strip())


def _columns() -> tuple[Column[Incident], ...]:
    return (
        replace(_VIEW["state"], width=9, priority=0),
        replace(_VIEW["title"], width=36),
        replace(_VIEW["severity"], priority=1),
        replace(_VIEW["subject"], width=14, priority=2),
        replace(_VIEW["started"], width=13, priority=0),
        replace(_VIEW["lasted"], width=14, priority=1),
        replace(_VIEW["alert"], priority=4),
        replace(_VIEW["cause"], width=30, priority=5),
    )


KIND: Final = RowKind(
    noun="incident",
    columns=_columns(),
    rows=_rows,
    key=lambda row: row.id,
    name=lambda row: one_line(row.title, 80),
    summary=_summary,
    explain=_explain,
    changes=_changes,
    origin=lambda row: Origin(_about(row), one_line(row.subject, 60), row.started),
    page=_page,
    copied=_copied,
    tabs=lambda row: (DetailTab("incident", "Incident"),),
    also=lambda row: (row.id,),
    gone="no longer in the journal",
)
