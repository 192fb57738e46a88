"""How alerts and alert rules are shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from providers.alerting import Alert, AlertRule
from sre_tui.views.cells import source_column, text_cell
from sre_tui.views.human import MISSING, count, duration, moment
from sre_tui.views.incidents import past_line
from sre_tui.views.severity import severity_rank, severity_tone, state_rank, state_tone
from sre_tui.views.table import TableView
from sre_tui.views.units import value_of_query
from widgets.cell import Cell, Column, Display, Tone, marked

_HEALTH = {
    "ok": Tone.OK,
    "error": Tone.ERROR,
    "no_data": Tone.WARNING,
    "unknown": Tone.MUTED,
}


def severity_cell(severity: str | None) -> Cell:
    """The severity label in its tone."""
    if severity is None:
        return Cell(MISSING, None, Tone.MUTED)
    tone = severity_tone(severity)
    return Cell(marked(tone, severity), float(severity_rank(severity)), tone)


def alert_state(row: Alert, _: Display) -> Cell:
    """State in words, with its reason; silenced alerts are muted."""
    word = row.state.value.replace("_", " ") + (f" ({row.reason})" if row.reason else "")
    if row.silenced:
        return Cell(
            marked(Tone.MUTED, f"{word}, silenced"), 50.0 + state_rank(row.state), Tone.MUTED
        )
    if row.inhibited:
        word = f"{word}, inhibited"
    tone = state_tone(row.state)
    return Cell(marked(tone, word), float(state_rank(row.state)), tone)


def alert_value(row: Alert, _: Display) -> Cell:
    """The value that was compared, with its unit where the rule tells it."""
    if row.value is None:
        return Cell("", None, Tone.MUTED)
    return Cell(value_of_query(row.value, row.query or ""), row.value)


def _since(at: datetime | None, display: Display) -> Cell:
    return Cell("", None) if at is None else Cell(moment(at, display), at)


def _silence(row: Alert, display: Display) -> Cell:
    silence = next(iter(row.silences), None)
    if silence is None:
        return text_cell("")
    until = f" until {moment(silence.ends_at, display)}" if silence.ends_at else ""
    return text_cell(f"{silence.created_by or 'somebody'}{until}: {silence.comment}".rstrip(": "))


def rule_state(row: AlertRule, _: Display) -> Cell:
    """State in words; paused rules and recording rules have none."""
    if row.paused:
        return Cell(marked(Tone.MUTED, "paused"), 95.0, Tone.MUTED)
    if row.state is None:
        return Cell(row.kind, 99.0)
    tone = state_tone(row.state)
    return Cell(marked(tone, row.state.value.replace("_", " ")), float(state_rank(row.state)), tone)


def rule_health(row: AlertRule, _: Display) -> Cell:
    """How its last evaluation went."""
    tone = _HEALTH[row.health]
    return Cell(marked(tone, row.health.replace("_", " ")), row.health, tone)


def _notes(data: Any) -> Sequence[str]:
    """What there is to say of them, and what the journal has of them."""
    return (*data.hints, *(past_line(past) for past in data.recorded))


ALERTS: TableView[Alert] = TableView(
    columns=(
        Column("severity", "Severity", lambda row, _: severity_cell(row.severity), 11),
        Column("name", "Alert", lambda row, _: text_cell(row.name), 14, flexible=True),
        Column("about", "About", lambda row, _: text_cell(row.about), 12),
        Column("state", "State", alert_state, 12),
        Column("active_at", "Since", lambda row, d: _since(row.active_at, d), 14),
        Column("value", "Value", alert_value, 10, priority=2, align="right"),
        Column("summary", "Summary", lambda row, _: text_cell(row.summary), 20, 1, "left", True),
        Column("silence", "Silenced by", _silence, 24, priority=3),
        source_column(lambda row: row.source),
    ),
    rows=lambda data: data.items,
    key=lambda row: row.key,
    nothing="No alerts.",
    made_from={"silence": "silences"},
    notes=_notes,
    instead=lambda data: _IN_ONE_STATE if _agree(data.items) else None,
)


def _agree(alerts: Sequence[Alert]) -> bool:
    return len({(one.state, one.reason, one.silenced, one.inhibited) for one in alerts}) == 1


_IN_ONE_STATE: TableView[Alert] = replace(
    ALERTS,
    columns=tuple(
        replace(column, priority=2) if column.key == "state" else column
        for column in ALERTS.columns
    ),
    title=lambda data: (
        f"{count(len(data.items), 'alert')}, "
        f"{'all ' if len(data.items) > 1 else ''}{data.items[0].state.value.replace('_', ' ')}"
    ),
    instead=lambda data: None,
)
"""Where all alerts are in one state, the line above tells it as well as a column."""

RULES: TableView[AlertRule] = TableView(
    columns=(
        Column("state", "State", rule_state, 11),
        Column("severity", "Severity", lambda row, _: severity_cell(row.severity), 11, priority=1),
        Column("name", "Rule", lambda row, _: text_cell(row.name), 22),
        Column("query", "Query", lambda row, _: text_cell(row.query), 30, 1, "left", True),
        Column("threshold", "Condition", lambda row, _: text_cell(row.threshold), 14, priority=3),
        Column("hold", "For", lambda row, _: Cell(duration(row.hold), row.hold), 8, 2, "right"),
        Column("health", "Health", rule_health, 10, priority=2),
        Column("error", "Error", lambda row, _: text_cell(row.last_error), 24, priority=3),
        Column("group", "Group", lambda row, _: text_cell(row.group), 14, priority=4),
        source_column(lambda row: row.source),
    ),
    rows=lambda data: data.items,
    key=lambda row: row.key,
    nothing="No rules.",
    made_from={"error": "last_error"},
)
