"""What Loki's index knows: labels, series, volumes and detected fields."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from starlette.requests import Request
from starlette.responses import Response

from sre_tui.demo.logql.log_results import LogWindow, Work, run_log_query
from sre_tui.demo.logql.parser import parse, parse_matchers
from sre_tui.demo.logql.record import Record
from sre_tui.demo.logql.syntax import LogQuery, Parser
from sre_tui.demo.servers import loki_answers as answers
from sre_tui.demo.servers.loki_requests import (
    HOUR,
    SECOND,
    BadRequestError,
    Limits,
    Parameters,
    require_length,
)
from sre_tui.demo.telemetry import LogSource, LogStream, Matcher

_LABEL_WINDOW = 6 * HOUR
_CHUNK = 2 * HOUR
_KINDS = (
    ("int", re.compile(r"-?\d+")),
    ("float", re.compile(r"-?\d+\.\d+")),
    ("boolean", re.compile(r"true|false")),
    ("duration", re.compile(r"(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+")),
    ("bytes", re.compile(r"\d+(?:\.\d+)?\s?[kKMGT]?i?B")),
)


class Index:
    """Answers about streams without running a query."""

    def __init__(self, source: LogSource, limits: Limits) -> None:
        self._source = source
        self._limits = limits

    def labels(self, _: Request, parameters: Parameters) -> Response:
        """Label names in the window, by default the last six hours."""
        sets = self._label_sets(parameters, self._matchers(parameters.get("query")))
        return answers.success(sorted({name for labels in sets for name in labels}))

    def label_values(self, request: Request, parameters: Parameters) -> Response:
        """Values of one label in the window, by default the last six hours."""
        name = str(request.path_params["name"])
        sets = self._label_sets(parameters, self._matchers(parameters.get("query")))
        return answers.success(sorted({labels[name] for labels in sets if name in labels}))

    def series(self, _: Request, parameters: Parameters) -> Response:
        """Label sets that any of the selectors matches."""
        found: dict[tuple[tuple[str, str], ...], Mapping[str, str]] = {}
        for selector in parameters.all("match", "match[]") or ["{}"]:
            for labels in self._label_sets(parameters, self._matchers(selector)):
                found[tuple(sorted(labels.items()))] = labels
        data = [dict(labels) for _, labels in sorted(found.items())]
        return answers.document({"status": "success", "data": data})

    def stats(self, _: Request, parameters: Parameters) -> Response:
        """Streams, chunks, entries and bytes that a selector covers; the bare object."""
        start, end = parameters.window(_LABEL_WINDOW)
        require_length(start, end, self._limits)
        streams = self._source.select(self._selector(parameters), start, end)
        spans = [{entry.time_ns // _CHUNK for entry in stream.entries} for stream in streams]
        return answers.document(
            {
                "streams": len(streams),
                "chunks": sum(map(len, spans)),
                "bytes": sum(map(_size, streams)),
                "entries": sum(len(stream.entries) for stream in streams),
            }
        )

    def volume(self, _: Request, parameters: Parameters) -> Response:
        """Bytes by labels as a vector at the end of the window."""
        start, end = parameters.window()
        items = [
            {"metric": metric, "value": [answers.number(end / SECOND), str(size)]}
            for metric, size in self._volumes(parameters, start, end)
        ]
        return answers.result("vector", items, answers.Spent(Work(), 0.0, len(items)))

    def volume_range(self, _: Request, parameters: Parameters) -> Response:
        """Bytes by labels for each step."""
        start, end = parameters.window()
        step = parameters.step(start, end)
        points: dict[tuple[tuple[str, str], ...], list[list[object]]] = {}
        for low in range(start, end, step):
            high = min(low + step, end)
            for metric, size in self._volumes(parameters, low, high):
                key = tuple(sorted(metric.items()))
                points.setdefault(key, []).append([answers.number(low / SECOND), str(size)])
        items = [{"metric": dict(key), "values": values} for key, values in points.items()]
        return answers.result("matrix", items, answers.Spent(Work(), 0.0, len(items)))

    def detected_labels(self, _: Request, parameters: Parameters) -> Response:
        """Labels with how many values each has."""
        sets = self._label_sets(parameters, self._matchers(parameters.get("query")))
        values: dict[str, set[str]] = {}
        for name, value in itertools.chain.from_iterable(labels.items() for labels in sets):
            values.setdefault(name, set()).add(value)
        detected = [
            {"label": name, "cardinality": len(found)} for name, found in sorted(values.items())
        ]
        return answers.document({"detectedLabels": detected})

    def detected_fields(self, _: Request, parameters: Parameters) -> Response:
        """Fields that json or logfmt would find in the newest lines."""
        start, end = parameters.window()
        require_length(start, end, self._limits)
        query = parse(parameters.get("query"))
        if not isinstance(query, LogQuery):
            raise BadRequestError("only log queries are supported")
        line_limit = parameters.integer("line_limit", 1000)
        limit = parameters.integer("limit", 1000)
        window = LogWindow(start, end, max(line_limit, 1))
        fields: dict[str, _Field] = {}
        parsers: tuple[Literal["json", "logfmt"], ...] = ("json", "logfmt")
        for parser in parsers:
            piped = LogQuery(query.matchers, (*query.stages, Parser(parser)))
            for record in _records(run_log_query(piped, self._source, window).streams):
                _detect(fields, record, parser)
        listed = [found.document(name) for name, found in sorted(fields.items())[:limit]]
        return answers.document({"fields": listed, "limit": limit})

    def _label_sets(
        self, parameters: Parameters, matchers: Sequence[Matcher]
    ) -> Sequence[Mapping[str, str]]:
        start, end = parameters.window(_LABEL_WINDOW)
        require_length(start, end, self._limits)
        return self._source.label_sets(matchers, start, end)

    def _matchers(self, selector: str) -> tuple[Matcher, ...]:
        return parse_matchers(selector) if selector else ()

    def _selector(self, parameters: Parameters) -> tuple[Matcher, ...]:
        query = parse(parameters.get("query"))
        if not isinstance(query, LogQuery):
            raise BadRequestError("only label matchers are supported")
        return query.matchers

    def _volumes(
        self, parameters: Parameters, start_ns: int, end_ns: int
    ) -> list[tuple[dict[str, str], int]]:
        require_length(start_ns, end_ns, self._limits)
        text = parameters.get("query")
        matchers = parse_matchers(text) if text.replace(" ", "") == "{}" else None
        matchers = self._selector(parameters) if matchers is None else matchers
        by = parameters.get("aggregateBy", "series")
        if by not in ("series", "labels"):
            raise BadRequestError("invalid aggregation option")
        targets = [name for name in parameters.get("targetLabels").split(",") if name]
        names = targets or [matcher.name for matcher in matchers]
        sizes: dict[tuple[tuple[str, str], ...], int] = {}
        for stream in self._source.select(matchers, start_ns, end_ns):
            labels = {n: v for n, v in stream.labels.items() if n in names or not names}
            keys = [((name, ""),) for name in labels] if by == "labels" else [tuple(labels.items())]
            for key in keys:
                sizes[key] = sizes.get(key, 0) + _size(stream)
        ranked = sorted(sizes.items(), key=lambda item: (-item[1], item[0]))
        return [(dict(key), size) for key, size in ranked[: parameters.limit()]]


@dataclass
class _Field:
    values: set[str] = field(default_factory=set)
    parsers: set[str] = field(default_factory=set)

    def document(self, name: str) -> dict[str, object]:
        kind = next(
            (k for k, pattern in _KINDS if all(map(pattern.fullmatch, self.values))), "string"
        )
        return {
            "label": name,
            "type": kind,
            "cardinality": len(self.values),
            "parsers": sorted(self.parsers) or None,
        }


def _detect(fields: dict[str, _Field], record: Record, parser: str) -> None:
    for name, value in record.metadata.items():
        fields.setdefault(name, _Field()).values.add(value)
    if record.error:
        return
    for name, value in record.parsed.items():
        found = fields.setdefault(name, _Field())
        found.values.add(value)
        found.parsers.add(parser)


def _records(streams: Sequence[tuple[dict[str, str], list[Record]]]) -> Iterator[Record]:
    return itertools.chain.from_iterable(records for _, records in streams)


def _size(stream: LogStream) -> int:
    return sum(len(entry.line.encode()) for entry in stream.entries)
