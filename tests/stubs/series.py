"""A source of series that keeps them in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from sre_tui.demo.telemetry import Matcher, MetricMetadata, Moments, Series, select_labels


@dataclass
class MemorySeries:
    """Implements ``SeriesSource``; ``asked`` records the window of every ``select``."""

    series: Sequence[Series]
    described: Mapping[str, MetricMetadata] = field(default_factory=dict)
    asked: list[tuple[float, float]] = field(default_factory=list)

    def select(
        self,
        matchers: Sequence[Matcher],
        start: float,
        end: float,
        at: Moments | None = None,
        window: int = 0,
    ) -> Sequence[Series]:
        self.asked.append((start, end))
        found = []
        for one in self.series:
            if select_labels(matchers, one.labels):
                inside = (one.times >= start) & (one.times <= end)
                if inside.any():
                    found.append(Series(one.labels, one.times[inside], one.values[inside]))
        return found

    def label_sets(
        self, matchers: Sequence[Matcher], start: float, end: float
    ) -> Sequence[Mapping[str, str]]:
        return [
            one.labels
            for one in self.series
            if select_labels(matchers, one.labels)
            and ((one.times >= start) & (one.times <= end)).any()
        ]

    def metadata(self) -> Mapping[str, MetricMetadata]:
        return self.described


def series(name: str, points: Sequence[tuple[float, float]], **labels: str) -> Series:
    """One series from (time, value) pairs."""
    return Series(
        {"__name__": name, **labels},
        np.array([time for time, _value in points], dtype=np.float64),
        np.array([value for _time, value in points], dtype=np.float64),
    )
