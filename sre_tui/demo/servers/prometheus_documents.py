"""Write results, alerts, rules and targets as the documents of Prometheus's HTTP API."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from sre_tui.demo.promql import (
    MatrixResult,
    Result,
    ScalarResult,
    StringResult,
    VectorResult,
)
from sre_tui.demo.promql.alerting import AlertInstance, RuleState
from sre_tui.demo.promql.formatting import (
    format_sample,
    format_samples,
    format_scientific,
    format_time,
)
from sre_tui.demo.promql.values import Floats
from sre_tui.demo.telemetry import RecordingRule, ScrapeTarget

Document = dict[str, Any]

RULE_FILE = "/etc/prometheus/rules.yml"


def sorted_labels(labels: Mapping[str, str]) -> dict[str, str]:
    """The labels in the order of their names."""
    return dict(sorted(labels.items()))


def _stamp(seconds: float) -> float:
    rounded = round(seconds, 3)
    return int(rounded) if rounded.is_integer() else rounded


def _stamps(times: Sequence[Floats]) -> list[list[float]]:
    """The stamps of many series, most of which have the very same times."""
    known: dict[bytes, list[float]] = {}
    found = []
    for one in times:
        key = one.tobytes()
        if key not in known:
            known[key] = [_stamp(time) for time in one.tolist()]
        found.append(known[key])
    return found


def result_document(result: Result) -> Document:
    """The ``data`` of a query's answer."""
    match result:
        case ScalarResult(time=time, value=value):
            return {"resultType": "scalar", "result": [_stamp(time), format_sample(value)]}
        case StringResult(time=time, value=text):
            return {"resultType": "string", "result": [_stamp(time), text]}
        case VectorResult(time=time, samples=samples):
            stamp = _stamp(time)
            return {
                "resultType": "vector",
                "result": [
                    {
                        "metric": sorted_labels(one.labels),
                        "value": [stamp, format_sample(one.value)],
                    }
                    for one in samples
                ],
            }
        case MatrixResult(series=series):
            return {
                "resultType": "matrix",
                "result": [
                    {
                        "metric": sorted_labels(one.labels),
                        "values": list(map(list, zip(stamps, texts, strict=True))),
                    }
                    for one, stamps, texts in zip(
                        series,
                        _stamps([one.times for one in series]),
                        [format_samples(one.values.tolist()) for one in series],
                        strict=True,
                    )
                ],
            }


def alert_document(alert: AlertInstance) -> Document:
    """One item of ``/api/v1/alerts``."""
    return {
        "labels": sorted_labels(alert.labels),
        "annotations": dict(alert.annotations),
        "state": alert.state,
        "activeAt": format_time(alert.active_at),
        "value": format_scientific(alert.value),
    }


def alerting_document(state: RuleState, *, with_alerts: bool) -> Document:
    """One alerting rule of ``/api/v1/rules``."""
    rule = state.rule
    document: Document = {
        "state": state.state,
        "name": rule.name,
        "query": rule.expr,
        "duration": rule.hold,
        "keepFiringFor": 0,
        "labels": dict(rule.labels),
        "annotations": dict(rule.annotations),
        "alerts": [alert_document(one) for one in state.instances] if with_alerts else [],
        "health": state.health,
    }
    if state.last_error:
        document["lastError"] = state.last_error
    return {
        **document,
        "evaluationTime": state.duration,
        "lastEvaluation": format_time(state.evaluated_at),
        "type": "alerting",
    }


def recording_document(rule: RecordingRule, evaluated_at: float) -> Document:
    """One recording rule of ``/api/v1/rules``."""
    return {
        "name": rule.name,
        "query": rule.expr,
        "health": "ok",
        "evaluationTime": 0.0,
        "lastEvaluation": format_time(evaluated_at),
        "type": "recording",
    }


def group_document(name: str, rules: Sequence[Document], interval: float, at: float) -> Document:
    """One group of ``/api/v1/rules``."""
    return {
        "name": name,
        "file": RULE_FILE,
        "rules": list(rules),
        "interval": interval,
        "limit": 0,
        "evaluationTime": sum(rule["evaluationTime"] for rule in rules),
        "lastEvaluation": format_time(at),
    }


def group_token(name: str) -> str:
    """What ``groupNextToken`` holds for a group, opaque to the client."""
    return hashlib.sha1(f"{RULE_FILE};{name}".encode(), usedforsecurity=False).hexdigest()


def target_document(target: ScrapeTarget) -> Document:
    """One item of ``activeTargets``."""
    parts = urlsplit(target.scrape_url)
    return {
        "discoveredLabels": {
            "__address__": parts.netloc,
            "__metrics_path__": parts.path or "/metrics",
            "__scheme__": parts.scheme,
            "__scrape_interval__": "15s",
            "__scrape_timeout__": "10s",
            "job": target.job,
        },
        "labels": sorted_labels({**target.labels, "instance": target.instance, "job": target.job}),
        "scrapePool": target.job,
        "scrapeUrl": target.scrape_url,
        "globalUrl": target.scrape_url,
        "lastError": target.last_error,
        "lastScrape": format_time(target.last_scrape),
        "lastScrapeDuration": target.scrape_duration,
        "health": target.health,
        "scrapeInterval": "15s",
        "scrapeTimeout": "10s",
    }


def head_document(label_sets: Iterable[Mapping[str, str]], start: float, end: float) -> Document:
    """The ``data`` of ``/api/v1/status/tsdb``: how many series, by name, label and pair."""
    series: dict[str, int] = {}
    values: dict[str, set[str]] = {}
    pairs: dict[str, int] = {}
    count = 0
    for labels in label_sets:
        count += 1
        name = labels.get("__name__", "")
        series[name] = series.get(name, 0) + 1
        for key, value in labels.items():
            values.setdefault(key, set()).add(value)
            pairs[f"{key}={value}"] = pairs.get(f"{key}={value}", 0) + 1
    return {
        "headStats": {
            "numSeries": count,
            "numLabelPairs": len(pairs),
            "chunkCount": count,
            "minTime": int(start * 1000),
            "maxTime": int(end * 1000),
        },
        "seriesCountByMetricName": _top(series),
        "labelValueCountByLabelName": _top({key: len(one) for key, one in values.items()}),
        "memoryInBytesByLabelName": _top(
            {key: sum(len(text) for text in one) for key, one in values.items()}
        ),
        "seriesCountByLabelValuePair": _top(pairs),
    }


def _top(counts: Mapping[str, int]) -> list[Document]:
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [{"name": name, "value": count} for name, count in ranked[:10]]
