"""Evaluate a syntax tree over a source of series, all steps of the query at once."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from sre_tui.demo.promql import aggregation, binary, nodes
from sre_tui.demo.promql.dialect import Dialect
from sre_tui.demo.promql.errors import ExecutionError, NotSupportedError
from sre_tui.demo.promql.label_functions import label_join, label_replace, labels_of_absence
from sre_tui.demo.promql.quantiles import histogram_quantile
from sre_tui.demo.promql.range_functions import RANGE_FUNCTIONS
from sre_tui.demo.promql.samples import Samples
from sre_tui.demo.promql.values import (
    Flags,
    Floats,
    Scalar,
    Text,
    Times,
    Vector,
    any_series,
    merge_duplicates,
    without_name,
)
from sre_tui.demo.promql.vector_functions import CALENDAR, ELEMENTWISE, calendar
from sre_tui.demo.promql.windows import Windows
from sre_tui.demo.telemetry import SeriesSource

Value = Vector | Scalar | Text
LOOKBACK = 300_000
_DEFAULT_STEP = 60_000


@dataclass(frozen=True)
class RangeVector:
    """Samples with the window of each step, in milliseconds."""

    samples: Samples
    start: Times
    end: Times


@dataclass(frozen=True)
class Evaluator:
    """Evaluates expressions at ``times`` (milliseconds, ascending, at least one).

    ``query_start`` and ``query_end`` are what ``@ start()`` and ``@ end()`` mean, also inside
    subqueries, whose own times differ.
    """

    source: SeriesSource
    dialect: Dialect
    times: Times
    query_start: int
    query_end: int
    lookback: int = LOOKBACK

    def evaluate(self, expr: nodes.Expr) -> Value:
        """The value of an expression that is not a range vector."""
        match expr:
            case nodes.Number(value=value):
                return Scalar(np.full(len(self.times), value))
            case nodes.Text(value=text):
                return Text(text)
            case nodes.Paren(expr=inner):
                return self.evaluate(inner)
            case nodes.Selector():
                return self._instant(expr)
            case nodes.Negation(expr=inner):
                return self._negate(self.evaluate(inner))
            case nodes.Binary():
                return self._binary(expr)
            case nodes.Aggregate():
                return self._aggregate(expr)
            case nodes.Call():
                return self._call(expr)
            case nodes.RangeSelector() | nodes.Subquery():
                raise ExecutionError("a range vector has no value by itself here")

    def vector(self, expr: nodes.Expr) -> Vector:
        """The value of an expression of type instant vector."""
        value = self.evaluate(expr)
        assert isinstance(value, Vector)
        return value

    def scalar(self, expr: nodes.Expr) -> Floats:
        """The value of an expression of type scalar, one number per step."""
        value = self.evaluate(expr)
        assert isinstance(value, Scalar)
        return value.values

    def text(self, expr: nodes.Expr) -> str:
        """The value of an expression of type string."""
        value = self.evaluate(expr)
        assert isinstance(value, Text)
        return value.value

    def range_vector(self, expr: nodes.Expr) -> RangeVector:
        """The windows of an expression of type range vector."""
        match expr:
            case nodes.Paren(expr=inner):
                return self.range_vector(inner)
            case nodes.RangeSelector(selector=selector, window=window):
                end = self._reference_times(selector)
                samples = self._fetch(
                    selector, int(end.min()) - window, int(end.max()), end, window
                )
                return RangeVector(samples, end - window, end)
            case nodes.Subquery():
                return self._subquery(expr)
            case _:
                raise ExecutionError("expected a range vector")

    def _reference_times(self, node: nodes.Selector | nodes.Subquery) -> Times:
        match node.at:
            case None:
                return self.times - node.offset
            case "start":
                fixed = self.query_start
            case "end":
                fixed = self.query_end
            case int() as fixed:
                pass
        return np.full_like(self.times, fixed - node.offset)

    def _fetch(
        self, selector: nodes.Selector, start: int, end: int, at: Times, window: int = 0
    ) -> Samples:
        # One millisecond more on both sides, because samples are rounded to milliseconds here.
        first, last = (start - 1) / 1000, (end + 1) / 1000
        series = self.source.select(selector.matchers, first, last, at, window)
        return Samples.from_series(series)

    def _newest(self, selector: nodes.Selector, times: Times) -> Samples:
        return self._fetch(selector, int(times[0]) - self.lookback, int(times[-1]), times)

    def _instant(self, selector: nodes.Selector) -> Vector:
        times = self._reference_times(selector)
        samples = self._newest(selector, times)
        return samples.newest(times, self.lookback, left_open=self.dialect.left_open)

    def _timestamps(self, selector: nodes.Selector) -> Vector:
        times = self._reference_times(selector)
        samples = self._newest(selector, times)
        if not len(samples.times):
            return Vector.empty(len(times))
        index, found = samples.latest(times, self.lookback, left_open=self.dialect.left_open)
        return Vector(samples.labels, samples.times[index] / 1000, found)

    def _subquery(self, node: nodes.Subquery) -> RangeVector:
        end = self._reference_times(node)
        start = end - node.window
        step = _DEFAULT_STEP if node.step is None else node.step
        earliest, latest = int(start.min()), int(end.max())
        first = -(-earliest // step) * step
        if self.dialect.left_open and first == earliest:
            first += step
        times = np.arange(first, latest + 1, step, dtype=np.int64)
        if not len(times):
            return RangeVector(Samples.from_series([]), start, end)
        inner = replace(self, times=times).vector(node.expr)
        return RangeVector(Samples.from_vector(inner, times), start, end)

    def _negate(self, value: Value) -> Value:
        if isinstance(value, Scalar):
            return Scalar(-value.values)
        assert isinstance(value, Vector)
        labels = [without_name(one) for one in value.labels]
        return merge_duplicates(Vector(labels, -value.values, value.present), overlap_only=False)

    def _union(self, node: nodes.Binary) -> Vector:
        matching = node.matching
        operands: list[nodes.Expr] = []
        rest: nodes.Expr = node
        while isinstance(rest, nodes.Binary) and rest.op == "or" and rest.matching == matching:
            operands.append(rest.right)
            rest = rest.left
        vectors = [self.vector(one) for one in (rest, *reversed(operands))]
        return binary.union(matching, vectors, len(self.times))

    def _binary(self, node: nodes.Binary) -> Value:
        if node.op == "or":
            return self._union(node)
        left, right = self.evaluate(node.left), self.evaluate(node.right)
        match left, right:
            case Scalar(), Scalar():
                return binary.scalars(node.op, left, right)
            case Vector(), Scalar():
                return binary.vector_and_scalar(node, left, right, swapped=False)
            case Scalar(), Vector():
                return binary.vector_and_scalar(node, right, left, swapped=True)
            case Vector(), Vector():
                if node.matching.cardinality == "many-to-many":
                    return binary.intersection(node, left, right)
                return binary.vectors(node, left, right)
            case _:
                raise ExecutionError("operands must be scalars or instant vectors")

    def _aggregate(self, node: nodes.Aggregate) -> Vector:
        param: Floats | str | None = None
        if node.param is not None:
            value = self.evaluate(node.param)
            param = value.values if isinstance(value, Scalar | Vector) else value.value
        return aggregation.aggregate(node, self.vector(node.expr), param)

    def _call(self, node: nodes.Call) -> Value:
        name, args = node.name, node.args
        if name in RANGE_FUNCTIONS:
            return self._range_call(node)
        if name in ELEMENTWISE:
            return self._elementwise(name, args)
        if name in CALENDAR:
            vector = self.vector(args[0]) if args else self._now()
            values = calendar(name, vector.values)
            return self._unnamed(Vector(vector.labels, values, vector.present))
        match name:
            case "time":
                return Scalar(self.times / 1000)
            case "pi":
                return Scalar(np.full(len(self.times), np.pi))
            case "vector":
                return self._single(self.scalar(args[0]))
            case "scalar":
                return self._to_scalar(self.vector(args[0]))
            case "timestamp":
                return self._timestamp(args[0])
            case "absent":
                return self._absent(args[0], any_series(self.vector(args[0]).present))
            case "absent_over_time":
                return self._absent_over_time(args[0])
            case "sort" | "sort_desc":
                return self._sort(self.vector(args[0]), descending=name == "sort_desc")
            case "histogram_quantile":
                return histogram_quantile(self.scalar(args[0]), self.vector(args[1]))
            case "label_replace":
                texts = [self.text(arg) for arg in args[1:]]
                return label_replace(self.vector(args[0]), *texts)
            case "label_join":
                target, separator, *sources = (self.text(arg) for arg in args[1:])
                return label_join(self.vector(args[0]), target, separator, sources)
            case _:
                raise NotSupportedError(name)

    def _range_call(self, node: nodes.Call) -> Vector:
        function = RANGE_FUNCTIONS[node.name]
        window_at = 0 if function.window_first else len(node.args) - 1
        ranges = self.range_vector(node.args[window_at])
        others = [self.scalar(arg) for index, arg in enumerate(node.args) if index != window_at]
        samples, steps = ranges.samples, len(self.times)
        if not len(samples.times):
            return Vector.empty(steps)
        first, behind = samples.windows(ranges.start, ranges.end, left_open=self.dialect.left_open)
        shape = first.shape
        rows = np.flatnonzero((behind - first).ravel() >= function.least)
        step = rows % steps
        windows = Windows(
            samples,
            first.ravel()[rows],
            behind.ravel()[rows],
            ranges.start[step],
            ranges.end[step],
            self.times[step],
        )
        values, present = np.full(shape, np.nan), np.zeros(shape, dtype=bool)
        if len(rows):
            values.ravel()[rows] = function.run(windows, tuple(other[step] for other in others))
            present.ravel()[rows] = True
        if function.keeps_name:
            return Vector(samples.labels, values, present)
        labels = [without_name(one) for one in samples.labels]
        return merge_duplicates(Vector(labels, values, present), overlap_only=False)

    def _elementwise(self, name: str, args: tuple[nodes.Expr, ...]) -> Vector:
        vector = self.vector(args[0])
        numbers = [self.scalar(arg)[None, :] for arg in args[1:]]
        values = np.broadcast_to(ELEMENTWISE[name](vector.values, *numbers), vector.values.shape)
        present = vector.present
        if name == "clamp":
            present = present & (numbers[0] <= numbers[1])
        return self._unnamed(Vector(vector.labels, values, present))

    def _unnamed(self, vector: Vector) -> Vector:
        labels = [without_name(one) for one in vector.labels]
        return merge_duplicates(Vector(labels, vector.values, vector.present))

    def _single(self, values: Floats) -> Vector:
        return Vector([{}], values[None, :], np.ones((1, len(self.times)), dtype=bool))

    def _now(self) -> Vector:
        return self._single(self.times / 1000)

    def _to_scalar(self, vector: Vector) -> Scalar:
        alone = vector.present.sum(axis=0) == 1
        total = np.where(vector.present, vector.values, 0.0).sum(axis=0)
        return Scalar(np.where(alone, total, np.nan))

    def _timestamp(self, arg: nodes.Expr) -> Vector:
        while isinstance(arg, nodes.Paren):
            arg = arg.expr
        if isinstance(arg, nodes.Selector):
            return self._unnamed(self._timestamps(arg))
        vector = self.vector(arg)
        now = np.broadcast_to(self.times / 1000, vector.values.shape)
        return self._unnamed(Vector(vector.labels, now, vector.present))

    def _absent(self, arg: nodes.Expr, found: Flags) -> Vector:
        selector = arg.selector if isinstance(arg, nodes.RangeSelector) else arg
        matchers = selector.matchers if isinstance(selector, nodes.Selector) else ()
        return Vector([labels_of_absence(matchers)], np.ones((1, len(self.times))), ~found[None, :])

    def _absent_over_time(self, arg: nodes.Expr) -> Vector:
        ranges = self.range_vector(arg)
        found: Flags = np.zeros(len(self.times), dtype=bool)
        if len(ranges.samples.times):
            first, behind = ranges.samples.windows(
                ranges.start, ranges.end, left_open=self.dialect.left_open
            )
            found = any_series(behind > first)
        return self._absent(arg, found)

    def _sort(self, vector: Vector, *, descending: bool) -> Vector:
        # The order of series means something only when there is one step.
        if len(self.times) > 1:
            return vector
        key = -vector.values[:, 0] if descending else vector.values[:, 0]
        return vector.take([int(row) for row in np.lexsort((key, np.isnan(key)))])
