"""Reads the vectors and matrices that Prometheus and Loki write alike."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cache

from pydantic import JsonValue, TypeAdapter

from providers.series import HistogramSummary, Labels, Point, Sample, Series
from providers.series_stats import series_stats
from providers.steps import Grid
from providers.wire import Wire, parsed, utc_time


class _Histogram(Wire):
    count: float
    sum: float


class _VectorSample(Wire):
    metric: Labels
    value: tuple[float, float] | None = None
    histogram: tuple[float, _Histogram] | None = None


class _MatrixSeries(Wire):
    metric: Labels
    values: list[tuple[float, float]] | None = None
    histograms: list[tuple[float, _Histogram]] | None = None


_VECTOR = TypeAdapter(list[_VectorSample])
_MATRIX = TypeAdapter(list[_MatrixSeries])
_SCALAR = TypeAdapter(tuple[float, float])


def vector(source: str, result: JsonValue, what: str) -> tuple[Sample, ...]:
    """The samples of a ``vector`` result.

    Raises:
        BadResponse: if it is none.
    """
    samples: list[Sample] = []
    for item in parsed(_VECTOR, result, what):
        if item.value is not None:
            at, number = item.value
            samples.append(Sample(source=source, labels=item.metric, at=utc_time(at), value=number))
        elif item.histogram is not None:
            at, histogram = item.histogram
            summary = HistogramSummary(count=histogram.count, sum=histogram.sum)
            samples.append(
                Sample(
                    source=source,
                    labels=item.metric,
                    at=utc_time(at),
                    value=None,
                    histogram=summary,
                )
            )
    return tuple(samples)


def scalar(source: str, result: JsonValue, what: str) -> Sample:
    """The sample of a ``scalar`` result.

    Raises:
        BadResponse: if it is none.
    """
    at, number = parsed(_SCALAR, result, what)
    return Sample(source=source, labels={}, at=utc_time(at), value=number)


def matrix(
    source: str, result: JsonValue, what: str, window: Grid | None = None
) -> tuple[Series, ...]:
    """The series of a ``matrix`` result.

    Args:
        source: instance the series come from.
        result: decoded JSON.
        what: names the call in errors.
        window: the grid asked for; without one (``metric[5m]``) there are no gaps to count.

    Raises:
        BadResponse: if it is none.
    """
    # The series of an answer have most of their moments in common.
    moment = cache(utc_time)
    return tuple(_series(source, item, window, moment) for item in parsed(_MATRIX, result, what))


def _series(
    source: str, item: _MatrixSeries, window: Grid | None, moment: Callable[[float], datetime]
) -> Series:
    native = not item.values and bool(item.histograms)
    pairs = item.values or [(at, histogram.count) for at, histogram in item.histograms or ()]
    points: tuple[Point, ...] = tuple((moment(at), number) for at, number in pairs)
    if window is None and points:
        window = Grid(points[0][0], points[-1][0], 0.0)
    stats = (
        series_stats(points, window.start, window.end, window.step)
        if window is not None
        else series_stats((), utc_time(0), utc_time(0), 0.0)
    )
    return Series(
        source=source, labels=item.metric, points=points, native_histogram=native, stats=stats
    )
