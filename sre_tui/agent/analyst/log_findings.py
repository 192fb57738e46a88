"""Findings out of log lines and out of changes in the logs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from providers.loki import Change, LogPattern
from providers.text import one_line
from sre_tui.agent.analyst.findings import Finding
from sre_tui.agent.analyst.inventory import Inventory, Subject
from sre_tui.agent.analyst.log_lines import LINE_KINDS, LineKind, subject_of

EVENTS: Final = frozenset({"oom_kill", "bad_update", "program_died", "guest_stopped", "rebooted"})
"""Kinds that happen at a moment instead of lasting."""
MOST_HOSTS: Final = 8
"""Machines that lines of one template are told of."""
FLOOD: Final = 2000
"""Lines within a window from which on a program is said to flood the logs."""
EDGE: Final = timedelta(minutes=10)
"""Repeated lines that are seen so soon after the window's start began before it."""


def from_patterns(
    patterns: Iterable[LogPattern],
    evidence: str,
    inventory: Inventory,
    start: datetime,
    now: datetime,
) -> Iterator[Finding]:
    """What log lines tell, grouped by kind, machine and subject."""
    found: dict[tuple[str, Subject], Finding] = {}
    for pattern in patterns:
        told = _telling(pattern)
        if told is None:
            continue
        kind, name = told
        for host in pattern.hosts[:MOST_HOSTS] or ("",):
            known = inventory.hosts.get(host.casefold(), host)
            subject = _log_subject(kind, name, known, pattern.services, inventory)
            made = Finding(
                kind=kind.kind,
                subject=subject,
                text=kind.title,
                evidence=evidence,
                source="log",
                onset=pattern.first,
                open_start=pattern.first - start < EDGE and pattern.count > 1,
                active=now - pattern.last < timedelta(hours=1),
                event=kind.kind in EVENTS,
                severity=kind.severity,
                quote=one_line(pattern.example, 180),
                count=pattern.count if len(pattern.hosts) == 1 else 0,
            )
            key = (kind.kind, subject)
            found[key] = _merged(found[key], made) if key in found else made
    yield from found.values()


def _telling(pattern: LogPattern) -> tuple[LineKind, str] | None:
    for kind in LINE_KINDS:
        if kind.regex.search(pattern.example):
            return kind, subject_of(kind, pattern.example)
    return None


def _log_subject(
    kind: LineKind, name: str, host: str, services: Sequence[str], inventory: Inventory
) -> Subject:
    service = services[0] if len(services) == 1 else ""
    if kind.kind == "guest_stopped":
        by_id = {own.partition("/")[2]: known for own, known in inventory.name_of_id.items()}
        return Subject(by_id.get(name, f"guest {name}"))
    if kind.kind in ("oom_kill", "restart_loop", "unit_failed", "program_died", "bad_update"):
        return Subject(host, name or (service if service not in ("kernel", "systemd") else ""))
    if kind.kind in ("service_errors", "storage_wait", "lookup_errors", "token_errors",
                     "log_flood", "web_errors", "tls_errors", "certificate_renewal",
                     "port_taken"):  # fmt: skip
        return Subject(host, service if service not in ("kernel", "systemd") else "")
    if kind.kind in ("disk_failing", "disk_link") and name.startswith("ata"):
        return Subject(host)
    if kind.kind == "nfs_trouble":
        return Subject(host)
    if kind.kind == "exporter_stopped":
        return Subject(host)
    if kind.kind == "ups_on_battery":
        return Subject("", name.partition("@")[0])
    return Subject(host, name if name != host else "")


def _merged(one: Finding, other: Finding) -> Finding:
    first, later = (one, other) if _time(one) <= _time(other) else (other, one)
    return replace(
        first,
        count=0,
        active=one.active or other.active,
        severity=max(one.severity, other.severity),
        quote=later.quote if not first.quote else first.quote,
    )


def _time(finding: Finding) -> float:
    return finding.onset.timestamp() if finding.onset else float("inf")


_CHANGE_KINDS: Final = {
    "update": "bad_update", "deploy": "bad_update", "oom": "oom_kill",
    "error_started": "service_errors", "error_rate": "service_errors",
    "volume_up": "log_flood", "went_silent": "log_silence",
}  # fmt: skip


def from_changes(
    changes: Iterable[Change], evidence: str, inventory: Inventory
) -> Iterator[Finding]:
    """Changes in the logs that mean trouble."""
    for change in changes:
        kind = _CHANGE_KINDS.get(change.kind)
        told = None
        for line_kind in LINE_KINDS:
            if change.example and line_kind.regex.search(change.example):
                told = line_kind
                break
        if kind is None and told is None:
            continue
        service, _, host = change.subject.rpartition(" on ")
        known = inventory.hosts.get(host.casefold(), host)
        chosen = kind or (told.kind if told else "service_errors")
        subject = Subject(known, service)
        if told is not None and told.kind == chosen:
            name = subject_of(told, change.example)
            subject = _log_subject(told, name, known, (service,), inventory)
        if change.subject == "annotation":
            subject = _annotated(change.text, inventory)
        if subject == Subject("") or _harmless(change):
            continue
        yield Finding(
            kind=chosen,
            subject=subject,
            text=one_line(change.text, 160),
            evidence=evidence,
            source="log",
            onset=change.at,
            severity=2 if chosen == "bad_update" or change.level in ("error", "critical") else 1,
            quote=one_line(change.example, 180),
            count=change.count,
        )


def _harmless(change: Change) -> bool:
    """An image that was pulled runs nowhere yet; more lines than usual are no flood."""
    if change.kind == "volume_up":
        return change.count < FLOOD
    return change.kind in ("update", "deploy") and change.text.startswith("image pulled")


def _annotated(text: str, inventory: Inventory) -> Subject:
    """What an annotation is about: the service or machine it names."""
    said = {word.strip("#,.:;()") for word in text.casefold().split()}
    host = next((name for key, name in inventory.hosts.items() if key in said), "")
    for service, hosts in inventory.services.items():
        if service.casefold() in said and service.casefold() != host.casefold():
            return Subject(host or next(iter(sorted(hosts)), ""), service)
    return Subject(host)
