"""Reads Prometheus over its HTTP API, version 1 (Prometheus 2.x and 3.x and relatives)."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from pydantic import JsonValue

from providers.client import BackendClient
from providers.clock import Clock, system_clock
from providers.endpoint import Endpoint
from providers.errors import BackendError, BadResponse, InvalidQuery, NotFound
from providers.guard import Allow
from providers.http import Fetched, HttpBackend, Params
from providers.last_known_good import LastKnownGood
from providers.prometheus import wire
from providers.prometheus.errors import read_error
from providers.prometheus.models import BuildInfo, InstantResult, MetricInfo, Target
from providers.questions import moment_key, window_key
from providers.reading import Reading
from providers.series import Labels, SeriesWindow
from providers.series_wire import matrix
from providers.steps import grid

if TYPE_CHECKING:
    from providers.alerting import Alert, AlertRule

API: Final = "/api/v1"
MAX_URL: Final = 2000
"""Characters of a query string from which on a query goes as a form; proxies cut longer ones."""
MAX_RULE_PAGES: Final = 50

ALLOWED: Final = (
    Allow("GET", f"{API}/query"),
    Allow("POST", f"{API}/query"),
    Allow("GET", f"{API}/query_range"),
    Allow("POST", f"{API}/query_range"),
    Allow("GET", f"{API}/series"),
    Allow("POST", f"{API}/series"),
    Allow("GET", f"{API}/labels"),
    Allow("POST", f"{API}/labels"),
    Allow("GET", f"{API}/label/{{}}/values"),
    Allow("GET", f"{API}/metadata"),
    Allow("GET", f"{API}/targets"),
    Allow("GET", f"{API}/rules"),
    Allow("GET", f"{API}/alerts"),
    Allow("GET", f"{API}/status/buildinfo"),
)

_LABEL_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class PrometheusClient(BackendClient):
    """One Prometheus. Every method asks it once and answers with a reading."""

    def __init__(
        self, endpoint: Endpoint, *, clock: Clock = system_clock, kept: LastKnownGood | None = None
    ) -> None:
        super().__init__(
            HttpBackend(
                "prometheus",
                endpoint,
                allow=ALLOWED,
                error_reader=read_error,
                clock=clock,
                kept=kept,
            )
        )

    async def query(self, query: str, at: datetime | None = None) -> Reading[InstantResult]:
        """Evaluate PromQL at one moment, now if none is given (``/api/v1/query``).

        Raises:
            InvalidQuery: if Prometheus rejects the query.
        """
        moment = at if at is not None else self._http.clock()

        async def fetch() -> Fetched[InstantResult]:
            data, warnings = await self._ask(
                f"{API}/query", [("query", query), ("time", _unix(moment))]
            )
            return Fetched(wire.instant(self.source, query, moment, data), warnings)

        key = f"query {query}{moment_key(at, self._http.clock())}"
        return await self._http.reading(key, InstantResult, fetch)

    async def query_range(
        self, query: str, start: datetime, end: datetime, step: float | None = None
    ) -> Reading[SeriesWindow]:
        """Evaluate PromQL over a window (``/api/v1/query_range``).

        Args:
            query: PromQL of type vector or scalar.
            start: beginning of the window.
            end: its end, which is also the moment of the last point.
            step: seconds between points; chosen for about 250 points if not given, and raised
                where it would exceed the 11,000 points a series may have.

        Raises:
            InvalidQuery: if Prometheus rejects the query.
            ValueError: if the window ends before it starts.
        """
        window = grid(start, end, step)

        async def fetch() -> Fetched[SeriesWindow]:
            data, warnings = await self._ask(
                f"{API}/query_range",
                [
                    ("query", query),
                    ("start", _unix(window.start)),
                    ("end", _unix(window.end)),
                    ("step", f"{window.step:g}"),
                ],
            )
            if step is not None and window.step != step:
                raised = (
                    f"a step of {step:g} s would exceed 11,000 points per series; "
                    f"{window.step:g} s was used"
                )
                warnings = (*warnings, raised)
            kind, result = wire.result(data)
            if kind != "matrix":
                raise BadResponse(f"{API}/query_range answered a {kind} where a matrix belongs")
            return Fetched(
                SeriesWindow(
                    query=query,
                    start=window.start,
                    end=window.end,
                    step=window.step,
                    series=matrix(self.source, result, f"{API}/query_range", window),
                ),
                warnings,
            )

        key = f"range {query} {window.step:g}{self._window_key(start, end)}"
        return await self._http.reading(key, SeriesWindow, fetch)

    async def metrics(self) -> Reading[tuple[MetricInfo, ...]]:
        """Every metric name with type and help, by name.

        ``/api/v1/label/__name__/values`` and ``/api/v1/metadata``; partial if only the names came.
        """

        async def fetch() -> Fetched[tuple[MetricInfo, ...]]:
            names, described = await asyncio.gather(
                self._ask(f"{API}/label/__name__/values"),
                self._ask(f"{API}/metadata"),
                return_exceptions=True,
            )
            if isinstance(names, BaseException):
                raise names
            if isinstance(described, BackendError):
                missing = f"types and help texts are missing: {described.detail}"
                return Fetched(wire.metrics(self.source, names[0], {}), names[1], missing)
            if isinstance(described, BaseException):
                raise described
            return Fetched(wire.metrics(self.source, names[0], described[0]), names[1])

        return await self._http.reading("metrics", tuple[MetricInfo, ...], fetch)

    async def label_names(
        self, match: Sequence[str] = (), start: datetime | None = None, end: datetime | None = None
    ) -> Reading[tuple[str, ...]]:
        """Label names, of the matching series if selectors are given (``/api/v1/labels``).

        Raises:
            InvalidQuery: if a selector is wrong.
        """
        return await self._names(f"{API}/labels", match, start, end)

    async def label_values(
        self,
        label: str,
        match: Sequence[str] = (),
        start: datetime | None = None,
        end: datetime | None = None,
    ) -> Reading[tuple[str, ...]]:
        """Values of a label (``/api/v1/label/{name}/values``).

        Raises:
            InvalidQuery: if a selector is wrong, or the label's name is not possible.
        """
        if not _LABEL_NAME.fullmatch(label):
            raise InvalidQuery(label, f"{label!r} is not the name of a label")
        return await self._names(f"{API}/label/{label}/values", match, start, end)

    async def series(
        self, match: Sequence[str], start: datetime, end: datetime
    ) -> Reading[tuple[Labels, ...]]:
        """Label sets of the series that match any selector in a window (``/api/v1/series``).

        Raises:
            InvalidQuery: if a selector is wrong.
        """
        params = [*(("match[]", text) for text in match), *_window(start, end)]

        async def fetch() -> Fetched[tuple[Labels, ...]]:
            data, warnings = await self._ask(f"{API}/series", params)
            return Fetched(wire.label_sets(data), warnings)

        key = f"series {' '.join(match)}{self._window_key(start, end)}"
        return await self._http.reading(key, tuple[Labels, ...], fetch)

    async def targets(self) -> Reading[tuple[Target, ...]]:
        """The active scrape targets (``/api/v1/targets?state=active``)."""

        async def fetch() -> Fetched[tuple[Target, ...]]:
            data, warnings = await self._ask(f"{API}/targets", [("state", "active")])
            return Fetched(wire.targets(self.source, data), warnings)

        return await self._http.reading("targets", tuple[Target, ...], fetch, quick=True)

    async def rules(self) -> Reading[tuple[AlertRule, ...]]:
        """Alerting and recording rules with their alerts (``/api/v1/rules``), all pages."""
        from providers.alerting import AlertRule

        async def fetch() -> Fetched[tuple[AlertRule, ...]]:
            rules, warnings = await self._all_rules()
            return Fetched(rules, warnings)

        return await self._http.reading("rules", tuple[AlertRule, ...], fetch)

    async def alerts(self) -> Reading[tuple[Alert, ...]]:
        """Pending and firing alerts, from ``/api/v1/rules`` and, without it, ``/api/v1/alerts``."""
        from providers.alerting import Alert

        async def fetch() -> Fetched[tuple[Alert, ...]]:
            try:
                rules, warnings = await self._all_rules()
            except NotFound:
                data, warnings = await self._ask(f"{API}/alerts")
                return Fetched(wire.alerts(self.source, data), warnings)
            active = (alert for rule in rules for alert in rule.alerts if alert.state.active)
            return Fetched(tuple(active), warnings)

        return await self._http.reading("alerts", tuple[Alert, ...], fetch, quick=True)

    async def build_info(self) -> Reading[BuildInfo]:
        """Which program and version answers there (``/api/v1/status/buildinfo``)."""

        async def fetch() -> Fetched[BuildInfo]:
            data, warnings = await self._ask(f"{API}/status/buildinfo")
            return Fetched(wire.build_info(data), warnings)

        return await self._http.reading("buildinfo", BuildInfo, fetch)

    async def _all_rules(self) -> tuple[tuple[AlertRule, ...], tuple[str, ...]]:
        from providers.alerting_wire import rule_groups, rules_of

        rules: list[AlertRule] = []
        warnings: list[str] = []
        token: str | None = None
        for _ in range(MAX_RULE_PAGES):
            params = [] if token is None else [("group_next_token", token)]
            data, said = await self._ask(f"{API}/rules", params)
            page = rule_groups(data, f"{API}/rules")
            rules.extend(rules_of(self.source, page))
            warnings.extend(said)
            token = page.next_token
            if not token:
                return tuple(rules), tuple(warnings)
        raise BadResponse(f"{API}/rules has more than {MAX_RULE_PAGES} pages")

    async def _names(
        self, path: str, match: Sequence[str], start: datetime | None, end: datetime | None
    ) -> Reading[tuple[str, ...]]:
        params = [*(("match[]", text) for text in match), *_window(start, end)]

        async def fetch() -> Fetched[tuple[str, ...]]:
            data, warnings = await self._ask(path, params)
            return Fetched(wire.names(data), warnings)

        key = f"{path} {' '.join(match)}{self._window_key(start, end)}"
        return await self._http.reading(key, tuple[str, ...], fetch)

    async def _ask(self, path: str, params: Params = ()) -> tuple[JsonValue, tuple[str, ...]]:
        postable = any(rule.permits("POST", path) for rule in ALLOWED)
        if postable and len(urlencode(list(params))) > MAX_URL:
            answer = await self._http.post_form(path, params)
        else:
            answer = await self._http.get_json(path, params)
        return wire.envelope(answer, path)

    def _window_key(self, start: datetime | None, end: datetime | None) -> str:
        return window_key(start, end, self._http.clock())


def _unix(at: datetime) -> str:
    return f"{at.timestamp():.3f}"


def _window(start: datetime | None, end: datetime | None) -> list[tuple[str, str]]:
    bounds = (("start", start), ("end", end))
    return [(name, _unix(at)) for name, at in bounds if at is not None]
