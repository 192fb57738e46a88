"""How recorded incidents are shown."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from providers.text import one_line
from sre_tui.memory.alert_past import AlertPast
from sre_tui.memory.incident import Incident
from sre_tui.views.cells import span_cell, state_cell, text_cell, time_cell
from sre_tui.views.human import ago, duration, moment
from sre_tui.views.record import Section
from sre_tui.views.severity import severity_rank, severity_tone
from sre_tui.views.table import TableView
from widgets.cell import Cell, Column, Display, Tone, marked


def incident_state(row: Incident, _: Display) -> Cell:
    """Open ones first."""
    if row.state == "open":
        return state_cell("open", Tone.WARNING, 0)
    return state_cell("closed", Tone.OK, 1)


def incident_severity(row: Incident, _: Display) -> Cell:
    """In its tone; empty if nobody said."""
    if not row.severity:
        return Cell("", None)
    tone = severity_tone(row.severity)
    return Cell(marked(tone, row.severity), float(severity_rank(row.severity)), tone)


def recorded_line(incident: Incident, now: datetime) -> str:
    """One sentence on an incident: when, why, what helped, and how to see all of it."""
    began = f"{incident.started:%Y-%m-%d %H:%M} UTC ({ago(incident.started, now)})"
    lasted = "still open" if incident.lasted is None else f"lasted {duration(incident.lasted)}"
    said = [f"{one_line(incident.title, 120)}: began {began}, {lasted}"]
    told = (("cause", incident.cause), ("helped", incident.helped), ("tried", incident.tried))
    for word, text in told:
        said += [f"{word}: {one_line(text, 160).rstrip('.')}"] if text else []
    return "; ".join(said)


def past_line(past: AlertPast, now: datetime | None = None) -> str:
    """How often and when an alert was recorded before, and how to see it; ages count to now."""
    times = "once" if past.times == 1 else "twice" if past.times == 2 else f"{past.times} times"
    going_on = f", {past.going_on} of them still open" if past.going_on else ""
    age = f" ({ago(past.last, now)})" if now is not None else ""
    last = f"{past.last:%Y-%m-%d %H:%M} UTC{age}"
    return (
        f"{one_line(past.alert, 120)} is {times} in your journal{going_on}, last from {last}: "
        f"sre incidents show {past.incident}"
    )


def incident_sections(incident: Incident, display: Display) -> tuple[Section, ...]:
    """All that was recorded, its texts whole."""
    return (Section("", tuple(_properties(incident, display))),)


def _properties(incident: Incident, display: Display) -> Iterator[tuple[str, Cell]]:
    yield "Incident", text_cell(incident.id)
    yield "Title", text_cell(incident.title)
    yield "State", incident_state(incident, display)
    if incident.severity:
        yield "Severity", incident_severity(incident, display)
    told = (
        ("Alert", incident.alert),
        ("About", incident.subject),
        ("Services", ", ".join(incident.services)),
        ("Description", incident.description),
        ("Cause", incident.cause),
        ("Resolution", incident.helped),
        ("Tried so far", incident.tried),
    )
    yield from ((name, Cell(text, text)) for name, text in told if text)
    times = (
        ("Began", incident.started),
        ("Ended", incident.ended),
        ("Recorded", incident.recorded),
        ("Changed", incident.updated if incident.updated != incident.recorded else None),
    )
    for name, at in times:
        if at is None:
            continue
        if display.utc is not None:
            yield name, Cell(moment(at, display), at)
        else:
            shown = f"{ago(at, display.now)} ({at.astimezone(UTC):%Y-%m-%d %H:%M:%SZ})"
            yield name, Cell(shown, at)
    if incident.ended is not None:
        yield "Lasted", _lasted(incident, display)
    if incident.session:
        yield "Session", text_cell(incident.session)


def _lasted(row: Incident, display: Display) -> Cell:
    if row.lasted is not None:
        return span_cell(row.lasted)
    spent = (display.now - row.started).total_seconds()
    return Cell(f"{duration(spent)} so far", spent)


INCIDENTS: TableView[Incident] = TableView(
    columns=(
        Column("id", "Incident", lambda row, _: text_cell(row.id), 8),
        Column("state", "State", incident_state, 8),
        Column("title", "Title", lambda row, _: text_cell(row.title), 24, flexible=True),
        Column("severity", "Severity", incident_severity, 10, priority=3),
        Column("started", "Began", lambda row, display: time_cell(row.started, display), 14),
        Column("lasted", "Lasted", _lasted, 14, priority=3),
        Column("alert", "Alert", lambda row, _: text_cell(row.alert), 16, priority=2),
        Column("subject", "About", lambda row, _: text_cell(row.subject), 14, priority=2),
        Column("services", "Services", lambda row, _: text_cell(", ".join(row.services)), 14, 4),
        Column(
            "cause", "Cause", lambda row, _: text_cell(row.cause), 24, priority=1, flexible=True
        ),
    ),
    rows=lambda data: data.items,
    key=lambda row: row.id,
    nothing="No incidents.",
)
