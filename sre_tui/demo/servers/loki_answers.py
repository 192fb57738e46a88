"""Loki's JSON documents."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.responses import PlainTextResponse, Response

from sre_tui.demo.logql.log_results import LogResult, Work
from sre_tui.demo.logql.matrix import Matrix, Row, Scalar, Value
from sre_tui.demo.logql.record import Record
from sre_tui.demo.promql.formatting import format_value

CATEGORIZE = "categorize-labels"


def document(body: object) -> Response:
    """A JSON answer."""
    return Response(
        json.dumps(body, separators=(",", ":"), ensure_ascii=False),
        media_type="application/json; charset=UTF-8",
    )


def refusal(message: str, status: int) -> Response:
    """An error as Loki sends it: plain text and a line feed."""
    return PlainTextResponse(message + "\n", status, {"X-Content-Type-Options": "nosniff"})


def success(data: object) -> Response:
    """An answer with ``data``, which Loki leaves out when there is none."""
    return document({"status": "success"} if not data else {"status": "success", "data": data})


@dataclass(frozen=True)
class Spent:
    """What a query took, for its statistics."""

    work: Work
    seconds: float
    returned: int = 0


def result(kind: str, items: object, spent: Spent, **extra: object) -> Response:
    """The answer of ``query`` and ``query_range``."""
    data = {"resultType": kind, "result": items, **extra, "stats": _statistics(spent)}
    return document({"status": "success", "data": data})


def streams(found: LogResult, spent: Spent, *, categorized: bool) -> Response:
    """Lines by stream; categorized ones carry the origin of their labels as a third member."""
    items = [
        {"stream": labels, "values": [_line(record, categorized) for record in records]}
        for labels, records in found.streams
    ]
    extra: dict[str, object] = {"encodingFlags": [CATEGORIZE]} if categorized else {}
    return result("streams", items, spent, **extra)


def _line(record: Record, categorized: bool) -> list[object]:
    values: list[object] = [str(record.time_ns), record.line]
    if categorized:
        origins = {"structuredMetadata": record.metadata, "parsed": record.found}
        values.append({name: labels for name, labels in origins.items() if labels})
    return values


def vector(value: Value, seconds: float, *, descending: bool | None) -> tuple[str, object, int]:
    """Kind, items and length of an instant result."""
    if isinstance(value, Scalar):
        return "scalar", [number(seconds), format_value(value.value)], 1
    rows = [row for row in value.rows if row.present[0]]
    rows.sort(key=lambda row: row.labels)
    if descending is not None:
        rows.sort(key=lambda row: float(row.values[0]), reverse=descending)
    items = [
        {
            "metric": dict(row.labels),
            "value": [number(seconds), format_value(float(row.values[0]))],
        }
        for row in rows
    ]
    return "vector", items, len(items)


def matrix(value: Value, steps: Sequence[float]) -> list[dict[str, Any]]:
    """The items of a range result, sorted by labels."""
    if isinstance(value, Scalar):
        text = format_value(value.value)
        return [{"metric": {}, "values": [[number(step), text] for step in steps]}]
    return [
        {"metric": dict(row.labels), "values": _points(row, steps)}
        for row in sorted(_filled(value), key=lambda row: row.labels)
    ]


def _filled(value: Matrix) -> list[Row]:
    return [row for row in value.rows if row.present.any()]


def _points(row: Row, steps: Sequence[float]) -> list[list[object]]:
    return [
        [number(step), format_value(float(sample))]
        for step, sample, present in zip(steps, row.values, row.present, strict=True)
        if present
    ]


def number(seconds: float) -> float:
    """Seconds, whole ones without a fraction."""
    return int(seconds) if seconds == int(seconds) else round(seconds, 3)


def _statistics(spent: Spent) -> Mapping[str, object]:
    seconds = max(spent.seconds, 1e-6)
    return {
        "summary": {
            "bytesProcessedPerSecond": int(spent.work.bytes / seconds),
            "linesProcessedPerSecond": int(spent.work.lines / seconds),
            "totalBytesProcessed": spent.work.bytes,
            "totalLinesProcessed": spent.work.lines,
            "execTime": round(seconds, 6),
            "queueTime": 0,
            "subqueries": 0,
            "totalEntriesReturned": spent.returned,
            "splits": 1,
            "shards": 1,
            "totalPostFilterLines": spent.returned,
            "totalStructuredMetadataBytesProcessed": 0,
        }
    }
