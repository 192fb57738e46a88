"""What Prometheus and its relatives answer, typed: UTC times, seconds, bytes, ratios."""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

from providers.series import Labels, Sample, Series

MetricType = Literal[
    "counter", "gauge", "histogram", "gaugehistogram", "summary", "info", "stateset", "unknown"
]


class MetricInfo(BaseModel):
    """A metric by name, with what its exporter says about it."""

    model_config = ConfigDict(frozen=True)

    source: str
    name: str
    type: MetricType | None = None
    """None for what is not scraped: recording rules, ``up``, remote-written series."""
    help: str = ""
    unit: str = ""


class Target(BaseModel):
    """One scrape target."""

    model_config = ConfigDict(frozen=True)

    source: str
    job: str
    instance: str
    health: Literal["up", "down", "unknown"]
    last_error: str = ""
    last_scrape: AwareDatetime | None = None
    """None if it has not been scraped yet."""
    scrape_duration: float | None = None
    """Seconds."""
    scrape_interval: float | None = None
    """Seconds."""
    scrape_timeout: float | None = None
    """Seconds."""
    url: str
    pool: str = ""
    labels: Labels

    @property
    def key(self) -> str:
        """Unique among all targets of all sources."""
        return f"{self.source}/{self.pool}/{self.url}/{self.instance}"


class InstantResult(BaseModel):
    """The answer to an instant query.

    A vector or scalar fills ``samples``, a matrix (a bare ``metric[5m]``) ``series``, a string
    literal ``text``.
    """

    model_config = ConfigDict(frozen=True)

    kind: Literal["vector", "matrix", "scalar", "string"]
    query: str
    at: AwareDatetime
    samples: tuple[Sample, ...] = ()
    series: tuple[Series, ...] = ()
    text: str | None = None


class BuildInfo(BaseModel):
    """Who answers there."""

    model_config = ConfigDict(frozen=True)

    application: str
    """``prometheus``, ``victoriametrics``, ``mimir``, ``thanos`` …"""
    version: str
