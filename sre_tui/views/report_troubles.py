"""What the checks found, as a report lists it: many of one kind as one trouble."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from providers.text import one_line
from sre_tui.diagnosis.finding import Finding
from sre_tui.memory.report_sections import Trouble
from sre_tui.views.findings import Row, grouped

MOST: Final = 30
"""Troubles that are told."""
NAMED: Final = 4
"""Subjects of alike troubles that are named."""


def troubles_of(findings: Sequence[Finding]) -> tuple[Trouble, ...]:
    """Findings in their order, many alike as one; not all if there are many."""
    return tuple(_trouble(row) for row in grouped(findings, as_given=True)[:MOST])


def _trouble(row: Row) -> Trouble:
    first = row.finding
    subjects = [str(first.subject), *(str(one.subject) for one in row.others)]
    more = f" and {len(subjects) - NAMED} more" if len(subjects) > NAMED else ""
    return Trouble(
        subject=one_line(", ".join(subjects[:NAMED])) + more,
        text=one_line(first.text),
        severity=first.severity.value,
        since=first.since,
        open_start=first.open_start,
        advice=one_line(first.advice),
        runbook=first.runbook,
        findings=len(subjects),
        check=first.check,
        kind=first.kind,
    )
