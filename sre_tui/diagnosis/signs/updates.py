"""Tells an update that broke something from one that everything took well."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final

from sre_tui.diagnosis.evidence import DATING
from sre_tui.diagnosis.finding import Finding, Severity
from sre_tui.diagnosis.signs.alerts import OTHER
from sre_tui.diagnosis.subject import Subject, SubjectKind
from sre_tui.diagnosis.topology.graph import Topology
from sre_tui.diagnosis.topology.names import MACHINES

BROKE: Final = "bad_update"
HARMLESS: Final = "updated"
"""No failure pattern has this id: such a finding is told in the timeline and is no hypothesis."""
WITHIN: Final = timedelta(hours=1)
"""What begins later after an update hardly comes of it."""
SETTLING: Final = timedelta(minutes=2)
"""So long around an update its program is stopped and started for it."""
_SHORTEST_WORD: Final = 3


def weighed(findings: Iterable[Finding], topology: Topology) -> list[Finding]:
    """The findings; an update that no trouble of the same program follows is called harmless.

    Trouble that was there before the update acquits it as well.
    """
    every = list(findings)
    return [
        one.model_copy(update=_judged(one, every, topology))
        if one.kind == BROKE and one.since is not None
        else one
        for one in every
    ]


def _judged(update: Finding, every: Iterable[Finding], topology: Topology) -> dict[str, object]:
    if _broke(update, every, topology):
        return {"severity": Severity.WARNING}
    return {"kind": HARMLESS, "severity": Severity.NOTE}


def _broke(update: Finding, every: Iterable[Finding], topology: Topology) -> bool:
    followed = False
    for one in _of_same(update.subject, every, topology):
        moment = update.since
        if one.since is None or moment is None:
            continue
        if one.since < moment - SETTLING or _from_the_edge(one, moment):
            if one.severity is not Severity.NOTE and not _is_over(one, moment):
                return False
        elif one.since <= moment + WITHIN and not _belongs_to_update(one, moment):
            followed = True
    return followed


def _from_the_edge(finding: Finding, moment: datetime) -> bool:
    """Whether it was there when a window began in which the update was."""
    if not finding.open_start or finding.since is None or finding.since > moment + WITHIN:
        return False
    return not any(each.kind in DATING for each in finding.evidence)


def _is_over(finding: Finding, moment: datetime) -> bool:
    return finding.until is not None and finding.until < moment - WITHIN


def _belongs_to_update(finding: Finding, moment: datetime) -> bool:
    """Whether it is but the one end of the old version that every update brings."""
    at = finding.since
    return (
        finding.check == "logs"
        and finding.count == 1
        and at is not None
        and abs(at - moment) <= SETTLING
    )


def _of_same(updated: Subject, every: Iterable[Finding], topology: Topology) -> Iterator[Finding]:
    for one in every:
        if one.kind in (BROKE, HARMLESS, OTHER):
            continue
        if _concerns(updated, one.subject, topology):
            yield one


def _concerns(updated: Subject, other: Subject, topology: Topology) -> bool:
    if updated == other:
        return True
    if other.kind is SubjectKind.SITE:
        return updated in topology.dependencies(other)
    if not updated.host or other.host != updated.host:
        return False
    if updated.kind in MACHINES:
        return other.kind in (SubjectKind.CONTAINER, SubjectKind.TARGET)
    if other.kind is not SubjectKind.CONTAINER:
        return False
    return _alike(updated.own_name.casefold(), other.own_name.casefold())


def _alike(one: str, other: str) -> bool:
    """Whether a package or image and a program go by the same word: postgresql-15, postgresql."""
    first, second = (re.split(r"[^a-z]+", name, maxsplit=1)[0] for name in (one, other))
    same = first == second and len(first) >= _SHORTEST_WORD
    return same or one in other or other in one
