"""What an investigation found, as an incident that a person may want to record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from providers.text import one_line
from sre_tui.diagnosis.causes.model import Cause, Investigation
from sre_tui.diagnosis.evidence import Evidence
from sre_tui.diagnosis.finding import Severity
from sre_tui.diagnosis.subject import Subject, SubjectKind
from sre_tui.memory.incident import LONGEST_TEXT, LONGEST_TITLE, Incident, folded

_SEVERITIES: Final = {
    Severity.CRITICAL: "critical",
    Severity.WARNING: "warning",
    Severity.NOTE: "info",
}
_SERVED_BY: Final = (SubjectKind.GUEST, SubjectKind.CONTAINER, SubjectKind.SITE)
"""What people use, the kind that is named best first."""
_MOST_SERVICES: Final = 8
_MOST_REASONS: Final = 2
_LONGEST_REASON: Final = 160
LABELS: Final[Mapping[str, str]] = {
    "title": "What was wrong",
    "description": "What was seen",
    "alert": "Alert",
    "subject": "What it is about",
    "services": "What it affects",
    "severity": "How bad",
    "cause": "Why it happened",
    "resolution": "What helped",
    "started": "Began",
    "ended": "Ended",
    "session": "Conversation",
}
"""What the values of an incident are called to a person who is asked about them."""


@dataclass(frozen=True)
class Draft:
    """An incident that is not recorded; the names of its values are an incident's."""

    title: str
    alert: str
    subject: str
    services: tuple[str, ...]
    severity: str
    cause: str
    started: datetime
    """When it began; when it was looked into, where nobody knows."""
    session: str = ""

    @property
    def values(self) -> dict[str, str]:
        """What there is of it, as the tool that records takes it."""
        found = {
            "title": self.title,
            "alert": self.alert,
            "subject": self.subject,
            "services": ",".join(self.services),
            "severity": self.severity,
            "cause": self.cause,
            "started": f"{self.started.astimezone(UTC):%FT%H:%M:%SZ}",
            "session": self.session,
        }
        return {name: value for name, value in found.items() if value}


def draft_of(found: Investigation, cause: Cause | None = None, session: str = "") -> Draft | None:
    """What could be recorded of an investigation.

    Args:
        found: what was concluded.
        cause: the one of its causes that is meant; the first that is sure if None.
        session: the conversation in which it was asked for.

    Returns:
        None if no cause is sure.
    """
    chosen = cause or next((one for one in found.causes if one.confirmed), None)
    if chosen is None or not chosen.confirmed:
        return None
    claim = one_line(chosen.claim, LONGEST_TITLE)
    reasons = [one_line(one.text, _LONGEST_REASON) for one in chosen.speaks_for[:_MOST_REASONS]]
    return Draft(
        title=claim[:1].upper() + claim[1:],
        alert=next(_alerts(found, chosen), ""),
        subject=one_line(chosen.subject.name, LONGEST_TITLE),
        services=_services(found.impact, chosen.subject),
        severity=_SEVERITIES[chosen.severity],
        cause=f"{claim}: {'; '.join(reasons)}" if reasons else claim,
        started=min(chosen.since or found.window_end, found.window_end),
        session=session,
    )


def recorded_as(found: Investigation, draft: Draft) -> Incident | None:
    """The open incident of the journal that is about the same thing."""
    subject, alert = folded(draft.subject), folded(draft.alert)
    for incident in found.recorded:
        known = folded(incident.subject)
        # An alert fires for many things; only where one side names none does it tell which.
        same = known == subject if known and subject else alert and folded(incident.alert) == alert
        if incident.ended is None and same:
            return incident
    return None


def named_values(values: Mapping[str, object]) -> list[tuple[str, str]]:
    """Every value that would be recorded with what people call it, in the order they are asked."""
    return [
        (LABELS[name], one_line(_shown(values[name]), LONGEST_TEXT))
        for name in LABELS
        if values.get(name) not in (None, "", (), [])
    ]


def _shown(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _alerts(found: Investigation, cause: Cause) -> Iterator[str]:
    """Names of the alerts that tell of a cause: the one that was looked into, else those that speak
    for it, those of its subject, then those of its effects.
    """
    told: list[Evidence] = [each for one in cause.speaks_for for each in one.evidence]
    about = [one for one in found.timeline if one.subject == cause.subject]
    told += [each for one in about for each in one.evidence]
    effects = sorted(cause.effects, key=lambda one: one.subject != cause.subject)
    told += [each for one in effects for each in one.evidence]
    names = [one_line(each.asked, LONGEST_TITLE) for each in told
             if each.kind == "alert" and each.asked]  # fmt: skip
    asked = set(found.asked.casefold().split())
    yield from sorted(names, key=lambda name: name.casefold() not in asked)


def _services(impact: Iterable[Subject], about: Subject) -> tuple[str, ...]:
    every = [one for one in impact if one != about and "," not in one.own_name]
    for kind in _SERVED_BY:
        names = [one_line(one.own_name) for one in every if one.kind is kind]
        if names:
            return tuple(dict.fromkeys(names))[:_MOST_SERVICES]
    return ()
