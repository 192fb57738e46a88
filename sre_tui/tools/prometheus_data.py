"""What the Prometheus tools answer."""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime

from providers.prometheus import MetricInfo, Target
from providers.series import Sample, Series
from sre_tui.tools.result import Listing


class MetricMatches(Listing[MetricInfo]):
    """Metrics whose name or help text matches."""

    pattern: str


class InstantValues(Listing[Sample]):
    """Values at one moment; a matrix result fills ``series``, a string result ``text``."""

    query: str
    at: AwareDatetime
    kind: Literal["vector", "matrix", "scalar", "string"]
    series: tuple[Series, ...] = ()
    text: str | None = None


class SeriesListing(Listing[Series]):
    """Series over a window, each with its figures and all its points."""

    query: str
    start: AwareDatetime
    end: AwareDatetime
    step: float
    """Seconds between points."""


class TargetListing(Listing[Target]):
    """Scrape targets, the ones in trouble first."""

    up: int
    down: int
    unknown: int
