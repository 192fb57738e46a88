"""Declares checks of states that a backend itself tells, and their evidence."""

from __future__ import annotations

from datetime import datetime

from providers.text import both_ends
from sre_tui.diagnosis.checks.check import Area, Check, Limits, Look
from sre_tui.diagnosis.evidence import LONGEST_SAID, Evidence, EvidenceKind
from sre_tui.diagnosis.finding import Severity


def state_check(
    id: str,  # noqa: A002 - as in the declaration
    kind: str,
    area: Area,
    look: Look,
    *parts: str,
    title: str,
    severity: Severity = Severity.WARNING,
    limits: Limits | None = None,
    why: str = "",
    advice: str = "",
    runbook: str = "",
    diagnostic: bool = False,
) -> Check:
    """Declare a check of parts of the picture; see :class:`Check`."""
    return Check(
        id=id,
        title=title,
        area=area,
        kind=kind,
        severity=severity,
        look=look,
        parts=frozenset(parts),
        limits=limits,
        why=why,
        advice=advice,
        runbook=runbook,
        diagnostic=diagnostic,
    )


def told(
    source: str,
    says: str,
    command: str = "",
    *,
    at: datetime | None = None,
    kind: EvidenceKind = "api",
    asked: str = "",
) -> Evidence:
    """What a backend's own interface says."""
    return Evidence(
        source=source,
        kind=kind,
        says=both_ends(says, LONGEST_SAID),
        at=at,
        asked=asked,
        command=command,
    )
