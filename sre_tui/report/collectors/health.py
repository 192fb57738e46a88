"""How the homelab is now, by the checks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from providers.text import one_line
from sre_tui.diagnosis.finding import Finding, Severity
from sre_tui.memory.report import Health, Trouble
from sre_tui.report.scope import Scope
from sre_tui.report.standing import Collected, joined, standing_of, unconfigured
from sre_tui.settings import BACKENDS
from sre_tui.tools.health import (
    Examined,
    causes_first,
    examine,
    listing_fields,
    of_interest,
)
from sre_tui.views.findings import Row, grouped
from sre_tui.views.human import count

MOST: Final = 30
"""Troubles that are told; all of them are counted."""
NAMED: Final = 4
"""Subjects of alike troubles that are named."""


async def collect(scope: Scope) -> Collected:
    """What every check finds now.

    Raises:
        Complaint: if what the operator declares of checks has mistakes.
    """
    if not scope.context.settings.configured:
        return Collected(Health(**unconfigured(*BACKENDS)._asdict()))
    examined = await examine(scope.context)
    found = causes_first(of_interest(examined.report.findings, everything=False), examined.topology)
    fields = listing_fields(found, examined)
    sources = joined(examined.picture.sources())
    return Collected(
        Health(
            **standing_of(sources, *_blind(examined))._asdict(),
            sentence=one_line(str(fields["sentence"])),
            verdict=str(fields["verdict"]),
            critical=_amount(found, Severity.CRITICAL),
            warnings=_amount(found, Severity.WARNING),
            notes=_amount(found, Severity.NOTE),
            troubles=tuple(_trouble(row) for row in grouped(found, as_given=True)[:MOST]),
        ),
        sources,
    )


def _amount(found: Sequence[Finding], severity: Severity) -> int:
    return sum(one.severity is severity for one in found)


def _blind(examined: Examined) -> tuple[str, ...]:
    blind = len(examined.report.blind)
    return (f"{count(blind, 'check')} could not look",) if blind else ()


def _trouble(row: Row) -> Trouble:
    first = row.finding
    subjects = [str(first.subject), *(str(one.subject) for one in row.others)]
    more = f" and {len(subjects) - NAMED} more" if len(subjects) > NAMED else ""
    return Trouble(
        subject=one_line(", ".join(subjects[:NAMED])) + more,
        text=one_line(first.text),
        severity=first.severity.value,
        since=first.since,
        advice=one_line(first.advice),
        runbook=first.runbook,
    )
