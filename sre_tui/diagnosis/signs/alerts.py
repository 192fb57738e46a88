"""Findings out of alerts: which trouble each is about."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from math import isfinite

from providers.alerting import Alert, AlertState
from providers.text import one_line
from sre_tui.diagnosis.evidence import Evidence
from sre_tui.diagnosis.finding import Finding, Severity
from sre_tui.diagnosis.patterns.load import Patterns
from sre_tui.diagnosis.patterns.pattern import Pattern
from sre_tui.diagnosis.picture.picture import Picture
from sre_tui.diagnosis.subject import Subject, SubjectKind
from sre_tui.diagnosis.topology.graph import Topology
from sre_tui.diagnosis.topology.labelled import subject_of
from sre_tui.views.human import count

OTHER = "alert"
"""Pattern of alerts nobody knows the kind of."""
NO_TROUBLE = "no_trouble"
"""Pattern of alerts that tell of no trouble: good news, updates, those that fire always."""
MEANT_TO_FIRE = re.compile(r"^watchdog$|dead.?man", re.IGNORECASE)
"""Names of alerts that fire always, to prove that alerts arrive."""
_BETWEEN_WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|_")
_PAGED = frozenset({"critical", "page", "high", "emergency", "disaster"})


def active_alerts(picture: Picture) -> tuple[Alert, ...]:
    """Alerts that are not normal and not silenced, each once though several sources tell it."""
    found: dict[tuple[str, tuple[tuple[str, str], ...]], Alert] = {}
    for alerts in picture.alerts:
        for alert in alerts:
            if alert.state.active and not alert.silenced and not alert.inhibited:
                found.setdefault((alert.name, _identity(alert)), alert)
    return tuple(found.values())


def _identity(alert: Alert) -> tuple[tuple[str, str], ...]:
    own = {"alertname", "grafana_folder", "severity", "job", "prometheus", "datasource_uid"}
    return tuple(sorted(pair for pair in alert.labels.items() if pair[0] not in own))


def from_alerts(
    alerts: Iterable[Alert], patterns: Patterns, topology: Topology, start: datetime | None = None
) -> Iterator[Finding]:
    """One finding per alert that fires or is about to; ``start`` is when the window begins."""
    for alert in alerts:
        pattern = alert_pattern(alert, patterns)
        yield Finding(
            check="alerts",
            kind=pattern.id if pattern is not None else OTHER,
            subject=alert_subject(alert, patterns, topology),
            severity=_severity(alert),
            text=_text(alert),
            since=alert.active_at,
            open_start=bool(start and alert.active_at and alert.active_at < start),
            diagnostic=True,
            hearsay=_by_name(alert, patterns) is None,
            evidence=(
                Evidence(
                    source=alert.source,
                    kind="alert",
                    says=one_line(alert.summary or alert.name, 180),
                    at=alert.active_at,
                    asked=alert.name,
                    command=f"alerts show {alert.name}",
                ),
            ),
            why=pattern.why if pattern is not None else "",
            advice=pattern.advice if pattern is not None else "",
            runbook=pattern.runbook if pattern is not None else "",
        )


def _text(alert: Alert) -> str:
    said = f"alert {alert.name} is {alert.state.value.replace('_', ' ')}"
    if alert.value is None or isfinite(alert.value):
        return said
    # Its summary writes one all the same: +Inf.
    return f"{said} without a figure, as its rule divides by zero"


def unconfirmed_text(alerts: Sequence[Finding]) -> str:
    """What is said of firing alerts that no check confirms, with the gravest by name.

    Args:
        alerts: their findings, at least one.
    """
    critical = sum(one.severity is Severity.CRITICAL for one in alerts)
    every = critical == len(alerts)
    amount = count(len(alerts), "critical alert" if every else "alert")
    firing = f"{amount} {'is' if len(alerts) == 1 else 'are'} firing that no check confirms"
    some = f", {critical} of them critical" if critical and not every else ""
    worst = min(alerts, key=lambda one: one.severity.rank)
    more = f" and {len(alerts) - 1} more" if len(alerts) > 1 else ""
    return f"{firing}{some}: {_named(worst)}{more}"


def no_trouble_text(alerts: Sequence[Finding]) -> str:
    """What is said of firing alerts that tell of no trouble; empty without any."""
    called = list(dict.fromkeys(one_line(one.evidence[0].asked, 80) for one in alerts))
    always = [name for name in called if MEANT_TO_FIRE.search(name)]
    others = [name for name in called if name not in always]
    said = []
    if others:
        one = len(others) == 1
        firing = f"{count(len(others), 'alert')} {'is' if one else 'are'} firing that "
        said.append(f"{firing}{'tells' if one else 'tell'} of no trouble: {_listed(others)}")
    if always:
        verbs = "fires always, as it is" if len(always) == 1 else "fire always, as they are"
        said.append(f"{_listed(always)} {verbs} meant to")
    return "; ".join(said)


def _listed(names: Sequence[str], most: int = 3) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return f"{', '.join(names[:most])}{more}"


def _named(alert: Finding) -> str:
    name = one_line(alert.evidence[0].asked, 80)
    about = str(alert.subject)
    return name if alert.subject.kind is SubjectKind.ALERT else f"{name} on {about}"


def alert_pattern(alert: Alert, patterns: Patterns) -> Pattern | None:
    """The pattern an alert is about, from its name, then its summary."""
    return _by_name(alert, patterns) or patterns.for_alert(alert.summary.casefold())


def _by_name(alert: Alert, patterns: Patterns) -> Pattern | None:
    camel = _BETWEEN_WORDS.sub(" ", alert.name).casefold()
    return patterns.for_alert(camel) or patterns.for_alert(camel.replace(" ", ""))


def alert_subject(alert: Alert, patterns: Patterns, topology: Topology) -> Subject:
    """What an alert is about; the alert itself where no label tells."""
    pattern = alert_pattern(alert, patterns)
    labels = {name: value for name, value in alert.labels.items() if name != "alertname"}
    kind = pattern.subject if pattern is not None else SubjectKind.HOST
    found = subject_of(labels, kind, topology)
    if found.kind is SubjectKind.HOST and found.name == "unknown":
        return Subject(kind=SubjectKind.ALERT, name=one_line(alert.name, 120))
    return found


def _severity(alert: Alert) -> Severity:
    if alert.state is not AlertState.FIRING:
        return Severity.NOTE
    paged = (alert.severity or "").casefold() in _PAGED
    return Severity.CRITICAL if paged else Severity.WARNING
