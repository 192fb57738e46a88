"""Events out of findings: when they began, and ended."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from providers.text import both_ends, one_line
from sre_tui.diagnosis.finding import Finding, Severity
from sre_tui.diagnosis.subject import Subject
from sre_tui.diagnosis.timeline.event import Event, EventKind
from sre_tui.diagnosis.timeline.named import named_in
from sre_tui.diagnosis.timeline.observed import Observed, Teller
from sre_tui.diagnosis.topology.graph import Topology

_MINUTE: Final = 60.0
_TELLERS: Final = {
    "task": Teller.TASK, "api": Teller.SERVER, "log": Teller.LOG, "annotation": Teller.MARK,
    "alert": Teller.ALERT,
}  # fmt: skip
_KINDS: Final[dict[str, EventKind]] = {
    "oom_kill": "killed", "bad_update": "updated", "updated": "updated",
    "program_died": "crashed",
    "guest_stopped": "stopped", "rebooted": "rebooted", "backup_failed": "task_failed",
    "task_failed": "task_failed",
}  # fmt: skip
_EVERY_NIGHT: Final = frozenset({"backup_load"})
"""Lines of these patterns are written every night, whether or not they do any harm."""


def observed_findings(
    findings: Iterable[Finding], topology: Topology, step: float
) -> Iterator[Observed]:
    """When findings began, and ended if they did; alerts are told with their history elsewhere.

    Lines whose words may mean anything are left out: they help to explain, and are no events.

    Args:
        findings: of the checks and of log lines.
        topology: what is known to exist.
        step: seconds between the points of the series they were found in.
    """
    for finding in findings:
        if finding.check == "alerts" or (finding.check == "logs" and finding.hearsay):
            continue
        told = finding.evidence[0].kind if finding.evidence else "metric"
        teller = _TELLERS.get(told, Teller.CHECK)
        within = {"log": 0.0, "task": 0.0, "annotation": 0.0, "api": _MINUTE}.get(told, step)
        # What is only worth knowing and lasts is a state of affairs, not something that changed.
        lasts = not finding.event and (told != "log" or finding.kind in _EVERY_NIGHT)
        routine = finding.severity is Severity.NOTE and lasts
        over = finding.until if not finding.active or finding.event else None
        if finding.since is not None and not finding.open_start:
            began = Event(
                at=finding.since,
                until=over if over is not None and over > finding.since else None,
                within=within,
                kind=_KINDS.get(finding.kind, "finding_began"),
                subject=_subject(finding, topology),
                severity=finding.severity,
                text=_text(finding),
                routine=routine,
                evidence=finding.evidence,
            )
            yield Observed(began, finding.kind, teller, _check(finding))
        elif over is not None and not finding.event:
            ended = Event(
                at=over,
                within=within,
                kind="finding_ended",
                subject=finding.subject,
                text=one_line(f"no longer: {finding.text}", 240),
                routine=routine,
                evidence=finding.evidence,
            )
            yield Observed(ended, f"{finding.kind} over", teller)


def _check(finding: Finding) -> str:
    return "" if finding.check == "logs" else finding.check


def _text(finding: Finding) -> str:
    if finding.check == "logs" and finding.evidence:
        return both_ends(f"{finding.text}: {finding.evidence[0].says}", 240)
    # At the time it began stands what it was then: what it is now came later.
    return one_line(finding.text_then or finding.text, 240)


def _subject(finding: Finding, topology: Topology) -> Subject:
    """What was updated where the updater wrote the line."""
    if finding.kind == "bad_update" and finding.evidence:
        said = finding.evidence[0].says
        host = finding.subject.host
        named = named_in(said.replace(finding.subject.own_name, " "), topology, host)
        if named is not None:
            return named
    return finding.subject
