"""Evaluates metric queries at the steps asked for."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import numpy as np

from sre_tui.demo.logql.aggregation import aggregate
from sre_tui.demo.logql.binary import combine
from sre_tui.demo.logql.errors import LogQLError
from sre_tui.demo.logql.log_results import Work
from sre_tui.demo.logql.matrix import Floats, Labels, Matrix, Row, Scalar, Value, label_key
from sre_tui.demo.logql.range_vectors import evaluate_range
from sre_tui.demo.logql.regex import compile_re2
from sre_tui.demo.logql.syntax import (
    BinaryOperation,
    LabelReplace,
    MetricQuery,
    NumberLiteral,
    RangeAggregation,
    VectorAggregation,
    VectorLiteral,
)
from sre_tui.demo.telemetry import LogSource

_GO_GROUP = re.compile(r"\$(?:\$|\{(\w+)\}|(\w+))")


@dataclass
class MetricResult:
    """The value at each of ``steps`` (Unix seconds)."""

    value: Value
    steps: Floats
    work: Work = field(default_factory=Work)


def run_metric_query(
    query: MetricQuery, source: LogSource, start_ns: int, end_ns: int, step_ns: int
) -> MetricResult:
    """The query at ``start``, ``start + step`` … up to and with ``end``; raises ``LogQLError``."""
    steps_ns = np.arange(start_ns, end_ns + 1, step_ns, dtype=np.int64)
    work = Work()
    return MetricResult(_evaluate(query, source, steps_ns, work), steps_ns / 1e9, work)


def is_sorted_by_value(query: MetricQuery) -> bool | None:
    """Whether an instant vector comes in descending order, None when sorted by labels."""
    if isinstance(query, VectorAggregation) and query.function in ("sort", "sort_desc"):
        return query.function == "sort_desc"
    return None


def _evaluate(query: MetricQuery, source: LogSource, steps_ns: np.ndarray, work: Work) -> Value:
    match query:
        case NumberLiteral(value):
            return Scalar(value)
        case VectorLiteral(value):
            count = len(steps_ns)
            return Matrix((Row((), np.full(count, value), np.ones(count, dtype=np.bool_)),))
        case RangeAggregation():
            return evaluate_range(query, source, steps_ns, work)
        case VectorAggregation():
            operand = _evaluate(query.operand, source, steps_ns, work)
            return aggregate(query, _matrix(operand, query.function))
        case LabelReplace():
            operand = _evaluate(query.operand, source, steps_ns, work)
            return _label_replace(query, _matrix(operand, "label_replace"))
        case BinaryOperation():
            left = _evaluate(query.left, source, steps_ns, work)
            return combine(query, left, _evaluate(query.right, source, steps_ns, work))


def _matrix(value: Value, function: str) -> Matrix:
    if isinstance(value, Scalar):
        raise LogQLError(f"{function} needs a vector, not a scalar")
    return value


def _label_replace(query: LabelReplace, operand: Matrix) -> Matrix:
    expression = compile_re2(query.expression)
    template = _GO_GROUP.sub(_python_group, query.replacement.replace("\\", r"\\"))
    rows: dict[Labels, Row] = {}
    for row in operand.rows:
        labels = dict(row.labels)
        match = expression.fullmatch(labels.get(query.source, ""))
        if match is not None:
            try:
                labels[query.target] = match.expand(template)
            except (re.error, IndexError):
                labels[query.target] = ""
        key = label_key(labels)
        if key in rows:
            raise LogQLError("vector cannot contain metrics with the same labelset")
        rows[key] = Row(key, row.values, row.present)
    return Matrix(tuple(rows.values()))


def _python_group(found: re.Match[str]) -> str:
    name = found[1] or found[2]
    return rf"\g<{name}>" if name else "$"
