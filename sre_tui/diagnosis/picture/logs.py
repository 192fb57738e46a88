"""Logs of the picture: telling lines grouped by template, and how much everybody writes."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, TypeVar

from providers.errors import InvalidQuery
from providers.loki.models import LOG_HOST_LABELS, LOG_SERVICE_LABELS
from providers.loki.selector import LabelMatcher, add_matcher, quote
from providers.reading import Reading, State
from providers.series import Series, SeriesWindow
from sre_tui.diagnosis.picture.lines import LineGroup
from sre_tui.diagnosis.picture.part import refilled

if TYPE_CHECKING:
    from providers.loki import LogEntry, LokiClient
    from sre_tui.diagnosis.patterns.search import LineSearch

MOST_LINES: Final = 3000
VOLUME_STEP: Final = 600.0
"""Seconds over which lines are counted."""
LOUDEST: Final = 30
"""Programs that are counted where Loki refuses to count all of them in one answer."""
T = TypeVar("T")
_BADNESS: Final = tuple(State)
_TOO_MANY: Final = "reached for a single query"


async def labels_of(client: LokiClient, start: datetime, end: datetime) -> tuple[str, str]:
    """Names of the labels that carry service and machine; the usual ones if it does not tell."""
    reading = await client.label_names(start, end)
    known = reading.data or ()
    service = next((name for name in LOG_SERVICE_LABELS if name in known), LOG_SERVICE_LABELS[0])
    host = next((name for name in LOG_HOST_LABELS if name in known), LOG_HOST_LABELS[0])
    return service, host


async def telling(
    client: LokiClient, search: LineSearch, start: datetime, end: datetime
) -> Reading[tuple[LineGroup, ...]]:
    """Lines that are searched for, grouped by template.

    Args:
        client: the Loki.
        search: which lines.
        start: inclusive.
        end: exclusive.
    """
    from providers.loki.patterns import grouped

    service, _ = await labels_of(client, start, end)
    readings = await asyncio.gather(
        *(
            client.logs(f'{{{service}=~".+"}} |~ {quote(each)}', start, end, limit=MOST_LINES)
            for each in search.expressions
        )
    )
    entries = _joined(reading.data.entries for reading in readings if reading.data is not None)
    kept = {line for line in {one.line for one in entries} if search.keeps(line)}
    data = tuple(LineGroup(*group) for group in grouped(e for e in entries if e.line in kept))
    return _together(readings, data)


async def errors(
    client: LokiClient, start: datetime, end: datetime
) -> Reading[tuple[LineGroup, ...]]:
    """The newest lines of level error or worse, grouped by template; none if too many for it.

    Args:
        client: the Loki.
        start: inclusive.
        end: exclusive.
    """
    from providers.loki.levels import at_least
    from providers.loki.patterns import grouped

    service, _ = await labels_of(client, start, end)
    query = f'{{{service}=~".+"}}'
    reading = await client.logs(query, start, end, limit=MOST_LINES, levels=at_least("error"))
    if reading.data is None:
        return refilled(reading, None)
    # Where the oldest are missing, nothing tells what is more than before.
    entries = () if reading.data.truncated else reading.data.entries
    return refilled(reading, tuple(LineGroup(*group) for group in grouped(entries)))


def _joined(answers: Iterable[Sequence[LogEntry]]) -> list[LogEntry]:
    """The entries of several queries, each once, the newest first."""
    found = {
        (entry.time_ns, entry.line, tuple(sorted(entry.labels.items()))): entry
        for entries in answers
        for entry in entries
    }
    return [found[key] for key in sorted(found, key=lambda key: -key[0])]


def _together(readings: Sequence[Reading[Any]], data: T) -> Reading[T]:
    """One reading of several questions to one instance; partial if only some were answered."""
    worst = max(readings, key=lambda one: _BADNESS.index(one.state))
    if worst.state.has_data:
        state = worst.state
    else:
        state = State.PARTIAL if any(one.state.has_data for one in readings) else worst.state
    warnings = tuple(dict.fromkeys(text for one in readings for text in one.warnings))
    whole = refilled(worst, data if state.has_data else None)
    return whole.model_copy(update={"state": state, "warnings": warnings})


async def volume(client: LokiClient, start: datetime, end: datetime) -> Reading[tuple[Series, ...]]:
    """Lines of each service on each machine, per ten minutes."""
    labels = await labels_of(client, start, end)
    query = f'{{{labels[0]}=~".+"}}'
    reading = await counted(client, query, labels, start, end, VOLUME_STEP)
    return refilled(reading, None if reading.data is None else reading.data.series)


async def counted(
    client: LokiClient,
    query: str,
    labels: Sequence[str],
    start: datetime,
    end: datetime,
    step: float,
) -> Reading[SeriesWindow]:
    """Lines that a query selects, by labels; of the loudest alone where there are too many.

    Args:
        client: the Loki.
        query: LogQL that begins with a selector of streams.
        labels: what lines are counted by.
        start: beginning of the window.
        end: its end.
        step: seconds over which lines are counted.

    Raises:
        InvalidQuery: if Loki rejects the query for another reason.
    """
    grouping = ", ".join(labels)

    def amounts(of: str, seconds: float) -> str:
        return f"sum by ({grouping}) (count_over_time({of} [{seconds:.0f}s]))"

    try:
        return await client.metric_range(amounts(query, step), start, end, step)
    except InvalidQuery as error:
        if _TOO_MANY not in str(error):
            raise
    # The limit is one of the result: the loudest ones of the whole window are few.
    whole = amounts(query, (end - start).total_seconds())
    loudest = await client.metric(f"topk({LOUDEST}, {whole})", end)
    if loudest.data is None:
        return refilled(loudest, None)
    for label in labels:
        values = sorted({re.escape(sample.labels.get(label, "")) for sample in loudest.data})
        query = add_matcher(query, LabelMatcher(label, "=~", quote("|".join(values))))
    reading = await client.metric_range(amounts(query, step), start, end, step)
    told = f"too many programs for one answer: only the {LOUDEST} that write most were counted"
    return reading.model_copy(update={"warnings": (*reading.warnings, told)})
