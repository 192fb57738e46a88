"""Numbers over time, as Prometheus and Loki both answer them.

JSON has no NaN and no infinities: in JSON documents such values are the strings ``"NaN"``,
``"+Inf"`` and ``"-Inf"``, which is also how the backends write them; in Python they are floats.
"""

from __future__ import annotations

from math import isfinite, isnan
from typing import Annotated, Literal, TypeAlias

from pydantic import AwareDatetime, BaseModel, ConfigDict, PlainSerializer

Labels: TypeAlias = dict[str, str]


def _json_number(value: float) -> float | str:
    if isfinite(value):
        return value
    if isnan(value):
        return "NaN"
    return "+Inf" if value > 0 else "-Inf"


SampleValue = Annotated[
    float, PlainSerializer(_json_number, return_type=float | str, when_used="json")
]
"""A float that survives JSON even if it is not finite."""

Point: TypeAlias = tuple[AwareDatetime, SampleValue]
"""A moment (UTC) and the value then; in JSON ``["2026-11-22T14:02:05Z", 0.25]``."""

Trend = Literal["rising", "falling", "flat", "varying", "unknown"]


class HistogramSummary(BaseModel):
    """What is kept of a native histogram sample: how many observations, and their sum."""

    model_config = ConfigDict(frozen=True)

    count: SampleValue
    sum: SampleValue


class Sample(BaseModel):
    """One series' value at one moment."""

    model_config = ConfigDict(frozen=True)

    source: str
    """Instance it came from, for example ``prometheus:main``."""
    labels: Labels
    """Labels with ``__name__``, where the answer has one."""
    at: AwareDatetime
    value: SampleValue | None
    """None if the sample is a native histogram."""
    histogram: HistogramSummary | None = None


class SeriesStats(BaseModel):
    """A series in a few figures. NaN points are counted but enter none of the others."""

    model_config = ConfigDict(frozen=True)

    points: int
    nan_points: int = 0
    first: SampleValue | None = None
    last: SampleValue | None = None
    last_at: AwareDatetime | None = None
    min: SampleValue | None = None
    min_at: AwareDatetime | None = None
    avg: SampleValue | None = None
    max: SampleValue | None = None
    max_at: AwareDatetime | None = None
    trend: Trend = "unknown"
    """Where the value went: the median of the last fifth against that of the first fifth."""
    gaps: int = 0
    """Stretches inside the series with no point for more than one and a half steps."""
    missing_start: float = 0.0
    """Seconds from the start of the window to the first point."""
    missing_end: float = 0.0
    """Seconds from the last point to the end of the window."""


class Series(BaseModel):
    """One series over a window of time."""

    model_config = ConfigDict(frozen=True)

    source: str
    labels: Labels
    points: tuple[Point, ...]
    """Ascending in time; native histograms are given by their count."""
    native_histogram: bool = False
    stats: SeriesStats


class SeriesWindow(BaseModel):
    """The answer to a range query: its series and the window they were evaluated over."""

    model_config = ConfigDict(frozen=True)

    query: str
    start: AwareDatetime
    end: AwareDatetime
    step: float
    """Seconds between evaluations."""
    series: tuple[Series, ...]
