"""What each endpoint of the demo's Prometheus answers, without the HTTP around it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from starlette.requests import Request

from sre_tui.demo.promql import Engine, Version, dialect_of
from sre_tui.demo.promql.alert_series import AlertSeries
from sre_tui.demo.promql.alerting import Ruler
from sre_tui.demo.promql.annotations import infos
from sre_tui.demo.servers import prometheus_status as status
from sre_tui.demo.servers.prometheus_documents import (
    Document,
    head_document,
    result_document,
    sorted_labels,
    target_document,
)
from sre_tui.demo.servers.prometheus_requests import BadRequestError, Parameters, blaming
from sre_tui.demo.servers.prometheus_rules import RulesApi
from sre_tui.demo.telemetry import RecordingRule, ScrapeTarget, SeriesSource

_LABEL_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# Without bounds, Prometheus looks through everything it keeps; the demo through the last day.
_DEFAULT_WINDOW = 86400.0
_TRUNCATED = "results truncated due to limit"

Answer = tuple[object, list[str], list[str]]
"""An answer's data, warnings and infos."""


class PrometheusApi:
    """One method per endpoint; each takes the parameters and the request.

    Raises:
        QueryError: what Prometheus refuses, from any method.
    """

    def __init__(
        self,
        ruler: Ruler,
        recording_rules: Callable[[], Sequence[RecordingRule]],
        targets: Callable[[], Sequence[ScrapeTarget]],
        clock: Callable[[], float],
        version: Version,
    ) -> None:
        """Keep where everything comes from; rules and targets are read at every request."""
        self._source: SeriesSource = AlertSeries(ruler)
        self._targets = targets
        self._clock = clock
        self._version = version
        self._dialect = dialect_of(version)
        self._engine = Engine(self._source, self._dialect)
        self._started = clock()
        self.rules_api = RulesApi(ruler, recording_rules, clock, self._dialect)

    def _limited(self, items: list[Document] | list[str], parameters: Parameters) -> Answer:
        limit = parameters.limit() if self._version == "3.x" else 0
        if limit and len(items) > limit:
            return items[:limit], [_TRUNCATED], []
        return items, [], []

    def _query_text(self, parameters: Parameters) -> str:
        query = parameters.first("query")
        parameters.check_timeout()
        return query

    def _lookback(self, parameters: Parameters) -> float | None:
        if self._version == "3.x" and parameters.first("lookback_delta"):
            return parameters.duration("lookback_delta")
        return None

    def _result(self, parameters: Parameters, query: str, data: Document) -> Answer:
        result = data["result"]
        warnings: list[str] = []
        if data["resultType"] in {"vector", "matrix"}:
            result, warnings, _hints = self._limited(result, parameters)
        hints = infos(query, self._dialect) if result else []
        return {**data, "result": result}, warnings, hints

    def query(self, parameters: Parameters, _request: Request) -> Answer:
        """``/api/v1/query``."""
        time = parameters.time_or("time", self._clock())
        query = self._query_text(parameters)
        with blaming("query"):
            result = self._engine.instant(query, time, lookback=self._lookback(parameters))
        return self._result(parameters, query, result_document(result))

    def query_range(self, parameters: Parameters, _request: Request) -> Answer:
        """``/api/v1/query_range``."""
        start, end = parameters.time("start"), parameters.time("end")
        step = parameters.duration("step")
        query = self._query_text(parameters)
        with blaming("query"):
            result = self._engine.range(
                query, start, end, step, lookback=self._lookback(parameters)
            )
        return self._result(parameters, query, result_document(result))

    def _window(self, parameters: Parameters) -> tuple[float, float]:
        now = self._clock()
        return (
            parameters.time_or("start", now - _DEFAULT_WINDOW),
            parameters.time_or("end", now),
        )

    def _label_sets(self, parameters: Parameters, *, blame: str = "") -> list[Mapping[str, str]]:
        start, end = self._window(parameters)
        selectors = parameters.selectors(self._dialect, blame=blame) or [()]
        found: dict[tuple[tuple[str, str], ...], Mapping[str, str]] = {}
        for matchers in selectors:
            for labels in self._source.label_sets(matchers, start, end):
                found[tuple(sorted(labels.items()))] = labels
        return [found[key] for key in sorted(found)]

    def series(self, parameters: Parameters, _request: Request) -> Answer:
        """``/api/v1/series``."""
        if not parameters.every("match[]"):
            raise BadRequestError("no match[] parameter provided")
        sets = self._label_sets(parameters, blame='invalid parameter "match[]": ')
        return self._limited([sorted_labels(labels) for labels in sets], parameters)

    def labels(self, parameters: Parameters, _request: Request) -> Answer:
        """``/api/v1/labels``."""
        sets = self._label_sets(parameters)
        return self._limited(sorted({name for labels in sets for name in labels}), parameters)

    def label_values(self, parameters: Parameters, request: Request) -> Answer:
        """``/api/v1/label/{name}/values``."""
        name = request.path_params["name"]
        if self._version != "3.x" and not _LABEL_NAME.fullmatch(name):
            raise BadRequestError(f'invalid label name: "{name}"')
        sets = self._label_sets(parameters)
        values = sorted({labels[name] for labels in sets if name in labels})
        return self._limited(values, parameters)

    def metadata(self, parameters: Parameters, _request: Request) -> Answer:
        """``/api/v1/metadata``: of scraped metrics only."""
        limit_text, wanted = parameters.first("limit"), parameters.first("metric")
        try:
            limit = int(limit_text) if limit_text else -1
        except ValueError as error:
            raise BadRequestError("limit must be a number") from error
        described = self._source.metadata()
        names = [name for name in sorted(described) if not wanted or name == wanted]
        if limit >= 0:
            names = names[:limit]
        data = {
            name: [
                {
                    "type": described[name].type,
                    "help": described[name].help,
                    "unit": described[name].unit,
                }
            ]
            for name in names
        }
        return data, [], []

    def targets(self, parameters: Parameters, _request: Request) -> Answer:
        """``/api/v1/targets``."""
        state, pool = parameters.first("state").lower(), parameters.first("scrapePool")
        active = [
            target_document(target)
            for target in self._targets()
            if state != "dropped" and (not pool or target.job == pool)
        ]
        data: Document = {"activeTargets": active, "droppedTargets": []}
        if self._version == "3.x":
            data["droppedTargetCounts"] = {target.job: 0 for target in self._targets()}
        return data, [], []

    def alertmanagers(self, _parameters: Parameters, _request: Request) -> Answer:
        """``/api/v1/alertmanagers``: none."""
        return {"activeAlertmanagers": [], "droppedAlertmanagers": []}, [], []

    def runtime_info(self, _parameters: Parameters, _request: Request) -> Answer:
        """``/api/v1/status/runtimeinfo``."""
        return status.runtime_info(self._started, self._clock(), self._version), [], []

    def head(self, _parameters: Parameters, _request: Request) -> Answer:
        """``/api/v1/status/tsdb``."""
        now = self._clock()
        start = now - 2 * 3600
        return head_document(self._source.label_sets((), start, now), start, now), [], []
