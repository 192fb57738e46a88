"""The engine: PromQL text over a source of series in, typed results out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sre_tui.demo.promql import nodes
from sre_tui.demo.promql.dialect import PROMETHEUS_2, Dialect
from sre_tui.demo.promql.errors import QueryError
from sre_tui.demo.promql.evaluator import LOOKBACK, Evaluator
from sre_tui.demo.promql.parsing import parse
from sre_tui.demo.promql.values import Labels, Scalar, Text, Times, Vector, label_key
from sre_tui.demo.telemetry import Series, SeriesSource

_MAX_POINTS = 11_000


@dataclass(frozen=True)
class Sample:
    """One series' value at the evaluation time."""

    labels: Labels
    value: float


@dataclass(frozen=True)
class VectorResult:
    """An instant vector; its order means something after ``sort`` and ``topk``."""

    time: float
    samples: Sequence[Sample]


@dataclass(frozen=True)
class ScalarResult:
    """A number."""

    time: float
    value: float


@dataclass(frozen=True)
class StringResult:
    """A string."""

    time: float
    value: str


@dataclass(frozen=True)
class MatrixResult:
    """Series with their samples, sorted by labels; times in seconds."""

    series: Sequence[Series]


Result = VectorResult | ScalarResult | StringResult | MatrixResult


class InvalidRangeError(QueryError):
    """A range query whose start, end and step do not fit; ``parameter`` is the one to blame."""

    status = 400
    kind = "bad_data"

    def __init__(self, message: str, parameter: str | None = None) -> None:
        """Keep the message and the parameter's name."""
        super().__init__(f'invalid parameter "{parameter}": {message}' if parameter else message)


@dataclass(frozen=True)
class Engine:
    """Evaluates queries over one source, by the rules of one Prometheus version.

    All times and durations are seconds; they are rounded to milliseconds as Prometheus does.
    """

    source: SeriesSource
    dialect: Dialect = PROMETHEUS_2

    def instant(self, query: str, time: float, *, lookback: float | None = None) -> Result:
        """The value of a query at one time.

        Raises:
            QueryError: the query cannot be parsed, evaluated, or is not supported.
        """
        expr = parse(query, self.dialect)
        now = _milliseconds(time)
        evaluator = self._evaluator(np.array([now], dtype=np.int64), lookback)
        inner = expr
        while isinstance(inner, nodes.Paren):
            inner = inner.expr
        if isinstance(inner, nodes.RangeSelector | nodes.Subquery):
            return self._windows(evaluator, inner)
        with np.errstate(all="ignore"):
            value = evaluator.evaluate(expr)
        match value:
            case Scalar(values=values):
                return ScalarResult(now / 1000, float(values[0]))
            case Text(value=text):
                return StringResult(now / 1000, text)
        shown = np.flatnonzero(value.present[:, 0])
        samples = [
            Sample(value.labels[row], float(value.values[row, 0])) for row in map(int, shown)
        ]
        return VectorResult(now / 1000, samples)

    def range(
        self, query: str, start: float, end: float, step: float, *, lookback: float | None = None
    ) -> MatrixResult:
        """The value of a query at ``start``, ``start + step`` and so on, up to ``end``.

        Raises:
            InvalidRangeError: end before start, a step that is not positive, too many points.
            QueryError: the query cannot be parsed, evaluated, or is not supported.
        """
        if end < start:
            raise InvalidRangeError("end timestamp must not be before start time", "end")
        if step <= 0:
            raise InvalidRangeError(
                "zero or negative query resolution step widths are not accepted."
                " Try a positive integer",
                "step",
            )
        if math.floor((end - start) / step) > _MAX_POINTS:
            raise InvalidRangeError(
                "exceeded maximum resolution of 11,000 points per timeseries."
                " Try decreasing the query resolution (?step=XX)"
            )
        expr = parse(query, self.dialect)
        times = np.arange(
            _milliseconds(start),
            _milliseconds(end) + 1,
            max(1, _milliseconds(step)),
            dtype=np.int64,
        )
        self._refuse_type(expr)
        with np.errstate(all="ignore"):
            value = self._evaluator(times, lookback).evaluate(expr)
        match value:
            case Scalar(values=values):
                return MatrixResult([Series({}, times / 1000, values)])
            case Text():
                raise AssertionError("string expressions are refused before evaluation")
        return MatrixResult(_series(value, times))

    def _evaluator(self, times: Times, lookback: float | None) -> Evaluator:
        milliseconds = LOOKBACK if lookback is None else _milliseconds(lookback)
        return Evaluator(
            self.source, self.dialect, times, int(times[0]), int(times[-1]), milliseconds
        )

    def _refuse_type(self, expr: nodes.Expr) -> None:
        inner = expr
        while isinstance(inner, nodes.Paren):
            inner = inner.expr
        match inner:
            case nodes.RangeSelector() | nodes.Subquery():
                wrong = "range vector"
            case nodes.Text():
                wrong = "string"
            case _:
                return
        raise InvalidRangeError(
            f'invalid expression type "{wrong}" for range query, must be Scalar or instant Vector'
        )

    def _windows(self, evaluator: Evaluator, expr: nodes.Expr) -> MatrixResult:
        with np.errstate(all="ignore"):
            ranges = evaluator.range_vector(expr)
        samples = ranges.samples
        if not len(samples.times):
            return MatrixResult([])
        first, behind = samples.windows(ranges.start, ranges.end, left_open=self.dialect.left_open)
        series = [
            Series(labels, samples.times[begin:stop] / 1000, samples.values[begin:stop])
            for labels, begin, stop in zip(samples.labels, first[:, 0], behind[:, 0], strict=True)
            if stop > begin
        ]
        return MatrixResult(sorted(series, key=lambda one: label_key(one.labels)))


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)


def _series(vector: Vector, times: Times) -> list[Series]:
    seconds = times / 1000
    series = [
        Series(labels, seconds[present], values[present])
        for labels, values, present in zip(
            vector.labels, vector.values, vector.present, strict=True
        )
        if present.any()
    ]
    return sorted(series, key=lambda one: label_key(one.labels))
