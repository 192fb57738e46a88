"""What the Prometheus tools answer."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import AwareDatetime, field_validator

from providers.prometheus import MetricInfo, Target
from providers.series import Sample, Series
from providers.text import one_line
from sre_tui.diagnosis.signals.baseline_check import BaselineCheck
from sre_tui.tools.gist import with_first
from sre_tui.tools.notes import selector_text
from sre_tui.tools.result import Listing
from sre_tui.tools.series_gist import series_gist
from sre_tui.views.human import count, number


class MetricMatches(Listing[MetricInfo]):
    """Metrics whose name or help text matches."""

    pattern: str

    def gist(self) -> str:
        """How many metrics, and the first of them."""
        return with_first(self.counted("metric"), [metric.name for metric in self.items])


class JudgedSample(Sample):
    """A value, with what is usual for it where that is known."""

    baseline: BaselineCheck | None = None


class InstantValues(Listing[JudgedSample]):
    """Values at one moment; a matrix result fills ``series``, a string result ``text``."""

    query: str
    at: AwareDatetime
    kind: Literal["vector", "matrix", "scalar", "string"]
    series: tuple[Series, ...] = ()
    text: str | None = None

    @field_validator("items", mode="before")
    @classmethod
    def _unjudged(cls, items: Any) -> Any:
        """Values of which nobody knows what is usual, as they come from the client."""
        return tuple(
            JudgedSample.model_construct(**each.__dict__) if type(each) is Sample else each
            for each in items
        )

    @property
    def shown(self) -> int:
        """How many values there are here, or series with all their points."""
        return len(self.items) or len(self.series)

    def gist(self) -> str:
        """How many series, and the first value."""
        if self.text is not None:
            return one_line(self.text)
        if self.series:
            return series_gist(count(len(self.series), "series", "series"), self.series)
        if not self.items:
            return "no series"
        metrics = {each.labels.get("__name__", "") for each in self.items}
        if len(metrics) > 1:
            return f"{self.counted('series', 'series')} of {count(len(metrics), 'metric')}"
        first = self.items[0]
        value = "a histogram" if first.value is None else number(first.value)
        return f"{self.counted('series', 'series')}, first: {value} {selector_text(first.labels)}"


class SeriesListing(Listing[Series]):
    """Series over a window, each with its figures and all its points."""

    query: str
    start: AwareDatetime
    end: AwareDatetime
    step: float
    """Seconds between points."""

    def gist(self) -> str:
        """How many series, and the highest value among them."""
        return series_gist(self.counted("series", "series"), self.items)


class TargetListing(Listing[Target]):
    """Scrape targets, the ones in trouble first."""

    up: int
    down: int
    unknown: int

    def gist(self) -> str:
        """How many targets are up and down, and which are down."""
        down = [f"{t.job} {t.instance}" for t in self.items if t.health == "down"]
        return with_first(f"{self.up} up, {self.down} down, {self.unknown} unknown", down)
