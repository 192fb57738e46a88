"""Findings: what is wrong, where, since when, and which evidence says so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from providers.prometheus import Target
from providers.series import Labels, Point, Series
from providers.text import one_line
from sre_tui.agent.analyst.inventory import Inventory, Subject
from sre_tui.agent.analyst.kinds import KINDS
from sre_tui.agent.analyst.signals import BY_ID, Signal
from sre_tui.tools.prometheus_data import SeriesListing
from sre_tui.views.units import query_unit, with_unit

GAP: Final = timedelta(minutes=20)
"""Breaches closer together than this are one episode."""

Source = Literal["metric", "log", "alert", "target", "api"]


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
        event: whether it happened at a moment instead of lasting.
        severity: 1 worth a note, 2 a problem, 3 an outage or loss of data near.
        signal: id of the signal, for metrics.
        quote: a log line or alert summary that shows it.
        count: lines it stands for; 0 if that is not known.
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
    event: bool = False
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
    subject = by_site(subject, series.labels, inventory)
    if signal.kind == "log_flood":
        subject = Subject("", "a program")
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
        event=not signal.lasting,
        severity=signal.severity,
        signal=signal.id,
    )


def by_site(subject: Subject, labels: Labels, inventory: Inventory) -> Subject:
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
