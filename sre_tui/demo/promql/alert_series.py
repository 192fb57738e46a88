"""The series that a Prometheus writes about its own alerts: ``ALERTS{alertstate="firing"}``."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from sre_tui.demo.promql.alerting import Ruler
from sre_tui.demo.promql.errors import QueryError
from sre_tui.demo.promql.rule_record import EVALUATION_INTERVAL
from sre_tui.demo.promql.templates import expand
from sre_tui.demo.promql.values import NAME, Floats, Labels, without_name
from sre_tui.demo.telemetry import (
    AlertRule,
    Matcher,
    MetricMetadata,
    Moments,
    Series,
    select_labels,
)

_METRIC = "ALERTS"
_LONGEST = 7 * 86400.0


class AlertSeries:
    """A source with ``ALERTS`` beside another source's series.

    They are made from the rules when a selector names them, and only then, because that may cost an
    evaluation of every rule over the whole window.
    """

    def __init__(self, ruler: Ruler) -> None:
        """The series of a ruler's source, and those about its alerts."""
        self._source = ruler.source
        self._ruler = ruler

    def select(
        self,
        matchers: Sequence[Matcher],
        start: float,
        end: float,
        at: Moments | None = None,
        window: int = 0,
    ) -> Sequence[Series]:
        """The source's series, and ``ALERTS`` when it is named."""
        found = self._source.select(matchers, start, end, at, window)
        return [*found, *self._alerts(matchers, start, end)]

    def _alerts(self, matchers: Sequence[Matcher], start: float, end: float) -> list[Series]:
        names = [one for one in matchers if one.name == NAME and one.op in {"=", "=~"}]
        if not names or not all(one.matches(_METRIC) for one in names):
            return []
        return [
            one
            for rule in self._ruler.rules()
            if not rule.paused
            for one in self._history(rule, max(start, end - _LONGEST), end)
            if select_labels(matchers, one.labels)
        ]

    def label_sets(
        self, matchers: Sequence[Matcher], start: float, end: float
    ) -> Sequence[Mapping[str, str]]:
        """As ``select``, without the samples."""
        written = [one.labels for one in self._alerts(matchers, start, end)]
        return [*self._source.label_sets(matchers, start, end), *written]

    def metadata(self) -> Mapping[str, MetricMetadata]:
        """The source's; a server tells nothing about the series it writes itself."""
        return self._source.metadata()

    def _history(self, rule: AlertRule, start: float, end: float) -> Iterator[Series]:
        interval = EVALUATION_INTERVAL
        # Looked at from one hold earlier, an alert that fires at the start is known to fire.
        first = math.floor((start - rule.hold) / interval) * interval
        last = math.floor(end / interval) * interval
        if last < first:
            return
        try:
            found = self._ruler.record.series(rule.expr, first, last)
        except QueryError:
            # What is wrong with a rule stands in the rule's health, not in the series.
            return
        for one in found:
            labels = _labels(rule, one)
            firing = _firing(one.times, rule.hold, interval)
            inside = one.times >= start
            for state, held in (("pending", inside & ~firing), ("firing", inside & firing)):
                if held.any():
                    times = one.times[held]
                    yield Series({**labels, "alertstate": state}, times, np.ones(len(times)))


def _labels(rule: AlertRule, series: Series) -> Labels:
    value = float(series.values[-1])
    own = {name: expand(text, series.labels, value) for name, text in rule.labels.items()}
    return {**without_name(series.labels), **own, "alertname": rule.name, NAME: _METRIC}


def _firing(
    times: Floats, hold: float, interval: float
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """For each time, whether its unbroken run has lasted for the hold."""
    begins = np.append(True, np.diff(times) > interval * 1.5)
    began = np.maximum.accumulate(np.where(begins, times, -np.inf))
    return times - began >= hold
