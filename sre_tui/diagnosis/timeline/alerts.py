"""Events out of alerts: when they fired and were resolved, as far back as a source remembers."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from providers.alerting import Alert, AlertState
from providers.series import Labels
from providers.text import one_line
from sre_tui.diagnosis.evidence import Evidence
from sre_tui.diagnosis.finding import Finding, Severity
from sre_tui.diagnosis.patterns.load import Patterns
from sre_tui.diagnosis.picture.metrics import QUERY_LABEL
from sre_tui.diagnosis.picture.picture import MetricQuery, Picture
from sre_tui.diagnosis.signs.alerts import OTHER, active_alerts, from_alerts
from sre_tui.diagnosis.subject import Subject
from sre_tui.diagnosis.timeline.event import Event, EventKind
from sre_tui.diagnosis.timeline.observed import Observed, Teller
from sre_tui.diagnosis.topology.graph import Topology
from sre_tui.views.human import duration

HISTORY: Final = MetricQuery("timeline-alerts", "ALERTS", always=True)
"""What Prometheus remembers of alerts, resolved ones too."""
SAME: Final = timedelta(minutes=6)
"""What two sources tell of one alert may be so far apart: each evaluates it in its own rhythm."""
_LABELS_IN_TEXT: Final = re.compile(r"\{(.*)\}")
_NEXT_LABEL: Final = re.compile(r",\s*(?=[A-Za-z_]\w*=)")
_WITHOUT: Final = frozenset({"__name__", "alertname", "alertstate", QUERY_LABEL})


@dataclass
class _Episode:
    """One time that an alert was up."""

    alert: Alert
    pending: datetime | None
    fired: datetime | None
    over: datetime | None
    evidence: tuple[Evidence, ...]
    within: float

    @property
    def began(self) -> datetime:
        """Since when it is known to have been up."""
        return min(one for one in (self.pending, self.fired, self.over) if one is not None)


def observed_alerts(picture: Picture, topology: Topology, patterns: Patterns) -> Iterator[Observed]:
    """Alerts that fired, were resolved, or were pending for a while within the picture's window."""
    episodes = [*_from_series(picture), *_from_history(picture), *_from_now(picture)]
    by_alert: dict[tuple[str, Subject], list[_Episode]] = defaultdict(list)
    for one in episodes:
        about = _meaning(one.alert, patterns, topology)
        by_alert[one.alert.name, about.subject].append(one)
    for several in by_alert.values():
        for joined in _joined(several):
            yield from _told(joined, _meaning(joined.alert, patterns, topology))


def _meaning(alert: Alert, patterns: Patterns, topology: Topology) -> Finding:
    """What the alert says while it fires."""
    firing = alert.model_copy(update={"state": AlertState.FIRING})
    return next(from_alerts([firing], patterns, topology))


def _told(one: _Episode, meaning: Finding) -> Iterator[Observed]:
    subject = meaning.subject
    fact = meaning.kind if meaning.kind != OTHER else f"{OTHER} {one.alert.name}"
    name = one_line(one.alert.name, 80)
    said = one_line(one.alert.summary, 120)
    summary = f": {said}" if said and said != name else ""

    def seen(
        at: datetime, kind: EventKind, fact: str, text: str, severity: Severity, routine: bool
    ) -> Observed:
        event = Event(
            at=at,
            until=one.over if kind != "alert_resolved" else None,
            within=one.within,
            kind=kind,
            subject=subject,
            severity=severity,
            text=text,
            routine=routine,
            evidence=one.evidence,
        )
        return Observed(event, fact, Teller.ALERT)

    if one.fired is not None:
        text = f"alert {name} fired{summary}"
        if one.over is not None:
            lasted = (one.over - one.fired).total_seconds()
            text = f"alert {name} fired for {duration(max(lasted, one.within))}{summary}"
        yield seen(one.began, "alert_fired", fact, text, meaning.severity, False)
    elif one.pending is not None:
        # It never fired, so its own delay decided that it did not matter.
        over = one.over is not None
        text = f"alert {name} was pending and did not fire" if over else f"alert {name} is pending"
        yield seen(one.pending, "alert_pending", fact, text, Severity.NOTE, over)
    elif one.over is not None:
        text = f"alert {name} was resolved"
        yield seen(one.over, "alert_resolved", f"{fact} over", text, Severity.NOTE, False)


def _joined(episodes: Sequence[_Episode]) -> Iterator[_Episode]:
    """What several sources tell of the same time an alert was up is one."""
    current: _Episode | None = None
    for one in sorted(episodes, key=lambda each: (each.began, str(each.evidence))):
        if current is not None and _same(current, one):
            current = _both(current, one)
            continue
        if current is not None:
            yield current
        current = one
    if current is not None:
        yield current


def _same(one: _Episode, other: _Episode) -> bool:
    if one.over is None or other.began <= one.over + SAME:
        return True
    return abs(one.began - other.began) <= SAME


def _both(one: _Episode, other: _Episode) -> _Episode:
    over = None
    if one.over is not None and other.over is not None:
        over = min(one.over, other.over)
    elif _is_history(one) != _is_history(other):
        # What is up now says nothing of its end; a history that saw the end does.
        over = one.over or other.over
    alert = one.alert if one.alert.summary else other.alert
    pending, fired = _first(one.pending, other.pending), _first(one.fired, other.fired)
    begun = pending is not None or fired is not None
    return _Episode(
        alert=alert,
        pending=pending,
        fired=fired,
        over=over if not (begun and (_is_up(one) or _is_up(other))) else None,
        evidence=tuple(dict.fromkeys((*one.evidence, *other.evidence)))[:4],
        within=min(one.within, other.within),
    )


def _is_history(one: _Episode) -> bool:
    return all(each.kind == "annotation" for each in one.evidence)


def _is_up(one: _Episode) -> bool:
    return any(each.kind == "alert" for each in one.evidence)


def _first(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((each for each in (one, other) if each is not None), default=None)


def _from_now(picture: Picture) -> Iterator[_Episode]:
    for alert in active_alerts(picture):
        if alert.active_at is None or not picture.start <= alert.active_at <= picture.now:
            continue
        firing = alert.state is AlertState.FIRING
        evidence = Evidence(
            source=alert.source,
            kind="alert",
            says=one_line(alert.summary or alert.name, 180),
            at=alert.active_at,
            asked=alert.name,
            command=f"alerts show {alert.name}",
        )
        at = alert.active_at
        yield _Episode(
            alert, None if firing else at, at if firing else None, None, (evidence,), 60.0
        )


def _from_series(picture: Picture) -> Iterator[_Episode]:
    step = timedelta(seconds=picture.step)
    found: dict[tuple[str, tuple[tuple[str, str], ...]], dict[str, list[datetime]]] = {}
    for series in picture.series.get(HISTORY.id, ()):
        own = tuple(sorted(pair for pair in series.labels.items() if pair[0] not in _WITHOUT))
        name = series.labels.get("alertname", "an alert")
        states = found.setdefault((name, (*own, ("", series.source))), {})
        # Rules look back five minutes: the last points of a state repeat what is no longer so.
        times = [at for at, _ in series.points]
        states.setdefault(series.labels.get("alertstate", "firing"), []).extend(times)
    for (name, pairs), states in found.items():
        source = dict(pairs).get("", "")
        labels = {key: value for key, value in pairs if key}
        times = sorted({at for several in states.values() for at in several})
        for run in _runs(times, max(timedelta(minutes=10), 3 * step)):
            firing = [at for at in states.get("firing", ()) if run[0] <= at <= run[-1]]
            open_start = run[0] - picture.start <= step
            open_end = picture.now - run[-1] <= max(2 * step, timedelta(minutes=6))
            # Without a beginning, an end or a moment it fired there is nothing to tell.
            if open_start and (open_end or not firing):
                continue
            yield _Episode(
                alert=_alert(source, name, labels),
                pending=None if open_start else run[0],
                fired=None if open_start else min(firing, default=None),
                over=None if open_end else run[-1],
                evidence=(
                    Evidence(
                        source=source,
                        kind="metric",
                        says=f"ALERTS of {one_line(name, 80)}",
                        at=run[0],
                        asked=f'ALERTS{{alertname="{one_line(name, 80)}"}}',
                        command=f"metrics range 'ALERTS{{alertname=\"{one_line(name, 80)}\"}}'",
                    ),
                ),
                within=picture.step,
            )


def _runs(times: Sequence[datetime], gap: timedelta) -> Iterator[list[datetime]]:
    run: list[datetime] = []
    for at in times:
        if run and at - run[-1] > gap:
            yield run
            run = []
        run.append(at)
    if run:
        yield run


def _from_history(picture: Picture) -> Iterator[_Episode]:
    """Episodes out of Grafana's history of states: ``Normal``, ``Pending``, ``Alerting``."""
    by_alert: dict[tuple[str, str, str], list[tuple[datetime, str]]] = defaultdict(list)
    for source, marks in picture.annotations.with_source():
        for one in marks:
            if one.kind == "alert":
                name = one.alert_name or "an alert"
                found = _LABELS_IN_TEXT.search(one.text)
                state = (one.new_state or "").casefold()
                key = (source, name, found.group(1) if found else "")
                by_alert[key].append((one.at, state))
    for (source, name, told), changes in by_alert.items():
        alert = _alert(source, name, _labels(told))
        evidence = (
            Evidence(
                source=source,
                kind="annotation",
                says=f"state history of {one_line(name, 80)}",
                at=min(at for at, _ in changes),
                asked=name,
                command=f"alerts show {one_line(name, 80)}",
            ),
        )
        pending: datetime | None = None
        fired: datetime | None = None
        for at, state in sorted(changes):
            if state.startswith("pending"):
                pending = pending or at
            elif state.startswith(("alerting", "error", "nodata", "firing")):
                fired = fired or at
            else:
                yield _Episode(alert, pending, fired, at, evidence, 60.0)
                pending = fired = None
        if pending is not None or fired is not None:
            yield _Episode(alert, pending, fired, None, evidence, 60.0)


def _labels(text: str) -> Labels:
    pairs = (part.partition("=") for part in _NEXT_LABEL.split(text))
    return {name.strip(): value for name, sign, value in pairs if sign}


def _alert(source: str, name: str, labels: Mapping[str, str]) -> Alert:
    own = {key: value for key, value in labels.items() if key not in _WITHOUT}
    return Alert(
        source=source,
        name=name,
        state=AlertState.INACTIVE,
        severity=own.get("severity"),
        labels=own,
        fingerprint="",
    )
