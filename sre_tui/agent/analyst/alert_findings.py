"""Findings out of alerts: what kind of trouble each is about."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from providers.alerting import Alert, AlertState
from providers.text import one_line
from sre_tui.agent.analyst.data import table
from sre_tui.agent.analyst.findings import Finding, by_site
from sre_tui.agent.analyst.inventory import Inventory, Subject
from sre_tui.agent.analyst.kinds import KINDS
from sre_tui.agent.analyst.signals import BY_ID

_ALERT_WORDS: Final = tuple(
    (str(kind), re.compile(pattern)) for kind, pattern in table("alert_words")
)


def from_alerts(alerts: Iterable[Alert], evidence: str, inventory: Inventory) -> Iterator[Finding]:
    """Alerts that fire or are about to."""
    for alert in alerts:
        if not alert.state.active or alert.silenced:
            continue
        kind = alert_kind(alert)
        labels = {name: value for name, value in alert.labels.items() if name != "alertname"}
        host = inventory.host_of(labels) or (alert.host or "")
        known = KINDS[kind]
        name = next((labels[label] for label in known.labels if labels.get(label)), "")
        if kind in ("pool_full", "space_growth"):
            name = name.partition("/")[0]
        own = inventory.name_of_id.get(name, name)
        subject = Subject(host, "" if own == host or kind in ("dns_down", "dns_slow") else own)
        subject = by_site(subject, alert.labels, inventory)
        if kind.startswith("disk_") and not subject.name:
            kind = "io_wait" if kind == "disk_slow" else kind
        if kind == "alert":
            subject = Subject(host, alert.name)
        severity = 3 if (alert.severity or "").casefold() in ("critical", "page", "high") else 2
        yield Finding(
            kind=kind,
            subject=subject,
            text=f"alert {alert.name} is {alert.state.value.replace('_', ' ')}",
            evidence=evidence,
            source="alert",
            onset=alert.active_at,
            severity=severity if alert.state is AlertState.FIRING else 1,
            quote=one_line(alert.summary, 180),
        )


def alert_kind(alert: Alert) -> str:
    """The kind of trouble an alert is about, from its name, then its rule and summary."""
    camel = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", alert.name).casefold()
    for text in (camel, alert.summary.casefold()):
        for kind, pattern in _ALERT_WORDS:
            if pattern.search(text) or pattern.search(text.replace(" ", "")):
                return kind
    for signal in BY_ID.values():
        if alert.query and all(metric in alert.query for metric in signal.metrics):
            return signal.kind
    return "alert"
