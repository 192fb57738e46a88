"""How log lines, their patterns, labels and changes are shown."""

from __future__ import annotations

from providers.loki import Change, LabelValue, LogEntry, LogPattern
from sre_tui.views.cells import source_column, text_cell
from sre_tui.views.human import moment, number, percent
from sre_tui.views.severity import level_rank, level_tone
from sre_tui.views.table import TableView
from widgets.cell import Cell, Column, Display, Tone, marked


def subject_text(entry: LogEntry) -> str:
    """Who wrote a line: ``jellyfin on media``."""
    if entry.service and entry.host and entry.service != entry.host:
        return f"{entry.service} on {entry.host}"
    return entry.service or entry.host or "unknown stream"


def _level(row: LogEntry | LogPattern | Change, _: Display) -> Cell:
    tone = level_tone(row.level)
    text = marked(tone, row.level) if row.level != "unknown" else ""
    return Cell(text, float(level_rank(row.level)), tone)


_CHANGE_TONES = {
    "oom": Tone.CRITICAL,
    "error_started": Tone.ERROR,
    "error_rate": Tone.ERROR,
    "went_silent": Tone.WARNING,
    "new_message": Tone.WARNING,
    "alert": Tone.WARNING,
    "restart": Tone.INFO,
    "update": Tone.INFO,
    "deploy": Tone.INFO,
}


def _kind(row: Change, _: Display) -> Cell:
    tone = _CHANGE_TONES.get(row.kind, Tone.NEUTRAL)
    return Cell(marked(tone, row.kind.replace("_", " ")), row.kind, tone)


LOG_ENTRIES: TableView[LogEntry] = TableView(
    columns=(
        Column("at", "Time", lambda row, d: Cell(moment(row.at, d), float(row.time_ns)), 12),
        Column("level", "Level", _level, 10, priority=1),
        Column("host", "Host", lambda row, _: text_cell(row.host or ""), 10, priority=2),
        Column("service", "Service", lambda row, _: text_cell(row.service or ""), 16, priority=1),
        Column("line", "Line", lambda row, _: text_cell(row.line), 30, flexible=True),
        source_column(lambda row: row.source),
    ),
    rows=lambda data: data.items,
    key=lambda row: f"{row.source}/{row.time_ns}/{sorted(row.labels.items())}/{row.line}",
    nothing="No lines.",
    folded=("line",),
)

LABEL_VALUES: TableView[LabelValue] = TableView(
    columns=(
        Column("label", "Label", lambda row, _: text_cell(row.label or "(names)"), 16, priority=1),
        Column("value", "Value", lambda row, _: text_cell(row.value), 30, flexible=True),
        source_column(lambda row: row.source),
    ),
    rows=lambda data: data.items,
    key=lambda row: f"{row.source}/{row.label}/{row.value}",
    nothing="No values.",
)

LOG_PATTERNS: TableView[LogPattern] = TableView(
    columns=(
        Column("count", "Lines", lambda row, _: Cell(number(row.count), row.count), 7, 0, "right"),
        Column("share", "Share", lambda row, _: Cell(percent(row.share), row.share), 7, 2, "right"),
        Column("level", "Level", _level, 10, priority=1),
        Column("pattern", "Pattern", lambda row, _: text_cell(row.pattern), 30, flexible=True),
        Column("services", "Services", lambda row, _: text_cell(", ".join(row.services)), 16, 2),
        Column("hosts", "Hosts", lambda row, _: text_cell(", ".join(row.hosts)), 12, priority=3),
        Column("first", "First", lambda row, d: Cell(moment(row.first, d), row.first), 12, 3),
        Column("last", "Last", lambda row, d: Cell(moment(row.last, d), row.last), 12, 1),
        Column("example", "Example", lambda row, _: text_cell(row.example), 30, priority=5),
    ),
    rows=lambda data: data.items,
    key=lambda row: row.key,
    nothing="No lines.",
    folded=("pattern",),
)

CHANGES: TableView[Change] = TableView(
    columns=(
        Column("at", "Time", lambda row, d: Cell(moment(row.at, d), row.at), 12),
        Column("kind", "Change", _kind, 16),
        Column("subject", "Subject", lambda row, _: text_cell(row.subject), 20),
        Column("count", "Lines", lambda row, _: Cell(number(row.count), row.count), 6, 2, "right"),
        Column("text", "What", lambda row, _: text_cell(row.text), 30, flexible=True),
        source_column(lambda row: row.source),
    ),
    rows=lambda data: data.items,
    key=lambda row: row.key,
    nothing="Nothing changed.",
    folded=("text",),
)
