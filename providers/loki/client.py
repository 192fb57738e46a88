"""Reads Loki over its HTTP API (2.9 and 3.x)."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from pydantic import JsonValue

from providers.client import BackendClient
from providers.clock import Clock, system_clock
from providers.endpoint import Endpoint
from providers.errors import BadResponse, InvalidQuery
from providers.guard import Allow
from providers.http import Fetched, HttpBackend, Params
from providers.last_known_good import LastKnownGood
from providers.loki import wire
from providers.loki.errors import entries_limit, read_error
from providers.loki.levels import spellings_pattern
from providers.loki.models import Level, LogWindow
from providers.loki.selector import (
    LABEL_NAME,
    LabelMatcher,
    add_filter,
    add_matcher,
    move_to_pipe,
    quote,
    selectors,
)
from providers.questions import moment_key, window_key
from providers.reading import Reading
from providers.series import Labels, Sample, SeriesWindow
from providers.series_wire import matrix, vector
from providers.steps import grid

API: Final = "/loki/api/v1"
MAX_URL: Final = 2000
MAX_ENTRIES: Final = 5000
"""Entries that a Loki with default limits gives per query."""
LABELS_KEPT: Final = 600.0
"""Seconds for which the names of the indexed labels are remembered."""

ALLOWED: Final = (
    Allow("GET", f"{API}/query"),
    Allow("POST", f"{API}/query"),
    Allow("GET", f"{API}/query_range"),
    Allow("POST", f"{API}/query_range"),
    Allow("GET", f"{API}/labels"),
    Allow("GET", f"{API}/label/{{}}/values"),
    Allow("GET", f"{API}/series"),
    Allow("GET", f"{API}/status/buildinfo"),
    Allow("GET", "/ready"),
)

_LEVEL_INDEXES = ("level", "detected_level")


class LokiClient(BackendClient):
    """One Loki. Every method answers with a reading."""

    def __init__(
        self, endpoint: Endpoint, *, clock: Clock = system_clock, kept: LastKnownGood | None = None
    ) -> None:
        super().__init__(
            HttpBackend(
                "loki", endpoint, allow=ALLOWED, error_reader=read_error, clock=clock, kept=kept
            )
        )
        self._indexed: tuple[float, frozenset[str]] | None = None

    async def logs(
        self,
        query: str,
        start: datetime,
        end: datetime,
        *,
        limit: int = 100,
        levels: tuple[Level, ...] = (),
        oldest_first: bool = False,
    ) -> Reading[LogWindow]:
        """Log lines of a window (``/loki/api/v1/query_range``).

        One line more than the limit is asked for, so that truncation is known. A level that is
        structured metadata instead of an indexed label is filtered behind the selector.

        Args:
            query: LogQL that lists lines.
            start: inclusive.
            end: exclusive.
            limit: most lines to give.
            levels: only lines of these levels; all if empty.
            oldest_first: whether the oldest lines are kept if there are too many. The entries
                come newest first either way.

        Raises:
            InvalidQuery: if Loki rejects the query.
        """

        async def fetch() -> Fetched[LogWindow]:
            sent = await self._with_levels(query, levels, start, end)
            params = [
                ("query", sent),
                *_bounds(start, end),
                ("direction", "forward" if oldest_first else "backward"),
            ]
            kind, result, warnings, asked = await self._lines(params, limit)
            if kind != "streams":
                raise InvalidQuery(query, "this query measures lines instead of listing them")
            found = wire.entries(self.source, result, f"{API}/query_range")
            kept = found[-limit:] if oldest_first else found[:limit]
            window = LogWindow(
                query=sent,
                start=start,
                end=end,
                entries=tuple(kept),
                truncated=len(found) > limit or len(found) >= asked,
            )
            return Fetched(window, warnings)

        key = f"logs {query} {'+'.join(levels)} {limit} {oldest_first}{self._window(start, end)}"
        return await self._http.reading(key, LogWindow, fetch)

    async def metric_range(
        self, query: str, start: datetime, end: datetime, step: float | None = None
    ) -> Reading[SeriesWindow]:
        """A metric over logs in a window (``/loki/api/v1/query_range``).

        Raises:
            InvalidQuery: if Loki rejects the query, or it lists lines instead of measuring them.
            ValueError: if the window ends before it starts.
        """
        window = grid(start, end, step)

        async def fetch() -> Fetched[SeriesWindow]:
            sent = await self._with_levels(query, (), start, end)
            params = [("query", sent), *_bounds(window.start, window.end)]
            params.append(("step", f"{window.step:g}"))
            kind, result, warnings = await self._result(f"{API}/query_range", params)
            if kind != "matrix":
                raise InvalidQuery(query, "this query lists lines instead of measuring them")
            series = matrix(self.source, result, f"{API}/query_range", window)
            answer = SeriesWindow(
                query=sent, start=window.start, end=window.end, step=window.step, series=series
            )
            return Fetched(answer, warnings)

        key = f"metric {query} {window.step:g}{self._window(start, end)}"
        return await self._http.reading(key, SeriesWindow, fetch)

    async def metric(self, query: str, at: datetime) -> Reading[tuple[Sample, ...]]:
        """A metric over logs at one moment (``/loki/api/v1/query``).

        Raises:
            InvalidQuery: if Loki rejects the query.
        """

        async def fetch() -> Fetched[tuple[Sample, ...]]:
            sent = await self._with_levels(query, (), at, at)
            params = [("query", sent), ("time", wire.nanoseconds(at))]
            kind, result, warnings = await self._result(f"{API}/query", params)
            if kind != "vector":
                raise InvalidQuery(query, "this query lists lines instead of measuring them")
            return Fetched(vector(self.source, result, f"{API}/query"), warnings)

        key = f"instant {query}{moment_key(at, self._http.clock())}"
        return await self._http.reading(key, tuple[Sample, ...], fetch)

    async def label_names(self, start: datetime, end: datetime) -> Reading[tuple[str, ...]]:
        """Names of the indexed labels in a window (``/loki/api/v1/labels``)."""
        return await self._names(f"{API}/labels", start, end, "")

    async def label_values(
        self, label: str, start: datetime, end: datetime, selector: str = ""
    ) -> Reading[tuple[str, ...]]:
        """Values of a label in a window (``/loki/api/v1/label/{name}/values``).

        Raises:
            InvalidQuery: if the label's name is not possible, or Loki rejects the selector.
        """
        if not LABEL_NAME.fullmatch(label):
            raise InvalidQuery(label, f"{label!r} is not the name of a label")
        return await self._names(f"{API}/label/{label}/values", start, end, selector)

    async def series(
        self, match: Sequence[str], start: datetime, end: datetime
    ) -> Reading[tuple[Labels, ...]]:
        """Label sets of the streams that match any selector (``/loki/api/v1/series``).

        Raises:
            InvalidQuery: if Loki rejects a selector.
        """
        params = [*(("match[]", text) for text in match), *_bounds(start, end)]

        async def fetch() -> Fetched[tuple[Labels, ...]]:
            data, warnings = await self._ask(f"{API}/series", params)
            return Fetched(wire.label_sets(data, f"{API}/series"), warnings)

        key = f"series {' '.join(match)}{self._window(start, end)}"
        return await self._http.reading(key, tuple[Labels, ...], fetch)

    async def ready(self) -> Reading[str]:
        """What ``/ready`` says; unreachable while the ingester is starting."""

        async def fetch() -> Fetched[str]:
            return Fetched((await self._http.get_text("/ready")).strip())

        return await self._http.reading("ready", str, fetch)

    async def _with_levels(
        self, query: str, levels: tuple[Level, ...], start: datetime, end: datetime
    ) -> str:
        named = {matcher.name for found in selectors(query) for matcher in found.matchers} & set(
            _LEVEL_INDEXES
        )
        if not levels and not named:
            return query
        indexed = await self._indexed_labels(start, end)
        fallback = "service_name" if "service_name" in indexed else min(indexed, default="job")
        query = move_to_pipe(query, named - indexed, fallback)
        if not levels:
            return query
        pattern = quote(spellings_pattern(levels))
        for label in _LEVEL_INDEXES:
            if label in indexed:
                return add_matcher(query, LabelMatcher(label, "=~", pattern))
        return add_filter(query, f"| detected_level=~{pattern}")

    async def _indexed_labels(self, start: datetime, end: datetime) -> frozenset[str]:
        now = time.monotonic()
        if self._indexed is None or now - self._indexed[0] > LABELS_KEPT:
            params = _bounds(start, end) if end > start else []
            data, _ = await self._ask(f"{API}/labels", params)
            found = frozenset(wire.names(data, f"{API}/labels"))
            if not found:
                return found
            self._indexed = (now, found)
        return self._indexed[1]

    async def _lines(
        self, params: Params, limit: int
    ) -> tuple[str, JsonValue, tuple[str, ...], int]:
        path = f"{API}/query_range"
        asked = min(limit + 1, MAX_ENTRIES)
        try:
            return (*await self._result(path, [*params, ("limit", str(asked))]), asked)
        except InvalidQuery as error:
            allowed = entries_limit(error.message)
            if allowed is None or allowed >= asked:
                raise
        return (*await self._result(path, [*params, ("limit", str(allowed))]), allowed)

    async def _result(self, path: str, params: Params) -> tuple[str, JsonValue, tuple[str, ...]]:
        data, warnings = await self._ask(path, params)
        return (*wire.result(data, path), warnings)

    async def _names(
        self, path: str, start: datetime, end: datetime, selector: str
    ) -> Reading[tuple[str, ...]]:
        # Without bounds Loki looks at the last six hours only.
        params = _bounds(start, end)
        if selector:
            params.append(("query", selector))

        async def fetch() -> Fetched[tuple[str, ...]]:
            data, warnings = await self._ask(path, params)
            return Fetched(wire.names(data, path), warnings)

        key = f"{path} {selector}{self._window(start, end)}"
        return await self._http.reading(key, tuple[str, ...], fetch, quick=not selector)

    async def _ask(self, path: str, params: Params) -> tuple[JsonValue, tuple[str, ...]]:
        postable = any(rule.permits("POST", path) for rule in ALLOWED)
        if postable and len(urlencode(list(params))) > MAX_URL:
            answer = await self._http.post_form(path, params)
        else:
            answer = await self._http.get_json(path, params)
        if not isinstance(answer, dict):
            raise BadResponse(f"{path} answered no object")
        return wire.envelope(answer, path)

    def _window(self, start: datetime, end: datetime) -> str:
        return window_key(start, end, self._http.clock())


def _bounds(start: datetime, end: datetime) -> list[tuple[str, str]]:
    return [("start", wire.nanoseconds(start)), ("end", wire.nanoseconds(end))]
