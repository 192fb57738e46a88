"""Findings: what is wrong, where, since when, and which evidence says so."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from importlib.resources import files
from typing import Final, Literal

import yaml

from providers.alerting import Alert, AlertState
from providers.loki import Change, LogPattern
from providers.prometheus import Target
from providers.series import Labels, Point, Series
from providers.text import one_line
from sre_tui.agent.analyst.inventory import Inventory, Subject
from sre_tui.agent.analyst.kinds import KINDS
from sre_tui.agent.analyst.log_lines import LINE_KINDS, LineKind, subject_of
from sre_tui.agent.analyst.signals import BY_ID, Signal
from sre_tui.tools.prometheus_data import SeriesListing
from sre_tui.views.units import query_unit, with_unit

EDGE: Final = timedelta(minutes=10)
"""Repeated lines that are seen so soon after the window's start began before it."""
FLOOD: Final = 2000
"""Lines within a window from which on a program is said to flood the logs."""
GAP: Final = timedelta(minutes=20)
"""Breaches closer together than this are one episode."""

Source = Literal["metric", "log", "alert", "target"]


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong.

    Attributes:
        kind: id in :mod:`sre_tui.agent.analyst.kinds`.
        subject: what it is about.
        text: one clause in words, with its figures as the evidence shows them.
        evidence: id of the evidence.
        source: what said it.
        onset: when it began, as far as the window shows; None if that is not known.
        open_start: whether it was so from the first moment of the window on.
        active: whether it was still so at the end of the window.
        first: when it was first so in the window, if it came and went; None if it did not.
        severity: 1 worth a note, 2 a problem, 3 an outage or loss of data near.
        signal: id of the signal, for metrics.
        topics_of: alert or line the finding was made from, for matching words.
        quote: a log line or alert summary that shows it.
    """

    kind: str
    subject: Subject
    text: str
    evidence: str
    source: Source
    onset: datetime | None
    open_start: bool = False
    active: bool = True
    first: datetime | None = None
    severity: int = 2
    signal: str = ""
    quote: str = ""
    count: int = 0


def from_sweep(listing: SeriesListing, evidence: str, inventory: Inventory) -> Iterator[Finding]:
    """What a sweep brought: one finding per series."""
    unit = query_unit(listing.query)
    for series in listing.items:
        signal = BY_ID.get(series.labels.get("signal", ""))
        if signal is not None:
            found = _breach(series, signal, listing, unit)
            if found is not None:
                yield _described(found, series, signal, evidence, inventory, unit)


@dataclass(frozen=True)
class _Episode:
    start: datetime
    last: datetime
    open_start: bool
    active: bool
    first: datetime | None


def _breach(
    series: Series, signal: Signal, listing: SeriesListing, unit: str | None
) -> _Episode | None:
    if not series.points:
        return None
    step = timedelta(seconds=listing.step)
    runs = _episodes(series.points, max(GAP, 2.5 * step))
    long_enough = [run for run in runs if (run[-1] - run[0] + step).total_seconds() >= signal.hold]
    if not long_enough:
        return None
    last = long_enough[-1]
    active = listing.end - last[-1] <= max(2 * step, timedelta(minutes=3))
    first = long_enough[0] if not signal.lasting else last
    return _Episode(
        start=first[0],
        last=last[-1],
        open_start=first[0] - listing.start <= step,
        active=active,
        first=None if first is runs[0] else runs[0][0],
    )


def _episodes(points: Sequence[Point], gap: timedelta) -> list[list[datetime]]:
    runs: list[list[datetime]] = []
    for at, _ in points:
        if runs and at - runs[-1][-1] <= gap:
            runs[-1].append(at)
        else:
            runs.append([at])
    return runs


def _described(
    episode: _Episode, series: Series, signal: Signal, evidence: str, inventory: Inventory,
    unit: str | None,
) -> Finding:  # fmt: skip
    stats = series.stats
    value = stats.last if episode.active or stats.max is None else stats.max
    if signal.sign == "<" and not episode.active:
        value = stats.min
    shown = with_unit(value, unit)
    labels = _Words(series.labels, inventory)
    host = inventory.host_of(series.labels)
    kind = KINDS[signal.kind]
    name = next((labels[label] for label in kind.labels if series.labels.get(label)), "")
    subject = Subject(host, "" if name == host else name)
    if signal.kind in ("pool_full", "space_growth") and series.labels.get("fstype") == "zfs":
        subject = Subject(host, series.labels.get("device", "").partition("/")[0])
    if signal.kind in ("dns_down", "dns_slow"):
        subject = Subject(host)
    subject = _by_site(subject, series.labels, inventory)
    return Finding(
        kind=signal.kind,
        subject=subject,
        text=signal.says.format_map(labels | {"value": shown}),
        evidence=evidence,
        source="target" if signal.id == "target_up" else "metric",
        onset=episode.start,
        open_start=episode.open_start,
        active=episode.active,
        first=episode.first,
        severity=signal.severity,
        signal=signal.id,
    )


def _by_site(subject: Subject, labels: Labels, inventory: Inventory) -> Subject:
    """A probed address is called by its service; the exporter's own host is not its machine."""
    site = inventory.sites.get(labels.get("instance", ""))
    if site is None:
        return subject
    hosts = sorted(inventory.services.get(site, ()))
    host = inventory.hosts.get(site.casefold(), "") or (hosts[0] if len(hosts) == 1 else "")
    return Subject(host, "" if site == host else site)


class _Words(dict[str, str]):
    """Labels for filling in a sentence; what is missing is left out in words."""

    def __init__(self, labels: Labels, inventory: Inventory | None = None) -> None:
        super().__init__({name: one_line(value, 80) for name, value in labels.items()})
        if inventory is not None and labels.get("id") in inventory.name_of_id:
            self["id"] = inventory.name_of_id[labels["id"]]

    def __missing__(self, name: str) -> str:
        return f"an unnamed {name.replace('_', ' ')}"

    def __or__(self, other: dict[str, str]) -> _Words:  # type: ignore[override]
        made = _Words({})
        made.update(self)
        made.update(other)
        return made


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
        host = pattern.hosts[0] if len(pattern.hosts) == 1 else ""
        host = inventory.hosts.get(host.casefold(), host)
        subject = _log_subject(kind, name, host, pattern.services, inventory)
        made = Finding(
            kind=kind.kind,
            subject=subject,
            text=kind.title,
            evidence=evidence,
            source="log",
            onset=pattern.first,
            open_start=pattern.first - start < EDGE and pattern.count > 1,
            active=now - pattern.last < timedelta(hours=1),
            severity=kind.severity,
            quote=one_line(pattern.example, 180),
            count=pattern.count,
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


def from_targets(
    targets: Iterable[Target], evidence: str, inventory: Inventory
) -> Iterator[Finding]:
    """Scrape targets that are down."""
    for target in targets:
        if target.health == "down":
            error = f": {one_line(target.last_error, 120)}" if target.last_error else ""
            yield Finding(
                kind="target_down",
                subject=Subject(
                    inventory.host_of(target.labels | {"instance": target.instance}),
                    target.instance,
                ),
                text=f"Prometheus cannot scrape {target.job} at {target.instance}{error}",
                evidence=evidence,
                source="target",
                onset=None,
                severity=2,
            )


_ALERT_WORDS: Final = tuple(
    (str(kind), re.compile(pattern))
    for kind, pattern in yaml.safe_load(
        files("sre_tui.agent.analyst").joinpath("alert_words.yaml").read_text(encoding="utf-8")
    )
)


def from_alerts(alerts: Iterable[Alert], evidence: str, inventory: Inventory) -> Iterator[Finding]:
    """Alerts that fire or are about to."""
    for alert in alerts:
        if not alert.state.active or alert.silenced:
            continue
        kind = alert_kind(alert)
        labels = {name: value for name, value in alert.labels.items() if name not in ("alertname",)}
        host = inventory.host_of(labels) or (alert.host or "")
        known = KINDS[kind]
        name = next((labels[label] for label in known.labels if labels.get(label)), "")
        if kind in ("pool_full", "space_growth"):
            name = name.partition("/")[0]
        own = inventory.name_of_id.get(name, name)
        subject = Subject(host, "" if own == host or kind in ("dns_down", "dns_slow") else own)
        subject = _by_site(subject, alert.labels, inventory)
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
