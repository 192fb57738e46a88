"""How alert instances changed their state over time."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sre_tui.demo.promql.alert_series import AlertSeries
from sre_tui.demo.promql.alerting import Ruler
from sre_tui.demo.promql.rule_record import EVALUATION_INTERVAL
from sre_tui.demo.telemetry import Matcher

RESOLVED = "Normal (MissingSeries)"
_STATES = {"pending": "Pending", "firing": "Alerting"}
_Key = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Change:
    """An instance went from one state to another; ``time`` is Unix seconds."""

    time: float
    labels: Mapping[str, str]
    before: str
    after: str


class AlertHistory:
    """The changes of a source, each evaluated only once while the window moves on."""

    def __init__(self, ruler: Ruler) -> None:
        self._ruler = ruler
        self._lock = threading.Lock()
        self._changes: list[Change] = []
        self._from = self._to = math.nan

    def between(self, start: float, end: float) -> list[Change]:
        """The changes in ``start <= time <= end``, in the order of time."""
        with self._lock:
            if not self._from <= start <= self._to:
                self._changes = state_changes(self._ruler, start, end)
                self._from, self._to = start, end
            elif end > self._to:
                newer = state_changes(self._ruler, self._to, end)
                self._changes += [change for change in newer if change.time > self._to]
                self._to = end
            return [change for change in self._changes if start <= change.time <= end]


def state_changes(ruler: Ruler, start: float, end: float) -> list[Change]:
    """The changes in ``start <= time <= end`` that rules made, at most those of seven days."""
    interval = EVALUATION_INTERVAL
    alerts = AlertSeries(ruler)
    # From earlier on, so that what was active before the window is not taken for new.
    first = start - 2 * interval
    states: dict[_Key, dict[float, str]] = {}
    for series in alerts.select([Matcher("__name__", "=", "ALERTS")], first, end):
        labels = dict(series.labels)
        state = _STATES[labels.pop("alertstate")]
        del labels["__name__"]
        known = states.setdefault(tuple(sorted(labels.items())), {})
        known.update((float(time), state) for time in series.times)
    last = math.floor(end / interval) * interval
    return sorted(
        (
            change
            for key, by_time in states.items()
            for change in _changes(dict(key), by_time, first + interval, last)
            if start <= change.time <= end
        ),
        key=lambda change: (change.time, sorted(change.labels.items())),
    )


def _changes(
    labels: Mapping[str, str], by_time: Mapping[float, str], known_from: float, last: float
) -> Iterator[Change]:
    interval = EVALUATION_INTERVAL
    before, seen = "Normal", -math.inf
    for time, state in sorted(by_time.items()):
        if before != "Normal" and time - seen > 1.5 * interval:
            yield Change(seen + interval, labels, before, RESOLVED)
            before = "Normal"
        if state != before and time >= known_from:
            yield Change(time, labels, before, state)
        before, seen = state, time
    if before != "Normal" and seen + interval <= last:
        yield Change(seen + interval, labels, before, RESOLVED)
