"""What the expressions of rules gave at their evaluations, each evaluated once."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from sre_tui.demo.promql.dialect import PROMETHEUS_2, Dialect
from sre_tui.demo.promql.engine import Engine
from sre_tui.demo.promql.values import LabelKey, label_key
from sre_tui.demo.telemetry import Series, SeriesSource

EVALUATION_INTERVAL = 60.0
"""Seconds between two evaluations, Prometheus's default."""

_LONGEST = 8 * 86400.0
"""Seconds that are remembered at most."""


@dataclass
class _Stretch:
    """All series from the evaluation at ``first`` to that at ``last``, Unix seconds."""

    first: float
    last: float
    series: dict[LabelKey, Series] = field(default_factory=dict)


class RuleRecord:
    """A ruler's memory over one source.

    The past of a source does not change, so whoever asks about it (the rules, the alerts' own
    series, Grafana's history of states) is told what was evaluated before, and only what lies
    before or after that is evaluated anew.
    """

    def __init__(self, source: SeriesSource, dialect: Dialect = PROMETHEUS_2) -> None:
        """A record in which nothing stands yet."""
        self.engine = Engine(source, dialect)
        self._lock = threading.Lock()
        self._stretches: dict[str, _Stretch] = {}

    def series(self, expr: str, first: float, last: float) -> Sequence[Series]:
        """What an expression gave at the evaluations from ``first`` to ``last``.

        Args:
            expr: PromQL.
            first: time of an evaluation, a multiple of the interval, Unix seconds.
            last: the same, not before ``first``.

        Raises:
            QueryError: the expression cannot be parsed, evaluated, or is not supported.
        """
        with self._lock:
            stretch = self._stretches.get(expr)
            if stretch is not None and last < stretch.first - EVALUATION_INTERVAL:
                # Long ago: what lies between is nobody's business.
                return self.engine.range(expr, first, last, EVALUATION_INTERVAL).series
            if (
                stretch is None
                or first > stretch.last + EVALUATION_INTERVAL
                or last - stretch.first > _LONGEST
            ):
                stretch = _Stretch(first, last)
                self._add(stretch, expr, first, last)
                self._stretches[expr] = stretch
            if first < stretch.first:
                self._add(stretch, expr, first, stretch.first - EVALUATION_INTERVAL)
                stretch.first = first
            if last > stretch.last:
                self._add(stretch, expr, stretch.last + EVALUATION_INTERVAL, last)
                stretch.last = last
            return [*_within(stretch, first, last)]

    def _add(self, stretch: _Stretch, expr: str, first: float, last: float) -> None:
        for one in self.engine.range(expr, first, last, EVALUATION_INTERVAL).series:
            key = label_key(one.labels)
            known = stretch.series.get(key)
            if known is None:
                stretch.series[key] = one
                continue
            earlier, later = (known, one) if known.times[0] < one.times[0] else (one, known)
            stretch.series[key] = Series(
                one.labels,
                np.concatenate((earlier.times, later.times)),
                np.concatenate((earlier.values, later.values)),
            )


def _within(stretch: _Stretch, first: float, last: float) -> list[Series]:
    found = []
    for key in sorted(stretch.series):
        one = stretch.series[key]
        begin, end = np.searchsorted(one.times, (first - 1e-3, last + 1e-3))
        if begin < end:
            found.append(Series(one.labels, one.times[begin:end], one.values[begin:end]))
    return found
