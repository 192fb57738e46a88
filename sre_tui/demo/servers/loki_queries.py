"""``/loki/api/v1/query_range`` and ``/loki/api/v1/query``."""

from __future__ import annotations

import time

import numpy as np
from starlette.requests import Request
from starlette.responses import Response

from sre_tui.demo.logql.engine import MetricResult, is_sorted_by_value, run_metric_query
from sre_tui.demo.logql.log_results import LogWindow, run_log_query
from sre_tui.demo.logql.matrix import Matrix
from sre_tui.demo.logql.parser import parse
from sre_tui.demo.logql.syntax import LogQuery, MetricQuery
from sre_tui.demo.servers import loki_answers as answers
from sre_tui.demo.servers.loki_requests import (
    SECOND,
    BadRequestError,
    Limits,
    Parameters,
    require_length,
)
from sre_tui.demo.telemetry import LogSource


class Queries:
    """Answers log and metric queries from a source, within limits."""

    def __init__(self, source: LogSource, limits: Limits) -> None:
        self._source = source
        self._limits = limits

    def range(self, request: Request, parameters: Parameters) -> Response:
        """Streams for a log query, a matrix for a metric query."""
        limit = parameters.limit()
        start, end = parameters.window()
        forward = parameters.forward()
        step = parameters.step(start, end)
        query = parse(parameters.get("query"))
        require_length(start, end, self._limits)
        if isinstance(query, LogQuery):
            window = LogWindow(start, end, limit, forward, parameters.duration("interval"))
            flags = request.headers.get("X-Loki-Response-Encoding-Flags", "")
            return self._lines(query, window, categorized=answers.CATEGORIZE in flags.split(","))
        began = time.perf_counter()
        found = run_metric_query(query, self._source, start, end, step)
        self._require_series(found)
        items = answers.matrix(found.value, found.steps.tolist())
        took = time.perf_counter() - began
        return answers.result("matrix", items, answers.Spent(found.work, took, len(items)))

    def instant(self, _: Request, parameters: Parameters) -> Response:
        """A vector or a scalar; log queries are refused."""
        parameters.limit()
        parameters.forward()
        moment = parameters.moment("time", parameters.now_ns)
        query = parse(parameters.get("query"))
        if isinstance(query, LogQuery):
            raise BadRequestError(
                "log queries are not supported as an instant query type, "
                "please change your query to a range query type"
            )
        began = time.perf_counter()
        found = run_metric_query(query, self._source, moment, moment, SECOND)
        self._require_series(found)
        descending = is_sorted_by_value(query)
        kind, items, length = answers.vector(found.value, moment / SECOND, descending=descending)
        took = time.perf_counter() - began
        return answers.result(kind, items, answers.Spent(found.work, took, length))

    def matrix(self, query: MetricQuery, start_ns: int, end_ns: int, step_ns: int) -> MetricResult:
        """The series of a query that another endpoint is answered by."""
        return run_metric_query(query, self._source, start_ns, end_ns, step_ns)

    def _lines(self, query: LogQuery, window: LogWindow, *, categorized: bool) -> Response:
        if window.limit > self._limits.max_entries:
            raise BadRequestError(
                "max entries limit per query exceeded, limit > max_entries_limit_per_query "
                f"({window.limit} > {self._limits.max_entries})"
            )
        began = time.perf_counter()
        found = run_log_query(query, self._source, window, by_stream=categorized)
        returned = sum(len(records) for _, records in found.streams)
        spent = answers.Spent(found.work, time.perf_counter() - began, returned)
        return answers.streams(found, spent, categorized=categorized)

    def _require_series(self, found: MetricResult) -> None:
        if not isinstance(found.value, Matrix):
            return
        count = sum(bool(np.any(row.present)) for row in found.value.rows)
        if count > self._limits.max_series:
            raise BadRequestError(
                f"maximum number of series ({self._limits.max_series}) reached for a single "
                "query; consider reducing query cardinality by adding more specific stream "
                "selectors, reducing the time range, or aggregating results with functions like "
                "sum(), count() or topk()"
            )
