"""What the simulated world hands to the simulated backends: series, log streams, rules, targets.

The world produces these; the Prometheus, Loki and Grafana servers only query them. Times are Unix
seconds (series) or Unix nanoseconds (logs), as on the wire of the real backends.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

MatchOp = Literal["=", "!=", "=~", "!~"]

Moments = NDArray[np.int64]
"""Ascending times in Unix milliseconds, to which the server of metrics rounds all of its own."""


@dataclass(frozen=True)
class Matcher:
    """One label matcher of a selector; regular expressions are anchored at both ends."""

    name: str
    op: MatchOp
    value: str

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile(self.value, re.DOTALL)

    def matches(self, value: str) -> bool:
        """Whether a label value passes; an absent label counts as the empty string."""
        match self.op:
            case "=":
                return value == self.value
            case "!=":
                return value != self.value
            case "=~":
                return self._pattern.fullmatch(value) is not None
            case "!~":
                return self._pattern.fullmatch(value) is None


def select_labels(matchers: Sequence[Matcher], labels: Mapping[str, str]) -> bool:
    """Whether a label set passes every matcher."""
    return all(matcher.matches(labels.get(matcher.name, "")) for matcher in matchers)


@dataclass(frozen=True)
class Series:
    """Samples of one label set (``__name__`` included), ascending in time."""

    labels: Mapping[str, str]
    times: NDArray[np.float64]
    values: NDArray[np.float64]


@dataclass(frozen=True)
class MetricMetadata:
    """What ``/api/v1/metadata`` tells of a scraped metric."""

    type: Literal["counter", "gauge", "histogram", "summary", "unknown"]
    help: str
    unit: str = ""


class SeriesSource(Protocol):
    """Read access to the world's metrics."""

    def select(
        self,
        matchers: Sequence[Matcher],
        start: float,
        end: float,
        at: Moments | None = None,
        window: int = 0,
    ) -> Sequence[Series]:
        """Every matching series with its samples in ``start <= t <= end``; none without samples.

        Args:
            matchers: what its labels have to match.
            start: Unix seconds.
            end: Unix seconds.
            at: where only the newest sample up to each of these is wanted, so that others may be
                left out.
            window: where those of so many milliseconds before each are wanted too.
        """
        ...

    def label_sets(
        self, matchers: Sequence[Matcher], start: float, end: float
    ) -> Sequence[Mapping[str, str]]:
        """Label sets that have a sample in the window, without producing the samples."""
        ...

    def metadata(self) -> Mapping[str, MetricMetadata]:
        """Type and help by metric name, for scraped metrics only."""
        ...


@dataclass(frozen=True)
class LogEntry:
    """One line; ``metadata`` is structured metadata such as ``detected_level``."""

    time_ns: int
    line: str
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class LogStream:
    """Entries of one label set, ascending in time."""

    labels: Mapping[str, str]
    entries: Sequence[LogEntry]


class LogSource(Protocol):
    """Read access to the world's logs."""

    def select(
        self, matchers: Sequence[Matcher], start_ns: int, end_ns: int
    ) -> Sequence[LogStream]:
        """Every matching stream with its entries in ``start_ns <= t < end_ns``."""
        ...

    def label_sets(
        self, matchers: Sequence[Matcher], start_ns: int, end_ns: int
    ) -> Sequence[Mapping[str, str]]:
        """Label sets of the streams that have an entry in the window."""
        ...


@dataclass(frozen=True)
class AlertRule:
    """One alerting rule as the operator wrote it; ``expr`` is PromQL, ``hold`` is ``for``."""

    uid: str
    name: str
    expr: str
    hold: float
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    group: str
    folder: str
    no_data_state: Literal["NoData", "OK", "Alerting", "KeepLast"] = "OK"
    paused: bool = False


@dataclass(frozen=True)
class RecordingRule:
    """One recording rule; its series are part of the world's metrics."""

    name: str
    expr: str
    group: str


@dataclass(frozen=True)
class ScrapeTarget:
    """One scrape target as ``/api/v1/targets`` shows it."""

    job: str
    instance: str
    scrape_url: str
    labels: Mapping[str, str]
    health: Literal["up", "down", "unknown"]
    last_error: str
    last_scrape: float
    scrape_duration: float


@dataclass(frozen=True)
class Silence:
    """One Alertmanager silence."""

    id: str
    matchers: Sequence[Matcher]
    starts_at: float
    ends_at: float
    created_by: str
    comment: str


@dataclass(frozen=True)
class Annotation:
    """One Grafana annotation, such as a deploy mark."""

    id: int
    time: float
    time_end: float
    text: str
    tags: Sequence[str]


@dataclass(frozen=True)
class RawAlert:
    """An alert instance injected by a scenario, beside those that rules produce."""

    name: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    active_since: float
