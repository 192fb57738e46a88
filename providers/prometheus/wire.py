"""The shapes of Prometheus' answers, read into models."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Literal, get_args

from pydantic import Field, JsonValue, TypeAdapter

from providers.alerting import Alert
from providers.alerting_wire import WireAlert, alert_of
from providers.errors import BadResponse
from providers.prometheus.models import BuildInfo, InstantResult, MetricInfo, MetricType, Target
from providers.series import Labels
from providers.series_wire import matrix, scalar, vector
from providers.text import one_line
from providers.wire import Decoded, Wire, WireTime, parsed

Kind = Literal["vector", "matrix", "scalar", "string"]

_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d|w|y)")
_SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800, "y": 31536000}
_TYPES = frozenset(get_args(MetricType))


class _Envelope(Wire):
    status: str
    data: Decoded = None
    error: str = ""
    error_type: str = Field("", alias="errorType")
    warnings: list[str] | None = None
    infos: list[str] | None = None


class _Result(Wire):
    kind: Kind = Field(alias="resultType")
    result: Decoded


class _Metadata(Wire):
    type: str = "unknown"
    help: str = ""
    unit: str = ""


class _Target(Wire):
    labels: Labels
    pool: str = Field("", alias="scrapePool")
    url: str = Field("", alias="scrapeUrl")
    last_error: str = Field("", alias="lastError")
    last_scrape: WireTime = Field(None, alias="lastScrape")
    last_duration: float | None = Field(None, alias="lastScrapeDuration")
    health: str = "unknown"
    interval: str = Field("", alias="scrapeInterval")
    timeout: str = Field("", alias="scrapeTimeout")


class _Targets(Wire):
    active: list[_Target] | None = Field(None, alias="activeTargets")


class _Alerts(Wire):
    alerts: list[WireAlert] | None = None


class _BuildInfo(Wire):
    version: str = ""
    application: str = ""
    revision: str = ""


_ENVELOPE = TypeAdapter(_Envelope)
_RESULT = TypeAdapter(_Result)
_NAMES = TypeAdapter(list[str] | None)
_LABEL_SETS = TypeAdapter(list[Labels] | None)
_METADATA = TypeAdapter(dict[str, list[_Metadata]] | None)
_TARGETS = TypeAdapter(_Targets)
_ALERTS = TypeAdapter(_Alerts)
_BUILD = TypeAdapter(_BuildInfo)
_STRING = TypeAdapter(tuple[float, str])


def envelope(answer: JsonValue, path: str) -> tuple[JsonValue, tuple[str, ...]]:
    """Data and warnings (with the ``infos`` of 3.x) of an answer.

    Raises:
        BadResponse: if it is no success.
    """
    found = parsed(_ENVELOPE, answer, path)
    if found.status != "success":
        raise BadResponse(f"{path} answered {found.error_type}: {one_line(found.error, 200)}")
    said = (*(found.warnings or ()), *(found.infos or ()))
    return found.data, tuple(one_line(text) for text in said)


def result(data: JsonValue) -> tuple[Kind, JsonValue]:
    """Type and result of a query's data."""
    found = parsed(_RESULT, data, "/api/v1/query")
    return found.kind, [] if found.result is None else found.result


def instant(source: str, query: str, at: datetime, data: JsonValue) -> InstantResult:
    """The result of an instant query."""
    kind, value = result(data)
    what = "/api/v1/query"
    match kind:
        case "vector":
            samples = vector(source, value, what)
            return InstantResult(kind=kind, query=query, at=at, samples=samples)
        case "scalar":
            single = (scalar(source, value, what),)
            return InstantResult(kind=kind, query=query, at=at, samples=single)
        case "matrix":
            series = matrix(source, value, what)
            return InstantResult(kind=kind, query=query, at=at, series=series)
        case "string":
            text = parsed(_STRING, value, what)[1]
            return InstantResult(kind=kind, query=query, at=at, text=text)


def metrics(source: str, found: JsonValue, described: JsonValue) -> tuple[MetricInfo, ...]:
    """Names joined with types and help texts."""
    metadata = parsed(_METADATA, described, "/api/v1/metadata") or {}
    return tuple(_metric(source, name, metadata) for name in sorted(names(found)))


def _metric(source: str, name: str, metadata: dict[str, list[_Metadata]]) -> MetricInfo:
    entry = next((found[0] for key in _families(name) if (found := metadata.get(key))), None)
    if entry is None:
        return MetricInfo(source=source, name=name)
    return MetricInfo.model_validate(
        {
            "source": source,
            "name": name,
            "type": entry.type if entry.type in _TYPES else "unknown",
            "help": one_line(entry.help),
            "unit": entry.unit,
        }
    )


def _families(name: str) -> Iterator[str]:
    """Names under which metadata may be filed: histograms are described without their suffix."""
    yield name
    for suffix in ("_bucket", "_count", "_sum", "_total", "_info"):
        if name.endswith(suffix):
            yield name.removesuffix(suffix)


def names(data: JsonValue) -> tuple[str, ...]:
    """A list of names."""
    found = parsed(_NAMES, data, "the list of names")
    return tuple(found or ())


def label_sets(data: JsonValue) -> tuple[Labels, ...]:
    """The label sets of ``/series``."""
    found = parsed(_LABEL_SETS, data, "/api/v1/series")
    return tuple(found or ())


def targets(source: str, data: JsonValue) -> tuple[Target, ...]:
    """The active targets."""
    return tuple(
        Target.model_validate(
            {
                "source": source,
                "job": target.labels.get("job", target.pool),
                "instance": target.labels.get("instance", target.url),
                "health": target.health if target.health in ("up", "down") else "unknown",
                "last_error": one_line(target.last_error),
                "last_scrape": target.last_scrape,
                "scrape_duration": target.last_duration if target.last_scrape else None,
                "scrape_interval": seconds(target.interval),
                "scrape_timeout": seconds(target.timeout),
                "url": target.url,
                "pool": target.pool,
                "labels": target.labels,
            }
        )
        for target in parsed(_TARGETS, data, "/api/v1/targets").active or ()
    )


def alerts(source: str, data: JsonValue) -> tuple[Alert, ...]:
    """The pending and firing alerts of ``/api/v1/alerts``."""
    found = parsed(_ALERTS, data, "/api/v1/alerts").alerts or ()
    return tuple(alert_of(source, alert) for alert in found)


def build_info(data: JsonValue) -> BuildInfo:
    """Program and version; what does not name itself is Prometheus."""
    found = parsed(_BUILD, data, "/api/v1/status/buildinfo")
    application = found.application.lower() or (
        "victoriametrics" if "victoria" in f"{found.version} {found.revision}".lower() else ""
    )
    return BuildInfo(application=application or "prometheus", version=found.version)


def seconds(text: str) -> float | None:
    """Seconds of a Go duration such as ``1m30s``; None if it is none."""
    parts = _DURATION.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        return None
    return float(sum(float(number) * _SECONDS[unit] for number, unit in parts))
