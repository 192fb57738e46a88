"""Reads the logs of a window, and of a while before it to compare with."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from providers.clock import Clock
from providers.errors import BackendError, InvalidQuery
from providers.loki.levels import at_least
from providers.loki.models import LOG_HOST_LABELS, LOG_SERVICE_LABELS
from providers.loki.selector import LabelMatcher, add_filter, quote
from providers.reading import Reading, SourceStatus, State
from sre_tui.diagnosis.picture.logs import counted
from sre_tui.diagnosis.timeline.log_lines import LIFECYCLE_PATTERN

if TYPE_CHECKING:
    from providers.loki import LogEntry, LogWindow, LokiClient
    from providers.series import Series

LINES: Final = 2000
"""Errors looked at; more are counted, not read."""
LIFECYCLE_LINES: Final = 1000
DAY: Final = timedelta(days=1)
BUCKETS: Final = 12
"""Buckets that a window is counted in, about."""
_ERROR_WORDS: Final = r"(?i)\b(error|fail(ed|ure)?|fatal|panic|critical|exception)\b"


@dataclass(frozen=True)
class LogHistory:
    """What one Loki told.

    Attributes:
        source: the instance.
        start: from where on errors were read and counted.
        errors: error lines, the newest first; the oldest are missing if there were too many.
        complete_from: from where on ``errors`` is complete.
        lifecycle: lines that may tell of a start, a stop or an update, since a day before.
        error_counts: error lines of each service on each machine, per bucket.
        counts: all lines of each.
        bucket: seconds over which lines are counted.
        labels: names of the labels that carry service and machine.
    """

    source: str
    start: datetime
    errors: tuple[LogEntry, ...]
    complete_from: datetime
    lifecycle: tuple[LogEntry, ...]
    error_counts: tuple[Series, ...]
    counts: tuple[Series, ...]
    bucket: float
    labels: tuple[str, str]


async def read_log_history(
    clients: Iterable[LokiClient],
    begin: datetime,
    end: datetime,
    *,
    baseline: timedelta,
    deadline: float,
    clock: Clock,
) -> tuple[tuple[LogHistory, ...], tuple[SourceStatus, ...]]:
    """Read the logs of all instances at the same time; one that fails costs only its own lines.

    Args:
        clients: the Lokis.
        begin: beginning of the window.
        end: its end.
        baseline: how far before it lines are compared with.
        deadline: seconds after which an instance that has not answered is left out.
        clock: tells the time.
    """

    async def one(client: LokiClient) -> tuple[LogHistory | None, SourceStatus]:
        try:
            async with asyncio.timeout(deadline):
                return await _read(client, begin, end, baseline)
        except TimeoutError:
            state, detail = State.UNREACHABLE, f"no answer within {deadline:g} s"
        except InvalidQuery as error:
            state, detail = State.BAD_RESPONSE, str(error)
        except BackendError as error:
            state, detail = error.state, error.detail
        status = SourceStatus(source=client.source, state=state, observed_at=clock(), detail=detail)
        return None, status

    answers = await asyncio.gather(*(one(client) for client in clients))
    histories = tuple(history for history, _ in answers if history is not None)
    return histories, tuple(status for _, status in answers)


async def _read(
    client: LokiClient, begin: datetime, end: datetime, baseline: timedelta
) -> tuple[LogHistory | None, SourceStatus]:
    start = begin - baseline
    names = await client.label_names(start, end)
    if names.data is None:
        return None, SourceStatus.of(names)
    service = next((one for one in LOG_SERVICE_LABELS if one in names.data), "")
    host = next((one for one in LOG_HOST_LABELS if one in names.data), "")
    main = service or host or next(iter(names.data), "")
    if not main:
        return None, SourceStatus.of(names)
    everything = f"{{{LabelMatcher(main, '=~', quote('.+'))}}}"
    lifecycle_query = add_filter(everything, f"|~ {quote(LIFECYCLE_PATTERN)}")
    grouping = tuple(dict.fromkeys(one for one in (main, host) if one))
    seconds = (end - begin).total_seconds() / BUCKETS
    bucket = max(120.0, round(seconds / 60.0) * 60.0)

    async def amounts(query: str) -> Reading[Any]:
        try:
            return await counted(client, query, grouping, start, end, bucket)
        except InvalidQuery as error:
            # A query that is too broad costs the counts, and not the lines.
            return Reading[Any](
                source=client.source,
                state=State.BAD_RESPONSE,
                observed_at=names.observed_at,
                detail=str(error),
            )

    # Two questions, so that a busy window does not leave the day before it unread.
    errors, lifecycle, before, counts = await asyncio.gather(
        error_lines(client, everything, start, end),
        client.logs(lifecycle_query, begin, end, limit=LIFECYCLE_LINES),
        client.logs(lifecycle_query, begin - DAY, begin, limit=LIFECYCLE_LINES),
        amounts(everything),
    )
    by_level = errors.data.query if errors.data is not None else ""
    error_counts: Reading[Any] = await amounts(by_level) if by_level else errors
    lines = errors.data.entries if errors.data is not None else ()
    cut = errors.data is None or errors.data.truncated
    history = LogHistory(
        source=client.source,
        start=start,
        errors=lines,
        complete_from=min((one.at for one in lines), default=end) if cut else start,
        lifecycle=(*_entries(lifecycle), *_entries(before)),
        error_counts=_series(error_counts) if by_level else (),
        counts=_series(counts),
        bucket=bucket,
        labels=(main, host),
    )
    return history, joint_status([names, errors, lifecycle, before, counts, error_counts])


def _entries(reading: Reading[LogWindow]) -> tuple[LogEntry, ...]:
    return reading.data.entries if reading.data is not None else ()


def _series(reading: Reading[Any]) -> tuple[Series, ...]:
    return reading.data.series if reading.data is not None else ()


async def error_lines(
    client: LokiClient, selector: str, start: datetime, end: datetime
) -> Reading[LogWindow]:
    """Errors by their level, or by their words where streams have no level.

    Raises:
        InvalidQuery: if Loki rejects the selector.
    """
    found = await client.logs(selector, start, end, limit=LINES, levels=at_least("error"))
    if found.data is None or found.data.entries:
        return found
    worded = add_filter(selector, f"|~ {quote(_ERROR_WORDS)}")
    again = await client.logs(worded, start, end, limit=LINES)
    if again.data is None or any(entry.level == "unknown" for entry in again.data.entries):
        return again
    return found


def joint_status(readings: Iterable[Reading[Any]]) -> SourceStatus:
    """One status for the several questions an instance was asked: partial if one is missing."""
    asked = tuple(readings)
    base = SourceStatus.of(asked[0])
    warnings = tuple(dict.fromkeys(text for each in asked for text in each.warnings))
    bad = [reading for reading in asked if not reading.state.has_data]
    if bad:
        return base.model_copy(
            update={"state": State.PARTIAL, "detail": bad[0].detail, "warnings": warnings}
        )
    old = [reading for reading in asked if reading.state is State.STALE]
    if old:
        return SourceStatus.of(min(old, key=lambda reading: reading.observed_at))
    return base.model_copy(update={"warnings": warnings})
