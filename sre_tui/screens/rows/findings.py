"""Findings of the checks as rows: the gravest first, many alike in one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from rich.text import Text

from providers.text import one_line
from sre_tui.diagnosis.finding import Finding, Severity
from sre_tui.diagnosis.subject import Subject, SubjectKind
from sre_tui.screens.about.tab import DetailTab
from sre_tui.screens.page_text import headline, pairs, section
from sre_tui.screens.rows.kind import Known, Origin, RowKind
from sre_tui.screens.rows.sayings import add_sayings, instant
from sre_tui.screens.subject_queries import LogsOf
from sre_tui.views.findings import FINDINGS, Row, grouped
from sre_tui.views.investigation_words import some
from widgets.cell import Cell, Column, Display, unmarked
from widgets.text import duration, plain_lines

FEED: Final = "check_health"
_VIEW: Final = {column.key: column for column in FINDINGS.columns}
_NAMED: Final = 24
"""Subjects of alike findings that are named on the page."""


def on_what(subject: Subject) -> str:
    """A subject with its kind, as a question names it: ``pool tank on nas1``."""
    return f"{subject.kind.value.replace('_', ' ')} {one_line(str(subject), 80)}"


def host_of(subject: Subject) -> str:
    """The name under which its changes are listed."""
    machine = subject.host if subject.kind in _ON_MACHINES else ""
    return one_line(machine or subject.own_name, 60)


def logs_of(subject: Subject) -> LogsOf | None:
    """The log lines of the machine that it is, or is on."""
    host = one_line(subject.host, 60)
    return LogsOf(str(subject), (host,)) if host else None


_ON_MACHINES: Final = frozenset(
    {SubjectKind.DISK, SubjectKind.FILESYSTEM, SubjectKind.TARGET, SubjectKind.SHARE}
)
"""Kinds whose own names say too little to be found by."""


def _rows(known: Known) -> Sequence[Row]:
    data = known.get(FEED)
    return () if data is None else grouped(data.items)


def _summary(rows: Sequence[Row]) -> str:
    counts: Counter[Severity] = Counter()
    for row in rows:
        counts[row.finding.severity] += 1 + len(row.others)
    words = {Severity.WARNING: "warning", Severity.NOTE: "note"}
    return ", ".join(
        f"{counts[one]} {one.value}{'s' if one in words and counts[one] > 1 else ''}"
        for one in Severity
        if counts[one]
    )


def _explain(row: Row) -> str:
    one = row.finding
    return f"explain why {one_line(one.text, 200)} ({on_what(one.subject)})"


def _changes(row: Row, now: datetime) -> str:
    at = (row.finding.since or now).astimezone(UTC)
    return f"what changed on {host_of(row.finding.subject)} around {at:%Y-%m-%d %H:%M} UTC?"


def _origin(row: Row) -> Origin:
    one = row.finding
    return Origin(on_what(one.subject), host_of(one.subject), one.since)


def _since(one: Finding, display: Display) -> str:
    if one.since is None:
        return ""
    return instant(one.since, display) + (" or before" if one.open_start else "")


def _page(row: Row, display: Display) -> Text:
    one = row.finding
    severity = _VIEW["severity"].cell(row, display)
    page = headline(severity.tone, unmarked(severity), on_what(one.subject))
    page.append(f"{plain_lines(one.text)}\n\n")
    told: dict[str, str | Cell] = {
        "at" if one.event else "since": _since(one, display),
        "over": instant(one.until, display) if one.until is not None else "",
        "value": _VIEW["value"].cell(row, display),
        "threshold": _VIEW["limit"].cell(row, display),
        "seen": f"{one.count} times" if one.count > 1 else "",
        "written by": ", ".join(one.writers),
        "check": one.check,
    }
    pairs(page, {name: each for name, each in told.items() if _text(each)})
    section(page, "Why it matters", one.why)
    section(page, "What to do first", one.advice)
    if row.others:
        names = [str(other.subject) for other in row.others]
        section(page, "The same with", some(names, _NAMED))
    add_sayings(page, one.evidence, display)
    section(page, "Runbook", f"sre runbooks show {one.runbook}" if one.runbook else "")
    return page


def _age(row: Row, display: Display) -> Cell:
    one = row.finding
    if one.since is None:
        return Cell("", None)
    seconds = max(0.0, (display.now - one.since).total_seconds())
    # Began before anybody looked.
    longer = "+" if one.open_start else ""
    return Cell(f"{duration(seconds)}{longer}", seconds)


def _text(value: str | Cell) -> str:
    return value.text if isinstance(value, Cell) else value


def _copied(row: Row, now: datetime) -> str:
    return plain_lines(_page(row, Display(now=now, utc=True, wide=True)).plain.strip())


def _columns() -> tuple[Column[Row], ...]:
    return (
        _VIEW["severity"],
        replace(_VIEW["subject"], width=20, priority=0),
        replace(_VIEW["text"], width=28),
        Column("since", "Age", _age, 7, 0, "right"),
        replace(_VIEW["advice"], width=44, priority=4),
        replace(_VIEW["check"], priority=5),
        _VIEW["value"],
        _VIEW["limit"],
    )


KIND: Final = RowKind(
    noun="finding",
    columns=_columns(),
    rows=_rows,
    key=lambda row: row.finding.key,
    name=lambda row: on_what(row.finding.subject),
    summary=_summary,
    explain=_explain,
    changes=_changes,
    origin=_origin,
    page=_page,
    copied=_copied,
    logs=lambda row: logs_of(row.finding.subject),
    tabs=lambda row: (DetailTab("finding", "Finding"),),
    gone="no longer found",
)
