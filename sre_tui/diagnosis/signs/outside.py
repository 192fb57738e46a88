"""Tells findings apart that only the others, or what is known of the homelab, show the sense of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import ip_address
from typing import Final

from sre_tui.diagnosis.finding import Finding, Severity
from sre_tui.diagnosis.signs.updates import weighed
from sre_tui.diagnosis.subject import Subject, SubjectKind
from sre_tui.diagnosis.topology.graph import Topology

OUTSIDE: Final = "outside_unreachable"
_REACHED: Final = frozenset(
    {"packet_loss", "node_down", "web_down", "web_slow", "web_errors", "target_down"}
)


def told_apart(findings: Iterable[Finding], topology: Topology) -> Iterator[Finding]:
    """The findings; those about an address out on the internet are called what they are.

    Updates that nothing followed are called harmless.
    """
    for finding in weighed(findings, topology):
        if finding.kind in _REACHED and is_outside(finding.subject, topology):
            severity = max(finding.severity, Severity.WARNING, key=lambda one: one.rank)
            yield finding.model_copy(update={"kind": OUTSIDE, "severity": severity})
        else:
            yield finding


def is_outside(subject: Subject, topology: Topology) -> bool:
    """Whether something is an address of the internet, and nothing here is known of it."""
    if subject.kind not in (SubjectKind.HOST, SubjectKind.SITE) or topology.below(subject):
        return False
    try:
        return ip_address(subject.name).is_global
    except ValueError:
        return False
