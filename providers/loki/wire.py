"""The shapes of Loki's answers, read into models."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Literal

from pydantic import Field, JsonValue, TypeAdapter

from providers.errors import BadResponse
from providers.loki.levels import level_of
from providers.loki.models import LOG_HOST_LABELS, LOG_SERVICE_LABELS, LogEntry
from providers.series import Labels
from providers.text import one_line
from providers.wire import Decoded, Wire, parsed

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class _Data(Wire):
    kind: Literal["streams", "matrix", "vector", "scalar"] = Field(alias="resultType")
    result: Decoded = None


class _Envelope(Wire):
    status: str = "success"
    data: Decoded = None
    warnings: list[str] | None = None


class _Stream(Wire):
    stream: Labels
    # The third member, if any, holds structured metadata and parsed labels.
    values: list[tuple[int, str] | tuple[int, str, dict[str, Labels]]] | None = None


_ENVELOPE = TypeAdapter(_Envelope)
_DATA = TypeAdapter(_Data)
_STREAMS = TypeAdapter(list[_Stream] | None)
_NAMES = TypeAdapter(list[str] | None)
_LABEL_SETS = TypeAdapter(list[Labels] | None)


def envelope(answer: JsonValue, path: str) -> tuple[JsonValue, tuple[str, ...]]:
    """Data and warnings of an answer."""
    found = parsed(_ENVELOPE, answer, path)
    if found.status != "success":
        raise BadResponse(f"{path} answered with the status {one_line(found.status, 80)!r}")
    return found.data, tuple(one_line(text) for text in found.warnings or ())


def result(data: JsonValue, path: str) -> tuple[str, JsonValue]:
    """Type and result of a query's data."""
    found = parsed(_DATA, data, path)
    return found.kind, [] if found.result is None else found.result


def entries(source: str, streams: JsonValue, path: str) -> list[LogEntry]:
    """The lines of all streams, the newest first; equal times keep the order of the answer."""
    found = parsed(_STREAMS, streams, path)
    merged = [entry for stream in found or () for entry in _entries(source, stream)]
    merged.sort(key=lambda entry: entry.time_ns, reverse=True)
    return merged


def _entries(source: str, stream: _Stream) -> Iterable[LogEntry]:
    for time_ns, line, *more in stream.values or ():
        labels = dict(stream.stream)
        for extra in more:
            for pairs in extra.values():
                labels.update(pairs)
        yield LogEntry(
            source=source,
            at=time_of(time_ns),
            time_ns=time_ns,
            line=line,
            level=level_of(labels, line),
            labels=labels,
            host=_first(labels, LOG_HOST_LABELS),
            service=_first(labels, LOG_SERVICE_LABELS),
        )


def names(data: JsonValue, path: str) -> tuple[str, ...]:
    """A list of names; Loki leaves it out when it is empty."""
    found = parsed(_NAMES, data, path)
    return tuple(sorted(found or ()))


def label_sets(data: JsonValue, path: str) -> tuple[Labels, ...]:
    """A list of label sets."""
    found = parsed(_LABEL_SETS, data, path)
    return tuple(found or ())


def time_of(time_ns: int) -> datetime:
    """The aware UTC time of Unix nanoseconds, cut to microseconds.

    Raises:
        BadResponse: if no calendar reaches that far.
    """
    try:
        return _EPOCH + timedelta(microseconds=time_ns // 1000)
    except OverflowError as error:
        raise BadResponse(f"{time_ns} ns is no time") from error


def nanoseconds(at: datetime) -> str:
    """A time as Loki takes it, without the loss that a float would bring."""
    since = at - _EPOCH
    whole = (since.days * 86400 + since.seconds) * 1_000_000 + since.microseconds
    return str(whole * 1000)


def _first(labels: Labels, wanted: Iterable[str]) -> str | None:
    return next((labels[name] for name in wanted if labels.get(name)), None)
