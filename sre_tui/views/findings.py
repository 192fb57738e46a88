"""Findings of the checks as a table: the most pressing first, many alike in one row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol

from providers.reading import SourceStatus, State, without_paths
from sre_tui.diagnosis.finding import Finding, Severity
from sre_tui.views.cells import state_cell, text_cell, time_cell
from sre_tui.views.human import count
from sre_tui.views.table import TableView
from sre_tui.views.units import with_unit
from widgets.cell import Cell, Column, Display, Tone

_TONES: Final = {
    Severity.CRITICAL: Tone.CRITICAL, Severity.WARNING: Tone.WARNING, Severity.NOTE: Tone.INFO,
}  # fmt: skip
_UNITS: Final[dict[str, str | None]] = {
    "ratio": "ratio", "s": "s", "bytes": "B", "celsius": "°C", "": None,
}  # fmt: skip
_WORDS: Final = {
    "ok": "OK", "note": "OK", "warning": "WARNING", "critical": "CRITICAL", "unknown": "UNKNOWN",
}  # fmt: skip
"""First word of the first line, as programs that watch services read it."""
ALIKE: Final = 3
"""Findings of one check beyond which they share a row."""


class Told(Protocol):
    """What the checks found."""

    @property
    def items(self) -> tuple[Finding, ...]:
        """The gravest first."""

    @property
    def sentence(self) -> str:
        """How things are."""

    @property
    def verdict(self) -> str:
        """In a word."""


@dataclass(frozen=True)
class Row:
    """A finding, with others of the same check."""

    finding: Finding
    others: tuple[Finding, ...] = ()


def grouped(findings: Sequence[Finding], *, as_given: bool = False) -> list[Row]:
    """Rows of findings: many of one check, kind and severity share one.

    Args:
        findings: all of them.
        as_given: whether they stay in their order, instead of the gravest coming first.
    """
    groups: dict[tuple[str, str, Severity], list[Finding]] = {}
    for one in findings:
        groups.setdefault((one.check, one.kind, one.severity), []).append(one)
    rows: list[Row] = []
    for several in groups.values():
        if len(several) > ALIKE:
            rows.append(Row(several[0], tuple(several[1:])))
        else:
            rows += [Row(one) for one in several]
    if not as_given:
        return sorted(rows, key=lambda row: row.finding.order)
    places = {id(one): place for place, one in enumerate(findings)}
    return sorted(rows, key=lambda row: places[id(row.finding)])


def _severity(row: Row, _: Display) -> Cell:
    severity = row.finding.severity
    return state_cell(severity.value, _TONES[severity], float(severity.rank))


def _subject(row: Row, _: Display) -> Cell:
    subject = str(row.finding.subject)
    return text_cell(f"{subject} and {len(row.others)} more" if row.others else subject)


def _text(row: Row, _: Display) -> Cell:
    one = row.finding
    over = "" if one.active or one.event else " (over)"
    return text_cell(f"{one.text}{over}")


def _since(row: Row, display: Display) -> Cell:
    cell = time_cell(row.finding.since, display)
    longer = row.finding.open_start and row.finding.since is not None
    return replace(cell, text=f"{cell.text} or more") if longer else cell


def _value(row: Row, _: Display) -> Cell:
    one = row.finding
    if one.value is None:
        return Cell("", None)
    return Cell(with_unit(one.value, _UNITS.get(one.unit)), one.value)


def _limit(row: Row, _: Display) -> Cell:
    one = row.finding
    if one.threshold is None:
        return Cell("", None)
    return Cell(with_unit(one.threshold, _UNITS.get(one.unit)), one.threshold)


def _headline(data: Told) -> str:
    return f"{_WORDS[data.verdict]}: {data.sentence}"


def _notes(data: Any) -> list[str]:
    reasons: dict[str, int] = {}
    for one in data.skipped:
        reason = without_paths(one.reason)
        reasons[reason] = reasons.get(reason, 0) + 1
    skipped = [f"{count(n, 'check')} could not look: {reason}" for reason, n in reasons.items()]
    return [*data.hints, *skipped]


# Texts go on in further lines, so they give way to the age where there is little room.
_COLUMNS: Final[tuple[Column[Row], ...]] = (
    Column("severity", "Severity", _severity, 11),
    Column("subject", "What", _subject, 14),
    Column("text", "Finding", _text, 26, flexible=True, narrow=18),
    Column("since", "Since", _since, 14, priority=2),
    Column(
        "advice",
        "First",
        lambda row, _: text_cell(row.finding.advice),
        22,
        1,
        "left",
        True,
        narrow=14,
    ),
    Column("why", "Why", lambda row, _: text_cell(row.finding.why), 40, priority=6),
    Column("runbook", "Runbook", lambda row, _: text_cell(row.finding.runbook), 22, priority=5),
    Column("value", "Value", _value, 10, priority=6, align="right"),
    Column("limit", "Limit", _limit, 10, priority=6, align="right"),
    Column("check", "Check", lambda row, _: text_cell(row.finding.check), 20, priority=4),
)

FINDINGS: TableView[Row] = TableView(
    columns=_COLUMNS,
    rows=lambda data: grouped(data.items, as_given=True),
    key=lambda row: row.finding.key,
    nothing="No findings.",
    headline=_headline,
    notes=_notes,
    made_from={"limit": "threshold"},
    folded=("subject", "text", "advice"),
)

_STATES: Final = {State.OK: Tone.OK, State.PARTIAL: Tone.WARNING, State.STALE: Tone.STALE}


def _state(row: SourceStatus, _: Display) -> Cell:
    tone = _STATES.get(row.state, Tone.ERROR)
    return state_cell(row.state.value.replace("_", " "), tone, 9.0 if tone is Tone.OK else 1.0)


_SOURCES: Final[TableView[SourceStatus]] = TableView(
    columns=(
        Column("source", "Source", lambda row, _: text_cell(row.source), 18),
        Column("state", "State", _state, 14),
        Column("detail", "Detail", lambda row, _: text_cell(row.detail), 50, flexible=True),
    ),
    rows=lambda data: data.asked,
    key=lambda row: row.source,
)


@dataclass(frozen=True)
class _Area:
    name: str
    amount: int


_AREAS: Final[TableView[_Area]] = TableView(
    columns=(
        Column("area", "Area", lambda row, _: text_cell(row.name), 18),
        Column(
            "findings", "Findings", lambda row, _: Cell(str(row.amount), row.amount), 8,
            align="right",
        ),
    ),
    rows=lambda data: [_Area(name, amount) for name, amount in data.areas.items()],
    key=lambda row: row.name,
)  # fmt: skip


def _below(data: Any) -> list[TableView[Any]]:
    return [*([_AREAS] if data.areas else []), _SOURCES]


OVERVIEW: TableView[Row] = TableView(
    columns=_COLUMNS,
    rows=lambda data: grouped(data.items, as_given=True),
    key=lambda row: row.finding.key,
    nothing="No findings.",
    headline=_headline,
    notes=_notes,
    below=_below,
    made_from={"limit": "threshold"},
    folded=("subject", "text", "advice"),
)
