"""Logs of the picture: telling lines grouped by template, and how much everybody writes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

from providers.errors import InvalidQuery
from providers.loki.models import LOG_HOST_LABELS, LOG_SERVICE_LABELS
from providers.loki.selector import LabelMatcher, add_matcher, quote
from providers.reading import Reading
from providers.series import Series, SeriesWindow
from sre_tui.diagnosis.picture.lines import LineGroup
from sre_tui.diagnosis.picture.part import refilled

if TYPE_CHECKING:
    from providers.loki import LokiClient

MOST_LINES: Final = 3000
VOLUME_STEP: Final = 600.0
"""Seconds over which lines are counted."""
LOUDEST: Final = 30
"""Programs that are counted where Loki refuses to count all of them in one answer."""
_TOO_MANY: Final = "reached for a single query"


async def labels_of(client: LokiClient, start: datetime, end: datetime) -> tuple[str, str]:
    """Names of the labels that carry service and machine; the usual ones if it does not tell."""
    reading = await client.label_names(start, end)
    known = reading.data or ()
    service = next((name for name in LOG_SERVICE_LABELS if name in known), LOG_SERVICE_LABELS[0])
    host = next((name for name in LOG_HOST_LABELS if name in known), LOG_HOST_LABELS[0])
    return service, host


async def telling(
    client: LokiClient, pattern: str, start: datetime, end: datetime
) -> Reading[tuple[LineGroup, ...]]:
    """Lines that match a pattern, grouped by template.

    Args:
        client: the Loki.
        pattern: RE2 expression.
        start: inclusive.
        end: exclusive.
    """
    from providers.loki.patterns import grouped

    service, _ = await labels_of(client, start, end)
    query = f'{{{service}=~".+"}} |~ {quote(pattern)}'
    reading = await client.logs(query, start, end, limit=MOST_LINES)
    if reading.data is None:
        return refilled(reading, None)
    data = tuple(LineGroup(*group) for group in grouped(reading.data.entries))
    return refilled(reading, data)


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
