"""A PromQL engine over the demo's series, with the semantics of Prometheus 2.42 (or 3.x)."""

from sre_tui.demo.promql.dialect import PROMETHEUS_2, PROMETHEUS_3, Dialect, Version, dialect_of
from sre_tui.demo.promql.engine import (
    Engine,
    InvalidRangeError,
    MatrixResult,
    Result,
    Sample,
    ScalarResult,
    StringResult,
    VectorResult,
)
from sre_tui.demo.promql.errors import (
    ExecutionError,
    NotSupportedError,
    ParseError,
    QueryError,
)

__all__ = [
    "PROMETHEUS_2",
    "PROMETHEUS_3",
    "Dialect",
    "Engine",
    "ExecutionError",
    "InvalidRangeError",
    "MatrixResult",
    "NotSupportedError",
    "ParseError",
    "QueryError",
    "Result",
    "Sample",
    "ScalarResult",
    "StringResult",
    "VectorResult",
    "Version",
    "dialect_of",
]
